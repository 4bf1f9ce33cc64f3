"""What the files of a service ask of a disk, and how its errors are told."""

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Self

from pvsim.adapters.shared.disk import Disk, errors_told, remedy, write_all
from pvsim.errors import CannotWriteError

__all__ = ["MODE", "Appends", "read", "writing"]

MODE = 0o644
"""The rights of a service's files."""

_MAX_OPEN = 100
_AT_ONCE = 8


def writing(path: Path) -> AbstractContextManager[None]:
    """What is done to a path of the service: an error of the system names it, and what to do."""
    return errors_told(path, lambda error: f"{remedy(error)}; then start the service again")


class Appends:
    """Writes at the ends of many files, and makes them safe together.

    A disk that is asked for many files at once needs not much longer than for one.
    """

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._open: list[int] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for descriptor in self._open:
            os.close(descriptor)
        self._open.clear()

    def write(self, path: Path, data: bytes, at_bytes: int) -> None:
        """Write at the end of a file, which must be where it is expected.

        Raises:
            OSError: if that is not possible.
            CannotWriteError: if the file has another length: somebody else writes to it.
        """
        if len(self._open) == _MAX_OPEN:
            self.sync()
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, MODE)
        self._open.append(descriptor)
        if (length := os.fstat(descriptor).st_size) != at_bytes:
            what = f"the file has {length:,} bytes, and pvsim has written {at_bytes:,}"
            fix = "find what else writes to it, and start the service again: it cuts back what is not its own"
            raise CannotWriteError(what, where=str(path), fix=fix)
        write_all(descriptor, data)

    def sync(self) -> None:
        """Make everything that was written safe, and close the files.

        Raises:
            OSError: if that is not possible.
        """
        if len(self._open) > 1:
            with ThreadPoolExecutor(_AT_ONCE) as pool:
                for _ in pool.map(self._disk.sync_data, self._open):
                    pass
        elif self._open:
            self._disk.sync_data(self._open[0])
        self.__exit__()


def read(path: Path) -> bytes | None:
    """The content of a file; None where there is none.

    Raises:
        CannotWriteError: if it cannot be read: it is another user's.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        what = f"cannot read: {error.strerror or error}"
        raise CannotWriteError(
            what, where=str(path), fix="start the service as the user that it runs as"
        ) from error
