"""The messages that were rejected: `rejected.jsonl`, and the older ones in a few files of bounded length.

Where a file is full is a function of the lines alone: a replay of the log splits them at the same places. A commit
that fills a file writes what follows beside it, names it in the checkpoint, and gives the files their names after
that; where it is killed in between, the next start does.
"""

import os
from pathlib import Path

from pvsim.adapters.session_files.disk import Appends
from pvsim.adapters.shared.disk import Disk
from pvsim.errors import BadInputError

__all__ = ["KEPT", "MAX_BYTES", "REJECTED", "cut_back", "extend", "split", "turn"]

REJECTED = "rejected.jsonl"
MAX_BYTES = 10_000_000
KEPT = 3
"""Full files, beside the one that grows."""


def extend(directory: Path, lines: bytes, at_bytes: int, appends: Appends) -> list[int]:
    """Append lines, which are not yet safe.

    Args:
        directory: Of the service.
        lines: What comes now; each ends with its newline.
        at_bytes: How long the file is.
        appends: Writes and makes safe.

    Returns:
        How long the file is then, and the lengths of those that follow it: they get its name by `turn`.

    Raises:
        OSError: if that is not possible.
    """
    if not lines:
        return [at_bytes]
    first, *others = split(lines, at_bytes, MAX_BYTES)
    if first:
        appends.write(directory / REJECTED, first, at_bytes)
    for number, part in enumerate(others, 1):
        _next(directory, number).unlink(missing_ok=True)
        appends.write(_next(directory, number), part, 0)
    return [at_bytes + len(first), *map(len, others)]


def split(lines: bytes, at_bytes: int, most: int) -> list[bytes]:
    """Cut lines so that no file gets longer than `most`, but for a line that is; the first has `at_bytes`."""
    parts: list[bytes] = []
    begin, room = 0, most - at_bytes
    while len(lines) - begin > room:
        end = lines.rfind(b"\n", begin, begin + max(room, 0)) + 1
        if not end:  # not one line fits
            end = lines.index(b"\n", begin) + 1 if room == most else begin
        parts.append(lines[begin:end])
        begin, room = end, most
    return [*parts, lines[begin:]] if begin < len(lines) or not parts else parts


def turn(directory: Path, others: int, disk: Disk) -> None:
    """Give a full file a number, the newest 1, and its name to the next one; the oldest ones go.

    Only as many move as must, so that a crash in between loses none that would have been kept; called again it
    does what is left to do.

    Raises:
        OSError: if that is not possible.
    """
    for following in range(1, others + 1):
        if not _next(directory, following).exists():
            continue  # it has its name
        numbered = [directory / REJECTED, *(_numbered(directory, number) for number in range(1, KEPT + 1))]
        free = next((i for i, path in enumerate(numbered) if not path.exists()), KEPT)
        for number in range(free, 0, -1):
            numbered[number - 1].replace(numbered[number])
        _next(directory, following).replace(directory / REJECTED)
    disk.sync_directory(directory)


def cut_back(directory: Path, lengths: list[int], disk: Disk) -> int:
    """Cut the file to its length at the checkpoint; what was left to do of a turn is done.

    Args:
        directory: Of the service.
        lengths: As of `extend`.
        disk: Makes names safe.

    Returns:
        The length that it has then.

    Raises:
        BadInputError: if it is shorter.
        OSError: if that is not possible.
    """
    if len(lengths) > 1:
        turn(directory, len(lengths) - 1, disk)
    for left in directory.glob(_next(directory, 0).name.replace("0", "*")):
        left.unlink()  # of a commit that did not get as far as its checkpoint
    path, length = directory / REJECTED, lengths[-1]
    found = path.stat().st_size if path.exists() else 0
    if found < length:
        what = f"the checkpoint is ahead of the file: {length:,} bytes were written, {found:,} are there"
        fix = "restore it from a copy, or start with another --out"
        raise BadInputError(what, where=str(path), fix=fix)
    if found > length:
        os.truncate(path, length)
    return length


def _numbered(directory: Path, number: int) -> Path:
    return directory / f"rejected.{number}.jsonl"


def _next(directory: Path, number: int) -> Path:
    return directory / f".rejected.next.{number}.jsonl"
