"""The messages that were rejected: `rejected.jsonl`, and the older ones in a few files of bounded length."""

import os
from pathlib import Path

from pvsim.adapters.session_files.disk import Appends, Disk
from pvsim.errors import BadInputError

__all__ = ["KEPT", "MAX_BYTES", "REJECTED", "cut_back", "extend", "rotate"]

REJECTED = "rejected.jsonl"
MAX_BYTES = 10_000_000
KEPT = 3
"""Full files, beside the one that grows."""


def extend(directory: Path, lines: bytes, at_bytes: int, appends: Appends) -> int:
    """Append lines, which are not yet safe; how long the file is then.

    Raises:
        OSError: if that is not possible.
    """
    if lines:
        appends.write(directory / REJECTED, lines, at_bytes)
    return at_bytes + len(lines)


def rotate(directory: Path, disk: Disk) -> None:
    """Give the full file a number, the newest 1; the oldest one goes.

    Only as many move as must, so that a crash in between loses none that would have been kept.

    Raises:
        OSError: if that is not possible.
    """
    numbered = [directory / REJECTED, *(_numbered(directory, number) for number in range(1, KEPT + 1))]
    free = next((i for i, path in enumerate(numbered) if not path.exists()), KEPT)
    for number in range(free, 0, -1):
        numbered[number - 1].replace(numbered[number])
    disk.sync_directory(directory)


def cut_back(directory: Path, length: int) -> int:
    """Cut the file to its length at the checkpoint; the length that it has then.

    Raises:
        BadInputError: if it is shorter.
        OSError: if that is not possible.
    """
    path, rotated = directory / REJECTED, _numbered(directory, 1)
    found = path.stat().st_size if path.exists() else 0
    if not found and length and rotated.exists() and rotated.stat().st_size == length:
        return 0  # it had its number before the checkpoint could say so
    if found < length:
        what = f"the checkpoint is ahead of the file: {length:,} bytes were written, {found:,} are there"
        fix = "restore it from a copy, or start with another --out"
        raise BadInputError(what, where=str(path), fix=fix)
    if found > length:
        os.truncate(path, length)
    return length


def _numbered(directory: Path, number: int) -> Path:
    return directory / f"rejected.{number}.jsonl"
