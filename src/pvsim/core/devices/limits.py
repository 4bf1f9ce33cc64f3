"""A limit on a power that changes with time: a cap that begins on a day, a window in which a device is dimmed."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import groupby, pairwise

import numpy as np

from pvsim.core.quantities.types import Ints

__all__ = ["NO_LIMIT_DW", "LimitSteps"]

NO_LIMIT_DW = 2**40
"""Stands for no limit: more than any power, and its sums stay far inside 64 bits."""


@dataclass(frozen=True, slots=True)
class LimitSteps:
    """A limit as a step function of time; before its first step there is none.

    Attributes:
        starts_utc: When each step begins (Unix time), rising.
        limits_dw: The limit from then on, in 0.1 W; `NO_LIMIT_DW` is none.
    """

    starts_utc: tuple[int, ...]
    limits_dw: tuple[int, ...]

    @classmethod
    def of_windows(cls, windows: Iterable[tuple[int, int, int]]) -> "LimitSteps":
        """The limits of windows (first second, second after the last, limit): the lowest of those that overlap."""
        waiting = sorted((window for window in windows if window[0] < window[1]), reverse=True)
        edges = sorted({edge for start, end, _ in waiting for edge in (start, end)})
        begun: list[tuple[int, int]] = []  # limit and end, the lowest limit first
        lowest = []
        for edge in edges:
            while waiting and waiting[-1][0] == edge:
                _, end, limit = waiting.pop()
                heappush(begun, (limit, end))
            while begun and begun[0][1] <= edge:
                heappop(begun)
            lowest.append(begun[0][0] if begun else NO_LIMIT_DW)
        firsts = [next(same) for _, same in groupby(zip(edges, lowest, strict=True), key=lambda step: step[1])]
        return cls(tuple(edge for edge, _ in firsts), tuple(limit for _, limit in firsts))

    def at(self, first_utc: int, n: int) -> Ints:
        """The limit in each of `n` seconds, in 0.1 W."""
        return self.of_times(np.arange(first_utc, first_utc + n))

    def of_times(self, t_utc: Ints) -> Ints:
        """The limit at each of some Unix times, in 0.1 W."""
        limits = np.array([NO_LIMIT_DW, *self.limits_dw], dtype=np.int64)
        found: Ints = limits[np.searchsorted(np.array(self.starts_utc, dtype=np.int64), t_utc, side="right")]
        return found

    def between(self, start_utc: int, end_utc: int) -> tuple[tuple[int, int, int], ...]:
        """The steps from one time to another: first second, second after the last, and limit of each."""
        first, last = bisect_right(self.starts_utc, start_utc), bisect_left(self.starts_utc, end_utc)
        edges = [start_utc, *self.starts_utc[first:last], end_utc]
        return tuple((edge, after, int(self.at(edge, 1)[0])) for edge, after in pairwise(edges))

    def touch(self, start_utc: int, end_utc: int) -> bool:
        """Whether there is a limit at some time between the two."""
        return any(limit < NO_LIMIT_DW for _, _, limit in self.between(start_utc, end_utc))
