"""Typical years against pvlib's readers, on the files that come with pvlib; PVGIS's JSON by hand."""

import json
import re
from pathlib import Path

import numpy as np
import pvlib
import pytest

from pvsim.core.weather.typical_years import read_typical
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


def hours(first_month=1, leap=False):
    """Month, day and hour of each hour of a year, from a month on."""
    start = np.datetime64("2024-01-01T00" if leap else "2023-01-01T00")
    moments = start + np.arange(8784 if leap else 8760).astype("timedelta64[h]")
    months = moments.astype("datetime64[M]").astype(int) % 12 + 1
    first = int(np.argmax(months == first_month))
    found = []
    for moment in np.roll(moments, -first):
        text = str(moment)
        found.append((int(text[5:7]), int(text[8:10]), int(text[11:13])))
    return found


EPW_HEAD = "LOCATION,HERE,XX,XXX,TMY,1,36.1,-79.95,-5.5,273.0\n" + "X\n" * 7


def number_of(month, day, hour):
    return month * 97 + day * 31 + hour


def epw(rows=None, first_hour=1, head=EPW_HEAD):
    """Values by which each hour is known again."""
    lines = []
    for month, day, hour in rows or hours():
        n = number_of(month, day, hour) % 23
        light = f"{n * 30},{n * 20},{n}"
        lines.append(
            f"1985,{month},{day},{hour + first_hour},0,?,{n - 9.5},0,0,0,0,0,0,{light},0,0,0,0,0,{n / 10}"
            + ",0" * 13
        )
    return head + "\n".join(lines) + "\n"


def test_epw_against_pvlib(tmp_path):
    path = tmp_path / "x.epw"
    path.write_text(epw())
    ours = read_typical(epw(), "epw", "x.epw")
    frame, about = pvlib.iotools.read_epw(str(path))
    for column in NAMES:
        np.testing.assert_array_equal(getattr(ours, column), frame[column].to_numpy(float))
    assert (ours.first_utc, ours.station) == (-about["TZ"] * 3600, (about["latitude"], about["longitude"]))


def tmy3(rows=None, first_hour=1):
    names = "Date (MM/DD/YYYY),Time (HH:MM),GHI (W/m^2),DNI (W/m^2)),DHI (W/m^2),Dry-bulb (C),Wspd (m/s)\n"
    lines = []
    for month, day, hour in rows or hours():
        n = number_of(month, day, hour) % 23
        lines.append(
            f"{month:02}/{day:02}/1985,{hour + first_hour:02}:00,{n * 30},{n * 20},{n},{n - 9.5},{n / 10}"
        )
    return '1,"HERE",XX,-5.5,36.1,-79.95,273\n' + names + "\n".join(lines) + "\n"


WRITERS = {"epw": epw, "tmy3": tmy3}


def assert_same(ours, other):
    for column in NAMES:
        np.testing.assert_array_equal(getattr(ours, column), getattr(other, column))
    assert (ours.first_utc, ours.station) == (other.first_utc, other.station)


@pytest.mark.parametrize("kind", ["epw", "tmy3"])
@pytest.mark.parametrize("first_month", [2, 7, 12])
def test_the_hours_are_put_in_order_by_their_dates(kind, first_month):
    ours = read_typical(WRITERS[kind](hours(first_month)), kind, "x")
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


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (
            lambda rows: [row for row in rows if row[0] != 2],
            "8,760 hours, this file has 8,088: February is missing",
        ),
        (
            lambda rows: [row for row in rows if row[0] not in {2, 11} and row[:2] != (5, 3)],
            "February, November are missing and 24 hours are missing, the first is May 3, 00:00",
        ),
        (lambda rows: rows[:-1], "1 hours are missing, the first is December 31, 23:00"),
        (lambda rows: rows[:24] + rows, "this file has 8,784: 24 come twice, the first is January 1, 00:00"),
        (lambda rows: [(m, d, h // 2 * 2) for m, d, h in rows], "4,380 come twice"),
        (lambda rows: [*rows[:-1], (13, 1, 0)], "no day 1 of month 13"),
        (lambda rows: [*rows[:-1], (4, 31, 0)], "no day 31 of month 4"),
        (lambda rows: [*rows[:-1], (4, 30, 30)], "no day 30 of month 4 or no such hour"),
        (lambda _rows: [row for row in hours(leap=True) if row[0] != 3], "8,784 hours, .*: March is missing"),
    ],
)
def test_what_is_no_whole_year_is_refused_saying_what_is_wrong(wrong, says):
    for kind in ("epw", "tmy3"):
        with pytest.raises(BadInputError, match=says) as caught:
            read_typical(WRITERS[kind](wrong(hours())), kind, "x")
        assert caught.value.fix


def day_of_light(hour_utc, longitude):
    """Light that is highest at the sun's noon."""
    return max(0.0, float(np.cos((hour_utc - 12 + longitude / 15) / 24 * 2 * np.pi)))


def pvgis_hours(longitude=8.0, offset=0.0):
    found = []
    for n, (month, day, hour) in enumerate(hours()):
        sun = day_of_light(hour + offset, longitude)
        found.append(
            {
                "time(UTC)": f"{2000 + month}{month:02}{day:02}:{hour:02}00",
                "T2m": n % 9,
                "G(h)": round(800 * sun),
                "Gb(n)": round(600 * sun) + n % 7,
                "Gd(h)": 1.5 + n % 5,
                "WS10m": 3,
            }
        )
    return found


def pvgis_json(rows):
    place = {"latitude": 45.0, "longitude": 8.0, "elevation": 250.0, "irradiance_time_offset": 0.25}
    return json.dumps({"inputs": {"location": place}, "outputs": {"tmy_hourly": rows}})


def pvgis_csv(rows, head=4):
    lines = ["Latitude (decimal degrees): 45.0", "Longitude (decimal degrees): 8.0", "Elevation (m): 250.0"]
    lines += ["Irradiance Time Offset (h): 0.25", "month,year"][4 - head :]
    lines += [f"{month},2007" for month in range(1, 13)] + [HEADER]
    lines += ["{time(UTC)},{T2m},0,{G(h)},{Gb(n)},{Gd(h)},0,{WS10m},0,0".format_map(hour) for hour in rows]
    return "\r\n".join([*lines, "", "T2m: 2-m air temperature (degree Celsius)"]) + "\r\n"


def pvgis_epw(rows, offset="-0.75", zone=1, longitude=8.0, ghi=True):
    """As PVGIS 5.3 writes it: hour 1 is 00:00 UTC whatever the zone, the offset counts from the hour's end."""
    head = f"LOCATION,unknown,-,unknown,ECMWF/ERA,unknown,45.0,{longitude},{zone},250\n" + "X\n" * 5
    head += f"COMMENTS 2,Irradiance Time Offset (h):{offset}\nDATA PERIODS,1,1,Data,Thursday, 1/ 1,12/31\n"
    lines = []
    for row in rows:
        text = row["time(UTC)"]
        date = f"{text[:4]},{int(text[4:6])},{int(text[6:8])},{int(text[9:11]) + 1}"
        light = f"{row['G(h)'] if ghi else 9999},{row['Gb(n)']},{row['Gd(h)']}"
        lines.append(f"{date},0,?,{row['T2m']},0,0,0,9999,9999,300,{light}" + ",0" * 5 + f",{row['WS10m']},9,9,")
    return head + "\n".join(lines) + "\n"


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


@pytest.mark.parametrize(
    ("zone", "longitude", "rows_zone"), [(0, 1.0, 0), (1, 8.0, 0), (-6, -95.0, 0), (-6, -95.0, -6), (1, 8.0, 1)]
)
def test_the_clock_of_an_epw_of_pvgis_is_found_by_the_noon_of_its_light(zone, longitude, rows_zone):
    """Its hours are by UTC though LOCATION names a zone; hours by that zone would be seen too."""
    rows = pvgis_hours(longitude - rows_zone * 15, offset=0.25)
    ours = read_typical(pvgis_epw(rows, zone=zone, longitude=longitude), "epw", "x.epw")
    assert ours.first_utc == -900 - rows_zone * 3600
    assert ours.reading.zone == ("UTC" if rows_zone == 0 else f"UTC{rows_zone:+g} h")


@pytest.mark.parametrize("dark", ["0", "", "9999"])
def test_an_epw_of_pvgis_without_light_is_by_utc(dark):
    rows = [{**row, "G(h)": dark, "Gd(h)": dark, "Gb(n)": dark} for row in pvgis_hours()]
    assert read_typical(pvgis_epw(rows), "epw", "x.epw").first_utc == -900


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
    with pytest.raises(BadInputError, match=r"'cold' is no number \(temp_air\)") as caught:
        read_typical(pvgis_json(rows), "pvgis", "tmy.json")
    assert caught.value.where == "tmy.json, hour 4 of the file"


SERIES_HEAD = "Latitude (decimal degrees):\t45.0\nLongitude (decimal degrees):\t8.0\nElevation (m):\t250\n\n"


def hourly(columns, slope="0", first="20160101"):
    lines = [f"{first}:{hour:02}10,{'5.0,' * columns.count(',')}3.4" for hour in range(24)]
    return f"{SERIES_HEAD}Slope: {slope} deg.\nAzimuth: 0 deg.\ntime,{columns}\n" + "\n".join(lines) + "\n\nX: y\n"


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


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (hourly("G(i),H_sun,T2m", slope="35"), "the light is that on the plane of the modules, not on the level"),
        (hourly("G(i),T2m").replace(":0510", ":0511"), "the minutes of the times are not the same in all rows"),
        (hourly("G(i),T2m", first="20160231"), "there is no day 2016-02-31"),
        (hourly("G(i),T2m").replace("20160101:0510", "20160101:0510x"), "is no time of PVGIS"),
        ("20160101:0010,1.0,2.0\n20160101:0110,1.0,2.0\n", "3 cells, a typical year of PVGIS has 10"),
    ],
)
def test_what_pvgis_writes_and_cannot_be_read(text, says):
    with pytest.raises(BadInputError, match=says):
        read_typical(text, "pvgis", "x.csv")


@pytest.mark.parametrize(
    ("text", "kind", "says", "line"),
    [
        (epw().replace("1985,1,1,3,", "1985,1,one,3,", 1), "epw", "'one' is no day", 11),
        (epw().replace("1985,1,1,3,", 'x,"1985,1,1,3,', 1), "epw", "a quote is open", 11),
        (epw().replace("1985,1,1,3,", "1985,1,1,3\n1985,1,1,4,", 1), "epw", "4 cells, too few", 11),
        (epw().replace(",-9.5,", ",1_0,", 1), "epw", "'1_0' is no number .temp_air.", None),
        (epw().replace(",-9.5,", ",\uff11,", 1), "epw", "'\uff11' is no number .temp_air.", None),
        (epw().replace(",-9.5,", ",inf,", 1), "epw", "'inf' is no number .temp_air.", None),
        (epw().replace(",-9.5,", ",1e300,", 1), "epw", "temp_air is 1e.300 °C", None),
        (tmy3().replace("01/01/1985,03:00", "01/01/1985,3 pm", 1), "tmy3", "'3 pm' is no time", 5),
        (tmy3().replace("01/01/1985,03:00", "1985-01-01,03:00", 1), "tmy3", "'1985-01-01' is no date", 5),
        (tmy3().replace("01/01/1985,03:00", "01/01/1985,03:30", 1), "tmy3", "the time 03:30 is no full hour", 5),
    ],
)
def test_a_wrong_line_is_named(text, kind, says, line):
    with pytest.raises(BadInputError, match=says) as caught:
        read_typical(text, kind, "x")
    if line:
        assert caught.value.where == f"x:{line}"


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
