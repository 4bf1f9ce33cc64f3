"""What runs on a worker of a cluster: it looks whether the worker fits, then carries out the job.

A worker that joins later is looked at like the others, since each job brings what its results depend on. This
module is imported on the workers.
"""

import os
import platform
from collections.abc import Callable, Mapping
from functools import cache
from hashlib import file_digest
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from threading import Lock

from pvsim import __version__
from pvsim.errors import ClusterError

__all__ = ["Versions", "WorkerUnfitError", "fulfil", "unlike", "versions"]

Versions = dict[str, str]
"""What the results of a job depend on, each with its version."""

_PACKAGES = ("msgspec", "numpy", "pvlib", "tzdata")
_ONE_AT_A_TIME = Lock()
"""Models draw from generators that are kept: jobs in threads of one process would take each other's numbers."""


class WorkerUnfitError(ClusterError):
    """A worker has other versions or files than this machine: its results would be others."""


def versions() -> Versions:
    """The versions here; what is not installed is left out."""
    found = {"pvsim": __version__, "Python": ".".join(platform.python_version_tuple()[:2])}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def unlike(wanted: Mapping[str, str], there: Mapping[str, str]) -> str:
    """What a worker has otherwise, such as `pvsim 0.1.0 instead of 0.2.0`; empty if nothing."""
    return ", ".join(
        f"{name} {there[name]} instead of {known}" if name in there else f"no {name} ({known} here)"
        for name, known in wanted.items()
        if there.get(name) != known
    )


def fulfil(
    function: Callable[[bytes], bytes], job: bytes, wanted: Mapping[str, str], files: Mapping[str, str]
) -> bytes:
    """Carry out a job, one at a time in this process.

    Args:
        function: What carries it out.
        job: The job.
        wanted: The versions that the worker must have.
        files: The digest of each file that the job reads, by its path.

    Raises:
        WorkerUnfitError: if the worker has others.
    """
    if other := unlike(wanted, _versions()):
        raise WorkerUnfitError(f"it has {other}", where=_name(), fix="install the same versions on all workers")
    for path, sha256 in files.items():
        if (there := _digest(path)) != sha256:
            what = f"it has another content of {path}" if there else f"it cannot read {path}"
            fix = "put the file there under the same path, for example on a shared disk"
            raise WorkerUnfitError(what, where=_name(), fix=fix)
    with _ONE_AT_A_TIME:
        return function(job)


_versions = cache(versions)


def _name() -> str:
    """The worker's name and address."""
    from distributed import get_worker  # noqa: PLC0415 - for a message

    worker = get_worker()
    name, address = str(worker.name), worker.address
    return f"worker {address}" if name == address else f"worker {name} ({address})"


def _digest(path: str) -> str:
    """The digest of a file as it is now; empty if it cannot be read."""
    try:
        facts = os.stat(path)  # noqa: PTH116 - one call for a text
        return _digest_of(path, facts.st_size, facts.st_mtime_ns)
    except (OSError, ValueError):
        return ""


@cache
def _digest_of(path: str, _size: int, _mtime_ns: int) -> str:
    with Path(path).open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
