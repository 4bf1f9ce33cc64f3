"""What files that must survive a crash ask of a disk: safe content, and small files that change at once."""

import os
from pathlib import Path
from typing import Protocol

__all__ = ["Disk", "replace", "write_all"]


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
