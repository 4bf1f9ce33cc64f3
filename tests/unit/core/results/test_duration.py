"""The duration curve is that of a sorted list."""

from math import ceil

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.core.results.runs import merged_in_any_order, plan_of, table

from pvsim.core.results.duration import GridDuration

power = st.integers(0, 90_000)


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

    duration = merged_in_any_order(data, tables, periods, GridDuration)
    curve, step = duration.result(), duration.counted.step
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
    duration = GridDuration()
    rows = [60_000] * 5 + [10_000] * 10
    duration.add(
        table(plan, [*((i, load, 0) for i, load in enumerate(rows)), *((15 + i, 0, 20_000) for i in range(5))])
    )
    curve = duration.result()
    assert [curve.grid_kw[percent] for percent in (0, 25, 26, 75, 76, 100)] == [6.0, 6.0, 1.0, 1.0, -2.0, -2.0]


def test_nothing_has_no_curve():
    assert GridDuration().result() is None
