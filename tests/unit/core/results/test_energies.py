"""Energies add up by meter and by day (I8), in any parts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.core.results.runs import merged_in_any_order, plan_of, table

from pvsim.core.devices.balance import Balance
from pvsim.core.results.energies import EnergySums, kwh, share
from pvsim.errors import InternalError

power = st.integers(0, 90_000)


@given(st.lists(st.tuples(power, power), min_size=1, max_size=60), st.data())
def test_any_parts_in_any_order_give_the_sums_of_a_walk(values, data):
    plan = plan_of(every_s=3600, days=3)

    def tables(part):
        return table(plan, [(i, *values[i]) for i in range(len(values))[part]])

    sums = merged_in_any_order(data, tables, len(values), lambda: EnergySums(plan))
    sums.check()
    grid = [load - pv for load, pv in values]
    imported, exported = sum(max(g, 0) for g in grid), sum(max(-g, 0) for g in grid)
    loads, pvs = (sum(column) for column in zip(*values, strict=True))
    assert sums.by_meter[:, 0].tolist() == [loads, pvs, imported, exported, 0, 0, 0, 0]
    assert sums.by_day[:, 0].tolist() == [sum(load for load, _ in values[d : d + 24]) for d in (0, 24, 48)]
    assert sums.rows_by_day.tolist() == [len(values[d : d + 24]) for d in (0, 24, 48)]
    assert int(sums.exporting[0]) == sum(g < 0 for g in grid) == int(sums.exporting_by_day.sum())


def test_two_meters_by_hand():
    """One imports 2 kW while the other exports 3 kW; then one row of 1 kW, the other's is missing."""
    plan = plan_of("a", "b", every_s=3600)
    sums = EnergySums(plan)
    sums.add(table(plan, [(0, 20_000, 0), (1, 0, 30_000), (2, 10_000, 0)]))
    assert sums.by_meter[2:4].tolist() == [[30_000, 0], [0, 30_000]]
    assert sums.rows.tolist() == [2, 1]
    assert (sums.exporting.tolist(), int(sums.exporting_by_day[0])) == ([0, 1], 1)
    assert sums.fields(sums.by_day[0], battery=False)[:5] == [3.0, 3.0, 0.0, 3.0, 3.0]
    assert sums.shares(sums.by_day[0]) == (0.0, 0.0, 1.0)


def test_a_battery_that_is_late_may_export_more_than_the_pv_gives():
    plan = plan_of(every_s=3600)
    sums = EnergySums(plan)
    sums.add(table(plan, [(0, 10_000, 2_000)], battery_dw=[-11_000], soc_steps=[5_000]))
    sums.check()
    assert sums.fields(sums.by_day[0], battery=True)[1:7] == [0.2, -0.1, 0.0, 0.3, 0.0, 1.1]
    sums.by_meter[3, 0] += 20_000
    sums.by_meter[2, 0] += 20_000
    with pytest.raises(InternalError, match="identities"):
        sums.check()


@pytest.mark.parametrize("broken", ["by_meter", "by_day"])
def test_i8_a_broken_identity_is_a_defect(broken):
    plan = plan_of()
    sums = EnergySums(plan)
    sums.add(table(plan, [(0, 10, 5)]))
    getattr(sums, broken)[0, 0] += 1
    with pytest.raises(InternalError, match="identities"):
        sums.check()


def test_what_inverters_cut_off_is_known_of_plants_only():
    plan = plan_of(every_s=3600)
    sums, other = EnergySums(plan), EnergySums(plan)
    sums.add(table(plan, [(0, 10_000, 0)]))
    assert sums.fields(sums.by_day[0], battery=False)[-1] is None
    other.add(table(plan, [(1, 0, 40_000), (2, 0, 40_000)], clipped_dw=[5_000, 2_500]))
    sums.merge(other)
    assert sums.fields(sums.by_day[0], battery=False)[-1] == 0.75


def test_i8_less_than_nothing_curtailed_is_a_defect():
    plan = plan_of(balance=Balance(export_limit_dw=0))
    sums = EnergySums(plan)
    sums.add(table(plan, [(0, 10, 5)], curtailed_dw=[-1]))
    with pytest.raises(InternalError, match="identities"):
        sums.check()


def test_shares_of_nothing_are_none():
    assert (share(0, 0), share(1, 3)) == (None, 0.333333)
    assert kwh(10_000, plan_of(every_s=900)) == 0.25
    assert EnergySums(plan_of()).shares(np.zeros(8, dtype=np.int64)) == (None, None, None)
