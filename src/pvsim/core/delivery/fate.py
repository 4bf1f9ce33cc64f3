"""What a rejected or missing reading leads to: a row, a held value, or no row."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pvsim.core.quantities.types import Ints
from pvsim.core.results.sampling import REJECTED_DW
from pvsim.core.run.plan import RunPlan

__all__ = ["Fate", "fate_of"]


@dataclass(frozen=True, slots=True)
class Fate:
    """Readings of whole averaging periods in order of position; arrays of shape (n,) if nothing else is said.

    Attributes:
        values: In 0.1 W, with those of before where the run holds them.
        rejected: Which readings have no value of their own.
        lost: Which readings are in no row: they, or another of their meter's period, have no value.
        row_lost: Which rows there are not, shape (rows,).
        held_s: Seconds of each row for which the value before stands, shape (rows,).
        last: The last value of each meter, where the run holds values; else ().
    """

    values: Ints
    rejected: NDArray[np.bool_]
    lost: NDArray[np.bool_]
    row_lost: NDArray[np.bool_]
    held_s: Ints
    last: tuple[int, ...]

    @property
    def in_incomplete_periods(self) -> Ints:
        """The indices of valid readings without a row, because their averaging period lacks another one."""
        return np.flatnonzero(self.lost & ~self.rejected)

    @property
    def written(self) -> int:
        """How many readings became part of a row."""
        return int(np.count_nonzero(~self.lost & ~self.rejected))

    @property
    def missing(self) -> int:
        """How many readings are in no row."""
        return int(np.count_nonzero(self.lost))


def fate_of(values: Ints, plan: RunPlan, last: tuple[int, ...]) -> Fate:
    """Decide about readings of whole averaging periods, `REJECTED_DW` where one has no value.

    Args:
        values: In order of position, from the first of a period on, shape (n,).
        plan: The run; it says whether the value before stands for one that is missing.
        last: The last value of each meter before them; () at the start of a run, or where none is held.
    """
    rejected = values == REJECTED_DW
    if plan.holds:
        values, last = _held(values, last or (REJECTED_DW,) * len(plan.meters))
    shape = (-1, plan.every_s, len(plan.meters))
    if not rejected.any():
        rows = np.zeros(len(values) // plan.every_s, dtype=np.int64)
        return Fate(values, rejected, rejected, rows > 0, rows, last)
    unknown = (values == REJECTED_DW).reshape(shape)
    lost = np.broadcast_to(unknown.any(axis=1, keepdims=True), unknown.shape).reshape(-1)
    held_s = rejected.reshape(shape).sum(axis=1).reshape(-1)
    return Fate(values, rejected, lost, unknown.any(axis=1).reshape(-1), held_s, last)


def _held(values: Ints, last: tuple[int, ...]) -> tuple[Ints, tuple[int, ...]]:
    """Each meter's missing values replaced by the one before, and its last value."""
    by_meter = np.concatenate([np.array([last], dtype=np.int64), values.reshape(-1, len(last))])
    seconds = np.arange(len(by_meter))[:, None]
    known = np.maximum.accumulate(np.where(by_meter == REJECTED_DW, 0, seconds), axis=0)
    filled = np.take_along_axis(by_meter, known, axis=0)
    return filled[1:].reshape(-1), tuple(filled[-1].tolist())
