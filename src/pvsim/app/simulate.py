"""A run in this process: no broker, no file, no clock, and the samples that any other way gives (I2)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from pvsim.app.meter import BLOCK, readings
from pvsim.core.devices.balance import Balance
from pvsim.core.quantities.timeline import HOUR_S
from pvsim.core.quantities.types import Ints, PowerSource, PvSource
from pvsim.core.results.samples import Samples
from pvsim.core.results.sampling import samples_of
from pvsim.core.run.plan import RunPlan

__all__ = ["simulate"]


def simulate(
    plan: RunPlan,
    loads: Sequence[PowerSource],
    pv: PvSource,
    devices: Balance | None = None,
    *,
    block: int = BLOCK,
    at_once_s: int = HOUR_S,
) -> Iterator[Samples]:
    """All rows of a run in order, in portions; memory does not grow with the run.

    Args:
        plan: The run.
        loads: One for each meter.
        pv: The PV power.
        devices: Battery and export limit of each meter's site in place of the plan's own.
        block: Readings of a portion at most, or those of one averaging period where that has more.
        at_once_s: So many seconds of UTC are computed at once: numpy is slow on small arrays.
    """
    plan = plan if devices is None else replace(plan, balance=devices)
    stored = plan.stored_at_start
    for position, values in _whole_periods(plan, readings(plan, loads, block=block, at_once_s=at_once_s)):
        samples, stored = samples_of(plan, pv, position, values, stored)
        yield replace(samples, held_s=np.zeros_like(samples.t_utc)) if plan.holds else samples


def _whole_periods(plan: RunPlan, blocks: Iterator[tuple[int, Ints]]) -> Iterator[tuple[int, Ints]]:
    """The run's readings in portions of whole averaging periods: position of the first, and the values."""
    waiting: list[Ints] = []
    position = count = 0
    for _, values in blocks:
        waiting.append(values)
        count += len(values)
        if count < plan.window:
            continue
        joined = np.concatenate(waiting) if len(waiting) > 1 else values
        whole = count - count % plan.window
        yield position, joined[:whole]
        position += whole
        waiting, count = [joined[whole:]] if count > whole else [], count - whole
