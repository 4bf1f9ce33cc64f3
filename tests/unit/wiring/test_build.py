"""A configuration always builds the same, and says what was read for it."""

import dataclasses
from datetime import date, datetime, timedelta

import numpy as np
import pytest
from msgspec.structs import replace

from pvsim.adapters.site_file import read_site
from pvsim.config import MeterRequest, PvRequest, Request
from pvsim.core.devices.limits import NO_LIMIT_DW
from pvsim.core.site.schema import FileWeather
from pvsim.errors import BadInputError, UsageError
from pvsim.wiring.build import build, plan_of
from pvsim.wiring.configure import configure
from pvsim.wiring.models import Models
from pvsim.wiring.simulated import simulate

HOUR_S = 3_600


@pytest.fixture
def house(tmp_path):
    path = tmp_path / "house.csv"
    rows = "".join(f"2024-06-21T{hour:02}:00,{hour / 10}\n" for hour in range(24))
    path.write_text("time,power_kw\n" + rows)
    return path


def of_file(house, **more):
    return configure(Request(meter=MeterRequest(source=("a=walk", f"b={house}")), run_id="r", **more))


def test_a_configuration_builds_the_same_each_time(house):
    config = of_file(house)
    first, second = build(config), build(config)
    start = first.plan.timeline.start_utc
    assert first.plan == second.plan == plan_of(config)
    assert first.inputs == second.inputs
    for one, other in zip((*first.loads, first.pv), (*second.loads, second.pv), strict=True):
        assert np.array_equal(one.power_dw(start, HOUR_S), other.power_dw(start, HOUR_S))


def test_what_is_built_cannot_be_changed(house):
    built = build(of_file(house))
    with pytest.raises(dataclasses.FrozenInstanceError):
        built.pv = None


def test_what_was_read_is_told_by_the_name_of_what_it_is_for(house):
    built = build(of_file(house, pv=PvRequest(source=str(house))))
    assert list(built.inputs) == ["pv", "b"]
    assert built.inputs["b"]["column"] == "power_kw"
    assert [load.power_dw(built.plan.timeline.start_utc + 4 * HOUR_S, 1).tolist() for load in built.loads[1:]] == [
        [4_000]
    ]


def test_devices_are_those_of_the_site():
    built = build(configure(Request(site="home-battery", meter=MeterRequest(source="uniform"))))
    assert built.devices is built.plan.balance
    assert built.devices.batteries[0].charge_efficiency == 0.96
    assert build(configure(Request())).devices is None


def test_weather_is_told_once_as_the_plants_have_it(tmp_path):
    path = tmp_path / "w.csv"
    hours = range(1718920800, 1718920800 + 24 * HOUR_S, HOUR_S)
    path.write_text("time,ghi,temp_air\n" + "".join(f"{hour},0,15\n" for hour in hours))
    site = read_site("home-battery")
    climate = site.weather.temp_air_c
    site = replace(site, weather=FileWeather(path=str(path), temp_air_c=climate))
    inputs = build(configure(Request(site=site))).inputs
    assert set(inputs) == {"weather"}
    assert "reading" in inputs["weather"]
    assert len(inputs["weather"]) > 1  # a heat pump's has the reading only


def test_a_file_that_changed_is_refused(house):
    config = of_file(house)
    house.write_text(house.read_text() + "\n")
    with pytest.raises(BadInputError, match="has changed since"):
        build(config)


def test_a_meter_of_somebody_else_builds_no_load():
    config = configure(Request(meter=MeterRequest(source=("a=external", "b=walk"))))
    with pytest.raises(UsageError, match="come from elsewhere") as caught:
        build(config)
    assert caught.value.field == "meter.source"
    assert Models(config).inputs == {}


def test_models_are_built_once():
    models = Models(configure(Request()))
    assert models.loads() is models.loads()
    assert models.pv() is models.pv()
    assert models.plan is models.plan


def test_a_cap_that_begins_in_a_run_is_where_its_day_begins():
    site = replace(read_site("home"), rules="de", commissioned=date(2025, 3, 1))
    plan = plan_of(configure(Request(site=site, date="2025-02-24", days=2)))
    midnight = plan.timeline.midnights_utc[1]
    assert plan.balance.export_limit_dw.at(midnight - 1, 2).tolist() == [NO_LIMIT_DW, 48_000]
    later, before = (plan_of(configure(Request(site=site, date=day))) for day in ("2025-06-01", "2025-02-24"))
    assert later.balance.export_limit_dw == 48_000
    assert before.balance is None


def test_the_cap_by_hand(tmp_path):
    """8 kWp, 6 kW of PV, 0.5 kW of load: 5.5 kW are fed in, then 4.8 kW; 0.7 kW are curtailed, 16.8 kWh."""
    for name, kw in (("pv", 6), ("load", 0.5)):
        rows = "".join(f"2025-02-{24 + hour // 24}T{hour % 24:02}:00,{kw}\n" for hour in range(48))
        (tmp_path / f"{name}.csv").write_text("time,power_kw\n" + rows)
    request = Request(
        site=replace(read_site("home"), rules="de", commissioned=date(2025, 3, 1)),
        date="2025-02-24",
        days=2,
        every="1h",
        meter=MeterRequest(source=str(tmp_path / "load.csv")),
        pv=PvRequest(source=str(tmp_path / "pv.csv")),
    )
    summary = simulate(request).summary
    assert [(day.pv, day.export, day.curtailed) for day in summary.days] == [(144, 132, 0), (127.2, 115.2, 16.8)]


def test_a_home_is_the_same_in_small_and_in_large_fleets():
    few, many = (build(configure(Request(site="home", meters=n))) for n in (2, 11))
    noon = few.plan.timeline.start_utc + 12 * 3_600
    assert list(few.inputs["places_m"].values()) == list(many.inputs["places_m"].values())[:2]
    assert list(many.inputs["places_m"])[:2] == ["m01", "m02"]
    for one, other in zip(few.loads, many.loads, strict=False):
        np.testing.assert_array_equal(one.power_dw(noon, 3_600), other.power_dw(noon, 3_600))


@pytest.mark.parametrize(
    ("day", "first_utc", "hours", "fill"),
    [
        ("2024-06-21", "10:00", "12-13", "hold"),
        ("2024-06-21", "10:00", "12-13", "interpolate"),
        ("2024-10-27", "00:00", "2-3", "hold"),
        ("2024-03-31", "00:00", "1-4", "hold"),
        ("2024-03-31", "00:00", "1-4", "interpolate"),
    ],
)
def test_a_file_of_a_part_of_a_day_gives_the_rows_of_one_that_has_more(tmp_path, day, first_utc, hours, fill):
    def power(name, start, count):
        path = tmp_path / f"{name}.csv"
        moments = (start + timedelta(minutes=15 * i) for i in range(count))
        path.write_text(
            "time,power_kw\n" + "".join(f"{t.isoformat()},{t.hour + t.minute / 60}\n" for t in moments)
        )
        options = {"source": str(path), "fill": fill, "start": day}
        request = Request(meter=MeterRequest(**options), pv=PvRequest(**options), date=day, hours=hours)
        built = build(configure(request))
        timeline = built.plan.timeline
        assert [built.inputs[of]["gaps"] for of in ("m1", "pv")] == [(), ()]
        return [source.power_dw(timeline.start_utc, timeline.seconds) for source in (*built.loads, built.pv)]

    begin = datetime.fromisoformat(f"{day}T{first_utc}+00:00")
    quarters = 4 * (1 if day == "2024-06-21" else 2)
    part, more = power("part", begin, quarters), power("more", begin - timedelta(days=2), 4 * 24 * 4)
    last = 900 if fill == "interpolate" else 0  # to the next power, which the part does not have
    for one, other in zip(part, more, strict=True):
        assert np.array_equal(one[: len(one) - last], other[: len(other) - last])
