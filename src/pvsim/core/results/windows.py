"""Windows of the local clock: whole minutes, quarters of an hour, hours, numbered through a run."""

from itertools import pairwise

import numpy as np

from pvsim.core.quantities.timeline import Timeline
from pvsim.core.quantities.types import Ints

__all__ = ["Windows"]


class Windows:
    """Windows of one length that begin at its multiples of the local clock, in a day of 23 or 25 hours too.

    Where the clock changes within a window, it is cut there, and the part behind it is a window of its own. An
    hour that the clock shows twice is two. A zone with an offset of 5:45 h has its own hours.

    Args:
        timeline: The run.
        length_s: Of a window; it divides an hour.
    """

    def __init__(self, timeline: Timeline, length_s: int) -> None:
        self.length_s = length_s
        self._changes = np.asarray(timeline.changes_utc, dtype=np.int64)
        offsets = timeline.offsets_s
        shifts = [-((timeline.start_utc + offsets[0]) // length_s)]
        for (before, after), change in zip(pairwise(offsets), timeline.changes_utc[1:], strict=True):
            last = (change - 1 + before) // length_s + shifts[-1]
            shifts.append(last + 1 - (change + after) // length_s)
        self._offsets = np.asarray(offsets, dtype=np.int64)
        self._shifts = np.asarray(shifts, dtype=np.int64)

    def number(self, t_utc: Ints) -> Ints:
        """The numbers of the windows that the Unix times `t_utc` of the run are in: from 0, rising with time."""
        if len(self._changes) == 1:
            first: Ints = (t_utc + self._offsets[0]) // self.length_s + self._shifts[0]
            return first
        index = np.searchsorted(self._changes, t_utc, side="right") - 1
        numbers: Ints = (t_utc + self._offsets[index]) // self.length_s + self._shifts[index]
        return numbers
