"""A meter's file of one local day: it grows, is cut back to its checkpoint, and is sealed under another name."""

import os
from collections.abc import Callable
from pathlib import Path
from zlib import crc32

from pvsim.adapters.session_files.disk import Appends
from pvsim.adapters.shared.disk import Disk
from pvsim.core.session.checkpoint import OpenDay
from pvsim.core.session.names import is_name
from pvsim.errors import BadInputError, InternalError

__all__ = ["PARTIAL", "SAMPLES", "begin", "crc32_of", "cut_back", "day_path", "extend"]

SAMPLES = "samples.csv"
PARTIAL = "samples.csv.part"

_PIECE = 1 << 20
_FIX = "restore it from a copy, or start with another --out"


def day_path(directory: Path, meter: str, day: str) -> Path:
    """Where a meter's day is; no name leads anywhere else."""
    if not is_name(meter):
        raise InternalError(f"{meter!r} is no name of a meter", where=str(directory))
    return directory / meter / day


def begin(path: Path, header: bytes, appends: Appends, disk: Disk) -> None:
    """Make the directory and file of a day; what a crash has left of it is made again.

    Raises:
        OSError: if that is not possible.
        BadInputError: if there is a finished file.
    """
    if (path / SAMPLES).exists():
        what = f"{SAMPLES} is there, and the checkpoint knows nothing of it"
        raise BadInputError(what, where=str(path), fix="move it away, or start with another --out")
    for each in (path.parent, path):
        if not each.exists():
            each.mkdir(0o755)
            disk.sync_directory(each.parent)
    (path / PARTIAL).unlink(missing_ok=True)
    appends.write(path / PARTIAL, header, 0)
    disk.sync_directory(path)


def extend(path: Path, text: bytes, day: OpenDay, appends: Appends) -> None:
    """Append lines, which are not yet safe, and say so in `day`.

    Raises:
        OSError: if that is not possible.
        CannotWriteError: if the file has another length than `day` says.
    """
    appends.write(path / PARTIAL, text, day.bytes)
    day.bytes += len(text)
    day.crc32 = crc32(text, day.crc32)


def cut_back(path: Path, day: OpenDay) -> None:
    """Cut the file to what the checkpoint says of it.

    Raises:
        BadInputError: if it is not there, shorter, or another one.
        OSError: if that is not possible.
    """
    file = path / (SAMPLES if day.ended is not None and (path / SAMPLES).exists() else PARTIAL)
    found = file.stat().st_size if file.exists() else 0
    if found < day.bytes:
        what = f"the checkpoint is ahead of the file: {day.bytes:,} bytes were written, {found:,} are there"
        raise BadInputError(what, where=str(file), fix=_FIX)
    if crc32_of(file, day.bytes) != day.crc32:
        what = "the file was changed after pvsim wrote it: its CRC-32 differs from the checkpoint's"
        raise BadInputError(what, where=str(file), fix=_FIX)
    if found > day.bytes:
        os.truncate(file, day.bytes)


def crc32_of(file: Path, length: int, take: Callable[[bytes], object] = lambda _: None) -> int:
    """CRC-32 of the first bytes of a file; each piece is given to `take` too.

    Raises:
        OSError: if it cannot be read.
    """
    found = 0
    with file.open("rb") as opened:
        while length and (piece := opened.read(min(length, _PIECE))):
            found = crc32(piece, found)
            take(piece)
            length -= len(piece)
    return found
