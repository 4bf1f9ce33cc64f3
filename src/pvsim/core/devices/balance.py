"""What happens between a building, its PV and the grid in each second: the battery first, then the export limit.

    surplus = pv − meter     the battery takes what it can of it
    export  = surplus − charge, cut at the limit: the plant is curtailed by the rest. What a battery that is late
              gives beyond the limit, no plant can be curtailed by.
    grid    = meter − pv + battery     what the meter at the grid connection shows; positive imports

All in integers of 0.1 W, so the balance of a second is exact (I3, I8).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import TypeAlias

import numpy as np

from pvsim.core.devices.battery import BatteryModel
from pvsim.core.devices.controller import SELF_CONSUMPTION, Controller
from pvsim.core.devices.limits import NO_LIMIT_DW, LimitSteps
from pvsim.core.quantities.types import Ints

__all__ = ["NO_BATTERY", "SOC_STEPS", "Balance", "Balanced", "Limit"]

SOC_STEPS = 10_000
"""A state of charge is printed with four decimals."""

NO_BATTERY = -1
"""Stands for the state of charge, in such steps, of a site without a battery."""


Limit: TypeAlias = int | LimitSteps | None
"""The most that one site feeds in, in 0.1 W."""


@dataclass(frozen=True, slots=True)
class Balanced:
    """A block of seconds after batteries and export limits; arrays of shape (n, sites).

    Attributes:
        pv_dw: PV power after curtailment.
        battery_dw: Power of the batteries, positive charges; None without them.
        soc_steps: State of charge after each second in steps of 1/10,000, rounded down; `NO_BATTERY` of a site
            that has none; None without batteries.
        stored: The states of the batteries that there are, one after the other, after the last second.
    """

    pv_dw: Ints
    battery_dw: Ints | None
    soc_steps: Ints | None
    stored: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Balance:
    """The devices behind the grid connection of each site.

    Attributes:
        batteries: Of each site, None where it has none; () where no site has one.
        start: What each battery that there is holds when the run begins, in its units; () is at its lower limit.
        export_limit_dw: The most that a site feeds in, in 0.1 W, always or by time; None is no limit. Of each site
            where they differ.
        controller: What asks something of each battery.
        some_site_has_one: Whether there is a battery in the run; these sites may be those without. None: where one
            of these has one.
    """

    batteries: tuple[BatteryModel | None, ...] = ()
    start: tuple[int, ...] = ()
    export_limit_dw: Limit | tuple[Limit, ...] = None
    controller: Controller = SELF_CONSUMPTION
    some_site_has_one: bool | None = None

    def __post_init__(self) -> None:
        there = [battery for battery in self.batteries if battery is not None]
        batteries, start = (self.batteries, self.start) if there or self.some_site_has_one else ((), ())
        object.__setattr__(self, "batteries", batteries)  # the dataclass is frozen
        object.__setattr__(self, "start", start or tuple(battery.lower for battery in there))

    def of_sites(self, sites: Sequence[int]) -> "Balance":
        """The devices of some sites, by their places; with states of charge where any site has a battery."""
        start = iter(self.start)
        starts = [None if battery is None else next(start) for battery in self.batteries]
        limits = self.export_limit_dw
        return replace(
            self,
            batteries=tuple(self.batteries[i] for i in sites) if self.batteries else (),
            start=tuple(stored for i in sites if starts and (stored := starts[i]) is not None),
            export_limit_dw=tuple(limits[i] for i in sites) if isinstance(limits, tuple) else limits,
            some_site_has_one=bool(self.batteries),
        )

    @property
    def states_at_start(self) -> tuple[int, ...]:
        """The states of the batteries, one after the other, when the run begins: at rest."""
        there = (battery for battery in self.batteries if battery is not None)
        return tuple(chain(*(b.at_rest(stored) for b, stored in zip(there, self.start, strict=True))))

    def limits_dw(self, t_utc: Ints) -> Ints:
        """The most that is fed in at some times in 0.1 W: shape (times, sites), or (times, 1) for all."""
        limits = self.export_limit_dw if isinstance(self.export_limit_dw, tuple) else (self.export_limit_dw,)
        found: Ints = np.stack([_limit_dw(limit, t_utc) for limit in limits], axis=1)
        return found

    def run(self, first_utc: int, meter_dw: Ints, pv_dw: Ints, stored: tuple[int, ...]) -> Balanced:
        """Go through consecutive seconds.

        Args:
            first_utc: The first of them (Unix time).
            meter_dw: What each building uses, in 0.1 W, shape (n, sites).
            pv_dw: What its plant could generate, in 0.1 W, shape (n, sites).
            stored: The states of the batteries before the first second: `states_at_start`, or `Balanced.stored` of
                the block before.

        Raises:
            BadInputError: if one of `stored` is not a state of this battery.
        """
        battery_dw, soc_steps = None, None
        net_dw = meter_dw - pv_dw
        if self.batteries:
            battery_dw, soc_steps, stored = self._dispatch(meter_dw, pv_dw, stored)
            net_dw = net_dw + battery_dw
        if self.export_limit_dw is not None:
            by_second = self.limits_dw(np.arange(first_utc, first_utc + len(net_dw)))
            pv_dw = pv_dw - np.minimum(np.maximum(-net_dw - by_second, 0), pv_dw)
        return Balanced(pv_dw, battery_dw, soc_steps, stored)

    def _dispatch(
        self, meter_dw: Ints, pv_dw: Ints, stored: tuple[int, ...]
    ) -> tuple[Ints, Ints, tuple[int, ...]]:
        """Powers, states of charge and states of the batteries."""
        power_dw, soc_steps = np.zeros_like(meter_dw), np.full_like(meter_dw, NO_BATTERY)
        there = [(site, battery) for site, battery in enumerate(self.batteries) if battery is not None]
        states = iter(stored)
        ends: list[int] = []
        for site, battery in there:
            state = tuple(islice(states, len(battery.at_rest(0))))
            asked = self.controller.setpoints_dw(state[0], meter_dw[:, site], pv_dw[:, site])
            dispatch = battery.follow(asked, state)
            power_dw[:, site] = dispatch.power_dw
            soc_steps[:, site] = dispatch.stored // battery.units_per_soc(SOC_STEPS)
            ends += dispatch.end
        return power_dw, soc_steps, tuple(ends)


def _limit_dw(limit: Limit, t_utc: Ints) -> Ints:
    if isinstance(limit, LimitSteps):
        return limit.of_times(t_utc)
    return np.full(len(t_utc), NO_LIMIT_DW if limit is None else limit)
