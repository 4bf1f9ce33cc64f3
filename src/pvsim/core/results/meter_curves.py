"""The curves of each of several meters: its ramps, and the duration curve of its grid power.

What is counted for them takes some 35 kB a meter, more than all else that is known of it; what they come to, 0.5
kB. So where a run has many meters, those of some are counted after the other's: `curves_of` a part of them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pvsim.core.quantities.types import Ints
from pvsim.core.results.changes import POWERS, Changes, lags_of
from pvsim.core.results.duration import TENTHS, curve_of, points_of
from pvsim.core.results.meter_counts import MeterCounts
from pvsim.core.results.powers import Powers, tables_of
from pvsim.core.results.ramps import MEASURES, measures_of, names_of, ramps_of
from pvsim.core.results.samples import Samples
from pvsim.core.results.summary import Duration, Ramp
from pvsim.core.run.plan import RunPlan

__all__ = ["Curves", "MeterCurves", "curves_of", "joined_curves"]


@dataclass(frozen=True, slots=True)
class Curves:
    """What the curves of some meters come to.

    Attributes:
        plan: The run, or a part of it with these meters.
        changes: Of each meter, power and lag, `measures_of` its changes, shape (meters, powers × lags, measures).
        rows: How many rows each meter has, shape (meters,).
        grid: Its grid power in 0.1 W at each of the `TENTHS` of the time, shape (meters, tenths).
    """

    plan: RunPlan
    changes: Ints
    rows: Ints
    grid: Ints

    def ramps(self, meter: int) -> tuple[Ramp, ...] | None:
        """The ramps of one meter; None where it has no two rows that are a lag apart."""
        return ramps_of(names_of(self.plan), lags_of(self.plan), self.changes[meter].tolist())

    def duration(self, meter: int) -> Duration | None:
        """The duration curve of one meter; None where it has no rows."""
        return curve_of(self.grid[meter].tolist(), TENTHS) if self.rows[meter] else None


class MeterCurves(Changes):
    """Counts the changes and the grid powers of each meter.

    Args:
        plan: The run, or a part of it.
        of_run: How many meters the run has: that says how fine the counts are.

    Attributes:
        changes: Of load, PV power and grid, of each within each lag, by meter.
        grid: Grid powers by meter.
    """

    def __init__(self, plan: RunPlan, of_run: int) -> None:
        super().__init__(plan)
        n = len(plan.meters)
        self.changes = MeterCounts(POWERS * len(self.lags_s), n, of_run)
        self.grid = MeterCounts(1, n, of_run)

    def take(self, day: int, kind: int, changes: Ints, both: NDArray[np.bool_] | None) -> None:  # noqa: ARG002 - the whole run's
        """See `Changes.take`."""
        self.changes.add(kind, np.abs(changes), both)

    def add(self, powers: Powers) -> None:
        """Add the rows of whole periods."""
        self.add_rows(powers.t_utc, np.stack([powers.meter, powers.pv, powers.grid]), powers.there)
        self.grid.add(0, powers.grid, powers.there)

    def merge(self, other: "MeterCurves") -> None:
        """Add another part of the run's time; what is added later begins a part of its own."""
        self.changes.merge(other.changes)
        self.grid.merge(other.grid)
        self.merge_ends(other)

    def result(self) -> Curves:
        """What the curves of all meters come to."""
        n, kinds = len(self.plan.meters), POWERS * len(self.lags_s)
        changes = np.zeros((n, kinds, MEASURES), dtype=np.int64)
        rows, grid = np.zeros(n, dtype=np.int64), np.zeros((n, len(TENTHS)), dtype=np.int64)
        for meter in range(n):
            for kind in range(kinds):
                changes[meter, kind] = measures_of(self.changes.of(kind, meter))
            counted = self.grid.of(0, meter)
            rows[meter] = counted.total
            grid[meter] = points_of(counted, TENTHS) or 0
        return Curves(self.plan, changes, rows, grid)


def curves_of(plan: RunPlan, samples: Iterable[Samples], of_run: int) -> Curves:
    """The curves of the meters of a run, or of a part of it.

    Args:
        plan: The run or part.
        samples: All its rows in order, in any portions.
        of_run: How many meters the run has.
    """
    curves = MeterCurves(plan, of_run)
    for powers in tables_of(plan, samples):
        curves.add(powers)
    return curves.result()


def joined_curves(plan: RunPlan, parts: Iterable[tuple[Sequence[int], Curves]]) -> Curves:
    """The curves of all meters of a run.

    Args:
        plan: The run.
        parts: Of each part of its meters, their places in the run, and their curves.
    """
    n, kinds = len(plan.meters), POWERS * len(lags_of(plan))
    whole = Curves(
        plan,
        np.zeros((n, kinds, MEASURES), dtype=np.int64),
        np.zeros(n, dtype=np.int64),
        np.zeros((n, len(TENTHS)), dtype=np.int64),
    )
    for places, part in parts:
        meters = np.asarray(places, dtype=np.int64)
        whole.changes[meters], whole.rows[meters], whole.grid[meters] = part.changes, part.rows, part.grid
    return whole
