"""Typical years against pvlib's readers, on the files that come with pvlib; PVGIS's JSON by hand."""

import json
import re
from pathlib import Path

import numpy as np
import pvlib
import pytest
from tests.typical_texts import (
    HEADER,
    WRITERS,
    epw,
    hourly,
    hours,
    number_of,
    pvgis_csv,
    pvgis_epw,
    pvgis_hours,
    pvgis_json,
    tmy3,
)

from pvsim.core.weather.typical_years import read_typical
from pvsim.errors import BadInputError

DATA = Path(pvlib.__path__[0]) / "data"
NAMES = ("ghi", "dni", "dhi", "temp_air", "wind_speed")


@pytest.mark.parametrize("name", ["723170TYA.CSV", "703165TY.csv"])
def test_tmy3_against_pvlib(name):
    ours = read_typical((DATA / name).read_text(), "tmy3", name)
    frame, about = pvlib.iotools.read_tmy3(str(DATA / name))
    for column in NAMES:
        theirs = frame[column].to_numpy(float)
        np.testing.assert_array_equal(getattr(ours, column), theirs)
    assert (ours.first_utc, ours.typical) == (-about["TZ"] * 3600, True)
    assert ours.station == (about["latitude"], about["longitude"])


def test_epw_against_pvlib(tmp_path):
    path = tmp_path / "x.epw"
    path.write_text(epw())
    ours = read_typical(epw(), "epw", "x.epw")
    frame, about = pvlib.iotools.read_epw(str(path))
    for column in NAMES:
        np.testing.assert_array_equal(getattr(ours, column), frame[column].to_numpy(float))
    assert (ours.first_utc, ours.station) == (-about["TZ"] * 3600, (about["latitude"], about["longitude"]))


def assert_same(ours, other):
    for column in NAMES:
        np.testing.assert_array_equal(getattr(ours, column), getattr(other, column))
    assert (ours.first_utc, ours.station) == (other.first_utc, other.station)


@pytest.mark.parametrize("kind", ["epw", "tmy3"])
def test_the_hours_are_put_in_order_by_their_dates(kind):
    ours = read_typical(WRITERS[kind](hours(first_month=7)), kind, "x")
    assert_same(ours, read_typical(WRITERS[kind](), kind, "x"))


@pytest.mark.parametrize("kind", ["epw", "tmy3"])
def test_hours_from_0_to_23_begin_at_their_times(kind):
    ours = read_typical(WRITERS[kind](first_hour=0), kind, "x")
    assert_same(ours, read_typical(WRITERS[kind](), kind, "x"))
    assert (ours.reading.stamp, read_typical(WRITERS[kind](), kind, "x").reading.stamp) == ("start", "end")


def test_the_last_hour_of_a_day_may_be_written_as_midnight_of_the_next():
    """SolarAnywhere's TMY3."""
    rows = tmy3().splitlines()
    dates = [row.split(",")[0] for row in rows[2:]]
    later = [*dates[24:], *["01/01/1986"] * 24]
    moved = [
        row.replace(f"{day},24:00", f"{next_day},00:00")
        for row, day, next_day in zip(rows[2:], dates, later, strict=True)
    ]
    assert sum(",00:00," in row for row in moved) == 365
    assert_same(read_typical("\n".join(rows[:2] + moved), "tmy3", "x"), read_typical(tmy3(), "tmy3", "x"))


@pytest.mark.parametrize("kind", ["epw", "tmy3"])
def test_a_year_with_a_29_february_has_it_in_leap_years(kind):
    """An actual year (AMY)."""
    ours = read_typical(WRITERS[kind](hours(leap=True)), kind, "x")
    assert ours.intervals == 8784
    assert "with 29 February" in ours.reading.line()
    plain = read_typical(WRITERS[kind](), kind, "x")
    for year in ("2023", "2024", "2100"):
        numbers = (np.datetime64(f"{year}-01-01T00") + np.arange(8760).astype("timedelta64[h]")).astype(int)
        days = numbers // 24 - (np.datetime64("2024-02-29") - np.datetime64("1970-01-01")).astype(int)
        same = days != 0
        np.testing.assert_array_equal(ours.dni[ours.rows(numbers)][same], plain.dni[plain.rows(numbers)][same])
    leap_noon = int(np.datetime64("2024-02-29T12").astype(int))
    n = number_of(2, 29, 12) % 23
    assert ours.dni[ours.rows(np.array([leap_noon]))].tolist() == [n * 20.0]


def test_pvgis_against_pvlib(tmp_path):
    path = tmp_path / "tmy.csv"
    path.write_text(pvgis_csv(pvgis_hours()), newline="")
    ours = read_typical(path.read_text(), "pvgis", "tmy.csv")
    frame, about = pvlib.iotools.read_pvgis_tmy(str(path))
    for column in NAMES:
        np.testing.assert_array_equal(getattr(ours, column), frame[column].to_numpy(float))
    assert ours.first_utc == (about["inputs"]["irradiance time offset"] - 0.5) * 3600
    assert ours.station == (45.0, 8.0)


def test_pvgis_is_the_same_as_csv_json_basic_and_epw():
    csv_text = pvgis_csv(pvgis_hours())
    same = read_typical(csv_text, "pvgis", "tmy.csv")
    assert (same.first_utc, same.reading.stamp, same.reading.stamp_from) == (-900, "moment", "header")
    assert_same(read_typical(pvgis_json(pvgis_hours()), "pvgis", "tmy.json"), same)
    assert_same(read_typical(pvgis_epw(pvgis_hours()), "epw", "tmy.epw"), same)
    without = read_typical(pvgis_csv(pvgis_hours(), head=3), "pvgis", "tmy.csv")
    assert (without.first_utc, without.reading.stamp_from) == (-1_800, "format")
    data = [line for line in csv_text.splitlines() if re.match(r"\d{8}:", line)]
    basic = read_typical("\n".join(data) + "\n", "pvgis", "basic.csv")
    assert (basic.first_utc, basic.station) == (-1_800, None)
    np.testing.assert_array_equal(basic.dni, same.dni)
    headed = read_typical("\n".join([HEADER, *data]), "pvgis", "basic.csv")
    np.testing.assert_array_equal(headed.dni, same.dni)


def test_an_epw_needs_no_ghi_beside_dni_and_dhi():
    ours = read_typical(pvgis_epw(pvgis_hours(), ghi=False), "epw", "x.epw")
    assert np.isnan(ours.ghi).all()
    assert not ours.missing.any()
    assert "8,760 of ghi are 9999, read as missing" in ours.reading.line()


def test_missing_values():
    rows = [line.split(",") for line in epw().splitlines()]
    rows[8 + 22][13] = rows[8 + 22][14] = "9999"
    rows[8 + 40][13] = rows[8 + 40][15] = ""
    rows[8 + 41][13] = "9999"  # beam and diffuse light are enough
    rows[8 + 42][6], rows[8 + 42][21] = "99.9", "999"
    rows[8 + 43][14] = "-3"
    series = read_typical("\n".join(map(",".join, rows)), "epw", "x.epw")
    assert np.flatnonzero(series.missing).tolist() == [22, 40]
    assert np.flatnonzero(np.isnan(series.temp_air)).tolist() == [42]
    assert np.flatnonzero(np.isnan(series.wind_speed)).tolist() == [42]
    assert series.dni[43] == 0
    assert series.reading.clipped_low == 1
    assert "2 of ghi are 9999" in series.reading.line()
    assert "1 of temp_air is 99.9" in series.reading.line()


def test_null_in_json_is_a_missing_value_and_a_word_is_refused():
    rows = pvgis_hours()
    rows[3]["T2m"] = None
    series = read_typical(pvgis_json(rows), "pvgis", "tmy.json")
    assert np.flatnonzero(np.isnan(series.temp_air)).tolist() == [3]
    rows[3]["T2m"] = "cold"
    with pytest.raises(BadInputError, match=r"'cold' is not a number \(temp_air\)") as caught:
        read_typical(pvgis_json(rows), "pvgis", "tmy.json")
    assert caught.value.where == "tmy.json, hour 4 of the file"


def test_hours_of_pvgis_on_a_level_plane_are_a_series_of_moments():
    found = read_typical(hourly("Gb(i),Gd(i),Gr(i),H_sun,T2m"), "pvgis", "x.csv")
    assert (found.typical, found.step_s, found.intervals) == (False, 3600, 24)
    assert found.first_utc == 1_451_606_400 + 600 - 1800
    assert (set(found.ghi), set(found.dhi), found.temp_air[0]) == ({10.0}, {5.0}, 3.4)
    alone = read_typical(hourly("G(i),H_sun,T2m"), "pvgis", "x.csv")
    assert set(alone.ghi) == {5.0}
    data = {
        "inputs": {
            "location": {"latitude": 45, "longitude": 8},
            "mounting_system": {"fixed": {"slope": {"value": 0}}},
        },
        "outputs": {"hourly": [{"time": f"20160101:{hour:02}10", "G(i)": 5.0, "T2m": 3.4} for hour in range(24)]},
    }
    as_json = read_typical(json.dumps(data), "pvgis", "x.json")
    assert (as_json.first_utc, set(as_json.ghi)) == (alone.first_utc, {5.0})


def test_a_day_that_there_is_not_is_refused():
    with pytest.raises(BadInputError, match="there is no day 2016-02-31"):
        read_typical(hourly("G(i),T2m", first="20160231"), "pvgis", "x.csv")


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("1_0", "'1_0' is not a number (temp_air)"),
        ("\uff11", "'\uff11' is not a number (temp_air)"),
        ("inf", "'inf' is not a number (temp_air)"),
        ("1e300", "temp_air is 1e+300 °C"),
    ],
)
def test_a_wrong_number_is_named_with_its_line(cell, says):
    lines = epw(hours()[:24]).splitlines()
    lines[10] = lines[10].replace(",?,", f",?,{cell},", 1)
    with pytest.raises(BadInputError) as caught:
        read_typical("\n".join(lines), "epw", "x")
    assert caught.value.what == says
    assert caught.value.where == "x:11"


@pytest.mark.parametrize("kind", ["tmy3", "epw", "pvgis"])
@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "LOCATION,x\n", "{}", "\0", '{"inputs": 3}', '"' * 200_000])
def test_what_is_none_is_refused(kind, text):
    with pytest.raises(BadInputError, match=f"cannot be read as {kind}|has 8,760 hours|a quote is open"):
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
