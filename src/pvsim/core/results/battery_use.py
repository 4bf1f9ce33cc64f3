"""What was done with the batteries: stored energy day by day, hours at the limits, losses, cycles."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pvsim.core.devices.balance import NO_BATTERY, SOC_STEPS, Balance
from pvsim.core.devices.battery import BatteryModel
from pvsim.core.quantities.rounding import rounded
from pvsim.core.quantities.types import Ints
from pvsim.core.results.battery_parts import BatteryParts, lower_steps
from pvsim.core.results.powers import Powers
from pvsim.core.results.summary import BatteryUse
from pvsim.core.run.plan import RunPlan

__all__ = ["BatteryStates", "Stored"]


@dataclass(frozen=True, slots=True)
class Stored:
    """Batteries over some time.

    Attributes:
        batteries: Them.
        start: State of charge of each before, in steps of 1/10,000.
        end: And after it.
        empty: Rows that ended at the lower limit, over all batteries.
        full: Rows that ended at the upper limit.
        parts: Sums of all of them in 0.1 W times seconds, see `BatteryParts`.
    """

    batteries: tuple[BatteryModel, ...]
    start: Ints
    end: Ints
    empty: int
    full: int
    parts: Ints


class BatteryStates:
    """Takes states of charge.

    Attributes:
        plan: A run with batteries.
        batteries: Of each meter's site, None where it has none.
        empty: Of each meter the rows that end at the lower limit.
        full: Those that end at the upper limit.
        empty_by_day: The same of each day, over all meters.
        full_by_day: The same of each day, over all meters.
        end: State of charge of each battery in the last row of a day that is there, shape (days, meters).
        end_t_utc: Its time; −1 where there is none.
        parts: What can be told of its losses, and what went past the house.
    """

    def __init__(self, plan: RunPlan, balance: Balance) -> None:
        self.plan = plan
        self.batteries = balance.batteries
        n, days = len(plan.meters), plan.timeline.days
        self._start = np.full(n, NO_BATTERY, dtype=np.int64)
        self._lower = lower_steps(self.batteries)
        self._upper = np.full(n, SOC_STEPS + 1, dtype=np.int64)
        self._has = np.array([battery is not None for battery in self.batteries], dtype=np.bool_)
        starts = iter(balance.start)
        for i, battery in enumerate(self.batteries):
            if battery is not None:
                units = battery.units_per_soc(SOC_STEPS)
                self._start[i] = next(starts) // units
                self._upper[i] = battery.upper // units - 1
        self.parts = BatteryParts(plan, self.batteries)
        self.end = np.zeros((days, n), dtype=np.int16)
        self.end_t_utc = np.full((days, n), -1, dtype=np.int64)
        self.empty, self.full = np.zeros((2, n), dtype=np.int64)
        self.empty_by_day, self.full_by_day = np.zeros((2, days), dtype=np.int64)

    def add(self, powers: Powers) -> None:
        """Add the rows of whole periods."""
        soc = powers.soc_steps
        if soc is None:
            return
        self.parts.add(powers)
        days = powers.days
        at_lower, at_upper = (soc >= 0) & (soc <= self._lower), soc >= self._upper
        self.empty += at_lower.sum(axis=0)
        self.full += at_upper.sum(axis=0)
        self.empty_by_day[days] += powers.by_day(at_lower.sum(axis=1))
        self.full_by_day[days] += powers.by_day(at_upper.sum(axis=1))
        ends = [*powers.day_starts[1:].tolist(), len(soc)]
        for day, start, end in zip(days.tolist(), powers.day_starts.tolist(), ends, strict=True):
            last = end - 1 - np.argmax(soc[start:end][::-1] >= 0, axis=0)
            self._take_end(day, powers.t_utc[last], np.take_along_axis(soc, last[None], axis=0)[0])

    def merge(self, other: "BatteryStates") -> None:
        """Add another part of the run."""
        self.parts.merge(other.parts)
        self.empty = self.empty + other.empty
        self.full = self.full + other.full
        self.empty_by_day = self.empty_by_day + other.empty_by_day
        self.full_by_day = self.full_by_day + other.full_by_day
        for day in np.flatnonzero((other.end_t_utc >= 0).any(axis=1)).tolist():
            self._take_end(day, other.end_t_utc[day], other.end[day])

    def levels(self) -> Ints:
        """State of charge of each battery before each day and after the last one: shape (days + 1, meters).

        Where a day has no row of a battery, it is that of the day before.
        """
        known = np.concatenate([np.ones((1, len(self._start)), dtype=np.bool_), self.end_t_utc >= 0])
        steps = np.concatenate([self._start[None], self.end])
        day = np.maximum.accumulate(np.where(known, np.arange(len(known))[:, None], 0), axis=0)
        levels: Ints = np.take_along_axis(steps, day, axis=0)
        return levels

    def of_days(self, levels: Ints, first: int, end: int) -> Stored:
        """All batteries over some days, `end` not among them."""
        empty, full = (each[first:end].sum() for each in (self.empty_by_day, self.full_by_day))
        parts = self.parts.by_day[first:end].sum(axis=0)
        return self._stored(slice(None), levels[[first, end]], int(empty), int(full), parts)

    def of_meters(self, levels: Ints, which: slice) -> Stored:
        """Some batteries over the run."""
        empty, full = (each[which].sum() for each in (self.empty, self.full))
        parts = self.parts.by_meter[:, which].sum(axis=1)
        return self._stored(which, levels[[0, -1], which], int(empty), int(full), parts)

    def _stored(self, which: slice, levels: Ints, empty: int, full: int, parts: Ints) -> Stored:
        batteries = tuple(battery for battery in self.batteries[which] if battery is not None)
        start, end = levels[:, self._has[which]]
        return Stored(batteries, start, end, empty, full, parts)

    def use(self, stored: Stored, charged: int, discharged: int) -> BatteryUse | None:
        """The figures of some batteries; None where there are none.

        Args:
            stored: What they held.
            charged: What they were charged with on the AC side, in 0.1 W times rows.
            discharged: What they gave.
        """
        if not stored.batteries:
            return None
        alike = _alike(stored.batteries)
        every_s, capacity = self.plan.every_s, sum(model.capacity_kwh * len(at) for model, at in alike)
        charge_kwh, discharge_kwh = (sums * every_s / 36_000_000 for sums in (charged, discharged))
        start_kwh, end_kwh = (
            sum(_kwh(model, int(steps[at].sum())) for model, at in alike) for steps in (stored.start, stored.end)
        )
        hours = every_s / 3600 / len(stored.start)
        losses_kwh = charge_kwh - discharge_kwh - (end_kwh - start_kwh)
        standby, no_load, from_grid, to_grid = self._parts(stored)
        conversion = None if standby is None or no_load is None else losses_kwh - standby - no_load
        return BatteryUse(
            capacity_kwh=rounded(capacity),
            full_cycles=rounded(discharge_kwh / capacity),
            losses_kwh=rounded(losses_kwh),
            stored_start_kwh=rounded(start_kwh),
            stored_end_kwh=rounded(end_kwh),
            stored_change_kwh=rounded(end_kwh - start_kwh),
            hours_empty=rounded(stored.empty * hours),
            hours_full=rounded(stored.full * hours),
            standby_kwh=_rounded(standby),
            no_load_kwh=_rounded(no_load),
            conversion_kwh=_rounded(conversion),
            from_grid_kwh=_rounded(from_grid),
            to_grid_kwh=_rounded(to_grid),
        )

    def _parts(self, stored: Stored) -> list[float | None]:
        """What each part comes to in kWh; None where these rows do not tell it, or no battery is late."""
        late = any(not battery.response.at_once for battery in stored.batteries)
        standby = any(battery.standby_w for battery in stored.batteries)
        no_load = any(battery.no_load_w for battery in stored.batteries)
        told = self.parts.counted
        known = told or not standby, told or not no_load, told and late, told and late
        each = (stored.parts / 36_000_000).tolist()
        return [kwh if there else None for kwh, there in zip(each, known, strict=True)]

    def _take_end(self, day: int, t_utc: Ints, soc: NDArray[np.integer]) -> None:
        """Keep the states of charge of the last rows of a day, of those meters whose rows there are."""
        later = (soc >= 0) & (t_utc > self.end_t_utc[day])
        self.end[day, later] = soc[later]
        self.end_t_utc[day, later] = t_utc[later]


def _rounded(kwh: float | None) -> float | None:
    return None if kwh is None else rounded(kwh)


def _alike(batteries: tuple[BatteryModel, ...]) -> list[tuple[BatteryModel, list[int]]]:
    """Each model once, with the places of the batteries that are so."""
    found: dict[BatteryModel, list[int]] = {}
    for place, battery in enumerate(batteries):
        found.setdefault(battery, []).append(place)
    return list(found.items())


def _kwh(battery: BatteryModel, steps: int) -> float:
    """So many steps of the state of charge as energy."""
    return float(battery.kwh(np.array(steps * battery.units_per_soc(SOC_STEPS), dtype=np.int64)))
