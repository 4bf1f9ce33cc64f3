"""Typical years against pvlib's readers, on the files that come with pvlib; PVGIS's JSON by hand."""

import json
from pathlib import Path

import numpy as np
import pvlib
import pytest

from pvsim.core.pv_site.typical_years import read_typical
from pvsim.errors import BadInputError

DATA = Path(pvlib.__path__[0]) / "data"
NAMES = ("ghi", "dni", "dhi", "temp_air", "wind_speed")
HEADER = "time(UTC),T2m,RH,G(h),Gb(n),Gd(h),IR(h),WS10m,WD10m,SP"


@pytest.mark.parametrize("name", ["723170TYA.CSV", "703165TY.csv"])
def test_tmy3_against_pvlib(name):
    ours = read_typical((DATA / name).read_text(), "tmy3", name)
    frame, about = pvlib.iotools.read_tmy3(str(DATA / name))
    for column in NAMES:
        theirs = frame[column].to_numpy(float)
        np.testing.assert_array_equal(getattr(ours, column), theirs)
    assert (ours.first_utc, ours.typical) == (-about["TZ"] * 3600, True)
    assert ours.station == (about["latitude"], about["longitude"])


def epw():
    numbers = np.arange(8760) % 23
    head = "LOCATION,HERE,XX,XXX,TMY,1,36.1,-79.95,-5.5,273.0\n" + "X\n" * 7
    line = "1985,1,1,1,0,?,{t},0,0,0,0,0,0,{g},{b},{d},0,0,0,0,0,{w}" + ",0" * 13
    return head + "\n".join(line.format(t=n - 9.5, g=n * 30, b=n * 20, d=n, w=n / 10) for n in numbers) + "\n"


def test_epw_against_pvlib(tmp_path):
    path = tmp_path / "x.epw"
    path.write_text(epw())
    ours = read_typical(epw(), "epw", "x.epw")
    frame, about = pvlib.iotools.read_epw(str(path))
    for column in NAMES:
        np.testing.assert_array_equal(getattr(ours, column), frame[column].to_numpy(float))
    assert (ours.first_utc, ours.station) == (-about["TZ"] * 3600, (about["latitude"], about["longitude"]))


def pvgis_hours():
    return [
        {"time(UTC)": "20070101:0000", "T2m": n % 9, "G(h)": n % 5, "Gb(n)": n % 7, "Gd(h)": 1.5, "WS10m": 3}
        for n in range(8760)
    ]


def pvgis_json(hours):
    place = {"latitude": 45.0, "longitude": 8.0, "elevation": 250.0, "irradiance_time_offset": 0.25}
    return json.dumps({"inputs": {"location": place}, "outputs": {"tmy_hourly": hours}})


def pvgis_csv(hours, head=4):
    lines = ["Latitude (decimal degrees): 45.0", "Longitude (decimal degrees): 8.0", "Elevation (m): 250.0"]
    lines += ["Irradiance Time Offset (h): 0.25", "month,year"][4 - head :]
    lines += [f"{month},2007" for month in range(1, 13)] + [HEADER]
    lines += ["{time(UTC)},{T2m},0,{G(h)},{Gb(n)},{Gd(h)},0,{WS10m},0,0".format_map(hour) for hour in hours]
    return "\r\n".join([*lines, "", "T2m: 2-m air temperature (degree Celsius)"]) + "\r\n"


def test_pvgis_against_pvlib(tmp_path):
    path = tmp_path / "tmy.csv"
    path.write_text(pvgis_csv(pvgis_hours()), newline="")
    ours = read_typical(path.read_text(), "pvgis", "tmy.csv")
    frame, about = pvlib.iotools.read_pvgis_tmy(str(path))
    for column in NAMES:
        np.testing.assert_array_equal(getattr(ours, column), frame[column].to_numpy(float))
    assert ours.first_utc == (about["inputs"]["irradiance time offset"] - 0.5) * 3600
    assert ours.station == (45.0, 8.0)


def test_pvgis_as_json_and_without_an_offset():
    ours = read_typical(pvgis_json(pvgis_hours()), "pvgis", "tmy.json")
    same = read_typical(pvgis_csv(pvgis_hours()), "pvgis", "tmy.csv")
    for column in NAMES:
        np.testing.assert_array_equal(getattr(ours, column), getattr(same, column))
    assert (ours.first_utc, ours.station) == (same.first_utc, same.station) == (-900, (45.0, 8.0))
    assert read_typical(pvgis_csv(pvgis_hours(), head=3), "pvgis", "tmy.csv").first_utc == -1_800


def test_missing_values():
    rows = [line.split(",") for line in epw().splitlines()]
    rows[8 + 22][13] = rows[8 + 22][14] = "9999"
    rows[8 + 40][13] = rows[8 + 40][15] = ""
    rows[8 + 41][13] = "9999"  # beam and diffuse light are enough
    rows[8 + 42][6], rows[8 + 42][21] = "99.9", "999"
    series = read_typical("\n".join(map(",".join, rows)), "epw", "x.epw")
    assert np.flatnonzero(series.missing).tolist() == [22, 40]
    assert np.flatnonzero(np.isnan(series.temp_air)).tolist() == [42]
    assert np.flatnonzero(np.isnan(series.wind_speed)).tolist() == [42]


def test_null_in_json_is_said_to_be_no_number():
    hours = pvgis_hours()
    hours[3]["T2m"] = None
    with pytest.raises(BadInputError, match=r"'None' is no number \(temp_air\)") as caught:
        read_typical(pvgis_json(hours), "pvgis", "tmy.json")
    assert caught.value.where == "tmy.json"


@pytest.mark.parametrize("kind", ["tmy3", "epw", "pvgis"])
@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "LOCATION,x\n", "{}", "\0", '{"inputs": 3}', '"' * 200_000])
def test_what_is_none_is_refused(kind, text):
    with pytest.raises(BadInputError, match=f"cannot be read as {kind}|has 8,760 hours"):
        read_typical(text, kind, "x")


@pytest.mark.parametrize(("latitude", "longitude"), [(45.0, 8.0), (41.0, 15.0), (49.9, 1.0)])
def test_a_station_near_the_site_is_taken(latitude, longitude):
    read_typical(pvgis_json(pvgis_hours()), "pvgis", "tmy.json").refuse_elsewhere(latitude, longitude)


@pytest.mark.parametrize(("latitude", "longitude"), [(-45.0, 8.0), (45.0, -179.0), (45.0, 16.0), (50.1, 8.0)])
def test_a_station_elsewhere_is_refused(latitude, longitude):
    with pytest.raises(
        BadInputError, match=r"the weather is of latitude 45, longitude 8; the site is at"
    ) as caught:
        read_typical(pvgis_json(pvgis_hours()), "pvgis", "tmy.json").refuse_elsewhere(latitude, longitude)
    assert "location" in caught.value.fix
