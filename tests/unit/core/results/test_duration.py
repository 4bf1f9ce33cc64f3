"""The duration curve is that of a sorted list."""

from datetime import date, datetime
from math import ceil
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.core.results.runs import merged_in_any_order, plan_of, table

from pvsim.core.results.duration import GridDuration

power = st.integers(0, 90_000)
BERLIN = ZoneInfo("Europe/Berlin")


@given(st.lists(st.tuples(power, power), min_size=1, max_size=300), st.integers(1, 3), st.data())
def test_each_power_is_reached_or_exceeded_for_its_share_of_the_time(values, n_meters, data):
    plan = plan_of(*("a", "b", "c")[:n_meters])
    values = values[: len(values) // n_meters * n_meters] or [values[0]] * n_meters
    periods = len(values) // n_meters

    def tables(part):
        numbers = range(periods)[part]
        return table(
            plan, [(i * n_meters + m, *values[i * n_meters + m]) for i in numbers for m in range(n_meters)]
        )

    duration = merged_in_any_order(data, tables, periods, lambda: GridDuration(plan))
    curve, step = duration.result()[0], duration.counted.result()[0][0].step
    assert step == 1 or n_meters > 1  # one meter is within the bins
    grid = [
        sum(load - pv for load, pv in values[start : start + n_meters])
        for start in range(0, len(values), n_meters)
    ]
    grid.sort(reverse=True)
    places = [max(ceil(periods * percent / 100), 1) - 1 for percent in range(101)]
    floors = [max(grid[place] // step * step, grid[-1]) if place else grid[0] for place in places]
    assert curve.grid_kw == tuple(each / 10_000 for each in floors)
    assert curve.time_percent == tuple(range(101))


def test_a_day_by_hand():
    """6 kW for a quarter of the time, 1 kW for half of it, 2 kW exported for the rest."""
    plan = plan_of()
    duration = GridDuration(plan_of())
    rows = [60_000] * 5 + [10_000] * 10
    duration.add(
        table(plan, [*((i, load, 0) for i, load in enumerate(rows)), *((15 + i, 0, 20_000) for i in range(5))])
    )
    curve, _ = duration.result()
    assert [curve.grid_kw[percent] for percent in (0, 25, 26, 75, 76, 100)] == [6.0, 6.0, 1.0, 1.0, -2.0, -2.0]


def test_nothing_has_no_curve():
    assert GridDuration(plan_of()).result() == (None, {})


@given(st.lists(st.tuples(power, power), min_size=1, max_size=200), st.integers(1, 2), st.data())
def test_days_and_months_have_curves_of_their_own(values, n_meters, data):
    """Rows of an hour from the eve of a clock change on, over a month's end; each ninth is missing."""
    names = ("a", "b")[:n_meters]
    plan = plan_of(*names, every_s=3600, first=date(2024, 3, 30), days=5)
    rows = [
        (i, load, pv) for i, (load, pv) in enumerate(values[: plan.rows]) if i % 9 != 1 or data.draw(st.booleans())
    ]
    periods = sorted({row // n_meters for row, _, _ in rows})

    def tables(part):
        return table(plan, [each for each in rows if each[0] // n_meters in periods[part]])

    duration = merged_in_any_order(data, tables, len(periods), lambda: GridDuration(plan))
    by_period = {}
    for row, load, pv in rows:
        begins = datetime.fromtimestamp(plan.timeline.start_utc + row // n_meters * 3600, BERLIN)
        for name in (f"{begins:%Y-%m-%d}", f"{begins:%Y-%m}"):
            of_rows = by_period.setdefault(name, {})
            of_rows[row // n_meters] = of_rows.get(row // n_meters, 0) + load - pv
    run, found = duration.result()
    assert len(run.grid_kw) == 101
    for name, of_rows in by_period.items():
        exact = tenths(of_rows.values())
        assert found[name].time_percent == tuple(range(0, 101, 10))
        assert found[name].grid_kw == pytest.approx(exact, abs=0.0002 if n_meters > 1 else 0)
    assert found.keys() == by_period.keys()


def tenths(grid):
    """The powers in kW that are reached or exceeded for 0, 10, 20 … 100 % of the time."""
    falling = sorted(grid, reverse=True)
    return [falling[max(ceil(len(falling) * percent / 100), 1) - 1] / 10_000 for percent in range(0, 101, 10)]
