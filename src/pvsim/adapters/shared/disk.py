"""What files that must survive a crash ask of a disk, and how its errors are told."""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from pvsim.errors import CannotWriteError, PvsimError

__all__ = ["Disk", "cannot_read", "cannot_write", "errors_told", "remedy", "replace", "write_all"]

_DENIED = {errno.EACCES, errno.EPERM}
_REMEDIES = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT), "free some space on its disk"),
    **dict.fromkeys(_DENIED, "work as its owner, or have its permissions changed"),
    **dict.fromkeys((errno.EMFILE, errno.ENFILE), "allow more open files: ulimit -n 4096"),
    errno.ENOENT: "make its directory, or name another file",
    errno.ENAMETOOLONG: "give it a shorter name",
    errno.EISDIR: "it is a directory: move it away",
    errno.EFBIG: "raise the limit: ulimit -f unlimited",
    errno.EROFS: "its disk is read-only: name a directory on another one",
}


class Disk(Protocol):
    """Makes safe what was written."""

    def sync_data(self, descriptor: int) -> None:
        """The content of a file."""
        ...

    def sync_directory(self, path: Path) -> None:
        """The names in a directory."""
        ...

    def lock(self, descriptor: int) -> None:
        """Lock an open file for this process; raises BlockingIOError if another one has it."""
        ...


def replace(path: Path, content: bytes, disk: Disk, mode: int = 0o666) -> None:
    """Write a small file, all or nothing.

    Args:
        path: Of the file.
        content: All of it.
        disk: Makes it safe.
        mode: Its rights, less those that the umask takes.

    Raises:
        OSError: if that is not possible; the old one is there then.
    """
    temporary = path.with_name(f".{path.name}.new")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        try:
            write_all(descriptor, content)
            disk.sync_data(descriptor)
        finally:
            os.close(descriptor)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    disk.sync_directory(path.parent)


def write_all(descriptor: int, data: bytes) -> None:
    """Write all of it, however often the system takes a part.

    Raises:
        OSError: if that is not possible.
    """
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def cannot_write(error: OSError, path: Path) -> CannotWriteError:
    """The error of a file that could not be written."""
    return CannotWriteError(f"cannot write: {error.strerror or error}", where=str(path), fix=remedy(error))


def cannot_read(error: OSError, path: Path) -> PvsimError:
    """The error of a file that is there, and cannot be read."""
    kind = CannotWriteError if error.errno in _DENIED else PvsimError
    return kind(f"cannot read: {error.strerror or error}", where=str(path), fix=remedy(error))


def remedy(error: OSError) -> str:
    """What helps against the reason that the system gave."""
    return _REMEDIES.get(error.errno or 0, "check its disk; dmesg may say more")


@contextmanager
def errors_told(path: Path, helps: Callable[[OSError], str] = remedy) -> Iterator[None]:
    """What is done to a path: an error of the system names it, and what helps.

    Args:
        path: What is written.
        helps: Says what helps against an error.

    Raises:
        CannotWriteError: in place of an OSError.
    """
    try:
        yield
    except OSError as error:
        what, where = f"cannot write: {error.strerror or error}", str(error.filename or path)
        raise CannotWriteError(what, where=where, fix=helps(error)) from error
