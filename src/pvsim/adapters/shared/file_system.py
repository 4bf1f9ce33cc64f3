"""What runs, studies and services ask of a file system, and what it says where the file system does not know it.

Network file systems may know no locks, some others no fsync. Then what rests on them is not promised: pvsim
refuses, or goes on if it was told that this is accepted.
"""

import errno
import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from pvsim.adapters.shared.disk import cannot_write
from pvsim.errors import CannotWriteError

__all__ = [
    "ACCEPT",
    "NO_FSYNC",
    "NO_LOCKS",
    "FileSystem",
    "make_directory",
    "new_file",
    "require_file",
    "require_writable",
]

ACCEPT = "--allow-unsafe-filesystem"

NO_LOCKS = "the file system has no file locks: nothing prevents a second process from working on the run"
NO_FSYNC = "the file system has no fsync: a crash of the machine can lose rows that count as written"

_UNKNOWN = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP}
_NO_LOCK = _UNKNOWN | {errno.ENOLCK}


class FileSystem:
    """The file system of one directory.

    Args:
        accepted: Whether to use it although it has no locks or no fsync.

    Attributes:
        lacks: What it has shown not to know: `NO_LOCKS`, `NO_FSYNC`.
        refused: Whether that has been refused.
    """

    def __init__(self, *, accepted: bool = False) -> None:
        self.accepted = accepted
        self.lacks: tuple[str, ...] = ()
        self.refused = False

    def sync_data(self, descriptor: int) -> None:
        """Make a file's content safe on the disk; raises as `sync`."""
        self.sync(descriptor, os.fdatasync)

    def sync(self, descriptor: int, call: Callable[[int], None] | None = None) -> None:
        """Make a file or a directory safe on the disk.

        Raises:
            CannotWriteError: if the file system does not know how, and that is not accepted.
            OSError: if it fails.
        """
        try:
            (call or os.fsync)(descriptor)
        except OSError as error:
            if error.errno not in _UNKNOWN:
                raise
            self._lack(NO_FSYNC, descriptor, error)

    def sync_directory(self, path: Path) -> None:
        """The same of a directory: the names of the files in it."""
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            self.sync(descriptor)
        finally:
            os.close(descriptor)

    def lock(self, descriptor: int) -> None:
        """Lock an open file for this process.

        Raises:
            BlockingIOError: if another process has it.
            CannotWriteError: if the file system knows no locks, and that is not accepted.
        """
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in _NO_LOCK:
                raise
            self._lack(NO_LOCKS, descriptor, error)

    def _lack(self, what: str, descriptor: int, error: OSError) -> None:
        if not self.accepted:
            self.refused = True
            where = str(Path(f"/proc/self/fd/{descriptor}").readlink())
            fix = f"use a directory on a local disk, or accept this: {ACCEPT}"
            raise CannotWriteError(f"{what} ({error.strerror})", where=where, fix=fix) from error
        if what not in self.lacks:
            self.lacks = (*self.lacks, what)


def make_directory(path: Path, *, exist_ok: bool = False) -> None:
    """Make a directory and those above it, which only their owner may write whatever the umask is.

    Raises:
        OSError: if that is not possible.
    """
    for above in reversed(path.parents):
        if not above.exists():
            above.mkdir(0o755, exist_ok=True)
    path.mkdir(0o755, exist_ok=exist_ok)


@contextmanager
def new_file(path: Path, file_system: FileSystem) -> Iterator[BinaryIO]:
    """Write a file in one step: the one given is hidden beside it, and takes its name when it is safe.

    Raises:
        OSError: if that is not possible; nothing new is there then.
        CannotWriteError: as `FileSystem.sync`, or if what has that name is no file.
    """
    require_file(path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            file_system.sync(descriptor)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def require_file(path: Path) -> None:
    """Refuse to replace a directory, a device, a pipe or a socket, and a link to one.

    Raises:
        CannotWriteError: if one has that name.
    """
    if path.exists() and not path.is_file():
        what = "it is a directory, not a file" if path.is_dir() else "it is a device, pipe or socket, not a file"
        raise CannotWriteError(what, where=str(path), fix="move it away, or name another file")


def require_writable(path: Path) -> None:
    """Refuse to make a file in a directory in which none can be made.

    Raises:
        CannotWriteError: if that is so, or as `require_file`.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.0")
    try:
        require_file(path)
        os.close(os.open(temporary, os.O_WRONLY | os.O_CREAT, 0o644))
        temporary.unlink()
    except OSError as error:
        raise cannot_write(error, path) from error
