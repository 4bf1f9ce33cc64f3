"""What a meter sees that knows only means over longer windows: import, export and peaks of these means."""

import copy
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from pvsim.core.quantities.types import Ints
from pvsim.core.results.powers import Powers, starts_of
from pvsim.core.results.windows import Windows
from pvsim.core.run.plan import RunPlan

__all__ = ["NO_EXPORT", "WindowMeans"]

NO_EXPORT = -0.0
"""What summaries of several meters have always said where they export nothing together."""


class WindowMeans:
    """Takes grid powers, and adds up windows of the local clock as soon as they are whole.

    Sums over a window are integers, so that it may be cut anywhere. Only the first and the last window of the rows
    seen can be incomplete: their sums are kept until the result is asked for, also through a merge with other
    parts of the run, in any order. A window of which rows are missing has the mean of those that are there.

    Attributes:
        windows: Which rows make a window.
        import_sums: Of each meter the positive sums over windows, in 0.1 W times rows.
        export_sums: Of each meter the negative ones.
        peaks_dw: Highest mean import and export of each meter, shape (2, meters).
        by_day: Of each day the positive and the negative sums over all meters, shape (2, days).
        of_all_dw: Highest mean import and export of all meters together on each day, shape (2, days).
        edges: Of windows that may not be whole the day, the sums and the rows of each meter, by number.
    """

    def __init__(self, plan: RunPlan, window_s: int) -> None:
        n, days = len(plan.meters), plan.timeline.days
        self.windows = Windows(plan.timeline, window_s)
        self.import_sums = np.zeros(n, dtype=np.int64)
        self.export_sums = np.zeros(n, dtype=np.int64)
        self.by_day = np.zeros((2, days), dtype=np.int64)
        self.peaks_dw = np.zeros((2, n))
        self.of_all_dw = np.stack([np.zeros(days), np.full(days, NO_EXPORT)])
        self.edges: dict[int, tuple[int, Ints, Ints]] = {}
        self._first = self._last = -1

    def add(self, powers: Powers) -> None:
        """Add the rows of whole periods."""
        number = self.windows.number(powers.t_utc)
        starts = starts_of(number)
        sums = np.add.reduceat(powers.grid, starts, axis=0)
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
            self._take(days[1:-1], sums[1:-1], rows[1:-1])
            self._hold(last, int(days[-1]), sums[-1], rows[-1])
        self._last = last

    def merge(self, other: "WindowMeans") -> None:
        """Add another part of the run; what is added later begins a part of its own."""
        self.import_sums = self.import_sums + other.import_sums
        self.export_sums = self.export_sums + other.export_sums
        self.by_day = self.by_day + other.by_day
        self.peaks_dw = np.maximum(self.peaks_dw, other.peaks_dw)
        self.of_all_dw = np.maximum(self.of_all_dw, other.of_all_dw)
        for number, edge in other.edges.items():
            self._hold(number, *edge)
        self.close()

    def close(self) -> None:
        """Let what is added later begin a part of its own."""
        self._first = self._last = -1

    def closed(self) -> "WindowMeans":
        """The result: the same with all windows taken, be they whole or not."""
        result = copy.copy(self)
        result.edges = dict(self.edges)
        result.import_sums, result.export_sums = self.import_sums.copy(), self.export_sums.copy()
        result.by_day, result.of_all_dw = self.by_day.copy(), self.of_all_dw.copy()
        result.take_edges(list(result.edges))
        return result

    def _hold(self, number: int, day: int, sums: Ints, rows: Ints) -> None:
        held = self.edges.get(number)
        self.edges[number] = (day, sums, rows) if held is None else (day, held[1] + sums, held[2] + rows)

    def take_edges(self, numbers: Iterable[int]) -> None:
        """Take some of the windows at the edges as they are."""
        for day, sums, rows in [self.edges.pop(number) for number in numbers]:
            self._take(np.array([day]), sums[None], rows[None])

    def _take(self, days: Ints, sums: Ints, rows: Ints) -> None:
        """Add windows that are whole: their days, and of each meter the sums and the number of rows."""
        if not len(days):
            return
        imported, exported = np.maximum(sums, 0), np.maximum(-sums, 0)
        self.import_sums += imported.sum(axis=0)
        self.export_sums += exported.sum(axis=0)
        mean = np.divide(sums, rows, out=np.zeros(sums.shape), where=rows > 0)
        self.peaks_dw = np.maximum(self.peaks_dw, _both(mean, axis=0))
        total = mean.sum(axis=1)
        starts = starts_of(days)
        of_all = np.stack([imported.sum(axis=1), exported.sum(axis=1)])
        self.by_day[:, days[starts]] += np.add.reduceat(of_all, starts, axis=1)
        of_days: NDArray[np.float64] = np.stack(
            [np.maximum.reduceat(total, starts), np.maximum.reduceat(-total, starts)]
        )
        self.of_all_dw[:, days[starts]] = np.maximum(self.of_all_dw[:, days[starts]], of_days)


def _both(mean: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    """The highest import and export of means."""
    return np.stack([mean.max(axis=axis), (0.0 - mean).max(axis=axis)])
