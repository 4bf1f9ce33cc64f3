"""What batteries did: stored energy, losses, cycles and hours at the limits."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.core.results.runs import merged_in_any_order, plan_of, table, with_battery

from pvsim.core.devices.balance import Balance
from pvsim.core.devices.battery import BatteryModel
from pvsim.core.devices.dynamics import Response
from pvsim.core.results.battery_use import BatteryStates

MODEL = BatteryModel(10, 5, 5, 0.95, 0.95, 0, soc_min=0.1, soc_max=0.9)


def states_of(plan):
    return BatteryStates(plan, plan.balance)


@given(
    socs=st.lists(st.sampled_from([None, 1_000, 1_001, 5_000, 8_998, 8_999, 9_000]), min_size=1, max_size=144),
    data=st.data(),
)
@settings(deadline=None)
def test_any_parts_in_any_order_give_the_states_of_a_walk(socs, data):
    """Hours of three days of two meters; None is a row that is missing."""
    plan = plan_of("a", "b", every_s=3600, days=3, balance=with_battery(MODEL, 0.5, sites=2))
    rows = [(row, soc) for row, soc in enumerate(socs) if soc is not None] or [(0, 5_000)]
    periods = sorted({row // 2 for row, _ in rows})

    def tables(part):
        those = [each for each in rows if each[0] // 2 in periods[part]]
        columns = {"battery_dw": [0] * len(those), "soc_steps": [soc for _, soc in those]}
        return table(plan, [(row, 0, 0) for row, _ in those], **columns)

    states = merged_in_any_order(data, tables, len(periods), lambda: states_of(plan))
    levels = states.levels()
    for meter in range(2):
        expected = [5_000]
        for day in range(3):
            of_day = [soc for row, soc in rows if row % 2 == meter and row // 48 == day]
            expected.append(of_day[-1] if of_day else expected[-1])
        assert levels[:, meter].tolist() == expected
        stored = states.of_meters(levels, slice(meter, meter + 1))
        of_meter = [soc for row, soc in rows if row % 2 == meter]
        assert stored.empty == sum(soc <= 1_000 for soc in of_meter)
        assert stored.full == sum(soc >= 8_999 for soc in of_meter)  # a step short of the limit may not fit in
    days = [states.of_days(levels, day, day + 1) for day in range(3)]
    assert sum(day.empty for day in days) == sum(soc <= 1_000 for _, soc in rows)
    assert sum(day.full for day in days) == sum(soc >= 8_999 for _, soc in rows)


def test_a_day_by_hand():
    """From 5 kWh: 2 kWh charged at 95 % and 1 kWh discharged at 95 % leave 5.847 kWh, and lose 0.153 kWh.

    5 + 2 · 0.95 − 1 / 0.95 = 5.8474, of which the column shows 0.5847.
    """
    plan = plan_of(every_s=3600, balance=with_battery(MODEL, 0.5))
    states = states_of(plan)
    rows = [(0, 0, 20_000), (1, 10_000, 0)]
    states.add(table(plan, rows, battery_dw=[20_000, -10_000], soc_steps=[6_900, 5_847]))
    use = states.use(states.of_meters(states.levels(), slice(None)), 20_000, 10_000)
    assert (use.stored_start_kwh, use.stored_end_kwh, use.stored_change_kwh) == (5.0, 5.847, 0.847)
    assert use.losses_kwh == pytest.approx(2 - 1 - 0.847)
    assert (use.capacity_kwh, use.full_cycles) == (10.0, 0.1)
    assert (use.hours_empty, use.hours_full) == (0.0, 0.0)


def test_hours_at_the_limits_of_two_meters_are_their_mean():
    plan = plan_of("a", "b", every_s=1800, first=date(2024, 6, 21), balance=with_battery(MODEL, 0.1, sites=2))
    states = states_of(plan)
    states.add(table(plan, [(0, 0, 0), (1, 0, 0), (2, 0, 0)], battery_dw=[0] * 3, soc_steps=[1_000, 9_000, 1_000]))
    use = states.use(states.of_days(states.levels(), 0, 1), 0, 0)
    assert (use.hours_empty, use.hours_full) == (0.5, 0.25)
    assert (use.capacity_kwh, use.stored_start_kwh, use.stored_end_kwh) == (20.0, 2.0, 10.0)


def test_samples_without_states_change_nothing():
    """Of a run whose samples are made up without a battery."""
    plan = plan_of(balance=with_battery(MODEL, 0.5))
    states = states_of(plan)
    states.add(table(plan, [(0, 1, 1)]))
    assert states.levels().tolist() == [[5_000], [5_000]]


def test_batteries_that_differ_and_a_site_without_one_by_hand():
    """Of 10 kWh half and of 5 kWh a fifth: 6 kWh; one charges 1 kWh, the other is full for half of the time."""
    small = BatteryModel(5, 2, 2, 1, 1, 0)
    start = (MODEL.stored_at(0.5), small.stored_at(0.2))
    plan = plan_of("a", "b", "c", every_s=3600, balance=Balance((MODEL, None, small), start))
    states = states_of(plan)
    rows = [(i, 0, 0) for i in range(6)]
    soc = [6_000, -1, 10_000, 6_000, -1, 2_000]
    states.add(table(plan, rows, battery_dw=[10_000, 0, 40_000, 0, 0, -40_000], soc_steps=soc))
    levels = states.levels()
    use = states.use(states.of_days(levels, 0, 1), 50_000, 40_000)
    assert (use.capacity_kwh, use.stored_start_kwh, use.stored_end_kwh) == (15.0, 6.0, 7.0)
    assert (use.hours_empty, use.hours_full, use.losses_kwh) == (0.0, 0.5, 0.0)
    assert states.use(states.of_meters(levels, slice(2, 3)), 0, 0).capacity_kwh == 5.0
    assert states.use(states.of_meters(levels, slice(1, 2)), 0, 0) is None


def test_losses_by_hand_and_what_went_past_the_house():
    """Two seconds of 3.6 kW each way: the grid gives 1.44 kJ of the first and is given 1.08 kJ of the second."""
    late = replace(MODEL, standby_w=36.0, no_load_w=72.0, response=Response(1.0))
    plan = plan_of(every_s=1, balance=with_battery(late, 0.5))
    states = states_of(plan)
    rows = [(0, 0, 21_600), (1, 25_200, 0), (2, 0, 0)]
    states.add(table(plan, rows, battery_dw=[36_000, -36_000, 0], soc_steps=[5_001, 5_000, 1_000]))
    use = states.use(states.of_meters(states.levels(), slice(0, 1)), 36_000, 36_000)
    assert (use.standby_kwh, use.no_load_kwh) == (0.00002, 0.00004)
    assert use.conversion_kwh == pytest.approx(use.losses_kwh - 0.00006)
    assert (use.from_grid_kwh, use.to_grid_kwh) == (0.0004, 0.0003)
    assert use.losses_kwh == pytest.approx(-use.stored_change_kwh)


@pytest.mark.parametrize(
    ("standby_w", "no_load_w", "known"),
    [(0.0, 0.0, (0.0, 0.0, 1.0)), (10.0, 0.0, (None, 0.0, None)), (0.0, 5.0, (0.0, None, None))],
)
def test_rows_that_are_means_tell_no_more_than_the_whole_losses(standby_w, no_load_w, known):
    """An hour of 1 kW that stores nothing: 1 kWh of losses, of which the mean tells no parts but zeros."""
    late = replace(MODEL, standby_w=standby_w, no_load_w=no_load_w, response=Response(1.0))
    plan = plan_of(every_s=3600, balance=with_battery(late, 0.5))
    states = states_of(plan)
    states.add(table(plan, [(0, 0, 6_000)], battery_dw=[10_000], soc_steps=[5_000]))
    use = states.use(states.of_meters(states.levels(), slice(0, 1)), 10_000, 0)
    assert use.losses_kwh == 1.0
    assert (use.standby_kwh, use.no_load_kwh, use.conversion_kwh) == known
    assert (use.from_grid_kwh, use.to_grid_kwh) == (None, None)
