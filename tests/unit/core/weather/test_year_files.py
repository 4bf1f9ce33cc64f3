"""The rows of TMY3, EPW and PVGIS files as they are written; texts of some days are enough."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.typical_texts import (
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

from pvsim.core.weather.year_files import KINDS
from pvsim.errors import BadInputError

YEAR = hours()
WEEK = YEAR[:168]


@given(
    kind=st.sampled_from(["epw", "tmy3"]),
    rows=st.lists(st.sampled_from(YEAR), min_size=1, max_size=30),
    ending=st.sampled_from(["\n", "\r\n", "\n\n", "\n , ,\n"]),
)
def test_rows_come_back_with_their_dates_lines_and_cells(kind, rows, ending):
    text = WRITERS[kind](rows)
    first = len(text.split("\n")) - len(rows)  # counted from 1
    head, data = text.split("\n")[: first - 1], text.split("\n")[first - 1 :]
    year = KINDS[kind]("\n".join(head) + "\n" + ending.join(data), "x")
    assert list(zip(year.month.tolist(), year.day.tolist(), year.hour.tolist(), strict=True)) == rows
    gap = ending.count("\n")
    assert year.lines == [first + gap * row for row in range(len(rows))]
    values = [number_of(*row) % 23 for row in rows]
    assert [float(cell) for cell in year.cells["dni"]] == [value * 20 for value in values]
    assert [float(cell) for cell in year.cells["temp_air"]] == [value - 9.5 for value in values]
    assert (year.zone_h, year.zone_from, year.station, year.typical) == (-5.5, "header", (36.1, -79.95), True)


@pytest.mark.parametrize("kind", ["epw", "tmy3"])
def test_hours_that_begin_with_0_are_starts(kind):
    starts, ends = (KINDS[kind](WRITERS[kind](WEEK, first_hour), "x") for first_hour in (0, 1))
    assert (starts.stamp, ends.stamp) == ("start", "end")
    np.testing.assert_array_equal(starts.hour, ends.hour)


def test_pvgis_by_hand():
    """Hour 1 at 02:00 by UTC; its light is of a quarter of an hour later, so the interval begins at 01:45."""
    rows = pvgis_hours()[:48]
    for text in (pvgis_csv(rows), pvgis_json(rows)):
        year = KINDS["pvgis"](text, "x")
        assert (year.station, year.zone_h, year.late_h, year.stamp, year.stamp_from, year.typical) == (
            (45.0, 8.0), 0.0, -0.25, "moment", "header", True,
        )  # fmt: skip
        assert (year.year[0], year.month[30], year.day[30], year.hour[30]) == (2001, 1, 2, 6)
        assert [float(cell) for cell in year.cells["dhi"]] == [row["Gd(h)"] for row in rows]
        assert year.remarks == ("irradiance time offset 0.25 h",)
    assert KINDS["pvgis"](pvgis_csv(rows), "x").lines[0] == 19
    assert "RH" in KINDS["pvgis"](pvgis_csv(rows), "x").ignored


def test_hours_of_real_years_are_not_typical():
    year = KINDS["pvgis"](hourly("Gb(i),Gd(i),Gr(i),H_sun,T2m"), "x")
    assert (year.typical, year.stamp_from, len(year.hour)) == (False, "format", 24)
    assert year.late_h == pytest.approx(10 / 60 - 0.5)
    assert {name: column.unit for name, column in year.columns.items()} == {
        "bhi": "W/m²", "dhi": "W/m²", "temp_air": "°C",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("zone", "longitude", "rows_zone"), [(0, 1.0, 0), (1, 8.0, 0), (-6, -95.0, 0), (-6, -95.0, -6), (1, 8.0, 1)]
)
def test_the_clock_of_an_epw_of_pvgis_is_found_by_the_noon_of_its_light(zone, longitude, rows_zone):
    """Its hours are by UTC though LOCATION names a zone; hours by that zone would be seen too."""
    rows = pvgis_hours(longitude - rows_zone * 15, offset=0.25)[:168]
    year = KINDS["epw"](pvgis_epw(rows, zone=zone, longitude=longitude), "x.epw")
    assert (year.zone_h, year.late_h, year.zone_from, year.stamp) == (rows_zone, -0.25, "values", "moment")


@pytest.mark.parametrize("dark", ["0", "", "9999", "bright"])
def test_an_epw_of_pvgis_without_light_is_by_utc(dark):
    rows = [{**row, "G(h)": dark, "Gd(h)": dark, "Gb(n)": dark} for row in pvgis_hours()[:168]]
    assert KINDS["epw"](pvgis_epw(rows), "x.epw").zone_h == 0.0


@pytest.mark.parametrize(
    ("text", "says", "where"),
    [
        (
            hourly("G(i),H_sun,T2m", slope="35"),
            "the light is that on the plane of the modules, not on the level",
            "x.csv",
        ),
        (
            hourly("G(i),T2m").replace(":0510", ":0511"),
            "the minutes of the times are not the same in all rows (20160101:0511)",
            "x.csv",
        ),
        (hourly("G(i),T2m").replace("20160101:0510", "20160101:0510x"), "is not a time of PVGIS", "x.csv:13"),
        ("20160101:0010,1.0,2.0\n20160101:0110,1.0,2.0\n", "3 cells, a typical year of PVGIS has 10", "x.csv:1"),
        (
            json.dumps(
                {"inputs": {"location": {"latitude": 1, "longitude": 2}},
                 "outputs": {"tmy_hourly": [{"time(UTC)": "noon", "G(h)": 1}]}}
            ),
            "'noon' is not a time of PVGIS",
            "x.csv",
        ),
    ],
)  # fmt: skip
def test_what_pvgis_writes_and_cannot_be_read(text, says, where):
    with pytest.raises(BadInputError) as caught:
        KINDS["pvgis"](text, "x.csv")
    assert says in caught.value.what
    assert caught.value.where == where


@pytest.mark.parametrize(
    ("text", "kind", "says", "line"),
    [
        (epw(WEEK).replace("1985,1,1,3,", "1985,1,one,3,", 1), "epw", "'one' is not a valid day", 11),
        (epw(WEEK).replace("1985,1,1,3,", 'x,"1985,1,1,3,', 1), "epw", "a quote is open", 11),
        (epw(WEEK).replace("1985,1,1,3,", "1985,1,1,3\n1985,1,1,4,", 1), "epw", "4 cells, too few", 11),
        (epw(WEEK).replace("1985,1,1,3,", "1985\n1985,1,1,3,", 1), "epw", "'' is not a valid month", 11),
        (tmy3(WEEK).replace("01/01/1985,03:00", "01/01/1985,3 pm", 1), "tmy3", "'3 pm' is not a valid time", 5),
        (
            tmy3(WEEK).replace("01/01/1985,03:00", "1985-01-01,03:00", 1),
            "tmy3",
            "'1985-01-01' is not a valid date",
            5,
        ),
        (
            tmy3(WEEK).replace("01/01/1985,03:00", "01/01/1985,03:30", 1),
            "tmy3",
            "the time 03:30 is not a full hour",
            5,
        ),
        (
            tmy3(WEEK).replace("01/01/1985,03:00", "01/01/1985\n01/01/1985,04:00", 1),
            "tmy3",
            "'' is not a valid time",
            5,
        ),
    ],
)
def test_a_wrong_line_is_named(text, kind, says, line):
    with pytest.raises(BadInputError) as caught:
        KINDS[kind](text, "x")
    assert says in caught.value.what
    assert caught.value.where == f"x:{line}"
    assert caught.value.fix


@pytest.mark.parametrize("kind", KINDS)
def test_another_kind_of_text_breaks_off_with_what_the_caller_expects(kind):
    """`read_typical` makes one message of all of these."""
    expected = (KeyError, ValueError, IndexError, TypeError, AttributeError, StopIteration, BadInputError)
    for text in ("", "a,b\n1,2\n", "LOCATION,x\n", "{}", '{"inputs": 3}'):
        with pytest.raises(expected):
            KINDS[kind](text, "x")
