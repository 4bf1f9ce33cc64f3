"""How many cores this process may use."""

import os
from contextlib import suppress
from math import ceil
from pathlib import Path

__all__ = ["cores"]

_CGROUPS = Path("/sys/fs/cgroup")
_OWN = Path("/proc/self/cgroup")


def cores(own: Path = _OWN, groups: Path = _CGROUPS) -> int:
    """The cores that this process may use: of its CPU affinity, and of the quota of its cgroup.

    A container that may use 1.5 of 64 cores has two.

    Args:
        own: Says in which cgroup this process is.
        groups: Where cgroups (version 2) are.
    """
    found = len(os.sched_getaffinity(0))
    for quota in _quotas(own, groups):
        found = min(found, ceil(quota))
    return max(found, 1)


def _quotas(own: Path, groups: Path) -> list[float]:
    """The quotas of its cgroup and those above it, in cores; without cgroups none."""
    found = []
    with suppress(OSError, ValueError):
        name = next((line[3:] for line in own.read_text().splitlines() if line.startswith("0::")), "/")
        group = groups / name.lstrip("/")
        for each in (group, *group.parents):
            if not each.is_relative_to(groups):
                break
            with suppress(OSError, ValueError):
                quota, period = (each / "cpu.max").read_text().split()
                found.append(int(quota) / int(period))  # "max" is no number: no quota here
    return found
