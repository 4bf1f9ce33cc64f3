"""BatteryModel and export limit: each second against arithmetic by hand, and the same in any portions (I2)."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.core.results.runs import DAY, Pv

from pvsim.core.devices.balance import SOC_STEPS, Balance
from pvsim.core.devices.battery import BatteryModel
from pvsim.core.devices.dynamics import Response
from pvsim.core.devices.limits import NO_LIMIT_DW, LimitSteps
from pvsim.core.results.rows import render
from pvsim.core.results.sampling import REJECTED_DW, samples_of
from pvsim.core.run.plan import RunPlan

BATTERY = BatteryModel(0.05, 3, 3, 0.95, 0.95, standby_w=5)
LATE = replace(BATTERY, capacity_kwh=0.2, no_load_w=10.0, response=Response(1.5, 2.0, 1.0))
reading = st.just(REJECTED_DW) | st.integers(0, 90_000)
powers = st.lists(st.tuples(reading, st.integers(0, 120_000)), min_size=1, max_size=120)


def run(plan, pv_dw, first, values, stored):
    """`samples_of` for one meter, whose battery's state is a number or several."""
    state = stored if isinstance(stored, tuple) else (stored,)
    samples, states = samples_of(plan, Pv(pv_dw), first, values, state if plan.has_battery else ())
    return samples, (states if isinstance(stored, tuple) else states[0]) if states else 0


def steps(seconds):
    """Limits that change at these seconds of the day."""
    limits = (0, NO_LIMIT_DW, 30_000, 5_000, 60_000)
    starts = sorted(set(seconds))
    return LimitSteps(tuple(DAY.start_utc + second for second in starts), limits[: len(starts)])


def limits_dw(limit, n):
    """The limit of each second, found one by one."""
    if isinstance(limit, int):
        return np.full(n, limit)
    begun = [
        [
            dw
            for start, dw in zip(limit.starts_utc, limit.limits_dw, strict=True)
            if start <= DAY.start_utc + second
        ]
        for second in range(n)
    ]
    return np.array([each[-1] if each else NO_LIMIT_DW for each in begun])


@given(
    values=powers,
    battery=st.sampled_from([None, BATTERY, LATE]),
    limit=st.none() | st.integers(0, 60_000) | st.builds(steps, st.lists(st.integers(-9, 119), max_size=5)),
    cuts=st.lists(st.integers(1, 119), max_size=4),
)
def test_every_second_balances_and_no_limit_is_passed(values, battery, limit, cuts):
    meter, pv = (np.array(column, dtype=np.int64) for column in zip(*values, strict=True))
    start = battery.at_rest(battery.stored_at(0.5)) if battery else 0
    plan = RunPlan("run", DAY, ("m1",), balance=Balance((battery,), start[:1] if battery else (), limit))
    whole, end = run(plan, pv, 0, meter, start)
    assert (whole.pv_dw <= pv).all()
    seen = meter != REJECTED_DW
    assert (whole.curtailed_dw is None) == (limit is None)
    if limit is not None:
        assert (whole.pv_dw + whole.curtailed_dw == pv).all()
        most = limits_dw(limit, len(meter))
        kept = whole.grid_dw >= -most
        assert (kept | (whole.pv_dw == 0))[seen].all()
        assert battery is LATE or kept[seen].all()
        assert (whole.pv_dw >= 0).all()
        curtailed = seen & (whole.pv_dw < pv) & (whole.pv_dw > 0)
        assert (whole.grid_dw[curtailed] == -most[curtailed]).all()  # no more than must be
    if battery:
        assert battery is LATE or (whole.battery_dw[~seen] == 0).all()
        assert ((whole.soc_steps >= 0) & (whole.soc_steps <= SOC_STEPS)).all()
    bounds = sorted({0, len(meter), *(cut for cut in cuts if cut < len(meter))})
    stored, parts = start, []
    for first, after in pairwise(bounds):
        part, stored = run(plan, pv, first, meter[first:after], stored)
        parts.append(render(part.where(seen[first:after]), plan))
    assert (b"".join(parts), stored) == (render(whole.where(seen), plan), end)


def test_an_hour_by_hand():
    """5 kW of PV, 1 kW of load: 3 kW are charged; 1 kW would be fed in, but 0.4 kW are the limit."""
    battery = BatteryModel(10, 3, 3, charge_efficiency=1, discharge_efficiency=1, standby_w=0)
    plan = RunPlan("run", DAY, ("m1",), 60, Balance((battery,), (battery.stored_at(0.2),), 4_000))
    samples, stored = run(plan, [50_000] * 3600, 0, np.full(3600, 10_000), battery.stored_at(0.2))
    last = render(samples, plan).splitlines()[-1]
    assert last == b"2024-06-21T00:59:00+02:00,1.0000,4.4000,-3.4000,3.0000,0.5000,-0.4000"
    assert battery.kwh(stored) == pytest.approx(5.0)


def test_a_full_battery_is_never_above_one():
    battery = BatteryModel(0.333, 5, 5, charge_efficiency=0.937, discharge_efficiency=0.913, standby_w=0)
    plan = RunPlan("run", DAY, ("m1",), balance=Balance((battery,), (battery.lower,)))
    samples, _ = run(plan, [50_000] * 900, 0, np.zeros(900, dtype=np.int64), battery.lower)
    assert samples.soc_steps[-1] in {SOC_STEPS - 1, SOC_STEPS}


def test_each_site_may_have_its_own_limit():
    limits = (LimitSteps((DAY.start_utc + 1,), (30_000,)), None, 20_000)
    balance = Balance(export_limit_dw=limits)
    zeros, pv = np.zeros((2, 3), dtype=np.int64), np.full((2, 3), 50_000)
    assert balance.run(DAY.start_utc, zeros, pv, ()).pv_dw.tolist() == [
        [50_000, 50_000, 20_000],
        [30_000, 50_000, 20_000],
    ]


def test_a_limit_that_begins_within_a_run_by_hand():
    """5 kW of PV, 1 kW of load: 4 kW are fed in, then 3 kW, then none, then all again."""
    limit = LimitSteps(tuple(DAY.start_utc + second for second in (2, 4, 5)), (30_000, 0, NO_LIMIT_DW))
    plan = RunPlan("run", DAY, ("m1",), balance=Balance(export_limit_dw=limit))
    samples, _ = run(plan, [50_000] * 6, 0, np.full(6, 10_000), 0)
    assert samples.grid_dw.tolist() == [-40_000, -40_000, -30_000, -30_000, 0, -40_000]
    assert samples.curtailed_dw.tolist() == [0, 0, 10_000, 10_000, 40_000, 0]


@given(powers, st.lists(st.integers(1, 119), max_size=4))
def test_the_states_of_different_batteries_go_on_in_any_portions(values, cuts):
    """One late, one at once, one home without: as each by itself."""
    late = replace(BATTERY, response=Response(1.5, 2.0))
    balance = Balance((late, None, BATTERY), (late.stored_at(0.5), BATTERY.stored_at(0.2)))
    meter = np.array([[max(reading, 0)] * 3 for reading, _ in values], dtype=np.int64)
    pv = np.array([[power] * 3 for _, power in values], dtype=np.int64)
    alone = [
        Balance((battery,), (battery.stored_at(soc),)).run(
            0, meter[:, :1], pv[:, :1], battery.at_rest(battery.stored_at(soc))
        )
        for battery, soc in ((late, 0.5), (BATTERY, 0.2))
    ]
    state, parts = balance.states_at_start, []
    for first, after in pairwise(sorted({0, len(values), *(cut for cut in cuts if cut < len(values))})):
        done = balance.run(first, meter[first:after], pv[first:after], state)
        state = done.stored
        parts.append(done.battery_dw)
    whole = np.concatenate(parts)
    assert [whole[:, site].tolist() for site in (0, 2)] == [each.battery_dw[:, 0].tolist() for each in alone]
    assert not whole[:, 1].any()
    assert state == alone[0].stored + alone[1].stored


def test_a_late_battery_passes_a_limit_of_zero_by_hand():
    """A kettle of 2 kW is off, 1 kW of PV shines on 0.5 kW of load: the plant is curtailed, the rest goes out."""
    battery = BatteryModel(
        10, 3, 3, charge_efficiency=1, discharge_efficiency=1, standby_w=0, response=Response(1)
    )
    balance = Balance((battery,), (battery.stored_at(0.5),), 0)
    meter, pv = np.array([[25_000], [5_000], [5_000]]), np.full((3, 1), 10_000)
    state = (battery.stored_at(0.5), 0, -15_000)
    done = balance.run(DAY.start_utc, meter, pv, state)
    assert done.battery_dw[:, 0].tolist() == [-15_000, -15_000, 5_000]
    assert done.pv_dw[:, 0].tolist() == [10_000, 0, 10_000]
    assert (meter - done.pv_dw + done.battery_dw)[:, 0].tolist() == [0, -10_000, 0]
