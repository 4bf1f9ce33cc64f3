"""Processes, as /proc shows them: alive or not, ours or not."""

import asyncio
import os
import signal
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from pvsim.adapters.node.settings import MARKER

__all__ = ["end", "is_dead", "is_node", "mark", "marked", "memory_mb", "start_ticks"]

_PROC = Path("/proc")
_TICK_S = 0.02  # no event tells of the end of a process that is not our child
_LOOKS = 2  # a process inside `exec` shows no environment for a moment, and so not whose it is


def start_ticks(pid: int, *, proc: Path = _PROC) -> int | None:
    """When a process started, in clock ticks since boot; None if it is gone or a zombie.

    A zombie counts as gone: in a container nobody may ever collect it. Not so while threads of it are left:
    they still hold its ports and files.
    """
    try:
        text = (proc / str(pid) / "stat").read_text("utf-8", "replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = text.rpartition(")")[2].split()  # the name before it may contain anything
    gone = fields[0] in {"Z", "X"} and int(fields[17]) <= 1
    return None if gone else int(fields[19])


def is_dead(pid: int) -> bool:
    """Whether no such process runs."""
    return start_ticks(pid) is None


def is_node(pid: int, ticks: int, home: Path, *, proc: Path = _PROC) -> bool:
    """Whether that process is the node of that home: same start time and our mark (pids are used again).

    While a process is inside `exec`, which a booting node is several times, its environment reads as empty.
    """
    if start_ticks(pid, proc=proc) != ticks:
        return False
    environment = _environment(proc / str(pid))
    return environment == b"" or _mark(home) in environment.split(b"\0")


def mark(home: Path) -> str:
    """What a node's processes carry: their directory itself, not just its path, which chroots share."""
    try:
        found = home.stat()
    except FileNotFoundError:
        return f"absent:{home}"
    return f"{found.st_dev:x}.{found.st_ino:x}:{home}"


def marked(home: Path, *, proc: Path = _PROC) -> tuple[int, ...]:
    """All living processes that belong to the node of that home."""
    return tuple(
        int(entry.name)
        for entry in proc.iterdir()
        if entry.name.isdigit()
        and _mark(home) in _environment(entry).split(b"\0")
        and start_ticks(int(entry.name), proc=proc) is not None
    )


def memory_mb(pid: int) -> float | None:
    """Resident memory of a process in MB (10^6 bytes); None if it is gone."""
    with suppress(OSError):
        for line in (_PROC / str(pid) / "status").read_text("utf-8").splitlines():
            if line.startswith("VmRSS:"):
                return round(int(line.split()[1]) * 1024 / 1e6, 1)
    return None


async def end(pids: Callable[[], Iterable[int]], *, grace_s: float) -> None:
    """End processes: SIGTERM, and SIGKILL for what is left after `grace_s` seconds (0: SIGKILL at once).

    Args:
        pids: Gives those that still live; asked again and again, because a node that boots goes on making
            processes: one that is between `fork` and `exec` when all are killed is found a moment later.
        grace_s: How long they may take to end by themselves.
    """
    told: set[int] = set()
    for number, patience_s in ((signal.SIGTERM, grace_s), (signal.SIGKILL, 5.0)):
        if patience_s:
            with suppress(TimeoutError):
                async with asyncio.timeout(patience_s):
                    absent = 0
                    while absent < _LOOKS:
                        living = set(pids())
                        for pid in living if number == signal.SIGKILL else living - told:
                            _send(pid, number)
                            _send(pid, signal.SIGCONT)  # a stopped process sees no SIGTERM
                        told |= living
                        absent = 0 if living else absent + 1
                        await asyncio.sleep(_TICK_S)


def _send(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


def _mark(home: Path) -> bytes:
    return f"{MARKER}={mark(home)}".encode()


def _environment(process: Path) -> bytes:
    try:
        return (process / "environ").read_bytes()
    except OSError:  # gone, or of another user
        return b"unreadable"
