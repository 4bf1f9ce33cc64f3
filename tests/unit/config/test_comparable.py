"""Which runs can be compared, and what is said of those that cannot."""

from datetime import date

import msgspec
import pytest
from tests.made_pages import ENGLISH

from pvsim.config import (
    BuildingMeter,
    CurveConfig,
    ExternalMeter,
    FileConfig,
    MeterConfig,
    NoPvConfig,
    RunConfig,
    SitePvConfig,
    SyntheticMeter,
)
from pvsim.config.comparable import unlike
from pvsim.config.dimming import DimmedTime
from pvsim.core.site.schema import (
    Battery,
    ClearWeather,
    CloudyWeather,
    ElectricCar,
    FileWeather,
    HouseholdLoad,
    Location,
    Plant,
    Site,
)

PLACE = Location(48.0, 11.0, "Europe/Berlin")
UNIFORM = MeterConfig("m1", SyntheticMeter())
HOME = MeterConfig("m1", BuildingMeter(HouseholdLoad(annual_kwh=3000), 48.0, 11.0))
HOUSE = MeterConfig("m1", FileConfig("/a/house.csv", "0123456789"))


def a_config(*, meters=(UNIFORM,), pv=None, **more):
    config = RunConfig("r", date(2024, 6, 21), 1, "Europe/Berlin", 1, 1, meters, pv or CurveConfig())
    return msgspec.structs.replace(config, **more)


def a_site(weather=ClearWeather(), *, azimuth=180.0, place=PLACE, sha256=None):  # noqa: B008 - frozen
    return SitePvConfig(Site("s", place, (Plant(30, azimuth, 8),), weather), sha256)


def said(base, other, made_by=None):
    found = unlike(base, other, made_by)
    return [f"{each.aspect}: {ENGLISH.said(each.what)}".replace("\u00a0", " ") for each in found]


@pytest.mark.parametrize("pv", [CurveConfig(), NoPvConfig(), a_site(), FileConfig("/pv.csv", "ab")])
@pytest.mark.parametrize("meter", [UNIFORM, HOME, HOUSE, MeterConfig("m1", ExternalMeter())])
def test_a_run_can_be_compared_with_itself_under_other_devices(meter, pv):
    config = a_config(meters=(meter,), pv=pv)
    battery = Battery(5, 2.5)
    assert unlike(config, msgspec.structs.replace(config, battery=battery, export_limit_kw=1.0, run_id="q")) == ()


def test_plants_differ_as_they_like():
    assert unlike(a_config(pv=a_site(azimuth=90)), a_config(pv=a_site(azimuth=270))) == ()
    assert unlike(a_config(), a_config(pv=CurveConfig(9.0))) == ()
    assert unlike(a_config(pv=NoPvConfig()), a_config(pv=a_site(CloudyWeather()))) == ()


def test_the_place_of_a_file_does_not_matter_and_its_content_does():
    moved = MeterConfig("other", FileConfig("/b/moved.csv", "0123456789"))
    assert unlike(a_config(meters=(HOUSE,)), a_config(meters=(moved,))) == ()
    changed = MeterConfig("m1", FileConfig("/a/house.csv", "9999999999"))
    assert said(a_config(meters=(HOUSE,)), a_config(meters=(changed,))) == [
        "load: file house.csv (99999999…) instead of file house.csv (01234567…)"
    ]


def test_what_the_words_do_not_tell_is_pointed_at():
    read_otherwise = MeterConfig("m1", FileConfig("/a/house.csv", "0123456789", fill="interpolate"))
    assert said(a_config(meters=(HOUSE,)), a_config(meters=(read_otherwise,))) == [
        "load: file house.csv (01234567…) with other settings (config.meters in manifest.json)"
    ]
    hazy = a_site(ClearWeather(linke_turbidity=5.0))
    assert said(a_config(pv=a_site()), a_config(pv=hazy)) == [
        "weather: a clear sky at 48° N 11° E with other settings (config.pv in manifest.json)"
    ]


def test_a_fleet_is_not_listed_meter_by_meter():
    homes = tuple(msgspec.structs.replace(HOME, name=f"m{i}") for i in range(1, 31))
    base = a_config(meters=(*homes, msgspec.structs.replace(UNIFORM, name="x")))
    meters = "31 meters: 30 × household of 3,000 kWh a year, uniform x"
    (found,) = said(base, msgspec.structs.replace(base, seed=2))
    assert found == f"load: {meters} (seed 2) instead of {meters} (seed 1)"


def test_homes_that_differ_are_one_kind():
    homes = [
        MeterConfig(f"m{i}", BuildingMeter(HouseholdLoad(annual_kwh=3000.0 + i), 48.0, 11.0)) for i in range(1, 31)
    ]
    (found,) = said(a_config(), a_config(meters=tuple(homes)))
    assert found.startswith("load: 30 meters: 30 × household of 3,001 to 3,030 kWh a year (seed 1) instead of")


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (
            {"first_date": date(2024, 6, 22)},
            "period: 22 June 2024 in Europe/Berlin instead of 21 June 2024 in",
        ),
        ({"days": 3}, "period: 21 June 2024 to 23 June 2024 in Europe/Berlin instead of 21"),
        (
            {"tz": "UTC"},
            "period: 21 June 2024 in UTC instead of 21 June 2024 in Europe/Berlin",
        ),
        ({"every_s": 60}, "rows: means over 60 s instead of means over 1 s"),
        ({"seed": 2}, "load: uniform m1 (seed 2) instead of uniform m1 (seed 1)"),
        ({"meter_max_w": 12_000}, "load: uniform m1 (seed 1) with other settings"),
        ({"meter_kind": "grid"}, "load: uniform m1 at the grid connection (seed 1) instead of uniform m1"),
        ({"meters": (HOME,)}, "load: household m1 of 3,000 kWh a year (seed 1) instead of"),
        ({"meters": (MeterConfig("m1", ExternalMeter()),)}, "load: external meter instead of"),
        (
            {"meters": (UNIFORM, HOUSE)},
            "load: 2 meters: uniform m1, file house.csv (01234567…) (seed 1) instead of",
        ),
        ({"pv": a_site()}, "weather: a clear sky at 48° N 11° E instead of the brief's curve"),
        ({"pv": FileConfig("/pv.csv", "abcdefghi")}, "weather: PV power of pv.csv (abcdefgh…) instead of"),
        (
            {"pv": a_site(FileWeather(path="/w.csv"), sha256="fedcba9876")},
            "weather: weather of w.csv (fedcba98…) at",
        ),
    ],
)
def test_what_must_be_common_is_named(change, text):
    (found,) = said(a_config(), a_config(**change))
    assert found.startswith(text)


def test_a_seed_matters_where_something_is_drawn():
    for weather, matters in ((ClearWeather(), False), (ClearWeather(temp_air_spread_c=3.0), True)):
        base = a_config(meters=(HOUSE,), pv=a_site(weather))
        assert bool(unlike(base, msgspec.structs.replace(base, seed=2))) is matters
    clouds = a_config(meters=(HOUSE,), pv=a_site(CloudyWeather()))
    (found,) = said(clouds, msgspec.structs.replace(clouds, seed=2))
    assert "clouds (climate, seed 2) at 48° N 11° E instead of clouds (climate, seed 1)" in found


def test_another_place_has_other_weather():
    found = said(a_config(pv=a_site()), a_config(pv=a_site(place=Location(53.0, 11.0, "Europe/Berlin"))))
    assert found == ["weather: a clear sky at 53° N 11° E instead of a clear sky at 48° N 11° E"]


def test_files_of_weather_are_told_apart_by_what_they_hold():
    one, moved = (
        a_site(FileWeather(path="/a/w.csv"), sha256="11"),
        a_site(FileWeather(path="/b/w.csv"), sha256="11"),
    )
    assert unlike(a_config(pv=one), a_config(pv=moved)) == ()
    other = a_site(FileWeather(path="/a/w.csv"), sha256="22")
    assert len(unlike(a_config(pv=one), a_config(pv=other))) == 1


def test_a_dimmed_load_is_another_load():
    car = HouseholdLoad(annual_kwh=3000, electric_car=ElectricCar(2_000, 11.0))
    base = a_config(meters=(MeterConfig("m1", BuildingMeter(car, 48.0, 11.0)),))
    dimming = (DimmedTime(1_718_920_800, 1_718_928_000, 4.2),)
    (found,) = said(base, msgspec.structs.replace(base, dimming=dimming))
    assert found.startswith(
        "load: household m1 of 3,000 kWh a year, dimmed (windows: 1) (seed 1) instead of household"
    )
    plain = a_config(meters=(HOME,))
    assert said(plain, msgspec.structs.replace(plain, dimming=dimming)) == []  # nothing there can be dimmed


def test_what_two_versions_model_otherwise_is_another_load_and_other_weather():
    base = a_config(meters=(HOME,), pv=a_site(CloudyWeather()))
    home, clouds = "household m1 of 3,000 kWh a year (seed 1)", "clouds (climate, seed 1) at 48° N 11° E"
    assert said(base, base, ("0.1.0", "0.2.0")) == [
        f"{aspect}: {what} by the models of pvsim 0.2.0 instead of {what} by the models of pvsim 0.1.0"
        for aspect, what in (("load", home), ("weather", clouds))
    ]
    assert said(base, base, ("0.1.0", "0.1.1")) == []
    (found,) = said(base, a_config(meters=(HOME,), pv=NoPvConfig()), ("0.2.0", "0.1.0"))
    assert found.startswith(f"load: {home} by the models of pvsim 0.1.0 instead of")


def test_what_no_version_models_otherwise_can_be_compared():
    base = a_config(meters=(HOUSE,), pv=a_site())
    assert said(base, base, ("0.1.0", "0.2.0")) == []


def test_what_differs_by_itself_is_said_once():
    base = a_config(meters=(HOME,), pv=a_site(CloudyWeather()))
    found = said(base, msgspec.structs.replace(base, seed=2), ("0.1.0", "0.2.0"))
    assert [each.partition(":")[0] for each in found] == ["load", "weather"]
    assert not any("models" in each for each in found)


def test_a_part_of_a_day_is_another_period():
    """Over how many streams the readings went does not matter."""
    whole, part = a_config(), a_config(hours=3)
    assert said(whole, part) == [
        "period: 21 June 2024 in Europe/Berlin, the first 3 h instead of 21 June 2024 in Europe/Berlin"
    ]
    assert said(part, a_config(hours=3, partitions=4)) == []
    assert said(part, a_config(hours="12:00-13:00")) == [
        (
            "period: 21 June 2024 in Europe/Berlin, 12:00–13:00"
            " instead of 21 June 2024 in Europe/Berlin, the first 3 h"
        )
    ]
