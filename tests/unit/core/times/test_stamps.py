"""Times as files have them, compared with `datetime`."""

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.columns_of_times import NOON, read, refused, wall_seconds

from pvsim.core.times import is_time

NAIVE = st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1))  # noqa: DTZ001 - wall clocks


@given(NAIVE, st.integers(-12 * 60, 14 * 60), st.sampled_from(["T", " "]))
def test_iso_times_give_their_wall_clock_and_offset(wall, minutes, separator):
    wall = wall.replace(microsecond=0)
    text = wall.replace(tzinfo=timezone(timedelta(minutes=minutes))).isoformat(sep=separator)
    times = read(text)
    assert times.wall_s.tolist() == [wall_seconds(wall)]
    assert times.offset_s.tolist() == [minutes * 60]
    assert times.utc == (minutes == 0)


LAYOUTS = [
    "%Y-%m-%dT%H:%M:%S",
    "%Y/%m/%d %H:%M:%S",
    "%Y%m%d %H%M%S",
    "%Y%m%d:%H%M%S",
    "%Y%m%d%H%M%S",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y, %I:%M:%S %p",
    "%d-%b-%Y %H:%M:%S",
]


@given(st.lists(NAIVE, min_size=1, max_size=5), st.sampled_from(LAYOUTS), st.integers(1, 3))
def test_each_layout_gives_the_wall_clock_that_was_written(walls, layout, blocks):
    walls = [wall.replace(microsecond=0, year=1990 + wall.year % 100) for wall in walls if wall.day < 29]
    if walls:
        times = read(*(wall.strftime(layout) for wall in walls), blocks=blocks)
        assert times.wall_s.tolist() == [wall_seconds(wall) for wall in walls]
        assert times.offset_s is None


@pytest.mark.parametrize(
    "text",
    [
        "2024-06-21 12:00",
        "2024-06-21 12:00:00,000",
        "2024/06/21 12:00",
        "2024-6-21 12:00",
        "21.06.2024 12:00:00",
        "21.6.24 12:00 Uhr",
        "06/21/2024 12:00 PM",
        "06/21/24 12:00 p.m.",
        "21/06/2024 12:00",
        "21-06-2024 12:00",
        "20240621 1200",
        "20240621:1200",
        "202406211200",
        "2024062112",
        "20240621T120000",
        "21 June 2024 12:00",
    ],
)
def test_the_layouts_that_are_read(text):
    times = read(text)
    assert (times.wall_s.tolist(), times.offset_s, times.zone, times.zone_from) == ([NOON], None, "", "assumed")
    assert is_time(text)


NOT_TIMES = [
    ("", "not a date: ''"),
    ("noon", "not a date: 'noon'"),
    ("²024", "not a date: '²024'"),
    ("2024-W25-5 12:00", "not a date"),
    ("2024-06-31 12:00", "no such date: '2024-06-31'"),
    ("0001-06-21 12:00", "no such date: '0001-06-21' (the years 1900 to 2200 are read)"),
    ("9999-12-31 12:00", "no such date: '9999-12-31' (the years 1900 to 2200 are read)"),
    ("31/31/2024 12:00", "no such date: '31/31/2024'"),
    ("21-Foo-2024 12:00", "no such date: '21-Foo-2024'"),
    ("2024-06-21 25:00", "no such time of day: '25:00'"),
    ("2024-06-21 24:01", "no such time of day: '24:01'"),
    ("2024-06-21 12:60", "no such time of day: '12:60'"),
    ("2024-06-21 12:00:60", "no such time of day: '12:00:60'"),
    ("2024-06-21 13:00 PM", "no such time of day: '13:00 PM'"),
    ("2024-06-21 12:00:00.5", "finer than one second"),
    ("2024-06-21 noon", "not a time of day after the date: ' noon'"),
    ("2024-06-21 12:00 ?", "not seconds, an offset from UTC or a zone after the minute: '?'"),
    ("2024-06-21 12:00 (?)", "not seconds, an offset from UTC or a zone"),
    ("2024-06-21 12:00+99:99", "no such offset from UTC: '+99:99'"),
    (f"{NOON}.5", "finer than one second"),
    (f"{NOON}500", "finer than one second"),
    ("45464.5", "not a time: '45464.5' is a spreadsheet's number of a day"),
    ("123", "not a time in epoch seconds: '123'"),
    ("9" * 5000, "not a time in epoch seconds: '999"),
]


@pytest.mark.parametrize(("text", "what"), NOT_TIMES)
def test_what_is_no_time_is_named(text, what):
    error = refused(text)
    assert error.what.startswith(what)
    assert error.where == "house.csv:2"
    assert error.fix.endswith("or name the column")
    assert not is_time(text)


@pytest.mark.parametrize(
    ("first", "second", "what"),
    [
        ("2024-06-21 12:00", "21.06.2024 12:01", "not a date as in the file's first line: '21.06.2024 12:01'"),
        ("2024-06-21 12:00", "2024-06-21 12:01+02:00", "the time has an offset from UTC or a zone, other than"),
        ("2024-06-21 12:00Z", "2024-06-21 12:01", "the time has no offset from UTC or a zone, other than"),
        ("2024-06-21 12:00 PM", "2024-06-21 12:01", "the time has no AM or PM, other than those before it"),
        ("21/06/2024 12:00", "06/21/2024 12:00", "the date '06/21/2024' has its day in another place than"),
        (str(NOON), f"{NOON}000", f"not a time in epoch seconds, as the first line has them in s: '{NOON}000'"),
        (str(NOON), "soon", "not a time in epoch seconds: 'soon'"),
        ("2024-06-21 12:00", "", "not a date as in the file's first line: ''"),
    ],
)
@pytest.mark.parametrize("blocks", [1, 3])
def test_a_time_of_another_kind_is_named_with_its_line(first, second, what, blocks):
    error = refused(first, first, second, blocks=blocks)
    assert error.what.startswith(what)
    assert error.where == "house.csv:4"
    assert "name the column" not in error.fix
