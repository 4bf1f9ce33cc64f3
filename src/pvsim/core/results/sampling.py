"""Readings and PV power become samples: one for each meter and averaging period."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from pvsim.core.quantities.types import Ints, PvSource
from pvsim.core.results.battery_parts import PARTS, SecondParts
from pvsim.core.results.samples import Samples, window_means
from pvsim.core.run.plan import RunPlan

__all__ = ["REJECTED_DW", "pv_and_clipped", "pv_means", "samples_of"]

_Powers: TypeAlias = Callable[[int, int], tuple[Ints, Ints | None]]
"""As of a `ClippingPvSource`; None where it is not known after all."""

REJECTED_DW = -(2**31)
"""Stands for the value of a reading that takes its place in the sequence but was rejected, or is missing: no power
that a meter may show."""


def samples_of(
    plan: RunPlan, pv: PvSource, first_position: int, values: Ints, stored: tuple[int, ...]
) -> tuple[Samples, tuple[int, ...]]:
    """The samples of whole averaging periods, those with rejected readings too, which have no meaning.

    Args:
        plan: The run; its balance says what battery and export limit there are.
        pv: What the plants could give.
        first_position: Position of the first reading: the first of an averaging period.
        values: Readings in order of position in 0.1 W, shape (periods * plan.window,).
        stored: The state of each battery before them. A battery rests while a reading is missing.

    Returns:
        The samples, and the batteries' states after them.
    """
    n_meters, every_s = len(plan.meters), plan.every_s
    row = np.arange(first_position // every_s, (first_position + len(values)) // every_s, dtype=np.int64)
    first_utc = plan.timeline.start_utc + first_position // n_meters
    pv_dw, clipped_dw = pv_and_clipped(pv, first_utc, len(values) // n_meters)
    more = {"clipped_dw": None if clipped_dw is None else pv_means(plan, clipped_dw)}
    meter_mean = window_means(values, every_s, n_meters)
    if plan.balance is None:
        return Samples.of_rows(plan, row, meter_mean, pv_means(plan, pv_dw), **more), stored
    by_meter = values.reshape(-1, n_meters)
    could_dw = np.broadcast_to(pv_dw.reshape(len(by_meter), -1), by_meter.shape)
    resting = np.where(by_meter == REJECTED_DW, could_dw, by_meter)
    balanced = plan.balance.run(first_utc, resting, could_dw, stored)
    pv_mean = pv_means(plan, balanced.pv_dw)
    if plan.has_export_limit:
        more["curtailed_dw"] = pv_means(plan, could_dw) - pv_mean
    if balanced.battery_dw is not None and balanced.soc_steps is not None:
        more["battery_dw"] = window_means(balanced.battery_dw.reshape(-1), every_s, n_meters)
        more["soc_steps"] = balanced.soc_steps[every_s - 1 :: every_s].reshape(-1)
        if every_s > 1 and (parts := SecondParts(plan.balance.batteries)).any:
            grid_dw = resting - balanced.pv_dw + balanced.battery_dw
            sums = parts.sums(every_s, balanced.soc_steps, balanced.battery_dw, grid_dw)
            more["battery_parts"] = sums.reshape(-1, PARTS)
    return Samples.of_rows(plan, row, meter_mean, pv_mean, **more), balanced.stored


def pv_and_clipped(pv: PvSource, first_utc: int, n: int) -> tuple[Ints, Ints | None]:
    """The power of each of some seconds (`PvSource.power_dw`), and what inverters cut off; None if not known."""
    powers_dw: _Powers | None = getattr(pv, "powers_dw", None)  # `isinstance` of a protocol takes 0.1 ms
    if powers_dw is not None:
        return powers_dw(first_utc, n)
    return pv.power_dw(first_utc, n), None


def pv_means(plan: RunPlan, pv_dw: Ints) -> Ints:
    """PV power of the rows of whole averaging periods, from that of their seconds (`PvSource.power_dw`)."""
    n_meters = len(plan.meters)
    if pv_dw.ndim == 1:
        return np.repeat(window_means(pv_dw, plan.every_s), n_meters)
    return window_means(pv_dw.reshape(-1), plan.every_s, n_meters)
