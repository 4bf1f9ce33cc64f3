"""Ramps are those of a plain walk over all pairs of rows, whatever the portions and the order of merges."""

from datetime import date, datetime
from math import ceil
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.core.results.runs import merged_in_any_order, plan_of, table

from pvsim.core.quantities.types import MeterRange
from pvsim.core.results.ramps import Ramps
from pvsim.core.run.plan import RunPlan

BERLIN = ZoneInfo("Europe/Berlin")


def walked(plan, rows):
    """The changes of the sums over all meters, by power and lag: a dictionary of whole periods, and look-ups."""
    n, together = len(plan.meters), {}
    for row, load, pv in rows:
        together.setdefault(row // n, []).append((load, pv, load - pv))
    whole = {period: [sum(power) for power in zip(*each, strict=True)] for period, each in together.items()}
    whole = {period: powers for period, powers in whole.items() if len(together[period]) == n}
    changes = {}
    for which, name in enumerate(("load", "pv", "grid")):
        for lag_s in (1, 10, 60):
            if lag_s % plan.every_s == 0:
                lag = lag_s // plan.every_s
                pairs = [
                    (p, whole[t + lag][which])
                    for t, p in ((t, each[which]) for t, each in whole.items())
                    if t + lag in whole
                ]
                changes[name, lag_s] = sorted(abs(after - before) for before, after in pairs)
    return {key: found for key, found in changes.items() if found}


@given(
    n_meters=st.integers(1, 2),
    every_s=st.sampled_from([1, 5, 60]),
    steps=st.lists(st.sampled_from([1] * 12 + [2, 3, 40]), min_size=1, max_size=150),
    seed=st.integers(0, 2**32 - 1),
    data=st.data(),
)
@settings(deadline=None)
def test_any_parts_in_any_order_give_the_changes_of_a_walk(n_meters, every_s, steps, seed, data):
    plan = plan_of(*("a", "b")[:n_meters], every_s=every_s)
    number = np.minimum(np.cumsum(steps), plan.rows - 1)
    row = (
        np.unique(number) if n_meters == 1 else np.unique(number // 4 * 2 + number % 2)
    )  # often both, at times one
    random = np.random.Generator(np.random.Philox(seed))
    rows = list(zip(row.tolist(), *random.integers(0, 30_000, (2, len(row))).tolist(), strict=True))
    periods = sorted({r // n_meters for r in row.tolist()})

    def tables(part):
        return table(plan, [each for each in rows if each[0] // n_meters in periods[part]])

    ramps = merged_in_any_order(data, tables, len(periods), lambda: Ramps(plan))
    found = ramps.result()[0] or ()
    expected = walked(plan, rows)
    assert {(ramp.of, ramp.lag_s): ramp.changes for ramp in found} == {k: len(v) for k, v in expected.items()}
    for ramp in found:
        changes = expected[ramp.of, ramp.lag_s]
        ranks = [changes[max(ceil(len(changes) * mille / 1000), 1) - 1] / 10_000 for mille in (500, 990, 999)]
        assert [ramp.p50_kw, ramp.p99_kw, ramp.p99_9_kw, ramp.highest_kw] == [*ranks, changes[-1] / 10_000]


def test_a_minute_by_hand():
    """A load of 1 kW that jumps to 3 kW after 30 s, and 0.1 kW more of PV each second."""
    plan = plan_of()
    ramps = Ramps(plan)
    ramps.add(table(plan, [(s, 10_000 if s < 30 else 30_000, 1_000 * s) for s in range(61)]))
    found = {(ramp.of, ramp.lag_s): ramp for ramp in ramps.result()[0]}
    load, pv, grid = found["load", 1], found["pv", 10], found["grid", 60]
    assert (load.changes, load.p50_kw, load.p99_kw, load.highest_kw) == (60, 0.0, 2.0, 2.0)
    assert (pv.changes, pv.p50_kw, pv.highest_kw) == (51, 1.0, 1.0)
    assert (grid.changes, grid.p50_kw) == (1, 4.0)  # 2 kW more load, 6 kW more PV


def test_rows_longer_than_a_minute_have_none_and_a_grid_meter_shows_no_load():
    hours = plan_of(every_s=3600)
    long = Ramps(hours)
    long.add(table(hours, [(0, 1, 0), (1, 2, 0)]))
    long.merge(Ramps(hours))
    assert long.result() == (None, {})
    grid = RunPlan("run", hours.timeline, ("m1",), meter_range=MeterRange.up_to(9_000, grid=True))
    ramps = Ramps(grid)
    ramps.add(table(grid, [(0, -1_000, 0), (1, 1_000, 0)]))
    assert [(each.of, each.highest_kw) for each in ramps.result()[0]] == [
        ("meter", 0.2),
        ("pv", 0.0),
        ("grid", 0.2),
    ]


def test_periods_that_lack_a_meter_change_nothing():
    """The second meter is missing for a second: its 5 kW are not a ramp."""
    plan = plan_of("a", "b")
    ramps = Ramps(plan)
    ramps.add(table(plan, [(0, 0, 0), (1, 50_000, 0), (2, 0, 0), (4, 0, 0), (5, 50_000, 0)]))
    ramps.add(table(plan, [(6, 0, 0)]))
    assert ramps.result() == (None, {})


@given(
    n_meters=st.integers(1, 2),
    every_s=st.sampled_from([1, 60]),
    begin=st.integers(-70, 5),
    steps=st.lists(st.sampled_from([1] * 12 + [2, 3, 40, 1_400]), min_size=1, max_size=150),
    data=st.data(),
)
@settings(deadline=None)
def test_a_change_belongs_to_the_day_of_its_later_row(n_meters, every_s, begin, steps, data):
    """From just before the midnight that begins a month on, and over days, in any parts."""
    plan = plan_of(*("a", "b")[:n_meters], every_s=every_s, first=date(2024, 3, 31), days=6)
    midnights = plan.timeline.midnights_utc
    first = (midnights[1] - midnights[0]) // every_s + begin
    number = np.unique((first + np.cumsum(steps)) * n_meters + np.array(steps) % n_meters)
    if n_meters > 1:
        number = np.unique(np.concatenate([number, number[::2] // 2 * 2 + 1]))
    number = number[number < plan.rows]
    random = np.random.Generator(np.random.Philox(7))
    rows = list(zip(number.tolist(), *random.integers(0, 9_000, (2, len(number))).tolist(), strict=True))
    periods = sorted({row // n_meters for row, _, _ in rows})

    def tables(part):
        return table(plan, [each for each in rows if each[0] // n_meters in periods[part]])

    ramps = merged_in_any_order(data, tables, len(periods), lambda: Ramps(plan))
    run, found = ramps.result()
    expected = {}
    for later, load in loads_of(rows, n_meters, set(range(n_meters))).items():
        for lag_s in ramps.lags_s:
            earlier = loads_of(rows, n_meters, set(range(n_meters))).get(later - lag_s // every_s)
            if earlier is not None:
                begins = datetime.fromtimestamp(plan.timeline.start_utc + later * every_s, BERLIN)
                for name in ("run", f"{begins:%Y-%m-%d}", f"{begins:%Y-%m}"):
                    expected.setdefault((name, lag_s), []).append(abs(load - earlier))
    of_load = {
        (name, ramp.lag_s): (ramp.changes, ramp.p50_kw, ramp.highest_kw)
        for name, each in {"run": run, **found}.items()
        for ramp in each or ()
        if ramp.of == "load"
    }
    assert of_load == {
        key: (len(each), sorted(each)[(len(each) + 1) // 2 - 1] / 10_000, max(each) / 10_000)
        for key, each in expected.items()
    }


def loads_of(rows, n_meters, wanted):
    """The load of some meters together, by the number of each period of which all of them have their row."""
    found = {}
    for row, load, _ in rows:
        if row % n_meters in wanted:
            found.setdefault(row // n_meters, []).append(load)
    return {period: sum(each) for period, each in found.items() if len(each) == len(wanted)}


def test_midnight_by_hand():
    """1 kW until midnight, then 3 kW: the jump is the new day's, also where a part ends at midnight."""
    plan = plan_of(days=2)
    midnight = 86_400
    rows = [(midnight + s, 10_000 if s < 0 else 30_000, 0) for s in range(-2, 2)]
    whole, first, second = Ramps(plan), Ramps(plan), Ramps(plan)
    whole.add(table(plan, rows))
    first.add(table(plan, rows[:2]))
    second.add(table(plan, rows[2:]))
    second.merge(first)
    for ramps in (whole, second):
        days = ramps.result()[1]
        changes = [(days[name][0].changes, days[name][0].highest_kw) for name in ("2024-06-21", "2024-06-22")]
        assert changes == [(1, 0.0), (2, 2.0)]
    assert whole.result() == second.result()
