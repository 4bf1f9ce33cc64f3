from datetime import date, timedelta

import msgspec
import pytest
from msgspec.structs import replace

from pvsim.config import CurveConfig, ExternalMeter, FileConfig, MeterConfig, PvRequest, Request, RunConfig
from pvsim.core.quantities.types import MeterRange
from pvsim.core.session.closed import EndedDay
from pvsim.core.session.state import SessionState
from pvsim.errors import BadInputError, UsageError
from pvsim.wiring.days import ServiceDays

DAY = date(2024, 10, 27)
BATTERY = Request(site="home-battery", pv=PvRequest(source="curve"))


def test_a_day_has_its_seconds_and_the_battery_of_the_site():
    day = ServiceDays("home", BATTERY).of_day(DAY)
    assert day.timeline.seconds == 90_000
    assert day.balance.batteries[0].capacity_kwh == 10.0
    assert "capacity_kwh" in day.battery
    assert day.pv.power_dw(day.timeline.start_utc + 13 * 3_600, 1)[0] > 0


def test_a_site_without_a_battery_has_none():
    day = ServiceDays("home", Request()).of_day(DAY)
    assert (day.balance, day.battery) == (None, "")


def test_each_meter_is_a_run_of_its_own_with_its_range_and_the_hold():
    grid = MeterRange.up_to(43_500, grid=True)
    days = ServiceDays("home", Request(), hold_s=10, ranges={"m2": grid})
    assert days.plan_of("m1", DAY).meters == ("m1",)
    assert days.plan_of("m1", DAY).holds
    assert days.plan_of("m2", DAY).meter_range == grid
    names = {days.plan_of(meter, DAY + timedelta(i)).run_id for meter in ("m1", "m2") for i in range(2)}
    assert len(names) == 4


def test_what_is_left_of_a_battery_is_in_the_configuration_of_the_next_day():
    days = ServiceDays("home", BATTERY)
    ended = EndedDay("m1", DAY, 1, 0, 0, stored_at_start=(123_456,), stored_at_end=(5,))
    config = msgspec.json.decode(days.config_of_meter(ended), type=RunConfig)
    assert config.stored_at_start == (123_456,)
    assert (config.meters, config.missing) == ((MeterConfig("m1", ExternalMeter()),), "skip")


def test_a_day_that_has_begun_keeps_what_it_began_with():
    before = ServiceDays("home", Request(pv=PvRequest(source="curve", peak_kw=5.0)))
    state = SessionState(day=DAY, hold_s=0)
    after = ServiceDays("home", Request(), hold_s=10)
    after.restore({DAY.isoformat(): before.config_of(DAY)}, state)
    assert after.config_of(DAY) == before.config_of(DAY)
    assert not after.plan_of("m1", DAY).holds
    assert after.plan_of("m1", DAY + timedelta(1)).holds
    assert msgspec.json.decode(after.config_of(DAY + timedelta(1)), type=RunConfig).pv == CurveConfig()
    (note,) = after.notes()
    assert note.startswith("site, PV and battery of 2024-10-27 are as they were when it began; ")


def test_settings_that_are_as_before_are_not_worth_a_word():
    days = ServiceDays("home", BATTERY)
    again = ServiceDays("home", BATTERY)
    again.restore({DAY.isoformat(): days.config_of(DAY)}, SessionState(day=DAY))
    assert again.notes() == ()
    other = ServiceDays("home", Request())
    other.restore({DAY.isoformat(): days.config_of(DAY)}, SessionState(day=DAY + timedelta(1)))
    assert other.notes() == ()


def test_days_begin_where_the_site_is():
    assert ServiceDays("home", Request(tz="Asia/Kathmandu")).zone.key == "Asia/Kathmandu"
    assert ServiceDays("home", BATTERY).zone.key == "Europe/Berlin"


def test_pv_power_from_a_file_is_that_of_the_same_day(tmp_path):
    path = tmp_path / "pv.csv"
    hours = [(day, f"{hour:02}") for day in (21, 22) for hour in range(24)]
    lines = [f"2024-06-{day}T{hour}:00:00+02:00,{day - 20}" for day, hour in hours]
    path.write_text("\n".join(["time,pv_kw", *lines, ""]))
    days = ServiceDays("home", Request(pv=PvRequest(source=str(path))))
    for day, power_dw in ((date(2024, 6, 21), 10_000), (date(2024, 6, 22), 20_000)):
        found = days.of_day(day)
        assert found.pv.power_dw(found.timeline.start_utc, 1)[0] == power_dw
    with pytest.raises(BadInputError, match="covers 2: 2024-06-21 to 2024-06-22") as raised:
        days.of_day(date(2024, 6, 24))
    assert (
        raised.value.fix
        == "give a file from which 2024-06-24 can be read without options; the service goes on there"
    )
    config = msgspec.json.decode(days.config_of(date(2024, 6, 21)), type=RunConfig)
    assert isinstance(config.pv, FileConfig)
    with pytest.raises(UsageError, match="same day of its file"):
        ServiceDays("home", replace(days.request, pv=PvRequest(source=str(path), start="2024-06-21"))).of_day(DAY)


def test_a_file_that_cannot_be_read_is_refused_before_anything_comes(tmp_path):
    of_file = ServiceDays("home", Request(pv=PvRequest(source=str(tmp_path / "none.csv"))))
    with pytest.raises(BadInputError, match="No such file") as raised:
        of_file.refuse_unreadable(DAY)
    assert "check the path" in raised.value.fix


def test_of_power_that_is_computed_nothing_is_read_beforehand(monkeypatch):
    days = ServiceDays("home", BATTERY)
    monkeypatch.delattr(ServiceDays, "of_day")
    days.refuse_unreadable(DAY)
