"""Ramps are those of a plain walk over all pairs of rows, whatever the portions and the order of merges."""

from math import ceil

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.core.results.runs import merged_in_any_order, plan_of, table

from pvsim.core.quantities.types import MeterRange
from pvsim.core.results.ramps import Ramps
from pvsim.core.run.plan import RunPlan


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

    found = merged_in_any_order(data, tables, len(periods), lambda: Ramps(plan)).result() or ()
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
    found = {(ramp.of, ramp.lag_s): ramp for ramp in ramps.result()}
    load, pv, grid = found["load", 1], found["pv", 10], found["grid", 60]
    assert (load.changes, load.p50_kw, load.p99_kw, load.highest_kw) == (60, 0.0, 2.0, 2.0)
    assert (pv.changes, pv.p50_kw, pv.highest_kw) == (51, 1.0, 1.0)
    assert (grid.changes, grid.p50_kw) == (1, 4.0)  # 2 kW more load, 6 kW more PV


def test_rows_longer_than_a_minute_have_none_and_a_grid_meter_shows_no_load():
    hours = plan_of(every_s=3600)
    long = Ramps(hours)
    long.add(table(hours, [(0, 1, 0), (1, 2, 0)]))
    long.merge(Ramps(hours))
    assert long.result() is None
    grid = RunPlan("run", hours.timeline, ("m1",), meter_range=MeterRange.up_to(9_000, grid=True))
    ramps = Ramps(grid)
    ramps.add(table(grid, [(0, -1_000, 0), (1, 1_000, 0)]))
    assert [(each.of, each.highest_kw) for each in ramps.result()] == [("meter", 0.2), ("pv", 0.0), ("grid", 0.2)]


def test_periods_that_lack_a_meter_change_nothing():
    """The second meter is missing for a second: its 5 kW are not a ramp."""
    plan = plan_of("a", "b")
    ramps = Ramps(plan)
    ramps.add(table(plan, [(0, 0, 0), (1, 50_000, 0), (2, 0, 0), (4, 0, 0), (5, 50_000, 0)]))
    ramps.add(table(plan, [(6, 0, 0)]))
    assert ramps.result() is None
