"""What a meter sees that knows only means over longer windows: import, export and peaks of these means."""

import copy

import numpy as np
from numpy.typing import NDArray

from pvsim.core.quantities.types import Ints
from pvsim.core.results.powers import Powers, starts_of
from pvsim.core.results.whole_windows import WholeWindows
from pvsim.core.run.plan import RunPlan

__all__ = ["WindowMeans"]


class WindowMeans(WholeWindows):
    """Takes grid powers, and adds up windows of the local clock as soon as they are whole.

    A window of which rows are missing has the mean of those that are there.

    Attributes:
        import_sums: Of each meter the positive sums over windows, in 0.1 W times rows.
        export_sums: Of each meter the negative ones.
        peaks_dw: Highest mean import and export of each meter, shape (2, meters).
        by_day: Of each day the positive and the negative sums over all meters, shape (2, days).
        of_all_dw: Highest mean import and export of all meters together on each day, shape (2, days).
    """

    def __init__(self, plan: RunPlan, window_s: int) -> None:
        super().__init__(plan, window_s)
        n, days = len(plan.meters), plan.timeline.days
        self.import_sums = np.zeros(n, dtype=np.int64)
        self.export_sums = np.zeros(n, dtype=np.int64)
        self.by_day = np.zeros((2, days), dtype=np.int64)
        self.peaks_dw = np.zeros((2, n))
        self.of_all_dw = np.zeros((2, days))

    def add(self, powers: Powers) -> None:
        """Add the rows of whole periods."""
        self.add_rows(powers, powers.grid)

    def merge(self, other: "WindowMeans") -> None:
        """Add another part of the run; what is added later begins a part of its own."""
        self.import_sums = self.import_sums + other.import_sums
        self.export_sums = self.export_sums + other.export_sums
        self.by_day = self.by_day + other.by_day
        self.peaks_dw = np.maximum(self.peaks_dw, other.peaks_dw)
        self.of_all_dw = np.maximum(self.of_all_dw, other.of_all_dw)
        self.merge_edges(other)

    def closed(self) -> "WindowMeans":
        """The result: the same with all windows taken, be they whole or not."""
        result = copy.copy(self)
        result.edges = dict(self.edges)
        result.import_sums, result.export_sums = self.import_sums.copy(), self.export_sums.copy()
        result.by_day, result.of_all_dw = self.by_day.copy(), self.of_all_dw.copy()
        result.take_edges(list(result.edges))
        return result

    def take(self, days: Ints, sums: Ints, rows: Ints) -> None:
        """See `WholeWindows.take`."""
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
            [np.maximum.reduceat(total, starts), np.maximum.reduceat(0.0 - total, starts)]
        )
        self.of_all_dw[:, days[starts]] = np.maximum(self.of_all_dw[:, days[starts]], of_days)


def _both(mean: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    """The highest import and export of means."""
    return np.stack([mean.max(axis=axis), (0.0 - mean).max(axis=axis)])
