"""What seconds tell of a battery: losses at rest and while it runs, and what went past the house.

A battery acts second by second. A mean over more seconds does not tell in how many of them it ran, nor what went
past the house and back. So these are summed up where the seconds are known: as the balance of each is computed, or
from rows of a second.
"""

from collections.abc import Iterator

import numpy as np

from pvsim.core.devices.balance import NO_BATTERY, SOC_STEPS
from pvsim.core.devices.battery import BatteryModel
from pvsim.core.quantities.types import DW_PER_W, Ints
from pvsim.core.results.powers import Powers
from pvsim.core.run.plan import RunPlan

__all__ = ["PARTS", "BatteryParts", "SecondParts", "lower_steps"]

PARTS = 4
"""Standby, no-load loss, from the grid, to the grid."""


def lower_steps(batteries: tuple[BatteryModel | None, ...]) -> Ints:
    """The lower limit of each site's battery in steps of the state of charge; `NO_BATTERY` where there is none."""
    return np.array(
        [NO_BATTERY if each is None else each.lower // each.units_per_soc(SOC_STEPS) for each in batteries],
        dtype=np.int64,
    )


class SecondParts:
    """Tells the parts of seconds.

    Args:
        batteries: Of each site, None where it has none.

    Attributes:
        any: Whether there is a part that may be something.
    """

    def __init__(self, batteries: tuple[BatteryModel | None, ...]) -> None:
        self._lower = lower_steps(batteries)
        self._standby_dw, self._no_load_dw = (
            np.array([0 if each is None else round(getattr(each, name) * DW_PER_W) for each in batteries])
            for name in ("standby_w", "no_load_w")
        )
        self._late = np.array(
            [each is not None and not each.response.at_once for each in batteries], dtype=np.int64
        )
        self.any = bool((self._standby_dw + self._no_load_dw + self._late).any())

    def of(self, soc_steps: Ints, battery_dw: Ints, grid_dw: Ints) -> Iterator[tuple[int, Ints]]:
        """Each part that may be something, and what it comes to: in 0.1 W, shape (seconds, sites)."""
        if self._standby_dw.any():
            yield 0, (soc_steps > self._lower) * self._standby_dw
        if self._no_load_dw.any():
            yield 1, (battery_dw != 0) * self._no_load_dw
        if self._late.any():
            for part, sign in ((2, 1), (3, -1)):
                yield (
                    part,
                    np.minimum(np.maximum(sign * battery_dw, 0), np.maximum(sign * grid_dw, 0)) * self._late,
                )

    def sums(self, every_s: int, soc_steps: Ints, battery_dw: Ints, grid_dw: Ints) -> Ints:
        """The parts of whole averaging periods in 0.1 W times seconds, shape (periods, sites, parts)."""
        periods, sites = len(battery_dw) // every_s, battery_dw.shape[1]
        found = np.zeros((periods, sites, PARTS), dtype=np.int64)
        for part, power in self.of(soc_steps, battery_dw, grid_dw):
            found[:, :, part] = power.reshape(periods, every_s, sites).sum(axis=1)
        return found


class BatteryParts:
    """Sums in 0.1 W times seconds of each of the `PARTS`.

    Attributes:
        by_meter: Of each meter's site, shape (parts, meters).
        by_day: Of each day over all sites, shape (days, parts).
        counted: Whether all rows tell them: they are a second long, or their seconds were known.
    """

    def __init__(self, plan: RunPlan, batteries: tuple[BatteryModel | None, ...]) -> None:
        self.by_meter = np.zeros((PARTS, len(batteries)), dtype=np.int64)
        self.by_day = np.zeros((plan.timeline.days, PARTS), dtype=np.int64)
        self.counted = True
        self._each_second = plan.every_s == 1
        self._seconds = SecondParts(batteries)

    def add(self, powers: Powers) -> None:
        """Add the rows of whole periods, which have batteries."""
        if powers.soc_steps is None or powers.battery is None:
            return
        if self._each_second:
            for part, power in self._seconds.of(powers.soc_steps, powers.battery, powers.grid):
                self._take(part, powers.by_day(power), powers.days)
        elif powers.battery_parts is None:
            self.counted = False
        else:
            by_day = powers.by_day(powers.battery_parts)
            for part in range(PARTS):
                self._take(part, by_day[:, :, part], powers.days)

    def merge(self, other: "BatteryParts") -> None:
        """Add another part of the run."""
        self.by_meter += other.by_meter
        self.by_day += other.by_day
        self.counted = self.counted and other.counted

    def _take(self, part: int, by_day: Ints, days: Ints) -> None:
        self.by_meter[part] += by_day.sum(axis=0)
        self.by_day[days, part] += by_day.sum(axis=1)
