"""What rows of a second tell of a battery: losses at rest and while it runs, and what went past the house.

A battery acts second by second. A mean over more seconds does not tell in how many of them it ran, nor what went
past the house and back: only rows of a second are counted.
"""

import numpy as np

from pvsim.core.devices.battery import BatteryModel
from pvsim.core.quantities.types import DW_PER_W, Ints
from pvsim.core.results.powers import Powers
from pvsim.core.run.plan import RunPlan

__all__ = ["PARTS", "BatteryParts"]

PARTS = 4
"""Standby, no-load loss, from the grid, to the grid."""


class BatteryParts:
    """Sums in 0.1 W times seconds of each of the `PARTS`.

    Attributes:
        by_meter: Of each meter's site, shape (parts, meters).
        by_day: Of each day over all sites, shape (days, parts).
        counted: Whether the rows tell them: they are a second long.
    """

    def __init__(self, plan: RunPlan, batteries: tuple[BatteryModel | None, ...], lower: Ints) -> None:
        n = len(batteries)
        self.by_meter = np.zeros((PARTS, n), dtype=np.int64)
        self.by_day = np.zeros((plan.timeline.days, PARTS), dtype=np.int64)
        self.counted = plan.every_s == 1
        self._lower = lower
        self._standby_dw, self._no_load_dw = (
            np.array([0 if each is None else round(getattr(each, name) * DW_PER_W) for each in batteries])
            for name in ("standby_w", "no_load_w")
        )
        self._late = np.array(
            [each is not None and not each.response.at_once for each in batteries], dtype=np.int64
        )

    def add(self, powers: Powers) -> None:
        """Add the rows of whole periods, which have batteries."""
        if not self.counted or powers.soc_steps is None or powers.battery is None:
            return
        battery, grid = powers.battery, powers.grid
        found = {0: (powers.soc_steps > self._lower) * self._standby_dw}
        if self._no_load_dw.any():
            found[1] = (battery != 0) * self._no_load_dw
        if self._late.any():
            for part, sign in ((2, 1), (3, -1)):
                found[part] = np.minimum(np.maximum(sign * battery, 0), np.maximum(sign * grid, 0)) * self._late
        for part, power in found.items():
            by_day = powers.by_day(power)
            self.by_meter[part] += by_day.sum(axis=0)
            self.by_day[powers.days, part] += by_day.sum(axis=1)

    def merge(self, other: "BatteryParts") -> None:
        """Add another part of the run."""
        self.by_meter += other.by_meter
        self.by_day += other.by_day
