from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from tests.sessions import Days, Rising, a_battery, at

from pvsim.core.devices.balance import Balance
from pvsim.core.session.day_rows import ended, samples_of_day
from pvsim.core.session.seconds import DayOfRows
from pvsim.core.session.state import MeterState, SessionState

DAY = date(2024, 6, 21)
NOON = at("2024-06-21 12:00")


def rows_at(*seconds, meter=0):
    return DayOfRows(DAY, False, list(seconds), [meter] * len(seconds), [5_000] * len(seconds), [0] * len(seconds))


def a_state(meters=1):
    return SessionState(meters=[MeterState(name=f"m{i}", heard_ms=0) for i in range(meters)])


@given(st.sets(st.integers(0, 30), min_size=1), st.integers(0, 31))
def test_a_battery_is_the_same_whether_rows_come_at_once_or_in_two_parts(seconds, cut):
    day, seconds = Days(a_battery(1_000)).of_day(DAY), sorted(NOON + s for s in seconds)
    whole, parts = a_state(), a_state()
    at_once = samples_of_day(whole, rows_at(*seconds), day)
    found = []
    for part in ([s for s in seconds if s < NOON + cut], [s for s in seconds if s >= NOON + cut]):
        if part:
            found += samples_of_day(parts, rows_at(*part), day).battery_dw.tolist()
    assert found == at_once.battery_dw.tolist()
    assert parts == whole


def test_each_meter_has_a_battery_of_its_own_that_begins_with_its_first_row():
    day, state = Days(a_battery()).of_day(DAY), a_state(2)
    rows = DayOfRows(DAY, False, [NOON, NOON + 1, NOON + 1], [0, 0, 1], [90_000, 90_000, 0], [0, 0, 0])
    samples = samples_of_day(state, rows, day)
    assert samples.soc_steps[0] < 5_000
    assert samples.battery_dw[2] > 0
    assert [meter.stored_utc for meter in state.meters] == [NOON + 2, NOON + 2]
    assert state.meters[1].day_stored == day.balance.states_at_start


def test_an_export_limit_without_a_battery_curtails_the_plant():
    day, state = Days(Balance(export_limit_dw=100)).of_day(DAY), a_state()
    samples = samples_of_day(state, rows_at(NOON, NOON + 1), day)
    could = Rising().power_dw(NOON, 2)
    assert samples.pv_dw.tolist() == [min(each, 5_100) for each in could.tolist()]
    assert samples.battery_dw is None


def test_only_meters_with_rows_of_a_day_end_it():
    day, state = Days().of_day(DAY), a_state(2)
    rows = rows_at(NOON, meter=1)
    samples_of_day(state, rows, day)
    (over,) = ended(state, rows, day.timeline.end_utc, day)
    assert (over.meter, over.rows, over.held, over.last_dw, over.stored_at_end) == ("m1", 1, 0, 5_000, ())
    assert ended(state, rows, day.timeline.end_utc, day) == []
