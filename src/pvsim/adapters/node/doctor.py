"""What a machine has and lacks for the private node, each with the command that fixes it."""

import os
import platform
import resource
import shutil
from dataclasses import dataclass
from pathlib import Path

from pvsim.adapters.node import apt, packages
from pvsim.adapters.node.layout import Layout
from pvsim.adapters.node.node import status
from pvsim.adapters.node.settings import DISK_FREE_LIMIT_BYTES

__all__ = ["Finding", "doctor", "machine"]

_FILES = 1024


@dataclass(frozen=True, slots=True)
class Finding:
    """One fact about the machine.

    Args:
        name: What was looked at.
        ok: Whether it will do.
        what: What was found.
        fix: A command or an action, when it will not do.
    """

    name: str
    ok: bool
    what: str
    fix: str = ""


async def doctor(home: Path) -> list[Finding]:
    """Look at everything that the private node of a home needs; changes nothing."""
    layout = Layout.of(home)
    return [*machine(), _packages(layout), _directory(layout), await _node(layout)]


def machine() -> list[Finding]:
    """Look at what every run needs, whatever its broker."""
    return [_python(), _files()]


def _python() -> Finding:
    return Finding("python", ok=True, what=f"{platform.python_version()} ({platform.python_implementation()})")


def _packages(layout: Layout) -> Finding:
    if found := packages.find(layout.packages):
        return Finding("rabbitmq", ok=True, what=f"{found.version} ({found.origin}: {found.rabbitmq})")
    if missing := apt.missing_tools():
        what = f"not installed, and cannot be fetched without {', '.join(missing)}"
        return Finding("rabbitmq", ok=False, what=what, fix=packages.FIX)
    return Finding("rabbitmq", ok=True, what="not installed; will be fetched with apt at the first start")


def _directory(layout: Layout) -> Finding:
    place = next(path for path in (layout.home, *layout.home.parents) if path.exists())
    if not os.access(place, os.W_OK | os.X_OK):
        what = f"{place} cannot be written"
        return Finding("directory", ok=False, what=what, fix="set PVSIM_BROKER_HOME to another directory")
    free = shutil.disk_usage(place).free
    what = f"{free / 1e9:.1f} GB free at {layout.home}"
    if free < DISK_FREE_LIMIT_BYTES:
        what += f"; RabbitMQ takes no messages below {DISK_FREE_LIMIT_BYTES / 1e9:.1f} GB"
        return Finding("directory", ok=False, what=what, fix="free some space, or set PVSIM_BROKER_HOME")
    return Finding("directory", ok=True, what=what)


def _files() -> Finding:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    unlimited = hard == resource.RLIM_INFINITY
    ok = unlimited or hard >= _FILES
    fix = "" if ok else f"ulimit -n {_FILES}"
    return Finding("open files", ok=ok, what="unlimited" if unlimited else f"up to {hard}", fix=fix)


async def _node(layout: Layout) -> Finding:
    found = await status(layout.home)
    if found.running:
        return Finding(
            "broker", ok=True, what=f"RabbitMQ {found.version} runs at {found.address} (pid {found.pid})"
        )
    if found.pid:
        what = f"its process (pid {found.pid}) does not answer"
        return Finding("broker", ok=False, what=what, fix="pvsim broker down")
    return Finding("broker", ok=True, what="not running; started when a run needs it")
