"""Sums of the powers of a run by hour of the local clock, over all its days and meters."""

from typing import TYPE_CHECKING

import numpy as np

from pvsim.core.quantities.timeline import HOUR_S
from pvsim.core.quantities.types import Ints
from pvsim.core.results.powers import starts_of

if TYPE_CHECKING:
    from pvsim.core.results.samples import Samples
    from pvsim.core.run.plan import RunPlan

__all__ = ["POWERS", "HourSums", "powers_of_rows"]

POWERS = ("load", "pv", "import", "export", "battery_charge", "battery_discharge", "curtailed")
"""The powers of a profile, in the order of its arrays. `load` is what the meter shows, also at the grid."""

_HOURS = 24


class HourSums:
    """Sums by hour of the local clock, 0 to 23: a part of a profile, or an `Accumulator` of whole periods.

    Args:
        plan: The run.

    Attributes:
        plan: The run.
        dws: Sums of each power in 0.1 W · s, shape (powers, 24).
        seconds: Seconds with rows in each of those hours, shape (24,).
    """

    def __init__(self, plan: "RunPlan") -> None:
        self.plan = plan
        self.dws = np.zeros((len(POWERS), _HOURS), dtype=np.int64)
        self.seconds = np.zeros(_HOURS, dtype=np.int64)

    def add(self, samples: "Samples") -> None:
        """See `Accumulator.add`; in each portion, periods with the rows of all meters that they have."""
        if len(samples):
            period = samples.window(self.plan)
            starts = starts_of(period)
            self.take(period[starts], np.add.reduceat(powers_of_rows(samples), starts, axis=1))

    def take(self, period: Ints, powers: Ints) -> None:
        """Take periods in order, at least one, each with the sums of its meters: shape (powers, periods)."""
        timeline, every_s = self.plan.timeline, self.plan.every_s
        t_utc = timeline.start_utc + period * every_s
        hour = (t_utc + timeline.offset_s(t_utc)) // HOUR_S
        starts = starts_of(hour)
        at = hour[starts] % _HOURS
        np.add.at(self.dws.T, at, np.add.reduceat(powers, starts, axis=1).T * every_s)
        np.add.at(self.seconds, at, np.diff(starts, append=len(period)) * every_s)

    def merge(self, other: "HourSums") -> None:
        """See `Accumulator.merge`."""
        self.dws += other.dws
        self.seconds += other.seconds

    def result(self) -> tuple[Ints, Ints]:
        """See `Accumulator.result`: `dws` and `seconds`."""
        return self.dws, self.seconds


def powers_of_rows(samples: "Samples") -> Ints:
    """Each of `POWERS` at each row: shape (powers, rows)."""
    grid, nothing = samples.grid_dw, np.zeros_like(samples.meter_dw)
    battery = nothing if samples.battery_dw is None else samples.battery_dw
    return np.stack(
        [
            samples.meter_dw,
            samples.pv_dw,
            np.maximum(grid, 0),
            np.maximum(-grid, 0),
            np.maximum(battery, 0),
            np.maximum(-battery, 0),
            nothing if samples.curtailed_dw is None else samples.curtailed_dw,
        ]
    )
