import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.metering.counters import DW_S_PER_MWH, Counted, CounterState, Interval, Step, count_on
from pvsim.core.metering.form import MeterForm
from pvsim.core.metering.observed import Refused
from pvsim.core.metering.refusals import Refusal
from pvsim.core.quantities.types import MeterRange

START_S = 1_718_964_000
WH = 1_000
LOAD = MeterForm()
GRID = MeterForm(meter_range=MeterRange.up_to(9_000, grid=True))
BASE = CounterState(START_S * 1_000 + 400, 5_000 * WH, 700 * WH)


def after(seconds, grown_mwh, exported_mwh=0, form=LOAD, base=BASE):
    counters = base.import_mwh + grown_mwh, base.export_mwh + exported_mwh
    return count_on(base, base.t_ms + round(seconds * 1_000), counters, form)


@given(st.integers(-(10**9), 10**9), st.integers(1, 3_600))
def test_the_powers_of_an_interval_add_up_to_its_energy_and_are_even(energy_mwh, seconds):
    powers = Interval(START_S, seconds, energy_mwh).powers_dw()
    assert len(powers) == seconds
    assert sum(powers) == energy_mwh * DW_S_PER_MWH
    assert max(powers) - min(powers) <= 1


def test_one_watt_hour_in_seven_seconds():
    assert Interval(START_S, 7, WH).powers_dw() == [5_142, 5_143, 5_143, 5_143, 5_143, 5_143, 5_143]


@st.composite
def readings(draw):
    """States of two counters that never show more than 9 kW, at times that rise."""
    t_ms, states, found = START_S * 1_000, (10**9, 10**9), []
    for _ in range(draw(st.integers(2, 12))):
        found.append((t_ms, states))
        step_ms = draw(st.integers(1, 100_000))
        most = 90_000 * (step_ms // 1_000) // DW_S_PER_MWH
        states = states[0] + draw(st.integers(0, most)), states[1] + draw(st.integers(0, most))
        t_ms += step_ms
    return found


@given(readings(), st.data())
def test_energy_is_kept_whichever_states_arrive(states, data):
    kept = [state for i, state in enumerate(states) if i == 0 or data.draw(st.booleans())]
    form = MeterForm(meter_range=GRID.meter_range, max_interval_s=3_600)
    base, powers = None, {}
    for t_ms, counters in kept:
        step = count_on(base, t_ms, counters, form)
        assert isinstance(step, Step)
        base = step.base
        if step.interval is not None:
            for i, power in enumerate(step.interval.powers_dw()):
                assert -90_000 <= power <= 90_000
                assert powers.setdefault(step.interval.first_utc + i, power) is power
    assert base is not None
    grown = (base.import_mwh - 10**9) - (base.export_mwh - 10**9)
    assert sum(powers.values()) == grown * DW_S_PER_MWH
    assert sorted(powers) == list(range(kept[0][0] // 1_000, base.t_ms // 1_000))


def test_the_first_state_gives_no_power():
    assert count_on(None, 1_500, (5, 0), LOAD) == Step(Counted.FIRST, CounterState(1_500, 5, 0))


def test_a_grown_state_gives_the_power_of_the_seconds_since():
    step = after(10, 5 * WH)
    assert step == Step(
        Counted.ON, CounterState(BASE.t_ms + 10_000, 5_005 * WH, 700 * WH), Interval(START_S, 10, 5 * WH)
    )
    assert step.interval.powers_dw() == [18_000] * 10


def test_a_state_that_stays_is_no_power():
    assert after(10, 0).interval.powers_dw() == [0] * 10


def test_a_state_of_the_same_second_is_not_used():
    assert after(0.5, 2) == Step(Counted.SAME_SECOND, BASE)
    assert after(-0.4, 2) == Step(Counted.SAME_SECOND, BASE)


def test_export_is_negative():
    assert after(10, 1 * WH, 5 * WH, GRID).interval.powers_dw() == [-14_400] * 10


def test_a_state_older_than_the_base_is_refused():
    assert after(-0.5, 0) == Refused(Refusal.OLD_STATE, "1 s older than the one before")


def test_a_reset_has_no_energy_and_is_a_new_beginning():
    step = count_on(BASE, BASE.t_ms + 10_000, (20 * WH, 0), GRID)
    assert step == Step(Counted.RESET, CounterState(BASE.t_ms + 10_000, 20 * WH, 0))
    one = count_on(BASE, BASE.t_ms + 10_000, (5_001 * WH, 0), GRID)
    assert one.counted is Counted.RESET


def test_a_rollover_is_one_only_where_it_is_stated():
    rollover = 10_000_000 * WH
    base = CounterState(BASE.t_ms, rollover - 2 * WH)
    form = MeterForm(rollover_mwh=rollover)
    step = count_on(base, base.t_ms + 10_000, (3 * WH, 0), form)
    assert (step.counted, step.interval) == (Counted.ROLLOVER, Interval(START_S, 10, 5 * WH))
    assert count_on(base, base.t_ms + 10_000, (3 * WH, 0), LOAD).counted is Counted.RESET
    assert count_on(BASE, base.t_ms + 10_000, (3 * WH, 700 * WH), form).counted is Counted.RESET


@pytest.mark.parametrize(
    ("grown", "exported", "form", "reason"),
    [
        (-1, 0, LOAD, Refusal.STEP_BACK),
        (-1_000 * WH, 0, LOAD, Refusal.STEP_BACK),
        (-5_000 * WH, -1, GRID, Refusal.STEP_BACK),
        (-5_000 * WH, 1_000 * WH, GRID, Refusal.STEP_BACK),
        (25_001, 0, LOAD, Refusal.RANGE),
        (0, 1, LOAD, Refusal.RANGE),
        (0, 25_001, GRID, Refusal.RANGE),
    ],
)
def test_a_state_that_cannot_be_is_refused(grown, exported, form, reason):
    assert after(10, grown, exported, form).reason == reason
    assert isinstance(after(10, 25_000), Step)


def test_what_was_refused_is_made_up_for_by_the_next_state():
    assert isinstance(after(1, 5 * WH), Refused)
    assert after(2, 5 * WH).interval == Interval(START_S, 2, 5 * WH)


def test_after_the_longest_interval_it_begins_anew():
    assert after(300, 5 * WH).counted is Counted.ON
    assert after(301, 5 * WH, 2 * WH) == Step(
        Counted.GAP, CounterState(BASE.t_ms + 301_000, 5_005 * WH, 702 * WH), unplaced_mwh=3 * WH
    )
    assert after(301, -1_000 * WH).unplaced_mwh == 0
    assert after(301, -1_000 * WH).counted is Counted.GAP


def test_the_base_can_be_saved():
    assert msgspec.json.decode(msgspec.json.encode(BASE), type=CounterState) == BASE
