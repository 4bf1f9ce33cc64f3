"""Sums over windows of the local clock, as soon as they are whole: what figures of longer means are made of."""

from collections.abc import Iterable

import numpy as np

from pvsim.core.quantities.types import Ints
from pvsim.core.results.powers import Powers, starts_of
from pvsim.core.results.windows import Windows
from pvsim.core.run.plan import RunPlan

__all__ = ["WholeWindows"]


class WholeWindows:
    """Adds rows up over windows, and hands each window to `take` once.

    Sums over a window are integers, so that it may be cut anywhere. Only the first and the last window of the rows
    seen can be incomplete: their sums are kept until the result is asked for, also through a merge with other
    parts of the run, in any order.

    Attributes:
        windows: Which rows make a window.
        edges: Of windows that may not be whole the day, the sums, and the rows of each meter, by number.
    """

    def __init__(self, plan: RunPlan, window_s: int) -> None:
        self.windows = Windows(plan.timeline, window_s)
        self.edges: dict[int, tuple[int, Ints, Ints]] = {}
        self._first = self._last = -1

    def take(self, days: Ints, sums: Ints, rows: Ints) -> None:
        """Take windows that are whole: their days, the sums of each column, and how many rows each meter has."""

    def add_rows(self, powers: Powers, values: Ints) -> None:
        """Add the rows of whole periods.

        Args:
            powers: Their times, and which of them there are.
            values: What is added up, shape (periods, columns); 0 where a row is missing.
        """
        number = self.windows.number(powers.t_utc)
        starts = starts_of(number)
        sums = np.add.reduceat(values, starts, axis=0)
        if powers.there is None:
            counts = np.diff(starts, append=len(number))
            rows = np.repeat(counts[:, None], powers.grid.shape[1], axis=1)
        else:
            rows = np.add.reduceat(powers.there.astype(np.int64), starts, axis=0)
        days = powers.day[starts]
        first, last = int(number[0]), int(number[-1])
        if self._first < 0:
            self._first = first
        elif self._first < self._last < first:
            self.take_edges([self._last])
        self._hold(first, int(days[0]), sums[0], rows[0])
        if first < last:
            if first != self._first:
                self.take_edges([first])
            if len(days) > 2:  # noqa: PLR2004 - the first, the last, and others
                self.take(days[1:-1], sums[1:-1], rows[1:-1])
            self._hold(last, int(days[-1]), sums[-1], rows[-1])
        self._last = last

    def merge_edges(self, other: "WholeWindows") -> None:
        """Add what another part of the run has kept; what is added later begins a part of its own."""
        for number, edge in other.edges.items():
            self._hold(number, *edge)
        self.close()

    def close(self) -> None:
        """Let what is added later begin a part of its own."""
        self._first = self._last = -1

    def take_edges(self, numbers: Iterable[int]) -> None:
        """Take some of the windows at the edges as they are."""
        for day, sums, rows in [self.edges.pop(number) for number in numbers]:
            self.take(np.array([day]), sums[None], rows[None])

    def _hold(self, number: int, day: int, sums: Ints, rows: Ints) -> None:
        held = self.edges.get(number)
        self.edges[number] = (day, sums, rows) if held is None else (day, held[1] + sums, held[2] + rows)
