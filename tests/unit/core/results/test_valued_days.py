from datetime import date
from fractions import Fraction
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.core.quantities.timeline import Timeline
from pvsim.core.results.pieces import Cutter
from pvsim.core.results.samples import Samples
from pvsim.core.results.valued_days import ValuedDays
from pvsim.core.run.plan import RunPlan
from pvsim.core.tariff.prices import Prices
from pvsim.core.tariff.valuation import Valuation

DAYS = 4
TIMELINE = Timeline.of_days(date(2024, 3, 30), DAYS, ZoneInfo("Europe/Berlin"))
HOURS = np.arange(TIMELINE.start_utc, TIMELINE.end_utc, 3_600)


def run_of(meters, seed):
    plan = RunPlan("r", TIMELINE, tuple("abc"[:meters]), every_s=1_800)
    rng = np.random.Generator(np.random.Philox(seed))
    load, pv = (rng.integers(0, 90_000, plan.rows) for _ in range(2))
    prices = (Prices.of(HOURS, rng.integers(-(10**9), 10**9, len(HOURS))) for _ in range(2))
    return plan, Samples.of_rows(plan, np.arange(plan.rows), load, pv), Valuation(*prices)


def valued(plan, valuation, parts):
    cutter = Cutter(plan, (valuation.imported, valuation.exported), quarters=False)
    days = ValuedDays(plan, valuation)
    for part in parts:
        if len(part):
            days.take(cutter.pieces(part))
    return days


def result(days):
    of_days, of_meters = days.micro()
    return of_days.tolist(), of_meters.tolist(), days.seen, days.complete


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 3), st.integers(0, 99), st.lists(st.integers(0, 600), max_size=5), st.data())
def test_any_parts_in_any_order_come_to_the_same(meters, seed, cuts, data):
    plan, samples, valuation = run_of(meters, seed)
    bounds = [0, *sorted(min(cut, plan.rows) for cut in cuts), plan.rows]
    parts = [samples.where(slice(a, b)) for a, b in pairwise(bounds)]
    whole = result(valued(plan, valuation, [samples]))
    assert result(valued(plan, valuation, parts)) == whole
    merged = ValuedDays(plan, valuation)
    for part in data.draw(st.permutations(parts)):
        merged.merge(valued(plan, valuation, [part]))
    assert result(merged) == whole


@pytest.mark.parametrize("meters", [1, 3])
def test_each_day_of_each_meter_is_rounded_once(meters):
    plan, samples, valuation = run_of(meters, 7)
    exact = {}
    grid = (samples.meter_dw - samples.pv_dw).tolist()
    imported, exported = (each.at(samples.t_utc).tolist() for each in (valuation.imported, valuation.exported))
    for row, t in enumerate(samples.t_utc.tolist()):
        day = next(d for d in range(DAYS) if t < TIMELINE.midnights_utc[d + 1])
        price, kind = (imported[row], 0) if grid[row] > 0 else (exported[row], 1)
        cell = (day, kind, int(samples.meter[row]))
        exact[cell] = exact.get(cell, 0) + Fraction(abs(grid[row]) * 1_800 * price, 36_000_000_000)
    days, by_meter = valued(plan, valuation, [samples]).micro()
    for day in range(DAYS):
        for kind in range(2):
            assert days[day, kind, 0] == sum(round(exact[day, kind, meter]) for meter in range(meters))
    for meter in range(meters):
        assert by_meter[0, 0, meter] == sum(round(exact[day, 0, meter]) for day in range(DAYS))
    assert (days.sum(axis=0) == by_meter.sum(axis=2)).all()


def test_days_without_rows_are_not_seen():
    plan, samples, valuation = run_of(1, 1)
    days = valued(plan, valuation, [samples.where(samples.t_utc >= TIMELINE.midnights_utc[2])])
    assert days.seen == [2, 3]
    assert not days.complete
    assert days.micro()[0][:2].tolist() == np.zeros((2, 2, 3), dtype=int).tolist()
