"""Ramps and curve of each meter are those of its own rows, be the meters counted together or part by part."""

from math import ceil

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from tests.unit.core.results.runs import merged_in_any_order, plan_of, rows_with_gaps, samples_of, table

from pvsim.core.results.meter_counts import FEW
from pvsim.core.results.meter_curves import MeterCurves, curves_of, joined_curves
from pvsim.core.run.partitions import part_of

NAMES = tuple(f"m{i}" for i in range(FEW + 1))


@given(
    n_meters=st.integers(1, 3),
    every_s=st.sampled_from([1, 60, 900]),
    steps=st.lists(st.sampled_from([1] * 12 + [2, 3, 40, 1_400]), min_size=1, max_size=150),
    seed=st.randoms(use_true_random=False),
    data=st.data(),
)
@settings(deadline=None)
def test_each_meter_has_the_changes_and_powers_of_its_rows(n_meters, every_s, steps, seed, data):
    plan = plan_of(*NAMES[:n_meters], every_s=every_s)
    rows, periods, tables = rows_with_gaps(plan, steps, seed)
    assume(rows)
    curves = merged_in_any_order(data, tables, periods, lambda: MeterCurves(plan, n_meters)).result()
    for meter in range(n_meters):
        own = {row // n_meters: (load, load - pv) for row, load, pv in rows if row % n_meters == meter}
        found = {(ramp.of, ramp.lag_s): ramp for ramp in curves.ramps(meter) or ()}
        for lag_s in (1, 10, 60):
            pairs = [(own[t], own[t - lag_s // every_s]) for t in own if t - lag_s // every_s in own]
            pairs = pairs if lag_s % every_s == 0 else []
            for i, of in enumerate(("load", "grid")):
                changes = sorted(abs(later[i] - earlier[i]) for later, earlier in pairs)
                ramp = found.get((of, lag_s))
                assert (ramp.changes if ramp else 0) == len(changes)
                if ramp:
                    assert ramp.highest_kw == changes[-1] / 10_000
                    assert ramp.p50_kw == pytest.approx(changes[ceil(len(changes) / 2) - 1] / 1e4, rel=1 / 1024)
        curve, grid = curves.duration(meter), sorted((power for _, power in own.values()), reverse=True)
        assert (curve is None) == (not grid)
        if curve:
            exact = [grid[max(ceil(len(grid) * percent / 100), 1) - 1] / 1e4 for percent in range(0, 101, 10)]
            assert curve.grid_kw == pytest.approx(exact, rel=1 / 1024)
            assert (curve.grid_kw[0], curve.grid_kw[-1]) == (grid[0] / 10_000, grid[-1] / 10_000)
            assert curve.time_percent == tuple(range(0, 101, 10))


@given(
    steps=st.lists(st.sampled_from([1] * 20 + [2, 50]), min_size=1, max_size=400),
    seed=st.randoms(use_true_random=False),
    members=st.lists(st.integers(0, 3), min_size=len(NAMES), max_size=len(NAMES)),
    at_once=st.sampled_from([1, 30, 10_000]),
)
@example([1] * 100, __import__("random").Random(1), [0, *[1] * FEW], 10_000)
@settings(deadline=None)
def test_part_by_part_they_are_the_same(steps, seed, members, at_once):
    """Also of a part with so few meters that a run of them would be counted more finely."""
    plan = plan_of(*NAMES)
    rows, periods, tables = rows_with_gaps(plan, steps, seed)
    whole = MeterCurves(plan, len(NAMES))
    whole.add(tables(slice(periods)))
    parts = []
    for number in set(members):
        meters = [i for i, member in enumerate(members) if member == number]
        theirs = [
            (row // len(NAMES) * len(meters) + meters.index(row % len(NAMES)), load, pv)
            for row, load, pv in rows
            if row % len(NAMES) in meters
        ]
        part = part_of(plan, number, meters)
        portions = [samples_of(part, theirs[i : i + at_once]) for i in range(0, len(theirs), at_once)]
        parts.append((meters, curves_of(part, portions, len(NAMES))))
    joined, expected = joined_curves(plan, parts), whole.result()
    for name in ("changes", "rows", "grid"):
        assert np.array_equal(getattr(joined, name), getattr(expected, name))
    assert [joined.ramps(i) for i in range(len(NAMES))] == [expected.ramps(i) for i in range(len(NAMES))]


def test_a_meter_that_lacks_rows_by_hand():
    """The second meter is there in one second: it has a curve, and no change."""
    plan = plan_of("a", "b", "c")
    curves = MeterCurves(plan, 3)
    curves.add(table(plan, [(0, 0, 0), (1, 50_000, 0), (3, 0, 0), (6, 20_000, 0)]))
    curves = curves.result()
    assert [(ramp.of, ramp.changes, ramp.highest_kw) for ramp in curves.ramps(0)] == [
        ("load", 2, 2.0),
        ("pv", 2, 0.0),
        ("grid", 2, 2.0),
    ]
    assert curves.ramps(1) is None
    assert curves.duration(1).grid_kw == (5.0,) * 11
    assert curves.duration(2) is None
