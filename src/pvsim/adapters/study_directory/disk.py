"""What the files of a study ask of a disk, and how its errors are told."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from pvsim.errors import CannotWriteError

__all__ = ["Disk", "replace", "write_all", "writing"]

_REMEDIES = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT), "free some space on its disk"),
    **dict.fromkeys((errno.EACCES, errno.EPERM), "work as its owner, or give another --out"),
    **dict.fromkeys((errno.EEXIST, errno.ENOTDIR), "it is a file: give another --out"),
    errno.EISDIR: "it is a directory: move it away",
    errno.EFBIG: "raise the limit: ulimit -f unlimited",
    errno.EROFS: "its disk is read-only: give another --out",
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


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """What is done to a path of the study: an error of the system names it, and what to do."""
    try:
        yield
    except OSError as error:
        fix = _REMEDIES.get(error.errno or 0, "check its disk; dmesg may say more")
        where = str(error.filename or path)
        raise CannotWriteError(f"cannot write: {error.strerror or error}", where=where, fix=fix) from error


def replace(path: Path, content: bytes, disk: Disk) -> None:
    """Write a small file, all or nothing.

    Raises:
        OSError: if that is not possible; the old one is there then.
    """
    temporary = path.with_name(f".{path.name}.new")
    try:
        with temporary.open("wb", buffering=0) as file:
            write_all(file.fileno(), content)
            disk.sync_data(file.fileno())
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
