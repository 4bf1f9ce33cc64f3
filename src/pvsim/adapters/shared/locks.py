"""Locks by which one process at a time works in a directory, and what is said of the one that does."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from pvsim.adapters.shared.disk import Disk, errors_told
from pvsim.errors import PvsimError

__all__ = ["HeldError", "is_held", "only_process"]

_HOLDER_BYTES = 300


class HeldError(PvsimError):
    """Another process does what only one may do."""


@contextmanager
def only_process(
    path: Path,
    disk: Disk,
    *,
    another: str,
    fix: str,
    told: Callable[[Path], AbstractContextManager[None]] = errors_told,
) -> Iterator[None]:
    """Be the only process that does something in a directory, as long as a file in it is locked.

    Args:
        path: The file; it is made where there is none, and says who has locked it.
        disk: Locks it.
        another: What is said where another process has: "another run works on this run".
        fix: What can be done then, with `{stop}` where "stop it: kill 123" belongs.
        told: Tells errors of the file.

    Raises:
        HeldError: if another process has locked it.
        CannotWriteError: if the file cannot be made, or its file system knows no locks.
    """
    with told(path):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        with told(path):
            try:
                disk.lock(descriptor)
            except BlockingIOError as error:
                raise _held(path, os.pread(descriptor, _HOLDER_BYTES, 0), another, fix) from error
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, b"%d %s\n" % (os.getpid(), os.uname().nodename.encode(errors="replace")), 0)
        yield
    finally:
        os.close(descriptor)


def is_held(path: Path) -> bool:
    """Whether a process has locked a file, or may have: some file systems do not tell."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def _held(path: Path, content: bytes, another: str, fix: str) -> HeldError:
    """What is known of the process that has the lock, by what it has written."""
    pid, _, host = content.decode(errors="replace").strip().partition(" ")
    stop = "stop it"
    if pid.isdigit():
        away = f" on {host}" if host not in {"", os.uname().nodename} else ""
        another, stop = f"{another} (process {pid}{away})", f"stop it{away}: kill {pid}"
    return HeldError(another, where=str(path.parent), fix=fix.replace("{stop}", stop))
