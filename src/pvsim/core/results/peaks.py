"""Highest powers of single rows: of each meter, and of all together on each day."""

from collections.abc import Sequence

import msgspec
import numpy as np

from pvsim.core.quantities.types import DW_PER_KW, Ints
from pvsim.core.results.powers import Powers
from pvsim.core.results.summary import Peaks
from pvsim.core.run.plan import RunPlan

__all__ = ["RowPeaks", "peaks_of"]


class RowPeaks:
    """Peaks of load (or what a grid meter shows), PV power, import and export in 0.1 W, at least 0.

    Attributes:
        by_meter: Of each meter, shape (4, meters).
        of_all: Of the sum over all meters on each day, shape (4, days).
    """

    def __init__(self, plan: RunPlan) -> None:
        self.by_meter = np.zeros((4, len(plan.meters)), dtype=np.int64)
        self.of_all = np.zeros((4, plan.timeline.days), dtype=np.int64)

    def add(self, powers: Powers) -> None:
        """Add the rows of whole periods."""
        days, starts = powers.days, powers.day_starts
        for i, power in enumerate((powers.meter, powers.pv, powers.grid)):
            total = power.sum(axis=1)
            _raise_to(self.by_meter, i, slice(None), power.max(axis=0))
            _raise_to(self.of_all, i, days, np.maximum.reduceat(total, starts))
            if power is powers.grid:
                _raise_to(self.by_meter, 3, slice(None), -power.min(axis=0))
                _raise_to(self.of_all, 3, days, -np.minimum.reduceat(total, starts))

    def merge(self, other: "RowPeaks") -> None:
        """Add another part of the run."""
        self.by_meter = np.maximum(self.by_meter, other.by_meter)
        self.of_all = np.maximum(self.of_all, other.of_all)


def peaks_of(plan: RunPlan, peaks_dw: Ints, quarters_kw: Sequence[float | None]) -> Peaks:
    """The peaks of four powers of rows, and of import and export over a quarter of an hour."""
    peaks = Peaks(*(peaks_dw / DW_PER_KW).tolist(), *quarters_kw)
    return msgspec.structs.replace(peaks, load=None, meter=peaks.load) if plan.meter_range.grid else peaks


def _raise_to(peaks: Ints, i: int, where: Ints | slice, values: Ints) -> None:
    peaks[i, where] = np.maximum(peaks[i, where], values)
