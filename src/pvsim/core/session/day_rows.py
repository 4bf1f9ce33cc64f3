"""The rows of closed seconds get their PV power, and what battery and export limit make of them.

A battery goes through every second from its meter's first row on. It rests where there is no row, as in a run.
"""

from collections import defaultdict
from dataclasses import replace

import numpy as np

from pvsim.core.devices.balance import Balance
from pvsim.core.quantities.timeline import DAY_S
from pvsim.core.quantities.types import Ints
from pvsim.core.results.samples import Samples
from pvsim.core.session.closed import Day, EndedDay
from pvsim.core.session.seconds import DayOfRows
from pvsim.core.session.state import MeterState, SessionState

__all__ = ["ended", "samples_of_day"]


def samples_of_day(state: SessionState, rows: DayOfRows, day: Day) -> Samples:
    """The samples of rows of one day; the state counts them, and its batteries go on."""
    t_utc, meter, meter_dw, held = (
        np.array(column, dtype=np.int64) for column in (rows.t_utc, rows.meter, rows.meter_dw, rows.held)
    )
    first_utc = rows.t_utc[0]
    could_dw = day.pv.power_dw(first_utc, rows.t_utc[-1] + 1 - first_utc)
    could_dw = could_dw.reshape(len(could_dw), -1)[:, 0]
    _begin_days(state, rows, day, meter)
    samples = Samples(t_utc, meter, meter_dw, could_dw[t_utc - first_utc])
    if day.balance is not None:
        samples = _balanced(state, samples, could_dw, day.balance)
    _count(state, samples, held)
    return replace(samples, held_s=held) if rows.holds else samples


def ended(state: SessionState, rows: DayOfRows, end_utc: int, day: Day) -> list[EndedDay]:
    """The days of all meters that had rows on a day that is over."""
    found = []
    for meter in state.meters:
        if meter.day == rows.day:
            _rest_until(meter, end_utc, day.balance)
            counts = (meter.day_rows, meter.day_held, meter.day_last_dw)
            found.append(EndedDay(meter.name, rows.day, *counts, meter.day_stored, meter.stored))
            meter.day = None
    return found


def _begin_days(state: SessionState, rows: DayOfRows, day: Day, meters: Ints) -> None:
    """Begin the day of each meter that has its first row of it."""
    if state.battery != day.battery:
        state.battery = day.battery
        for meter in state.meters:
            meter.stored = ()
    for i in np.unique(meters).tolist():
        meter = state.meters[i]
        if meter.day != rows.day:
            meter.day, meter.day_rows, meter.day_held = rows.day, 0, 0
            _rest_until(meter, day.timeline.start_utc, day.balance)
            if not meter.stored and day.balance is not None:
                meter.stored = day.balance.states_at_start
                meter.stored_utc = rows.t_utc[rows.meter.index(i)]
            meter.day_stored = meter.stored


def _balanced(state: SessionState, samples: Samples, could_dw: Ints, balance: Balance) -> Samples:
    """The samples after battery and export limit; meters with rows from and up to the same seconds go together."""
    n_meters, first_utc = len(state.meters), int(samples.t_utc[0])
    at = np.full(n_meters, -1)
    last = at.copy()
    last[samples.meter] = samples.t_utc  # of indices that are there twice the last one counts
    at[samples.meter[::-1]] = samples.t_utc[::-1]
    together: dict[tuple[int, int], list[int]] = defaultdict(list)
    for i in np.flatnonzero(at >= 0).tolist():
        together[int(at[i]), int(last[i])].append(i)
    pv_dw, battery_dw, soc_steps = (np.zeros((len(could_dw), n_meters), np.int64) for _ in range(3))
    meter_dw = np.repeat(could_dw[:, None], n_meters, axis=1)  # a battery rests where there is no row
    which = (samples.t_utc - first_utc, samples.meter)
    meter_dw[which] = samples.meter_dw
    for (start_utc, last_utc), meters in together.items():
        span = slice(start_utc - first_utc, last_utc + 1 - first_utc)
        states = [state.meters[i] for i in meters]
        for meter in states:
            _rest_until(meter, start_utc, balance)
        of_all = replace(balance, batteries=balance.batteries * len(meters), start=balance.start * len(meters))
        stored = tuple(number for meter in states for number in meter.stored)
        both = np.broadcast_to(could_dw[span, None], (last_utc + 1 - start_utc, len(meters)))
        balanced = of_all.run(start_utc, meter_dw[span][:, meters], both, stored)
        pv_dw[span, meters] = balanced.pv_dw
        if balanced.battery_dw is not None and balanced.soc_steps is not None:
            battery_dw[span, meters], soc_steps[span, meters] = balanced.battery_dw, balanced.soc_steps
            numbers = len(stored) // len(meters)
            for i, meter in enumerate(states):
                meter.stored, meter.stored_utc = balanced.stored[i * numbers :][:numbers], last_utc + 1
    if not balance.batteries:
        return replace(samples, pv_dw=pv_dw[which])
    return replace(samples, pv_dw=pv_dw[which], battery_dw=battery_dw[which], soc_steps=soc_steps[which])


def _rest_until(meter: MeterState, t_utc: int, balance: Balance | None) -> None:
    """The battery of a meter rests until a second; it may lose its standby energy.

    Days in which that changes nothing are passed over.
    """
    while meter.stored and balance is not None and meter.stored_utc < t_utc:
        seconds = min(t_utc - meter.stored_utc, DAY_S)
        nothing = np.zeros((seconds, 1), np.int64)
        stored = balance.run(meter.stored_utc, nothing, nothing, meter.stored).stored
        changed, meter.stored = stored != meter.stored, stored
        meter.stored_utc = meter.stored_utc + seconds if changed else t_utc


def _count(state: SessionState, samples: Samples, held: Ints) -> None:
    n_meters = len(state.meters)
    counts = np.bincount(samples.meter, minlength=n_meters)
    of_held = np.bincount(samples.meter, weights=held, minlength=n_meters)
    last_dw = np.zeros(n_meters, np.int64)
    last_dw[samples.meter] = samples.meter_dw  # of indices that are there twice the last one counts
    for i in np.flatnonzero(counts).tolist():
        meter = state.meters[i]
        meter.rows += int(counts[i])
        meter.day_rows += int(counts[i])
        meter.day_held += int(of_held[i])
        meter.day_last_dw = int(last_dw[i])
    state.rows += len(samples)
