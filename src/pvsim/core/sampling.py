"""Readings and PV power become samples: one for each meter and averaging period."""

import numpy as np

from pvsim.core.plan import RunPlan
from pvsim.core.rows import Samples, window_means
from pvsim.core.types import Ints, PowerSource

__all__ = ["REJECTED_DW", "samples_of"]

REJECTED_DW = -1
"""Stands for the value of a reading that takes its place in the sequence but was rejected, or is missing."""


def samples_of(
    plan: RunPlan, pv: PowerSource, first_position: int, values: Ints, stored: int
) -> tuple[Samples, int]:
    """The samples of whole averaging periods, those with rejected readings too, which have no meaning.

    Args:
        plan: The run; its balance says what battery and export limit there are.
        pv: What the plant could give.
        first_position: Position of the first reading: the first of an averaging period.
        values: Readings in order of position in 0.1 W, shape (periods * plan.window,).
        stored: The battery's state before them. A battery rests while a reading is missing.

    Returns:
        The samples, and the battery's state after them.
    """
    n_meters, every_s = len(plan.meters), plan.every_s
    row = np.arange(first_position // every_s, (first_position + len(values)) // every_s, dtype=np.int64)
    pv_dw = pv.power_dw(plan.timeline.start_utc + first_position // n_meters, len(values) // n_meters)
    battery_dw, soc_steps = None, None
    if plan.balance is not None:
        seen = values != REJECTED_DW
        balanced = plan.balance.run(np.where(seen, values, pv_dw), pv_dw, stored)
        pv_dw, stored = balanced.pv_dw, balanced.stored
        if balanced.battery_dw is not None and balanced.soc_steps is not None:
            battery_dw = window_means(balanced.battery_dw, every_s)
            soc_steps = balanced.soc_steps[every_s - 1 :: every_s]
    meter_mean = window_means(values, every_s, n_meters)
    pv_mean = np.repeat(window_means(pv_dw, every_s), n_meters)
    return Samples(row, meter_mean, pv_mean, battery_dw, soc_steps), stored
