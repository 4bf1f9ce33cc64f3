"""Runs, samples and tables of them, as the tests of figures make them up."""

from datetime import date
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import strategies as st

from pvsim.core.devices.balance import Balance
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.results.powers import powers_of
from pvsim.core.results.samples import Samples
from pvsim.core.run.plan import RunPlan

DAY = Timeline.of_days(date(2024, 6, 21), 1, ZoneInfo("Europe/Berlin"))
"""The day of `plan_of`, and of `Pv`."""


class Pv:
    """What the plants could give, from a list."""

    def __init__(self, pv_dw):
        self.pv_dw = np.array(pv_dw, dtype=np.int64)

    def power_dw(self, first_utc, n):
        first = first_utc - DAY.start_utc
        return self.pv_dw[first : first + n]


def plan_of(*meters, every_s=1, first=date(2024, 6, 21), days=1, zone="Europe/Berlin", balance=None):
    timeline = Timeline.of_days(first, days, ZoneInfo(zone))
    return RunPlan("run", timeline, meters or ("m1",), every_s, balance)


def samples_of(plan, rows, **more):
    """Rows are (number, meter power, PV power) in 0.1 W."""
    row, meter, pv = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    return Samples.of_rows(plan, row, meter, pv, **{name: np.array(column) for name, column in more.items()})


def table(plan, rows, **more):
    return powers_of(plan, samples_of(plan, rows, **more))


def rows_with_gaps(plan, steps, seed):
    """Rows of random powers, each so many behind the one before; how many periods they are of, and their tables.

    Returns:
        The rows, the number of periods that have one, and what gives the table of a slice of these periods.
    """
    meters = len(plan.meters)
    row, rows = -1, []
    for step in steps:
        row += step
        if row < plan.rows:
            rows.append((row, seed.randint(0, 90_000), seed.randint(0, 90_000)))
    periods = sorted({number // meters for number, _, _ in rows})

    def tables(part):
        return table(plan, [each for each in rows if each[0] // meters in periods[part]])

    return rows, len(periods), tables


def with_battery(model, soc=0.0, sites=1):
    return Balance((model,) * sites, (model.stored_at(soc),) * sites)


def merged_in_any_order(data, samples, n_rows, new):
    """What parts of some samples come to that are cut anywhere, each in portions, and merged in a drawn order.

    Args:
        data: Hypothesis's.
        samples: Gives the samples of a slice, or tables of them.
        n_rows: How many there are.
        new: Makes an accumulator.
    """
    cuts = st.lists(st.integers(0, n_rows), max_size=5)
    parts = []
    for start, end in pairwise(sorted({0, n_rows, *data.draw(cuts)})):
        part = new()
        for first, after in pairwise(sorted({start, end, *(c for c in data.draw(cuts) if start < c < end)})):
            part.add(samples(slice(first, after)))
        parts.append(part)
    return merged(data, parts)


def merged(data, parts):
    """Accumulators of all parts of a run as one: merged in an order that is drawn."""
    parts = data.draw(st.permutations(parts))
    while len(parts) > 1:
        taken = parts.pop(data.draw(st.integers(1, len(parts) - 1)))
        parts[data.draw(st.integers(0, len(parts) - 1))].merge(taken)
    return parts[0]
