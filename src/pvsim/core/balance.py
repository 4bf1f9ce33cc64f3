"""What happens between building, PV and grid in each second: the battery first, then the export limit.

    surplus = pv − meter     the battery takes what it can of it
    export  = surplus − charge, cut at the limit: the plant is curtailed by the rest
    grid    = meter − pv + battery     what the meter at the grid connection shows; positive imports

All in integers of 0.1 W, so the balance of a second is exact (I3, I8).
"""

from dataclasses import dataclass

import numpy as np

from pvsim.core.battery import Battery
from pvsim.core.types import Ints

__all__ = ["SOC_STEPS", "Balance", "Balanced"]

SOC_STEPS = 10_000
"""A state of charge is printed with four decimals."""


@dataclass(frozen=True, slots=True)
class Balanced:
    """A block of seconds after battery and export limit.

    Attributes:
        pv_dw: PV power after curtailment, shape (n,).
        battery_dw: Power of the battery, positive charges, shape (n,); None without one.
        soc_steps: State of charge after each second in steps of 1/10,000, rounded down, shape (n,); likewise.
        stored: The battery's state after the last second, 0 without one.
    """

    pv_dw: Ints
    battery_dw: Ints | None
    soc_steps: Ints | None
    stored: int


@dataclass(frozen=True, slots=True)
class Balance:
    """The devices behind the grid connection.

    Attributes:
        battery: None where there is none.
        start: What it holds when the run begins, in its units.
        export_limit_dw: The most that is fed in, in 0.1 W; None is no limit.
    """

    battery: Battery | None = None
    start: int = 0
    export_limit_dw: int | None = None

    def run(self, meter_dw: Ints, pv_dw: Ints, stored: int) -> Balanced:
        """Go through consecutive seconds.

        Args:
            meter_dw: What the building uses, in 0.1 W, shape (n,).
            pv_dw: What the plant could give, likewise.
            stored: The battery's state before the first second: `start`, or `Balanced.stored` of the block before.

        Raises:
            BadInputError: if `stored` is not a state of this battery.
        """
        battery_dw, soc_steps, end = None, None, 0
        net_dw = meter_dw - pv_dw
        if self.battery is not None:
            dispatch = self.battery.dispatch(net_dw, stored)
            battery_dw, end = dispatch.power_dw, dispatch.end
            soc_steps = dispatch.stored // self.battery.units_per_soc(SOC_STEPS)
            net_dw = net_dw + battery_dw
        if self.export_limit_dw is not None:
            pv_dw = pv_dw - np.maximum(-net_dw - self.export_limit_dw, 0)
        return Balanced(pv_dw, battery_dw, soc_steps, end)
