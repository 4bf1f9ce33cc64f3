"""Days on which the clocks change, as runs: each second once, the sun by UTC, people by their clock (I6)."""

import json
from datetime import UTC, date, datetime, timedelta
from math import cos, pi, sin
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

pytestmark = pytest.mark.broker
DATA = Path(__file__).resolve().parents[2] / "data"
PLACES = {"Europe/Berlin": (48.1, 11.6), "America/New_York": (40.7, -74.0), "Australia/Lord_Howe": (-31.5, 159.1)}


@pytest.fixture
def site_file(here):
    """A level roof under a clear sky, and a household."""

    def write(zone):
        latitude, longitude = PLACES[zone]
        path = here / "site.toml"
        path.write_text(
            f"name = 'test'\n[location]\ntz = '{zone}'\nlatitude_deg = {latitude}\nlongitude_deg = {longitude}\n"
            "[[plants]]\ntilt_deg = 0\nazimuth_deg = 0\npeak_kw = 5\n"
            "[load]\nkind = 'household'\nannual_kwh = 4000\n"
        )
        return path

    return write


def read(here):
    """Times in UTC, offsets in seconds, and powers in 0.1 W of the newest run."""
    lines = (here / "runs" / "latest" / "samples.csv").read_text().splitlines()[1:]
    rows = [line.split(",") for line in lines]
    times = [datetime.fromisoformat(row[0]) for row in rows]
    powers = np.array([[round(float(cell) * 10_000) for cell in row[1:3]] for row in rows])
    return [t.timestamp() for t in times], [t.utcoffset().total_seconds() for t in times], powers.T


def solar_noon(day, longitude):
    """Unix time of the sun's noon, to a minute (Duffie & Beckman's equation of time)."""
    b = 2 * pi * (day.timetuple().tm_yday - 81) / 364
    equation_min = 9.87 * sin(2 * b) - 7.53 * cos(b) - 1.5 * sin(b)
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return noon.timestamp() - longitude * 240 - equation_min * 60


@pytest.mark.parametrize(
    ("zone", "day", "hours", "offsets"),
    [
        ("Europe/Berlin", date(2024, 3, 31), 23, (1, 2)),
        ("Europe/Berlin", date(2024, 10, 27), 25, (2, 1)),
        ("America/New_York", date(2024, 3, 10), 23, (-5, -4)),
        ("America/New_York", date(2024, 11, 3), 25, (-4, -5)),
        ("Australia/Lord_Howe", date(2024, 10, 6), 23.5, (10.5, 11)),
        ("Australia/Lord_Howe", date(2024, 4, 7), 24.5, (11, 10.5)),
    ],
)
def test_a_day_of_a_site_has_each_second_once(outside, here, site_file, zone, day, hours, offsets):  # noqa: PLR0917 - a row of the table
    done = outside("run", "--site", site_file(zone), "--date", str(day), "--json", "--quiet")
    assert done.code == 0, done.err
    times, found_offsets, (_, pv) = read(here)
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).timestamp()
    assert times == [midnight + second for second in range(int(hours * 3600))]
    assert list(dict.fromkeys(found_offsets)) == [offset * 3600 for offset in offsets]
    assert np.count_nonzero(np.diff(found_offsets)) == 1
    middle = np.average(times, weights=pv)
    assert middle == pytest.approx(solar_noon(day, PLACES[zone][1]), abs=240)
    assert outside("verify", here / "runs" / "latest").code == 0


def test_people_keep_to_their_clock_and_the_sun_does_not(outside, here, site_file):
    """Four weeks around the change: the evening stays where it is by the clock, noon goes an hour later."""
    arguments = ("--date", "2024-03-17", "--days", "28", "--every", "30min", "--quiet")
    assert outside("run", "--site", site_file("Europe/Berlin"), *arguments).code == 0
    times, offsets, (meter, pv) = read(here)
    assert len(times) == 28 * 48 - 2
    by_clock = (np.array(times) + offsets) % 86_400 / 3600
    summer = np.array(offsets) == 7200
    evening = (by_clock >= 16) & (by_clock < 23.5)

    def middles(power, chosen):
        return [np.average(by_clock[part & chosen], weights=power[part & chosen]) for part in (~summer, summer)]

    before, after = middles(meter, evening)
    assert after - before == pytest.approx(0.0, abs=0.3)
    before, after = middles(pv, by_clock >= 0)
    assert after - before == pytest.approx(1.0 - 4 / 60, abs=0.05)  # the equation of time: 4 min in two weeks


@pytest.mark.parametrize(
    ("month", "day", "seconds"), [("march", date(2016, 3, 27), 82_800), ("october", date(2016, 10, 30), 90_000)]
)
def test_measured_days_of_other_lengths_keep_their_energy(outside, here, month, day, seconds):
    path = DATA / f"simbench_2016_{month}.csv"
    arguments = []
    for name, column in (("meter", "H0-A_pload"), ("pv", "PV1")):
        arguments += [f"--{name}", path, f"--{name}-column", column, f"--{name}-unit", "kW"]
        arguments += [f"--{name}-start", str(day)]
    done = outside("run", "--date", str(day), *arguments, "--json", "--quiet")
    assert done.code == 0, done.err
    times, _, powers = read(here)
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo("Europe/Berlin")).timestamp()
    assert times == [midnight + second for second in range(seconds)]
    label = day.strftime("%d.%m.%Y")
    cells = [line.split(",") for line in path.read_text().splitlines() if line.startswith(label)]
    assert len(cells) == seconds // 900
    energy = json.loads(done.out)["energy_kwh"]
    for place, name in enumerate(("load", "pv")):
        expected = sum(round(float(cell[1 + place]) * 10_000) for cell in cells) * 900  # 0.1 W s
        assert int(powers[place].sum()) == expected
        assert energy[name] == pytest.approx(expected / 3.6e7, abs=0.0006)


def test_a_run_over_both_days_of_an_hour_that_comes_twice(outside, here):
    """Three days of the file, in October: 73 hours, and the second passing has the file's own second values."""
    path = here / "measured.csv"
    text = (DATA / "simbench_2016_october.csv").read_text().splitlines()
    again = [index for index, line in enumerate(text) if line.startswith("30.10.2016 02:")][4:]
    for index in again:
        time, _, pv = text[index].split(",")
        text[index] = f"{time},7.5,{pv}"
    path.write_text("\n".join(text) + "\n")
    options = ("--meter-column", "H0-A_pload", "--meter-unit", "kW", "--date", "2016-10-29", "--days", "3")
    done = outside("run", "--meter", path, *options, "--quiet")
    assert done.code == 0, done.err
    times, _, (meter, _) = read(here)
    assert len(times) == 73 * 3600
    change = datetime(2016, 10, 30, 1, tzinfo=UTC).timestamp()
    found = [t for t, power in zip(times, meter, strict=True) if power == 75_000]
    assert found == [change + second for second in range(3600)]
    assert times[-1] == (datetime(2016, 10, 31, 23, tzinfo=UTC) - timedelta(seconds=1)).timestamp()
