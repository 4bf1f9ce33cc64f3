from datetime import UTC, datetime

import numpy as np
import pytest

from pvsim.adapters.tables.weather_files import read_weather
from pvsim.core.site import FileWeather
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
        ("", {}, "neither ghi nor dni", "w.csv"),
        ("time,ghi\n", {}, "only a header", "w.csv:1"),
        (csv_text().replace(",700,", ",seven,"), {}, "column 'dni' has 'seven', which is no number", "w.csv:4"),
        (
            "# note\n" + csv_text().replace(",700,", ",seven,"),
            {},
            "column 'dni' has 'seven', which is no number",
            "w.csv:5",
        ),
        (csv_text().replace("2024-06-21T00:00", "yesterday"), {}, "not a date", "w.csv:2"),
        (csv_text().replace("T00:15", "T00:77"), {}, "no such time of day", "w.csv:3"),
        (b"time,ghi\n\xff", {}, "not UTF-8", "w.csv:2"),
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
    with pytest.raises(BadInputError, match="column 'dni' has 'one', which is no number") as caught:
        read_weather(weather("# note\ntime,ghi,dni,dhi\n" + "\n".join(lines)))
    assert caught.value.where.endswith("w.csv:21003")
    lines[21_000] = lines[21_000].replace("Z", "").replace(",one,", ",1,")
    with pytest.raises(BadInputError, match="the time has no offset from UTC or a zone, other than"):
        read_weather(weather("time,ghi,dni,dhi\n" + "\n".join(lines)))


def test_a_file_that_is_not_there():
    with pytest.raises(BadInputError, match="cannot be read: No such file"):
        read_weather(FileWeather(path="/no/such/file.csv"))


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
    monkeypatch.setattr("pvsim.core.pv_site.types.find_spec", lambda _name: None)
    assert read_weather(weather(csv_text())).intervals == 3
    assert read_weather(weather(epw_text())).intervals == 8760


def test_the_line_of_a_typical_year_that_is_wrong(weather):
    for text, line in ((tmy3_text(), 12), (epw_text(), 18), (pvgis_text(), 28)):
        lines = text.splitlines()
        lines[line - 1] = lines[line - 1].replace(",9,", ",nine,")
        with pytest.raises(BadInputError, match="'nine' is no number") as caught:
            read_weather(weather("\n".join(lines) + "\n"))
        assert caught.value.where.endswith(f"w.csv:{line}")
