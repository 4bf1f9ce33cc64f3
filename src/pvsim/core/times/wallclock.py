"""A zone's wall clock over a period, vectorised."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

__all__ = ["DAY_S", "WallClock", "change_of_clock", "changes_clock"]

DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class WallClock:
    """The offsets of a zone between two instants.

    Args:
        starts: UTC epoch seconds from which each offset holds, int64, rising.
        offsets: Seconds to add to UTC, int64, one for each start.
        repeats: Seconds of wall clock that each start shows for the second time, int64, mostly 0.
    """

    starts: NDArray[np.int64]
    offsets: NDArray[np.int64]
    repeats: NDArray[np.int64]

    @classmethod
    def over(cls, zone: tzinfo, first: int, last: int) -> "WallClock":
        """Find every change between the UTC epoch seconds `first` and `last`, to the second."""
        starts, offsets = [first], [_offset(zone, first)]
        for low in range(first, last, DAY_S):
            high = min(low + DAY_S, last)
            if _offset(zone, high) != offsets[-1]:
                starts.append(_change(zone, low, high))
                offsets.append(_offset(zone, high))
        drops = -np.diff(np.array(offsets, np.int64), prepend=offsets[0])
        return cls(np.array(starts, np.int64), np.array(offsets, np.int64), np.maximum(drops, 0))

    def wall(self, t_utc: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Wall-clock seconds of UTC epoch seconds, and whether each passes its wall clock again."""
        piece = np.maximum(np.searchsorted(self.starts, t_utc, side="right") - 1, 0)
        return t_utc + self.offsets[piece], t_utc - self.starts[piece] < self.repeats[piece]

    def again(self, first: int, last: int) -> tuple[tuple[int, int], ...]:
        """What it shows for the second time between two UTC epoch seconds: wall-clock seconds from and to."""
        found = []
        columns = self.starts.tolist(), self.offsets.tolist(), self.repeats.tolist()
        for start, offset, repeats in zip(*columns, strict=True):
            low, high = max(start, first), min(start + repeats, last)
            if low < high:
                found.append((low + offset, high + offset))
        return tuple(found)

    def skipped(self) -> tuple[tuple[int, int], ...]:
        """What it never shows: wall-clock seconds from and to."""
        changes = zip(self.starts[1:].tolist(), pairwise(self.offsets.tolist()), strict=True)
        return tuple((start + before, start + after) for start, (before, after) in changes if before < after)


def changes_clock(zone: tzinfo, wall: datetime) -> bool:
    """Whether the naive `wall` clock is shown twice or never in the zone."""
    return change_of_clock(zone, wall) != 0


def change_of_clock(zone: tzinfo, wall: datetime) -> int:
    """Seconds by which the zone's clock jumps where it shows `wall` twice (below 0) or never; else 0."""
    before, after = (wall.replace(tzinfo=zone, fold=fold).utcoffset() or timedelta() for fold in (0, 1))
    return int((after - before).total_seconds())


def _offset(zone: tzinfo, t_utc: int) -> int:
    offset = datetime.fromtimestamp(t_utc, UTC).astimezone(zone).utcoffset() or timedelta()
    return int(offset.total_seconds())


def _change(zone: tzinfo, low: int, high: int) -> int:
    """The first second in (low, high] that has the offset of `high`."""
    after = _offset(zone, high)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _offset(zone, middle) == after else (middle, high)
    return high
