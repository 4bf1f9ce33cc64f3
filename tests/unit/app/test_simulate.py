"""A run without a broker gives the bytes of any other way (I2), whatever its portions."""

from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.together import together

from pvsim.app.simulate import simulate
from pvsim.core.devices.balance import Balance
from pvsim.core.devices.battery import BatteryModel
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.results import rows
from pvsim.core.run.plan import RunPlan

BATTERY = BatteryModel(0.05, 3, 3, standby_w=5)
DEVICES = {
    "none": None,
    "battery": Balance((BATTERY,) * 3, (BATTERY.stored_at(0.5),) * 3),
    "limit": Balance(export_limit_dw=1_000),
    "both": Balance((BATTERY,) * 3, (BATTERY.lower,) * 3, 1_000),
    "some": Balance((None, BATTERY, None), (BATTERY.stored_at(0.3),)),
}


def devices_of(name, meters):
    devices = DEVICES[name]
    if not devices:
        return None
    batteries = devices.batteries[:meters]
    return replace(devices, batteries=batteries, start=devices.start[: sum(map(bool, batteries))])


def text_of(plan, samples):
    return rows.header(plan) + b"".join(rows.render(portion, plan) for portion in samples)


@settings(max_examples=25, deadline=None)
@given(
    n_meters=st.integers(1, 3),
    every_s=st.sampled_from([1, 2, 8, 50]),
    block=st.integers(1, 900),
    devices=st.sampled_from(list(DEVICES)),
)
async def test_the_bytes_are_those_of_the_brokers_way(site, n_meters, every_s, block, devices):
    one = site(meters=("a", "b", "c")[:n_meters], every_s=every_s, devices=devices_of(devices, n_meters))
    await together(one.simulator(), one.meter())
    portions = list(simulate(one.plan, one.loads, one.pv, block=block))
    assert text_of(one.plan, portions) == bytes(one.files.samples)
    assert all(len(portion) for portion in portions)
    assert max(map(len, portions)) * every_s <= max(block, one.plan.window) + one.plan.window


def test_without_a_battery_the_rows_are_those_computed_the_slow_way(site):
    one = site(meters=("a", "b"), every_s=8)
    assert text_of(one.plan, simulate(one.plan, one.loads, one.pv)) == one.rows()


def test_other_devices_than_the_plans_own(site):
    one, other = site(), site(devices=devices_of("both", 1))
    portions = list(simulate(one.plan, one.loads, one.pv, devices_of("both", 1)))
    assert text_of(other.plan, portions) == text_of(other.plan, simulate(other.plan, one.loads, one.pv))
    assert all(portion.battery_dw is not None for portion in portions)


def test_a_run_that_holds_values_has_none_to_hold(site):
    one = site(missing="hold")
    portions = list(simulate(one.plan, one.loads, one.pv))
    assert sum(portion.held_s.sum() for portion in portions) == 0
    assert text_of(one.plan, portions).splitlines()[1].endswith(b",")


def test_a_period_of_many_hours_is_one_row():
    day = Timeline.of_days(date(2024, 6, 21), 1, ZoneInfo("Europe/Berlin"))
    plan = RunPlan("run", day, ("m1",), 43_200)

    class Steady:
        def power_dw(self, _first_utc, n):
            return np.full(n, 5, dtype=np.int64)

    portions = list(simulate(plan, [Steady()], Steady()))
    assert [portion.row(plan).tolist() for portion in portions] == [[0], [1]]
