import tomllib
from datetime import date, timedelta
from importlib.resources import files
from math import nan
from pathlib import Path, PurePosixPath

import jsonschema
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from pvsim.adapters.site_file import EXAMPLES, check_site, read_site
from pvsim.core.site.energy import BOUNDS_KWH
from pvsim.core.site.schema import DimmingWindow, FileWeather
from pvsim.errors import BadInputError
from pvsim.wiring.buildings import device_table
from pvsim.wiring.schemas import schema_of

HOME = files("pvsim").joinpath("data/sites/home-battery.toml").read_text("utf-8")
CLOUDS = HOME[HOME.index('kind = "clouds"') : HOME.index("temp_air_c")]


@pytest.fixture
def site_file(tmp_path):
    def write(text):
        path = tmp_path / "site.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)

    return write


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_are_sites_and_fit_their_schema(name):
    site = read_site(name)
    assert site.name == name
    data = tomllib.loads(files("pvsim").joinpath(f"data/sites/{name}.toml").read_text("utf-8"))
    jsonschema.validate(data, schema_of("site"))


def test_every_setting_of_a_site_is_described_in_its_schema():
    for definition in schema_of("site")["$defs"].values():
        assert definition["description"]
        for name, field in definition["properties"].items():
            assert name == "kind" or field["description"], (definition["title"], name)


def test_an_example_says_what_it_is():
    site = read_site("home-battery")
    assert [plant.azimuth_deg for plant in site.plants] == [90, 270]
    assert (site.battery.capacity_kwh, site.grid.export_limit_kw, site.load.heat_pump.annual_kwh) == (10, 6, 3500)


def test_a_schema_line_is_a_comment(site_file):
    assert read_site(site_file("#:schema ./site.schema.json\n" + HOME)) == read_site("home-battery")


def test_all_mistakes_are_told_at_once(site_file):
    text = HOME.replace("azimuth_deg = 90", "azimut_deg = 90").replace("capacity_kwh = 10", "capacity_kwh = -1")
    with pytest.raises(BadInputError) as caught:
        read_site(site_file(text))
    assert caught.value.what == (
        "3 settings are wrong:\n"
        "  plant 1 (east roof): azimut_deg: there is no such setting; did you mean azimuth_deg?\n"
        "  plant 1 (east roof): azimuth_deg: missing\n"
        "  battery.capacity_kwh: -1 is outside 0.001..10,000"
    )
    assert caught.value.where.endswith("site.toml")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("Europe/Berlin", "Europe/Berln", r"'Europe/Berln' is not a time zone; did you mean Europe/Berlin"),
        ("Europe/Berlin", "Mars", r"location.tz: 'Mars' is not a time zone"),
        ("Europe/Berlin", "../etc", r"location.tz: '../etc' is not a time zone"),
        ("peak_kw = 5\n\n[[", "peak_kw = 9995\n\n[[", r"plants: 10000 kW together is more than the 9999 kW"),
        ("charge_kw = 5", "charge_kw = 5\nmin_soc_percent = 100", r"max_soc_percent: 100 is not above"),
        ("charge_kw = 5", "charge_kw = 5\nmin_soc_percent = 60\nstart_soc_percent = 50", r"50 is outside 60..100"),
        ("temp_air_c = [", "temp_air_c = 9 #", r"weather.temp_air_c: a heat pump needs the seasons"),
        ("capacity_kwh = 10", "capacity_kwh = 1_000_000", r"capacity_kwh: 1e\+06 is outside 0.001..10,000"),
        ("capacity_kwh = 10", "capacity_kwh = 0.001", r"battery.capacity_kwh, 0.001, is less than a second"),
        ("charge_kw = 5", "charge_kw = 5\nresponse_s = -1", r"response_s: -1 is outside 0..120"),
        ("charge_kw = 5", "charge_kw = 5\nresponse_s = 3\ndead_time_s = 1", r"is the whole delay.*give"),
        ("charge_kw = 5", "charge_kw = 5\nramp_kw_per_s = 0", r"ramp_kw_per_s: 0 is outside 0.0001..20"),
        ("charge_kw = 5", 'charge_kw = 5\ncharge_efficiency = "A"', r'"A" is not a number or a list'),
        ("charge_kw = 5", "charge_kw = 5\ncharge_efficiency = []", r"efficiency: a list of 0, where 1 to 100"),
        (
            "charge_kw = 5",
            "charge_kw = 5\ncharge_efficiency = [[0.1, 0.9, 3], [5, 0.9]]",
            r"value 1: a list of 3, where 2 belong\n(.*\n)*.*efficiency: value 2: value 1: 5 is outside 0..1",
        ),
        (
            "charge_kw = 5",
            "charge_kw = 5\ndischarge_efficiency = [[0.5, 0.9], [0.2, 0.9]]",
            r"discharge_efficiency: the points' shares of the rated power do not rise, .*; for example 0.96",
        ),
        ("charge_kw = 5", "charge_kw = 5\ncharge_efficiency = 0.01", r"charge_efficiency: 0.01 is outside"),
        ("charge_kw = 5", "charge_kw = 5\nmin_soc_percent = 99.99\nstart_soc_percent = 100", "99.99, is not"),
        ("altitude_m = 520", f"altitude_m = {'9' * 400}", r"location.altitude_m: inf is outside -500..9,000"),
        ("altitude_m = 520", f"altitude_m = -{'9' * 400}", r"location.altitude_m: -inf is outside"),
        ("altitude_m = 520", f"altitude_m = {'9' * 5000}", r"not TOML: Exceeds the limit"),
        ("altitude_m = 520", f"altitude_m = {'[' * 5000}", r"not TOML: maximum recursion depth"),
        ('name = "home-battery"', r'name = "a\nb"', r"name: it contains a line break"),
        ('name = "home-battery"', r'name = "\u001b[31mred"', r"name: .* cannot be printed"),
        (CLOUDS, "kind = 'file'\npath = \"a\\u0000\"\n", r"weather.path: a path cannot contain"),
        ('kind = "clouds"', 'kind = "file"\npath = ""', r"weather.path: a text of 0 characters"),
        ('kind = "clouds"', 'kind = "clouds"\nregime = nan', r"weather.regime: nan is not known"),
        ("charger_kw = 3.7", "charger_kw = 7.4", r"load.electric_car.charger_kw: 7.4 is not one of 3.7, 11, 22"),
        ("[battery]", "[[battery]]", r"battery: a list instead of a single table: write \[ \] around its name"),
        ("[battery]", "horizon = 3\n[battery]", r"load.horizon: there is no such setting"),
        ("mean_index = [", "mean_index = [0.5, ", r"weather.mean_index"),
        ("mean_index = [0.55", "mean_index = [1.2", r"weather.mean_index: value 1: 1.2 is outside 0.05..1.1"),
        ("mean_index = [0.55", "mean_index = [1.09", "weather.mean_index of 'climate' cannot be 1.09 in month 1"),
        ("longitude_deg = 11.58", "longitude_deg = -111.58", "location: .* is 8 hours of sun from the clock"),
        ("annual_kwh = 4000", "annual_kwh = 800", r"load.annual_kwh: 800 is outside 1000..12,000"),
        ("name =", "name", "not TOML"),
    ],
)  # fmt: skip
def test_contradictions(site_file, old, new, says):
    with pytest.raises(BadInputError, match=says):
        read_site(site_file(HOME.replace(old, new, 1)))


@pytest.mark.parametrize(
    ("annual_kwh", "says"),
    [
        ("[4000, 800]", r"load.annual_kwh: value 2: 800 is outside 1000..12,000"),
        ("[]", r"load.annual_kwh: a list of 0, where 1 to 100000 belong"),
        ("{ mean_kw = 4000 }", r"load.annual_kwh.mean_kw: .* did you mean mean_kwh"),
        ("{ mean_kwh = 4000, cv = 30 }", r"load.annual_kwh.cv: 30 is outside 0..1"),
        (
            "{ from_kwh = 800, to_kwh = 4000 }",
            r"load.annual_kwh: 800 kWh is outside a household's 1,000 to 12,000",
        ),
        ("{}", r"load.annual_kwh: needs mean_kwh, or from_kwh and to_kwh"),
        ("'4000'", r'load.annual_kwh: "4000" is not a number or a list or a table'),
    ],
)
def test_annual_energies_that_cannot_be(site_file, annual_kwh, says):
    with pytest.raises(BadInputError, match=says):
        read_site(site_file(HOME.replace("annual_kwh = 4000", f"annual_kwh = {annual_kwh}", 1)))


@pytest.mark.parametrize(
    ("zone", "latitude", "longitude"),
    [
        ("Asia/Urumqi", 39.5, 76.0),
        ("Asia/Shanghai", 39.5, 76.0),
        ("Pacific/Kiritimati", 1.9, -157.4),
        ("Pacific/Chatham", -44.0, -176.5),
        ("Antarctica/Troll", -72.0, 2.5),
        ("Europe/Berlin", 89.0, -170.0),
        ("UTC", 37.0, -122.0),
        ("Etc/GMT+5", 36.1, 170.0),
    ],
)
def test_clocks_that_are_far_from_the_sun_where_people_have_them(site_file, zone, latitude, longitude):
    text = HOME.replace("Europe/Berlin", zone).replace("= 48.14", f"= {latitude}")
    assert read_site(site_file(text.replace("= 11.58", f"= {longitude}"))).location.tz == zone


def test_a_battery_starts_inside_its_limits(site_file):
    for limits, start in (("", 0.5), ("min_soc_percent = 60", 0.6), ("max_soc_percent = 40", 0.4)):
        text = HOME.replace("charge_kw = 5", f"charge_kw = 5\n{limits}", 1)
        assert read_site(site_file(text)).battery.soc_at_start == start


def test_the_ranges_of_loads_are_those_of_the_device_table():
    for name, kind in device_table().items():
        field = schema_of("site")["$defs"][f"{name.capitalize()}Load"]["properties"]["annual_kwh"]
        number = next(form for form in field["anyOf"] if form.get("type") == "number")
        assert (number["minimum"], number["maximum"]) == (kind.least_kwh, kind.most_kwh) == BOUNDS_KWH[name]


def test_a_zone_is_looked_at_whatever_else_is_wrong(site_file):
    text = HOME.replace("Europe/Berlin", "Europe/Berln").replace("tilt_deg = 35", "tilt_deg = 95", 1)
    with pytest.raises(BadInputError) as caught:
        read_site(site_file(text.replace("[load]", "[load]\ntz = 5")))
    plant, load, zone = (line.strip() for line in caught.value.what.splitlines()[1:])
    assert plant.startswith("plant 1 (east roof): tilt_deg: ")
    assert load.startswith("load.tz: ")
    assert zone.startswith("location.tz: ")


def test_one_plant_in_single_brackets(site_file):
    text = HOME.split("[[plants]]", maxsplit=1)[0] + "[plants]\ntilt_deg = 35\nazimuth_deg = 90\npeak_kw = 5\n"
    with pytest.raises(BadInputError, match=r"plants: a single table instead of a list: write \[\[ \]\] around"):
        read_site(site_file(text))


@pytest.mark.parametrize("form", ["\ufeff{}", "{}\r\n", "# a note: größer\n{}"])
def test_other_editors_files(site_file, form):
    """A byte order mark, and the line ends of Windows."""
    text = form.format(HOME.replace("\n", "\r\n") if "\r" in form else HOME)
    assert read_site(site_file(text.encode())) == read_site("home-battery")


def test_a_huge_file_is_not_read(site_file):
    with pytest.raises(BadInputError, match="more than 1,000,000 characters"):
        read_site(site_file("# " + "x" * 1_000_000))
    with pytest.raises(BadInputError, match="more than 1,000,000 characters"):
        read_site("/dev/zero")


@pytest.mark.parametrize(
    ("name", "fix"),
    [
        ("hom", "did you mean `site` home?"),
        ("home.toml", "did you mean `site` home?"),
        ("x", "the examples are brief, home"),
    ],
)
def test_a_name_that_is_nearly_right(name, fix):
    with pytest.raises(BadInputError, match="there is no such site file") as caught:
        read_site(name)
    assert fix in caught.value.fix


@pytest.mark.parametrize(
    ("name", "what", "fix"),
    [
        ("places", "a directory, not a site file", "name the file in it: `site` places/mine.toml"),
        ("empty", "a directory, not a site file", "give the path of a FILE.toml, or one of brief, home"),
        (
            "day.csv",
            "but this is CSV data",
            "measured power is `meter.source` day.csv or `pv.source` day.csv; weather is [weather] path",
        ),
        ("year.EPW", "but this is EPW data", "weather is [weather] path in a site file"),
    ],
)
def test_what_is_no_site_file(tmp_path, monkeypatch, name, what, fix):
    monkeypatch.chdir(tmp_path)
    for directory in ("places", "empty"):
        Path(directory).mkdir()
    for file in ("places/mine.toml", "day.csv", "year.EPW"):
        Path(file).write_text("timestamp,power_w\n")
    with pytest.raises(BadInputError, match=what) as caught:
        read_site(name)
    assert fix in caught.value.fix


def test_a_path_that_no_system_has():
    with pytest.raises(BadInputError, match="`site` names a site or a file"):
        read_site("")
    with pytest.raises(BadInputError, match="not a file path"):
        read_site("a\0b")


def test_two_points_of_a_horizon_in_one_direction(site_file):
    points = "{ azimuth_deg = 0, elevation_deg = 3 }, { azimuth_deg = 360, elevation_deg = 5 }"
    text = f"horizon = [{points}]\n" + HOME.replace("peak_kw = 5\n", f"peak_kw = 5\nhorizon = [{points}]\n", 1)
    with pytest.raises(BadInputError) as caught:
        read_site(site_file(text))
    assert "\n  horizon: two points have the same azimuth" in caught.value.what
    assert "\n  plant 1 (east roof): horizon: two points" in caught.value.what


def test_a_weather_file_is_found_beside_the_site(site_file, tmp_path):
    head, _, tail = HOME.partition("[weather]")
    text = f'{head}[weather]\nkind = "file"\npath = "w/year.epw"\n[[plants]]{tail.partition("[[plants]]")[2]}'
    weather = read_site(site_file(text)).weather
    assert isinstance(weather, FileWeather)
    assert weather.path == str(tmp_path / "w" / "year.epw")
    with pytest.raises(BadInputError, match=r"weather.tz: 'Nowhere' is not a time zone"):
        read_site(site_file(text.replace('"w/year.epw"', '"w/year.epw"\ntz = "Nowhere"')))


def test_files_that_cannot_be_read(site_file, tmp_path):
    for path, says in (
        (str(tmp_path / "no.toml"), "there is no such site file"),
        (str(tmp_path), "a directory, not a site file"),
        (site_file(b"name = '\xff'"), "not UTF-8"),
    ):
        with pytest.raises(BadInputError, match=says) as caught:
            read_site(path)
        assert caught.value.where == path
        assert caught.value.fix


@given(st.text(alphabet='abcktilt_deg= []{}"\n0123456789.-', max_size=80))
@settings(max_examples=60, deadline=None)
def test_any_text_is_a_site_or_is_refused(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_text(text)
    with pytest.raises(BadInputError):
        read_site(str(path))


def test_times_of_dimming_may_be_times_or_texts(site_file):
    text = (
        HOME
        + """dimming_file = "windows.csv"
[[grid.dimming]]
from = 2025-01-15T17:00:00
to = "2025-01-15T19:00"
limit_kw = 4.2
"""
    )
    path = site_file('rules = "mine.toml"\n' + text)
    site = read_site(path)
    assert site.grid.dimming == (DimmingWindow("2025-01-15T17:00:00", "2025-01-15T19:00", 4.2),)
    assert site.grid.dimming_file == str(Path(path).with_name("windows.csv"))
    assert site.rules == str(Path(path).with_name("mine.toml"))
    assert check_site(site) == site
    text = text.replace("2025-01-15T19:00", "2025-01-14")
    for wrong in ("2025-01-15", "17:00:00", "3", "[1]"):
        with pytest.raises(BadInputError, match="grid dimming window 1: "):
            read_site(site_file(text.replace("2025-01-15T17:00:00", wrong)))
    for grid in ("grid = 3", "grid = { dimming = [3] }", "grid = { dimming = 3 }"):
        with pytest.raises(BadInputError, match="grid"):
            read_site(site_file(HOME.partition("[grid]")[0].replace("[location]", f"{grid}\n[location]", 1)))


def test_a_connection_that_contradicts_itself_is_told_with_the_rest(site_file):
    with pytest.raises(BadInputError) as caught:
        read_site(site_file("commissioned = 2025-03-01\n" + HOME + "fuse_phases = 2\n"))
    assert "3 settings are wrong" in str(caught.value)


def test_a_site_of_numpy_numbers_is_the_site_of_plain_ones():
    site = read_site("home-battery")
    battery = replace(site.battery, capacity_kwh=np.float64(site.battery.capacity_kwh))
    assert check_site(replace(site, battery=battery)) == check_site(site)


@pytest.mark.parametrize("name", [b"x", object(), int, timedelta(seconds=60), 1 + 2j])
def test_the_name_of_a_site_is_no_value_of_a_program(name):
    with pytest.raises(BadInputError, match=f"name: .*, of type {type(name).__name__}, is not a text"):
        check_site(replace(read_site("home"), name=name))


def test_a_site_may_have_what_a_file_would_have_as_a_text():
    site = read_site("home")
    assert check_site(replace(site, name=PurePosixPath("a/b"))).name == "a/b"
    assert check_site(replace(site, rules="de", commissioned=date(2024, 1, 1))).commissioned == date(2024, 1, 1)
    with pytest.raises(BadInputError, match=r"plant 1 \(south roof\): peak_kw: nan is outside"):
        check_site(replace(site, plants=(replace(site.plants[0], peak_kw=nan),)))
