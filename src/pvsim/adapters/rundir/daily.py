"""One CSV file for each local day of a run, made of its finished samples file (`--split day`)."""

import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import BinaryIO

from pvsim.adapters.shared.disk import cannot_read, remedy
from pvsim.adapters.shared.file_system import FileSystem, make_directory, new_file
from pvsim.errors import BadInputError, CannotWriteError

__all__ = ["DAYS", "DailyFiles", "days_in", "split_by_day"]

DAYS = "samples"
"""The directory of the daily files, in that of the run."""

_DAY = re.compile(r"\d{4}-\d\d-\d\d\.csv")
_DATE_CHARS = 10
_PIECE = 1 << 20


def split_by_day(samples: Path, directory: Path, file_system: FileSystem) -> list[str]:
    """Write `directory/2024-06-21.csv` and so on, each with the header; the samples file stays.

    May be repeated after it was interrupted: a file gets its name when it is whole.

    Args:
        samples: The finished samples file: rows in order, each beginning with its local time.
        directory: Where the files go.
        file_system: What both are on.

    Returns:
        The names of the files, in order.

    Raises:
        CannotWriteError: if the disk is full or fails.
    """
    names: list[str] = []
    try:
        make_directory(directory, exist_ok=True)
        with samples.open("rb") as file:
            header = file.readline()
            for date, pieces in groupby(_dated(file), key=lambda dated: dated[0]):
                names.append(f"{date.decode()}.csv")
                with new_file(directory / names[-1], file_system) as day:
                    day.write(header)
                    day.writelines(piece for _, piece in pieces)
        file_system.sync_directory(directory)
    except OSError as error:
        what = f"cannot write the daily files: {error.strerror or error}"
        raise CannotWriteError(what, where=str(error.filename or directory), fix=remedy(error)) from error
    return names


def days_in(directory: Path) -> list[str]:
    """The names of the daily files that are there, in order."""
    return sorted(path.name for path in directory.glob("*.csv") if _DAY.fullmatch(path.name))


class DailyFiles:
    """The daily files read as if they were still one.

    Args:
        directory: Where they are.
        names: Their names, in order.

    Raises:
        BadInputError: if one is not there, or has another header than the first.
    """

    def __init__(self, directory: Path, names: list[str]) -> None:
        self._pieces = self._all(directory, names)
        self._left = b""

    def read(self, n: int) -> bytes:
        """The next `n` bytes, fewer at the end."""
        pieces = [self._left]
        have = len(self._left)
        while have < n and (piece := next(self._pieces, b"")):
            pieces.append(piece)
            have += len(piece)
        joined = b"".join(pieces)
        self._left = joined[n:]
        return joined[:n]

    def lines(self) -> Iterator[bytes]:
        """The lines, each with its newline."""
        rest = b""
        for piece in self._pieces:
            whole, newline, rest = (rest + piece).rpartition(b"\n")
            yield from (whole + newline).splitlines(keepends=True)
        if rest:
            yield rest

    @staticmethod
    def _all(directory: Path, names: list[str]) -> Iterator[bytes]:
        header = None
        for name in names:
            try:
                with (directory / name).open("rb") as file:
                    first = file.readline()
                    if header is None:
                        yield first
                    elif first != header:
                        what = f"the header is {first[:80]!r}, and that of the first day {header[:80]!r}"
                        raise BadInputError(what, where=str(directory / name))
                    header = first
                    while piece := file.read(_PIECE):
                        yield piece
            except FileNotFoundError as error:
                raise BadInputError(error.strerror or str(error), where=str(directory / name)) from error
            except OSError as error:
                raise cannot_read(error, directory / name) from error


def _dated(file: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """Whole lines by the megabyte, each portion of one date."""
    while lines := file.readlines(_PIECE):
        first, last = lines[0][:_DATE_CHARS], lines[-1][:_DATE_CHARS]
        if first == last:
            yield first, b"".join(lines)
        else:
            for date, group in groupby(lines, key=lambda line: line[:_DATE_CHARS]):
                yield date, b"".join(group)
