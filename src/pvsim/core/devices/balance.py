"""What happens between a building, its PV and the grid in each second: the battery first, then the export limit.

    surplus = pv − meter     the battery takes what it can of it
    export  = surplus − charge, cut at the limit: the plant is curtailed by the rest
    grid    = meter − pv + battery     what the meter at the grid connection shows; positive imports

All in integers of 0.1 W, so the balance of a second is exact (I3, I8).
"""

from dataclasses import dataclass

import numpy as np

from pvsim.core.devices.battery import BatteryModel
from pvsim.core.devices.controller import SELF_CONSUMPTION, Controller
from pvsim.core.devices.limits import LimitSteps
from pvsim.core.quantities.types import Ints

__all__ = ["SOC_STEPS", "Balance", "Balanced"]

SOC_STEPS = 10_000
"""A state of charge is printed with four decimals."""


@dataclass(frozen=True, slots=True)
class Balanced:
    """A block of seconds after batteries and export limits; arrays of shape (n, sites).

    Attributes:
        pv_dw: PV power after curtailment.
        battery_dw: Power of the batteries, positive charges; None without them.
        soc_steps: State of charge after each second in steps of 1/10,000, rounded down; None without batteries.
        stored: The state of each battery after the last second.
    """

    pv_dw: Ints
    battery_dw: Ints | None
    soc_steps: Ints | None
    stored: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Balance:
    """The devices behind the grid connection of each site.

    Attributes:
        battery: None where there is none.
        start: What it holds when the run begins, in its units.
        export_limit_dw: The most that a site feeds in, in 0.1 W, always or by time; None is no limit.
        controller: What asks something of each battery.
    """

    battery: BatteryModel | None = None
    start: int = 0
    export_limit_dw: int | LimitSteps | None = None
    controller: Controller = SELF_CONSUMPTION

    def run(self, first_utc: int, meter_dw: Ints, pv_dw: Ints, stored: tuple[int, ...]) -> Balanced:
        """Go through consecutive seconds.

        Args:
            first_utc: The first of them (Unix time).
            meter_dw: What each building uses, in 0.1 W, shape (n, sites).
            pv_dw: What its plant could generate, in 0.1 W, shape (n, sites).
            stored: The state of each battery before the first second: `start`, or `Balanced.stored` of the block
                before.

        Raises:
            BadInputError: if one of `stored` is not a state of this battery.
        """
        battery_dw, soc_steps = None, None
        net_dw = meter_dw - pv_dw
        if self.battery is not None:
            dispatches = [
                self.battery.follow(self.controller.setpoints_dw(state, meter, pv), state)
                for meter, pv, state in zip(meter_dw.T, pv_dw.T, stored, strict=True)
            ]
            battery_dw = np.stack([dispatch.power_dw for dispatch in dispatches], axis=1)
            levels = np.stack([dispatch.stored for dispatch in dispatches], axis=1)
            soc_steps = levels // self.battery.units_per_soc(SOC_STEPS)
            stored = tuple(dispatch.end for dispatch in dispatches)
            net_dw = net_dw + battery_dw
        limit_dw = self.export_limit_dw
        if limit_dw is not None:
            by_second = (
                limit_dw.at(first_utc, len(net_dw))[:, None] if isinstance(limit_dw, LimitSteps) else limit_dw
            )
            pv_dw = pv_dw - np.maximum(-net_dw - by_second, 0)
        return Balanced(pv_dw, battery_dw, soc_steps, stored)
