"""The powers of several meters added up row by row: what the connection that they share sees."""

import numpy as np
from numpy.typing import NDArray

from pvsim.core.quantities.types import Ints

__all__ = ["ConnectionPoint"]


class ConnectionPoint:
    """Peaks at the connection that several meters share: of their sums, row by row, in any number of portions.

    Attributes:
        peaks_dw: Highest load, PV power, import and export of one averaging period in 0.1 W: shape (4,).
        quarter_peaks_dw: Highest import and export as a 15-minute mean: shape (2,).
    """

    def __init__(self) -> None:
        self._window = -1
        self._open = np.zeros(3, dtype=np.int64)  # load, PV and grid power of the period that is not over
        self.peaks_dw = np.zeros(4, dtype=np.int64)
        self.quarter_peaks_dw = np.zeros(2)

    def add(self, window: Ints, load: Ints, pv: Ints, grid: Ints) -> None:
        """Add rows; `window` numbers their averaging periods, rising."""
        starts = np.concatenate([[0], np.flatnonzero(np.diff(window)) + 1])
        sums = np.add.reduceat(np.stack([load, pv, grid]), starts, axis=1)
        if window[0] == self._window:
            sums[:, 0] += self._open
        else:
            self._take(self._open[:, None])
        self._take(sums[:, :-1])
        self._window, self._open = int(window[-1]), sums[:, -1].copy()

    def add_quarter(self, mean_grid: NDArray[np.float64]) -> None:
        """Add a quarter of an hour: the mean grid power of each meter."""
        total = float(mean_grid.sum())
        np.maximum(self.quarter_peaks_dw, [total, -total], out=self.quarter_peaks_dw)

    def close(self) -> None:
        """No row follows."""
        self._take(self._open[:, None])

    def _take(self, sums: Ints) -> None:
        load, pv, grid = sums
        for i, power in enumerate((load, pv, grid, -grid)):
            self.peaks_dw[i] = max(self.peaks_dw[i], power.max(initial=0))
