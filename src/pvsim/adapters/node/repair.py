"""Repair of streams after a kill, before a 3.10 node boots.

A SIGKILL inside a segment rollover leaves an index file without its segment (or with an empty one). osiris
1.3 (RabbitMQ 3.10) never opens such a stream again and writes 12,000 log lines a second; later versions heal
it. Such a pair holds no message, so it can go. Everything else is left to osiris itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Pair", "leftovers", "needs_repair", "repair"]

_HEADER_BYTES = 8  # of a segment and of an index: no more means no message


@dataclass(frozen=True, slots=True)
class Pair:
    """One segment of a stream: the common stem of its two files, and the segment's bytes (None: no file)."""

    stem: str
    segment_bytes: int | None


def needs_repair(version: str) -> bool:
    """Whether RabbitMQ of that version cannot heal a torn rollover by itself."""
    return version.startswith("3.10.")


def leftovers(pairs: Sequence[Pair]) -> tuple[str, ...]:
    """Stems to remove, newest first: the newest pairs without a message, but never the last pair left.

    Args:
        pairs: Of one stream, in any order; stems sort by age.
    """
    doomed: list[str] = []
    for pair in sorted(pairs, key=lambda pair: pair.stem, reverse=True):
        if (pair.segment_bytes or 0) > _HEADER_BYTES or len(doomed) == len(pairs) - 1:
            break
        doomed.append(pair.stem)
    return tuple(doomed)


def repair(data: Path) -> tuple[Path, ...]:
    """Remove the leftovers of all streams below a node's data directory; the node must not be running.

    Returns:
        The index files that were removed.
    """
    removed = []
    for stream in sorted(data.glob("*/stream/__*")):
        for stem in leftovers([_pair(index) for index in stream.glob("*.index")]):
            index = stream / f"{stem}.index"
            index.unlink()
            index.with_suffix(".segment").unlink(missing_ok=True)
            removed.append(index)
    return tuple(removed)


def _pair(index: Path) -> Pair:
    segment = index.with_suffix(".segment")
    return Pair(index.stem, segment.stat().st_size if segment.exists() else None)
