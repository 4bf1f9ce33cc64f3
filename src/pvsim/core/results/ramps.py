"""Ramps: how far load, PV power and grid go up or down within 1, 10 and 60 s."""

from collections.abc import Iterable, Sequence
from functools import partial
from itertools import product

import numpy as np
from numpy.typing import NDArray

from pvsim.core.quantities.types import DW_PER_KW, Ints
from pvsim.core.results.changes import POWERS, Changes
from pvsim.core.results.histogram import Counted
from pvsim.core.results.period_counts import PeriodCounts
from pvsim.core.results.powers import Powers
from pvsim.core.results.summary import Ramp
from pvsim.core.run.plan import RunPlan

__all__ = ["MEASURES", "Ramps", "measures_of", "names_of", "ramps_of"]

_PER_MILLE = (500, 990, 999, 1000)
MEASURES = 1 + len(_PER_MILLE)
"""Integers that are said of changes: how many there are, and some of them."""


class Ramps(Changes):
    """Counts changes of the sums over all meters, between periods of which each has its row.

    A change belongs to the day and month of its later row.

    Attributes:
        counted: Changes of load, PV power and grid, of each within each lag.
    """

    def __init__(self, plan: RunPlan) -> None:
        super().__init__(plan)
        # no method: that would keep all counts in a cycle
        self._measured = partial(_ramps, names_of(plan), self.lags_s)
        self.counted = PeriodCounts(plan, POWERS * len(self.lags_s), self._measured)

    def add(self, powers: Powers) -> None:
        """Add the rows of whole periods: kept for a minute, they are little of many meters' sum."""
        sums = [power.sum(axis=1, keepdims=True) for power in (powers.meter, powers.pv, powers.grid)]
        whole: NDArray[np.bool_] | None = None
        if powers.there is not None:
            whole = np.asarray(powers.there.all(axis=1, keepdims=True))
        self.add_rows(powers.t_utc, np.stack(sums), whole)

    def take(self, day: int, kind: int, changes: Ints, both: NDArray[np.bool_] | None) -> None:
        """See `Changes.take`."""
        self.counted.add(day, kind, np.abs(changes if both is None else changes[both]).reshape(-1))

    def spans(self, t_utc: Ints, start: int = 0) -> list[tuple[int, slice]]:
        """See `Changes.spans`."""
        return list(self.counted.spans(t_utc, start))

    def end_days(self, day: int, since_utc: int) -> None:
        """See `Changes.end_days`."""
        self.counted.close(day, since_utc)

    def merge(self, other: "Ramps") -> None:
        """Add another part of the run; what is added later begins a part of its own."""
        self.counted.merge(other.counted)
        self.merge_ends(other)

    def result(self) -> tuple[tuple[Ramp, ...] | None, dict[str, tuple[Ramp, ...] | None]]:
        """The percentiles of the run, and of each day and month by its name.

        None where rows are too long, or no two of them are a lag apart.
        """
        run, periods = self.counted.result()
        return self._measured(run), periods


def names_of(plan: RunPlan) -> tuple[str, ...]:
    """The powers that change, as a `Ramp` names them."""
    return ("meter" if plan.meter_range.grid else "load", "pv", "grid")


def measures_of(counted: Counted) -> list[int]:
    """How many changes there are, and their percentiles in 0.1 W; all 0 where there are none."""
    total = counted.total
    if not total:
        return [0] * MEASURES
    return [total, *counted.values_at([-(-total * mille // 1000) for mille in _PER_MILLE])]


def ramps_of(
    names: Sequence[str], lags_s: Sequence[int], measures: Iterable[Sequence[int]]
) -> tuple[Ramp, ...] | None:
    """What `measures_of` each power within each lag says; None where there is no change at all."""
    found = []
    for (name, lag_s), (total, *values) in zip(product(names, lags_s), measures, strict=True):
        if total:
            found.append(Ramp(name, lag_s, total, *(value / DW_PER_KW for value in values)))
    return tuple(found) or None


def _ramps(names: Sequence[str], lags_s: Sequence[int], changes: Iterable[Counted]) -> tuple[Ramp, ...] | None:
    return ramps_of(names, lags_s, map(measures_of, changes))
