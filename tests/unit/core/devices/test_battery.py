"""I2 and I8 for the battery: exact balance, any cut, greedy, against a plain loop."""

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace as replace_fields

from pvsim.core.devices.battery import BatteryModel, battery_of
from pvsim.core.devices.dynamics import Response, state_of
from pvsim.core.site.schema import Battery
from pvsim.errors import BadInputError, UsageError

BOUNDED = settings(max_examples=60, deadline=None)
DJ_PER_KWH = 36_000_000
USUAL = {
    "capacity_kwh": 10.0, "charge_kw": 5.0, "discharge_kw": 5.0,
    "charge_efficiency": 0.95, "discharge_efficiency": 0.95, "standby_w": 0.0,
}  # fmt: skip


@st.composite
def batteries(draw):
    low, high = draw(st.tuples(st.integers(0, 400), st.integers(600, 1_000)))
    return BatteryModel(
        # small enough that a few seconds fill it
        capacity_kwh=draw(st.sampled_from([0.02, 0.05, 10.0])),
        charge_kw=draw(st.sampled_from([0.0, 1.0, 4.6, 9.9999])),
        discharge_kw=draw(st.sampled_from([0.0, 0.5, 4.6])),
        charge_efficiency=draw(st.integers(700, 1_000)) / 1_000,
        discharge_efficiency=draw(st.integers(700, 1_000)) / 1_000,
        standby_w=draw(st.sampled_from([0.0, 0.1, 12.3, 900.0])),
        soc_min=low / 1_000,
        soc_max=high / 1_000,
    )


@st.composite
def nets(draw):
    """Runs of one power, with noise and alternating signs: what meets limits often."""
    parts = []
    for _ in range(draw(st.integers(0, 6))):
        n = draw(st.integers(1, 700))
        level, swing = draw(st.integers(-60_000, 90_000)), draw(st.sampled_from([0, 3, 60_000]))
        signs = np.where(np.arange(n) % 2, 1, -1)
        parts.append(level + swing * signs)
    return np.concatenate([np.empty(0, np.int64), *parts]).astype(np.int64)


def plain(battery, net_dw, stored):
    """The rule in exact fractions of 0.1 J, one second after the other."""
    unit = battery.units_per_dj
    charging = Fraction(round(battery.charge_efficiency * 1_000), 1_000)
    discharging = Fraction(round(battery.discharge_efficiency * 1_000), 1_000)
    lower, upper, level = (Fraction(x, unit) for x in (battery.lower, battery.upper, stored))
    power, levels = [], []
    for net in net_dw.tolist():
        level = max(level - round(battery.standby_w * 10), lower)
        charge = min(max(-net, 0), round(battery.charge_kw * 10_000), math.floor((upper - level) / charging))
        discharge = min(
            max(net, 0), round(battery.discharge_kw * 10_000), math.floor((level - lower) * discharging)
        )
        level += charge * charging - discharge / discharging
        power.append(charge - discharge)
        levels.append(level * unit)
    return power, levels


@given(batteries(), nets(), st.floats(0, 1))
@BOUNDED
def test_equals_the_plain_loop(battery, net_dw, fill):
    """I2."""
    stored = battery.lower + int(fill * (battery.upper - battery.lower))
    result = battery.follow(-net_dw, (stored,))
    power, levels = plain(battery, net_dw, stored)
    assert result.power_dw.tolist() == power
    assert result.stored.tolist() == levels
    assert result.end == (levels[-1] if levels else stored,)


@given(batteries(), nets(), st.data())
@BOUNDED
def test_any_cut_gives_the_same(battery, net_dw, data):
    """I2: blocks, days and resumes leave no trace."""
    whole = battery.follow(-net_dw, (battery.lower,))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(net_dw)), max_size=4)))
    state, power, levels = (battery.lower,), [], []
    for part in np.split(net_dw, cuts):
        result = battery.follow(-part, state)
        state = result.end
        power += result.power_dw.tolist()
        levels += result.stored.tolist()
    assert power == whole.power_dw.tolist()
    assert levels == whole.stored.tolist()
    assert state == whole.end


@given(batteries(), nets())
@BOUNDED
def test_balance_limits_and_greed(battery, net_dw):
    """I8: exactly; no limit is passed; nothing is bought or sold that the battery could have taken."""
    result = battery.follow(-net_dw, (battery.upper,))
    charge, discharge = np.maximum(result.power_dw, 0), np.maximum(-result.power_dw, 0)
    before = np.concatenate([[battery.upper], result.stored])[:-1]
    rested = np.maximum(before - battery.standby_step, battery.lower)
    standby = int((before - rested).sum())
    change = battery.charge_step * int(charge.sum()) - battery.discharge_step * int(discharge.sum()) - standby
    assert result.end[0] - battery.upper == change
    assert ((result.stored >= battery.lower) & (result.stored <= battery.upper)).all()
    assert charge.max(initial=0) <= battery.charge_kw * 10_000
    assert discharge.max(initial=0) <= battery.discharge_kw * 10_000
    grid = net_dw + result.power_dw
    assert (grid * net_dw >= 0).all()  # never past zero: it neither charges from the grid nor sells
    imports = grid > 0
    at_power = discharge == round(battery.discharge_kw * 10_000)
    assert (at_power | (result.stored - battery.lower < battery.discharge_step))[imports].all()
    exports = grid < 0
    at_power = charge == round(battery.charge_kw * 10_000)
    assert (at_power | (battery.upper - result.stored < battery.charge_step))[exports].all()


def test_a_day_by_hand():
    """1 kWh at 90 % each way: an hour of 2 kW surplus fills it after 2,000 s, then it gives back 0.9 kWh."""
    battery = BatteryModel(1.0, 2.0, 2.0, charge_efficiency=0.9, discharge_efficiency=0.9, standby_w=0.0)
    net_dw = np.repeat([-20_000, 20_000], 3_600)
    result = battery.follow(-net_dw, battery.at_rest(battery.stored_at(0.0)))
    assert result.power_dw[1_999:2_002].tolist() == [20_000, 0, 0]
    assert battery.soc(result.stored)[[1_999, 3_599, -1]] == pytest.approx([1, 1, 0], abs=1e-7)
    assert (battery.charge_step, battery.discharge_step, battery.units_per_dj) == (81, 100, 90)
    assert -result.power_dw[3_600:].sum() / DJ_PER_KWH == pytest.approx(0.9, abs=1e-6)
    assert battery.kwh(result.stored[:1]) == pytest.approx([2 * 0.9 / 3_600])


def test_standby_empties_a_store_and_then_stops():
    battery = BatteryModel(0.01, 1.0, 1.0, 0.95, 0.95, standby_w=10.0, soc_min=0.1)
    result = battery.follow(-np.zeros(5_000, np.int64), (battery.stored_at(1.0),))
    assert battery.soc(result.stored)[[0, -1]] == pytest.approx([1 - 10 / 36_000, 0.1])
    assert not result.power_dw.any()
    assert battery.follow(-np.full(600, 5_000), result.end).stored.tolist() == [battery.lower] * 600


def test_a_full_battery_rests_and_an_empty_block_changes_nothing():
    battery = BatteryModel(5.0, 2.0, 2.0, 0.95, 0.95, 0.0)
    full = battery.at_rest(battery.stored_at(1.0))
    result = battery.follow(-np.full(1_000, -20_000), full)
    assert not result.power_dw.any()
    assert battery.follow(-np.empty(0, np.int64), full).end == full


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"capacity_kwh": math.nan}, "capacity_kwh"),
        ({"capacity_kwh": -1.0}, "capacity_kwh"),
        ({"charge_kw": 20_000.0}, "charge_kw"),
        ({"discharge_efficiency": 0.0}, "discharge_efficiency"),
        ({"charge_efficiency": 95.0}, "charge_efficiency"),
        ({"standby_w": -1.0}, "standby_w"),
        ({"soc_min": 0.5, "soc_max": 0.5}, "min_soc_percent, 50, is not below max_soc_percent, 50"),
        ({"soc_max": 1.01}, "soc_max"),
        ({"capacity_kwh": 0.001, "charge_kw": 4.0}, "a second at full power"),
        ({"no_load_w": 500.0, "discharge_kw": 0.5}, "no_load_w, 500, is not below the 0.5 kW of the battery"),
        ({"no_load_w": 1_001.0}, "no_load_w is 0 to 1000"),
    ],
)
def test_nonsense_is_refused(changed, words):
    with pytest.raises(UsageError, match=words):
        BatteryModel(**USUAL | changed)


def test_a_state_outside_the_limits_is_refused():
    battery = BatteryModel(**USUAL, soc_min=0.1)
    with pytest.raises(UsageError, match="soc"):
        battery.stored_at(0.05)
    with pytest.raises(BadInputError, match="outside"):
        battery.follow(-np.zeros(1, np.int64), (0,))


def test_what_is_not_said_is_as_in_a_site_file():
    assert BatteryModel(10.0, 5.0, 4.0) == battery_of(Battery(capacity_kwh=10.0, charge_kw=5.0, discharge_kw=4.0))
    assert BatteryModel(10.0, 5.0, 5.0).standby_w == 10.0


LATE = st.builds(
    Response,
    st.sampled_from([0.0, 0.7, 1.0, 2.5]),
    st.sampled_from([0.0, 0.6, 3.0]),
    st.sampled_from([None, 0.5]),
)


@given(batteries(), LATE, st.sampled_from([0.0, 25.0]), nets(), st.data())
@BOUNDED
def test_a_late_battery_in_any_cut_gives_the_same(battery, response, no_load_w, net_dw, data):
    """I2: what is under way is in the state."""
    late = replace(battery, response=response, no_load_w=no_load_w, capacity_kwh=max(battery.capacity_kwh, 0.05))
    whole = late.follow(-net_dw, late.at_rest(late.lower))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(net_dw)), max_size=4)))
    state, power = late.at_rest(late.lower), []
    for part in np.split(net_dw, cuts):
        result = late.follow(-part, state)
        state = result.end
        power += result.power_dw.tolist()
    assert (power, state) == (whole.power_dw.tolist(), whole.end)
    assert len(state) == len(late.at_rest(0))


@given(batteries(), nets(), st.floats(0, 1))
@BOUNDED
def test_a_curve_of_one_point_is_the_constant_efficiency(battery, net_dw, fill):
    """But for 0.01 % of the power at a limit."""
    soc = battery.soc_min + fill * (battery.soc_max - battery.soc_min)
    whole = battery.follow(-net_dw, battery.at_rest(battery.stored_at(soc)))
    charge, discharge = (((1.0, each),) for each in (battery.charge_efficiency, battery.discharge_efficiency))
    curved = replace(battery, charge_efficiency=charge, discharge_efficiency=discharge)
    followed = curved.follow(-net_dw, curved.at_rest(curved.stored_at(soc)))
    assert np.abs(followed.power_dw - whole.power_dw).max(initial=0) <= 2 + 1e-4 * 99_999
    assert curved.kwh(followed.stored) == pytest.approx(battery.kwh(whole.stored), abs=1e-6)


def test_a_late_battery_by_hand():
    """A kettle of 2 kW for 3 s, seen a second late: the grid gives the first second and is given the last one."""
    battery = BatteryModel(10.0, 5.0, 5.0, 1.0, 1.0, 0.0, response=Response(1.0))
    net_dw = np.array([0, 20_000, 20_000, 20_000, 0, 0])
    result = battery.follow(-net_dw, battery.at_rest(battery.stored_at(0.5)))
    assert result.power_dw.tolist() == [0, 0, -20_000, -20_000, -20_000, 0]
    assert (net_dw + result.power_dw).tolist() == [0, 20_000, 0, 0, -20_000, 0]
    assert result.end == (battery.stored_at(0.5) - 60_000, 0, 0)


def test_what_the_converter_loses_is_not_asked_for():
    battery = BatteryModel(10.0, 5.0, 5.0, 1.0, 1.0, 0.0, no_load_w=30.0)
    start = battery.stored_at(0.5)
    result = battery.follow(np.array([300, -300, 301, 0]), battery.at_rest(start))
    assert result.power_dw.tolist() == [0, 0, 301, 0]
    assert result.end == (start + 1,)


def test_the_delay_of_a_site_is_half_dead_time_and_half_lag_or_what_its_parts_say():
    site = Battery(capacity_kwh=10.0, charge_kw=5.0)
    assert battery_of(replace_fields(site, response_s=3.0)).response == Response(1.5, 1.5)
    assert battery_of(replace_fields(site, dead_time_s=1.0, ramp_kw_per_s=2.0)).response == Response(1.0, 0.0, 2.0)
    assert battery_of(replace_fields(site, time_constant_s=4.0, no_load_w=12.0)).no_load_w == 12.0
    assert battery_of(replace_fields(site, response_s=0.0, no_load_w=0.0)) == battery_of(site)
    with pytest.raises(UsageError, match="response_s is the whole delay") as refused:
        battery_of(replace_fields(site, response_s=3.0, dead_time_s=0.0))
    assert refused.value.fix == "give response_s, or dead_time_s and time_constant_s"


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ((0,), "a state of 1 numbers, where this battery's has 3"),
        ((1, 0, 0, 0), "4 numbers"),
        ((1, state_of(math.nan), 0), "a power of nan kW"),
        ((1, state_of(60_000.0), 0), "a power of 6 kW is more than this battery has"),
        ((1, 0, -60_000), "a power of -6 kW"),
    ],
)
def test_a_state_of_another_late_battery_is_refused(state, words):
    battery = BatteryModel(**USUAL, response=Response(1.0))
    with pytest.raises(BadInputError, match=words):
        battery.follow(np.zeros(1, np.int64), state)
