import gzip
import json
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from pvsim.adapters.tables.weather_files import read_weather
from pvsim.core.site.schema import FileWeather
from pvsim.errors import BadInputError

START = 1_718_928_000  # 2024-06-21T00:00Z
ROWS = [(0, 0, 0, 10.0), (100, 50, 60, 12.5), (800, 700, 150, 20.0)]


def iso(second, suffix="Z"):
    return datetime.fromtimestamp(START + second, UTC).strftime("%Y-%m-%dT%H:%M:%S") + suffix


def csv_text(mark=",", suffix="Z", head="time,ghi,dni,dhi,temp_air"):
    lines = [[iso(i * 900, suffix), *map(str, row)] for i, row in enumerate(ROWS)]
    return "\n".join([head.replace(",", mark), *(mark.join(line) for line in lines)]) + "\n"


@pytest.fixture
def weather(tmp_path):
    def write(text, name="w.csv", **options):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return FileWeather(path=str(path), **options)

    return write


def test_a_csv_file(weather):
    series = read_weather(weather(csv_text()))
    assert (series.first_utc, series.step_s, series.typical) == (START, 900, False)
    assert [series.ghi.tolist(), series.dni.tolist(), series.dhi.tolist(), series.temp_air.tolist()] == [
        list(column) for column in zip(*ROWS, strict=True)
    ]
    assert series.wind_speed is None


@pytest.mark.parametrize(
    ("text", "options", "first_utc"),
    [
        (csv_text(suffix="+02:00"), {}, START - 7200),
        (csv_text(suffix=""), {"tz": "Europe/Berlin"}, START - 7200),
        (csv_text(suffix=""), {}, START),
        (csv_text(), {"stamp": "end"}, START - 900),
        (csv_text(), {"stamp": "middle"}, START - 450),
        ("# station 7\n# W/m2\n" + csv_text(), {}, START),
        ("\ufeff" + csv_text(";").replace(".", ","), {"format": "csv"}, START),
        (csv_text("\t"), {}, START),
    ],
)
def test_times_and_marks(weather, text, options, first_utc):
    series = read_weather(weather(text, **options))
    assert series.first_utc == first_utc
    assert series.temp_air.tolist() == [10, 12.5, 20]


def test_empty_cells_and_missing_lines_are_gaps(weather):
    lines = csv_text().splitlines()
    lines[2] = lines[2].replace(",100,50,", ",,,")
    series = read_weather(weather("\n".join([lines[0], lines[1] + "\n", lines[2], lines[3] + "\n"])))
    assert np.isnan(series.dni[1])
    assert series.missing.tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("text", "options", "says", "where"),
    [
        ("", {}, "no line that names columns", "w.csv"),
        ("time,ghi\n", {}, "only a header", "w.csv:1"),
        ("time,ghi\n2024-06-21T00:00Z,5\n", {}, "only one line of data", "w.csv"),
        (csv_text().replace(",700,", ",seven,"), {}, "column 'dni' has 'seven', which is not a number", "w.csv:4"),
        (
            "# note\n" + csv_text().replace(",700,", ",seven,"),
            {},
            "column 'dni' has 'seven', which is not a number",
            "w.csv:5",
        ),
        (csv_text().replace("2024-06-21T00:00", "yesterday"), {}, "not a date", "w.csv:2"),
        (csv_text().replace("T00:15", "T00:77"), {}, "no such time of day", "w.csv:3"),
        (b"time,ghi\n\xff,1", {}, "not a date", "w.csv:2"),
        (csv_text() + csv_text().splitlines()[3] + ",5\n", {}, "6 cells, the header .line 1. names 5", "w.csv:5"),
        (csv_text().replace(",800,700,", ",800,"), {}, "4 cell.s. only, the header .line 1. names 5", "w.csv:4"),
        ('time,"ghi,dni,dhi\n' + csv_text(), {}, "a quote is opened and not closed", "w.csv:1"),
        ("a,b\n1,2\n", {"format": "tmy3"}, "cannot be read as tmy3", "w.csv"),
        ("a,b\n1,2\n", {"format": "epw"}, "cannot be read as epw", "w.csv"),
        ("a,b\n1,2\n", {"format": "pvgis"}, "cannot be read as pvgis", "w.csv"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(weather, text, options, says, where):
    with pytest.raises(BadInputError, match=says) as caught:
        read_weather(weather(text, **options))
    assert caught.value.where.endswith(where)
    assert caught.value.fix


def test_more_lines_than_are_read_at_once(weather):
    """Values of each line, and the number of a wrong one in a later block."""
    lines = [f"{iso(second)},{second % 900},1,1" for second in range(25_000)]
    series = read_weather(weather("# note\ntime,ghi,dni,dhi\n" + "\n".join(lines)))
    assert (series.step_s, series.first_utc) == (1, START)
    assert series.ghi.tolist() == [second % 900 for second in range(25_000)]
    lines[21_000] = lines[21_000].replace(",1,1", ",one,1")
    with pytest.raises(BadInputError, match="column 'dni' has 'one', which is not a number") as caught:
        read_weather(weather("# note\ntime,ghi,dni,dhi\n" + "\n".join(lines)))
    assert caught.value.where.endswith("w.csv:21003")
    lines[21_000] = lines[21_000].replace("Z", "").replace(",one,", ",1,")
    with pytest.raises(BadInputError, match="the time has no offset from UTC or a zone, other than"):
        read_weather(weather("time,ghi,dni,dhi\n" + "\n".join(lines)))


def test_a_file_that_is_not_there():
    with pytest.raises(BadInputError, match="cannot be read: No such file"):
        read_weather(FileWeather(path="/no/such/file.csv"))


def table(head, row, count=48, step_s=1800, start=START):
    """Rows in which `{time}`, `{y}` … and `{n}` stand for the time and the number of each."""
    lines = []
    for n in range(count):
        at = datetime.fromtimestamp(start + n * step_s, UTC)
        lines.append(
            row.format(time=at.strftime("%Y-%m-%dT%H:%M"), us=at.strftime("%m/%d/%Y %H:%M"), y=at.year, m=at.month,
                       d=at.day, h=at.hour, i=at.minute, n=n)
        )  # fmt: skip
    return head + "\n" + "\n".join(lines) + "\n"


NSRDB = (
    "Source,Location ID,City,State,Country,Latitude,Longitude,Time Zone,Elevation,Local Time Zone,DHI Units,"
    "DNI Units,GHI Units,Temperature Units,Wind Speed Units,Version\n"
    "NSRDB,1,-,-,-,40.53,-108.54,{zone},2168,-7,w/m2,w/m2,w/m2,c,m/s,3\n"
    "Year,Month,Day,Hour,Minute,DHI,GHI,DNI,Clearsky GHI,Wind Speed,Temperature,,,,,"
)
OPEN_METEO = (
    "latitude,longitude,elevation,utc_offset_seconds,timezone,timezone_abbreviation\n"
    "48.14,11.58,520.0,{offset},Europe/Berlin,CET\n\n"
    "time,temperature_2m (°C),wind_speed_10m (km/h),shortwave_radiation{way} (W/m²),diffuse_radiation{way} (W/m²)"
)
SOLARANYWHERE = (
    '0,"Burlington, United States",NA,-5,44.4675,-73.2075,41,"Data Version: 3.6 / Type: {kind} / '
    'Averaging Method: End of Period / Copyright 2022 Clean Power Research\xae"\n'
    "{lst},Global Horizontal Irradiance (GHI) W/m2,AmbientTemperature (deg C){gmt}"
)


def facts(series):
    """First second, station, zone and stamp with how each is known."""
    reading = series.reading
    zone, stamp = f"{reading.zone} by {reading.zone_from}", f"{reading.stamp} by {reading.stamp_from}"
    return series.first_utc - START, series.station, zone, stamp


MOUNTAIN = NSRDB.format(zone=-7)
IN_UTC = NSRDB.format(zone=0)
NSRDB_ROW = "{y},{m},{d},{h},{i},5,10,8,99,2,-3,,,,,"
LST = SOLARANYWHERE.format(kind="Timeseries", lst="ObservationTime(LST)", gmt="")
GMT = SOLARANYWHERE.format(kind="Timeseries", lst="LST", gmt=",ObservationTime(GMT)")
UTAH, MUNICH, BURLINGTON = (40.53, -108.54), (48.14, 11.58), (44.4675, -73.2075)


@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        (table(MOUNTAIN, NSRDB_ROW), {}, (7 * 3600 - 900, UTAH, "UTC-7 h by header", "moment by format")),
        (table(IN_UTC, NSRDB_ROW), {}, (-900, UTAH, "UTC by header", "moment by format")),
        (
            table(IN_UTC, NSRDB_ROW),
            {"tz": "Etc/GMT+6", "stamp": "start"},
            (6 * 3600, UTAH, "Etc/GMT+6 by site file", "start by site file"),
        ),
        (
            table(OPEN_METEO.format(offset=3600, way=""), "{time},-3,7.2,10,5"),
            {},
            (-3600 - 1800, MUNICH, "UTC+1 h by header", "end by format"),
        ),
        (
            table(OPEN_METEO.format(offset=0, way="_instant"), "{time},-3,7.2,10,5"),
            {},
            (-900, MUNICH, "UTC by header", "moment by format"),
        ),
        (table(LST, "{us},10,-3"), {}, (5 * 3600 - 1800, BURLINGTON, "UTC-5 h by header", "end by header")),
        (table(GMT, "x,10,-3,{us}"), {}, (-1800, BURLINGTON, "UTC by header", "end by header")),
        (
            table("air_temp,dhi,ghi,wind_speed_10m,period_end,period", "-3,5,10,2,{time}:00Z,PT30M"),
            {},
            (-1800, None, "UTC by times", "end by header"),
        ),
        (
            table("air_temp,dhi,ghi,period_mid", "-3,5,10,{time}Z"),
            {},
            (-900, None, "UTC by times", "middle by header"),
        ),
        (
            table("Zeit (bis),ghi,temp_air", "{time}+02:00,10,-3"),
            {},
            (-9000, None, "+02:00 by offset", "end by header"),
        ),
        (table("time_utc_start,ghi,temp_air", "{time},10,-3"), {}, (0, None, "UTC by header", "start by header")),
        (
            table("time,ghi,temp_air", "{time},10,-3", step_s=3600, start=START + 1800),
            {},
            (0, None, "UTC by assumed", "middle by values"),
        ),
        (
            table("time,ghi,temp_air", "{time}Z,10,-3", step_s=3600, start=START + 1800),
            {},
            (1800, None, "UTC by times", "start by assumed"),
        ),
        (
            table("Year,Month,Day,Hour,ghi,temp_air", "{y},{m}.0,{d},{h},10,-3", step_s=3600),
            {},
            (0, None, "UTC by assumed", "start by assumed"),
        ),
    ],
)
def test_clock_and_stamp_as_the_sources_say_them(weather, text, options, expected):
    series = read_weather(weather(text.encode("latin-1"), **options))
    assert facts(series) == expected
    assert set(series.temp_air) == {-3.0}
    assert set(series.ghi) == {10.0}
    if series.wind_speed is not None:
        assert set(series.wind_speed) == {2.0}


@pytest.mark.parametrize(
    ("head", "row", "expected"),
    [
        ("time,ghi (kWh/m2),temp_air (F)", "{time}Z,0.1,14", (200.0, -10.0)),
        ("time,ghi (J/cm²),temp_air (K)", "{time}Z,36,263.15", (200.0, -10.0)),
        ("time;ghi;temp_air\n;W/m²;°C", "{time}Z;200,5;-10,5", (200.5, -10.5)),
        ("time,BHI (Wh/m2),DHI (Wh/m2),temp_air", "{time}Z,60,40,-10", (200.0, -10.0)),
    ],
)
def test_units_become_watts_and_degrees(weather, head, row, expected):
    series = read_weather(weather(table(head, row)))
    assert [series.ghi[5], series.temp_air[5]] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("head", "row", "says"),
    [
        ("time,ghi,temp_air (°R)", "{time}Z,10,5", "in the unit '°R', which is not known"),
        ("time,ghi,temp_air", "{time}Z,10,{n}e2", "temp_air is 100 °C"),
    ],
)
def test_what_cannot_be_meant_is_refused(weather, head, row, says):
    with pytest.raises(BadInputError, match=says) as caught:
        read_weather(weather(table(head, row)))
    assert caught.value.fix


def test_how_the_text_was_read_is_said_too(weather):
    line = read_weather(
        weather("My station\n\n" + table("time;ghi", "{time}Z;10,{n}").replace(";10,7", ";NaN"))
    ).reading
    assert line.remarks == ("header in line 3", "decimal comma", "taken as missing: 1 × 'NaN'")


def test_what_was_changed_is_said(weather):
    text = table("time,ghi,temp_air,wind gust", "{time}Z,10,-3,5").replace("Z,10,", "Z,-2,", 3)
    reading = read_weather(weather(text.replace("Z,10,-3", "Z,-999,99.9", 1))).reading
    assert (reading.clipped_low, reading.ignored) == (3, ("wind gust",))
    assert "1 of ghi is -999, read as missing, 1 of temp_air is 99.9, read as missing" in reading.line()


@pytest.mark.parametrize("year", [1, 9999])
def test_times_at_the_ends_of_the_calendar(weather, year):
    text = table("time,ghi", "{time}+02:00,10").replace("2024-", f"{year:04}-")
    with pytest.raises(BadInputError, match="the years 1900 to 2200 are read"):
        read_weather(weather(text))


def test_a_typical_year_by_the_ends_of_its_hours_and_with_offsets(weather):
    rows = []
    for hour in range(8760):
        start = datetime(2023, 1, 1, tzinfo=UTC) + timedelta(hours=hour)
        end = (start + timedelta(hours=1)).replace(year=2000 + start.month)
        rows.append(f"{end:%Y-%m-%dT%H:%M}-05:00,{hour % 24}")
    series = read_weather(weather("period_end,ghi\n" + "\n".join(rows[4344:] + rows[:4344]) + "\n"))
    assert (series.typical, series.first_utc) == (True, 5 * 3600)
    assert series.ghi.tolist() == [hour % 24 for hour in range(8760)]


def test_tz_and_stamp_are_said_not_to_be_used_where_the_format_says_them(weather):
    line = read_weather(weather(epw_text(), "x.epw", tz="UTC", stamp="end")).reading.line()
    assert "tz and stamp under [weather] are for CSV files and not used" in line
    assert "not used" not in read_weather(weather(epw_text(), "x.epw", stamp="start")).reading.line()


@pytest.mark.parametrize("pack", [gzip.compress, lambda text: b"\xef\xbb\xbf" + text])
def test_files_packed_or_with_a_mark(weather, pack):
    files = ((epw_text(), "x.epw"), (tmy3_text(), "x.csv"), (pvgis_text(), "x.csv"), (csv_text(), "w.csv"))
    for text, name in files:
        plain = read_weather(weather(text, name))
        packed = read_weather(weather(pack(text.encode()), name))
        assert (packed.first_utc, packed.typical) == (plain.first_utc, plain.typical)
        np.testing.assert_array_equal(packed.ghi, plain.ghi)


def test_other_line_separators_in_a_header_break_no_line(weather):
    text = epw_text().replace("HERE", "HE\x85RE\u2028", 1)
    assert read_weather(weather(text, "x.epw")).intervals == 8760
    named = csv_text().replace("temp_air", "temp_air\x85", 1)
    assert read_weather(weather(named)).temp_air.tolist() == [10, 12.5, 20]


def hours():
    """A year's hours; the light is the number of the hour in its day, the temperature −9.9 in the first one."""
    for hour in range(8760):
        moment = np.datetime64("2023-01-01T00") + np.timedelta64(hour, "h")
        month, day = (int(part) for part in str(moment)[5:10].split("-"))
        yield hour, month, day, hour % 24


def tmy3_text():
    head = '1,"HERE",XX,-5.0,36.1,-79.95,273\n'
    names = "Date (MM/DD/YYYY),Time (HH:MM),GHI (W/m^2),DNI (W/m^2),DHI (W/m^2),Dry-bulb (C),Wspd (m/s)\n"
    rows = [
        f"{m:02}/{d:02}/{1980 + m},{h + 1:02}:00,{h},{-9900 if i == 30 else h},{-9900 if i == 30 else h},{i % 7},3"
        for i, m, d, h in hours()
    ]
    return head + names + "\n".join(rows) + "\n"


def epw_text():
    head = "LOCATION,HERE,XX,XXX,TMY,1,36.1,-79.95,-5.0,273.0\n" + "X\n" * 7
    rows = []
    for i, m, d, h in hours():
        row = [str(1980 + m), str(m), str(d), str(h + 1), "0", "?"] + ["0"] * 29
        row[6], row[13], row[14], row[15], row[21] = str(i % 7), str(h), *["9999" if i == 30 else str(h)] * 2, "3"
        rows.append(",".join(row))
    return head + "\n".join(rows) + "\n"


def pvgis_text():
    head = "Latitude (decimal degrees): 45.0\r\nLongitude (decimal degrees): 8.0\r\nElevation (m): 250.0\r\n"
    head += "Irradiance Time Offset (h): 0.25\r\nmonth,year\r\n" + "".join(
        f"{m},{2000 + m}\r\n" for m in range(1, 13)
    )
    rows = [f"{2000 + m}{m:02}{d:02}:{h:02}00,{i % 7},50,{h},{h},{h},300,3,180,98000" for i, m, d, h in hours()]
    return head + "time(UTC),T2m,RH,G(h),Gb(n),Gd(h),IR(h),WS10m,WD10m,SP\r\n" + "\r\n".join(rows) + "\r\n"


@pytest.mark.parametrize(
    ("text", "name", "first_utc", "hole"),
    [
        (tmy3_text(), "x.csv", 5 * 3600, 30),
        (epw_text(), "x.epw", 5 * 3600, 30),
        (pvgis_text(), "x.csv", -900, None),
    ],
    ids=["tmy3", "epw", "pvgis"],
)
def test_typical_years_are_recognised_and_begin_on_the_first_of_january(weather, text, name, first_utc, hole):
    series = read_weather(weather(text, name))
    assert (series.typical, series.step_s, series.first_utc, series.intervals) == (True, 3600, first_utc, 8760)
    assert series.ghi.tolist() == [hour % 24 for hour in range(8760)]
    assert series.temp_air[:9].tolist() == [0, 1, 2, 3, 4, 5, 6, 0, 1]
    assert set(series.wind_speed) == {3.0}
    assert np.flatnonzero(series.missing).tolist() == ([] if hole is None else [hole])


def test_half_a_typical_year_is_refused(weather):
    half = "".join(epw_text().splitlines(keepends=True)[:4000])
    with pytest.raises(BadInputError, match="a typical year has 8,760 hours, this file has 3,992"):
        read_weather(weather(half, "x.epw"))


def test_an_open_quote_in_a_typical_year(weather):
    for text in (epw_text(), tmy3_text()):
        with pytest.raises(BadInputError, match="a quote is open"):
            read_weather(weather(text.replace("\n1981,", '\n"1981,', 1).replace("\n01/01/", '\n"01/01/', 1)))


def test_no_file_needs_pvlib(weather, monkeypatch):
    monkeypatch.setattr("pvsim.core.quantities.physics.find_spec", lambda _name: None)
    assert read_weather(weather(csv_text())).intervals == 3
    assert read_weather(weather(epw_text())).intervals == 8760


def test_the_line_of_a_typical_year_that_is_wrong(weather):
    for text, line in ((tmy3_text(), 12), (epw_text(), 18), (pvgis_text(), 28)):
        lines = text.splitlines()
        lines[line - 1] = lines[line - 1].replace(",9,", ",nine,")
        with pytest.raises(BadInputError, match="'nine' is not a number") as caught:
            read_weather(weather("\n".join(lines) + "\n"))
        assert caught.value.where.endswith(f"w.csv:{line}")


def test_a_year_of_pvgis_as_json_is_one_long_line(weather):
    rows = []
    for hour, month, day, of_day in hours():
        light = {"G(h)": of_day, "Gb(n)": of_day, "Gd(h)": of_day, "IR(h)": 300.123456, "SP": 99_870.123456}
        rows.append({"time(UTC)": f"2007{month:02}{day:02}:{of_day:02}00", "T2m": hour % 7, **light, "WS10m": 3})
    text = json.dumps({"inputs": {"location": {"latitude": 45, "longitude": 8}}, "outputs": {"tmy_hourly": rows}})
    assert len(text) > 1 << 20
    assert "\n" not in text
    assert read_weather(weather(text, "tmy.json")).intervals == 8760


def test_midnight_as_24_00_ends_its_interval(weather):
    text = table("time,ghi", "{time}Z,10", start=START + 1800).replace("T00:00Z", "T24:00Z")
    last = text.splitlines()[-1]
    day_before = last.replace("2024-06-22", "2024-06-21")
    assert last.partition("T")[2] == "24:00Z,10"
    series = read_weather(weather(text.replace(last, day_before)))
    assert (series.first_utc - START, series.reading.stamp, series.reading.stamp_from) == (0, "end", "times")
