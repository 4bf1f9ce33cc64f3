"""Weather files from outside: each format gives a day, gaps and days without weather are said, runs are proved."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pvlib
import pytest

pytestmark = pytest.mark.broker
GREENSBORO = Path(pvlib.__path__[0]) / "data" / "723170TYA.CSV"
GREENSBORO_HEAD = "LOCATION,GREENSBORO,NC,USA,TMY3,723170,36.1,-79.95,-5.0,273.0\n" + "X\n" * 7
JUNE, CHANGE = datetime(2024, 6, 20, tzinfo=UTC), datetime(2024, 3, 29, tzinfo=UTC)
HEADER = "time,ghi,dni,dhi,temp_air,wind_speed\n"


def greensboro():
    """Columns of the typical year, from January on, by the names of the file."""
    lines = GREENSBORO.read_text().splitlines()[1:]
    rows = [line.split(",") for line in lines]
    return {name: [row[place] for row in rows[1:]] for place, name in enumerate(rows[0])}


HOURS = [datetime(2007, 1, 1, tzinfo=UTC) + timedelta(hours=hour) for hour in range(8760)]


def as_epw():
    year = greensboro()
    names = ("Dry-bulb (C)", "GHI (W/m^2)", "DNI (W/m^2)", "DHI (W/m^2)", "Wspd (m/s)")
    rows = zip(*(year[name] for name in names), strict=True)
    lines = [
        f"1985,{at.month},{at.day},{at.hour + 1},0,?,{t},0,0,0,0,0,0,{g},{b},{d},0,0,0,0,0,{w}{',0' * 13}"
        for at, (t, g, b, d, w) in zip(HOURS, rows, strict=True)
    ]
    return GREENSBORO_HEAD + "\n".join(lines) + "\n"


def as_pvgis():
    """The same hours by UTC: rolled by five, each time its middle."""
    year = greensboro()
    columns = [year[name] for name in ("Dry-bulb (C)", "GHI (W/m^2)", "DNI (W/m^2)", "DHI (W/m^2)", "Wspd (m/s)")]
    rows = list(zip(*(column[-5:] + column[:-5] for column in columns), strict=True))
    lines = ["Latitude (decimal degrees): 36.1", "Longitude (decimal degrees): -79.95", "Elevation (m): 273.0"]
    lines += ["Irradiance Time Offset (h): 0.5", "month,year", *(f"{month},2007" for month in range(1, 13))]
    lines += ["time(UTC),T2m,RH,G(h),Gb(n),Gd(h),IR(h),WS10m,WD10m,SP"]
    lines += [
        f"{at:%Y%m%d:%H%M},{t},0,{g},{b},{d},0,{w},0,0" for at, (t, g, b, d, w) in zip(HOURS, rows, strict=True)
    ]
    return "\r\n".join([*lines, "", "T2m: 2-m air temperature"]) + "\r\n"


def as_csv(first, days, step_s, blank=range(0)):
    """A sky of whole days: a beam from 4 to 20 h UTC like a half wave, and temperatures of 5 to 25 °C."""
    lines = []
    for number in range(days * 86_400 // step_s):
        middle = (number + 0.5) * step_s % 86_400 / 3600
        sun = max(0.0, np.sin((middle - 4) / 16 * np.pi)) if 4 < middle < 20 else 0.0
        when = (first + timedelta(seconds=number * step_s)).strftime("%Y-%m-%dT%H:%M:%SZ")
        cells = [
            f"{600 * sun + 20 * (sun > 0):.1f}",
            f"{700 * sun:.1f}",
            f"{80 * sun:.1f}",
            f"{15 + 10 * sun:.2f}",
            "2",
        ]
        lines.append(",".join([when, *([""] * 5 if number in blank else cells)]))
    return HEADER + "\n".join(lines) + "\n"


@pytest.fixture
def site(here):
    """Writes a weather file and the site file that names it."""

    def write(text, name="w.csv", place="munich", **weather):
        latitude, longitude, tz = {
            "munich": (48.14, 11.58, "Europe/Berlin"), "greensboro": (36.1, -79.95, "America/New_York")
        }[place]  # fmt: skip
        if text is not None:
            (here / name).write_text(text)
        settings = "".join(f"{key} = {json.dumps(value)}\n" for key, value in {"path": name, **weather}.items())
        path = here / "site.toml"
        path.write_text(
            f"name = 'x'\n[location]\ntz = '{tz}'\nlatitude_deg = {latitude}\nlongitude_deg = {longitude}\n"
            f"[weather]\nkind = 'file'\n{settings}[[plants]]\ntilt_deg = 30\nazimuth_deg = 180\npeak_kw = 5\n"
            "[load]\nkind = 'household'\nannual_kwh = 3000\nheat_pump = { annual_kwh = 3000 }\n"
        )
        return path

    return write


MONTHS = [1, 2, 6, 11, 15, 18, 20, 20, 15, 10, 5, 2]


def pv_kwh(done):
    assert done.code == 0, done.err
    return json.loads(done.out)["energy_kwh"]["pv"]


def ran(outside, path, date):
    """The PV energy of a day in kWh; `run` proves its rows at the end."""
    return pv_kwh(outside("run", "--site", path, "--date", date, "--every", "1min", "--json", "--quiet"))


def proved(outside, here, path, date):
    """The same, and proved once more by another process."""
    energy = ran(outside, path, date)
    assert outside("verify", here / "runs" / "latest").code == 0
    return energy


def test_a_typical_year_says_the_same_in_each_format(outside, here, site):
    """The file that comes with pvlib; 9 August there is fair: 3.6 kWh/kWp from 6.0 kWh/m² level."""
    found = [
        proved(outside, here, site(text, name, "greensboro"), "2024-08-09")
        for text, name in ((GREENSBORO.read_text(), "w.csv"), (as_epw(), "w.epw"), (as_pvgis(), "pvgis.csv"))
    ]
    ghi = [float(cell) for cell in greensboro()["GHI (W/m^2)"]]
    hours = slice(24 * 220, 24 * 221)
    assert found[1] == found[0]
    assert found[2] == pytest.approx(found[0], rel=1e-3)
    assert 0.5 < found[0] / 5 / (sum(ghi[hours]) / 1000) < 0.95


def test_the_leap_day_of_a_typical_year_is_the_day_before(outside, site):
    path = site(GREENSBORO.read_text(), place="greensboro")
    before, leap = (ran(outside, path, f"2024-02-{day}") for day in (28, 29))
    assert leap == pytest.approx(before, rel=0.02)  # the sun is a day further


def test_seconds_minutes_and_hours_have_the_same_energy(outside, site):
    energies = [
        ran(outside, site(as_csv(JUNE, 3, step), temp_air_c=MONTHS), "2024-06-21") for step in (1, 60, 3600)
    ]
    assert energies == pytest.approx([energies[1]] * 3, rel=0.01)
    assert 20 < energies[0] < 40


def test_a_day_on_which_clocks_change(outside, here, site):
    path = site(as_csv(CHANGE, 3, 3600), temp_air_c=MONTHS, fill="interpolate")
    days = [ran(outside, path, f"2024-03-{day}") for day in (30, 31)]
    assert len((here / "runs" / "latest" / "samples.csv").read_text().splitlines()) == 1 + 23 * 60
    assert days[1] == pytest.approx(days[0], rel=0.05)


NIGHT, DAY = {0, 1, 22, 23, 24, 25}, {33, 34, 35}


def test_gaps(outside, here, site):
    """By night they are zeros; by day refused with file and time; or filled as the site says."""
    whole = ran(outside, site(as_csv(JUNE, 3, 3600), temp_air_c=MONTHS), "2024-06-21")
    dark = ran(outside, site(as_csv(JUNE, 3, 3600, NIGHT), temp_air_c=MONTHS), "2024-06-21")
    assert dark == pytest.approx(whole, rel=1e-3)
    manifest = json.loads((here / "runs" / "latest" / "manifest.json").read_text())
    found = manifest["inputs"]["weather"]
    assert (found["night_intervals"], found["day_intervals"], found["reading"]["gaps"]) == (4, 0, 1)
    runs = len(list((here / "runs").iterdir()))
    done = outside("run", "--site", site(as_csv(JUNE, 3, 3600, DAY), temp_air_c=MONTHS), "--date", "2024-06-21")
    assert (done.code, done.out) == (65, "")
    assert "no light is given for 3 intervals by day, the first at 2024-06-21 09:00:00Z" in done.err
    assert done.field("at") == str(here / "w.csv")
    assert 'gaps = "hold"' in done.field("fix")
    assert len(list((here / "runs").iterdir())) == runs
    held, clear = (
        ran(outside, site(as_csv(JUNE, 3, 3600, DAY), temp_air_c=MONTHS, gaps=gaps), "2024-06-21")
        for gaps in ("hold", "clear")
    )
    assert held == pytest.approx(whole, rel=0.1)
    assert clear > max(whole, held)


@pytest.mark.parametrize(
    ("date", "text", "weather", "says", "fix"),
    [
        ("2024-06-23", as_csv(JUNE, 3, 3600), {}, "the weather goes from 2024-06-20", "--date"),
        ("2024-06-20", as_csv(JUNE, 3, 3600), {}, "the run from 2024-06-19 22:00:00Z", "--date"),
        ("2024-06-21", None, {}, "cannot be read: No such file", "path under [weather]"),
        ("2024-06-21", None, {"path": "."}, "a directory, not a file", "name the CSV file"),
        ("2024-06-21", as_csv(JUNE, 3, 3600), {"format": "epw"}, "cannot be read as epw", "format under"),
        (
            "2024-06-21",
            GREENSBORO.read_text(),
            {},
            "the weather is of latitude 36.1, longitude -79.95",
            "location",
        ),
    ],
    ids=["after", "before", "missing", "directory", "format", "elsewhere"],
)
def test_what_does_not_fit_is_said_and_nothing_is_made(outside, here, site, date, text, weather, says, fix):  # noqa: PLR0917 - a row of the table
    done = outside("run", "--site", site(text, temp_air_c=MONTHS, **weather), "--date", date)
    assert (done.code, done.out) == (65, "")
    assert says in done.err
    assert fix in done.field("fix")
    assert not (here / "runs").exists()


def test_three_days_do_not_say_what_a_heat_pump_needs(outside, here, site):
    done = outside("run", "--site", site(as_csv(JUNE, 3, 3600)), "--date", "2024-06-21")
    assert done.code == 65
    assert "needs the temperatures of a year" in done.err
    assert "temp_air_c = [" in done.field("fix")
    assert not (here / "runs").exists()


def test_a_file_that_changes_is_refused_by_verify_and_resume(outside, here, site):
    path = site(as_csv(JUNE, 3, 3600), temp_air_c=MONTHS)
    ran(outside, path, "2024-06-21")
    run = here / "runs" / "latest"
    kept = (here / "w.csv").read_text()
    (here / "w.csv").write_text(kept.replace("2024-06-21T10:00:00Z,", "2024-06-21T10:00:00Z,1"))
    done = outside("verify", run)
    assert done.code == 65
    assert "the file has changed since the run was made" in done.err
    assert done.field("at").endswith(str(here / "w.csv"))
    manifest = json.loads((run / "manifest.json").read_text())
    (run / "manifest.json").write_text(json.dumps({**manifest, "status": "interrupted"}))
    assert "the file has changed since the run was made" in outside("run", "--resume", run).err
    (here / "w.csv").unlink()
    assert outside("verify", run).code == 65
    (here / "w.csv").write_text(kept)
    assert outside("run", "--resume", run, "--quiet").code == 0
