from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.series.timestamps import Style, parse_stamps, style_of
from pvsim.errors import BadInputError

NOON = int(datetime(2024, 6, 21, 12, tzinfo=UTC).timestamp())


def parse(*texts):
    style = style_of(texts[0])
    wall, offset = parse_stamps(texts, style, lines=range(2, 2 + len(texts)), source="house.csv")
    return style, wall.tolist(), offset.tolist()


@given(
    st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1)),  # noqa: DTZ001 - wall clocks
    st.integers(-12 * 60, 14 * 60),
    st.sampled_from(["T", " "]),
)
def test_iso_times_give_their_wall_clock_and_offset(wall, minutes, separator):
    wall = wall.replace(microsecond=0)
    text = wall.replace(tzinfo=timezone(timedelta(minutes=minutes))).isoformat(sep=separator)
    style, walls, offsets = parse(text)
    assert style == Style("iso", "written")
    assert walls == [int(wall.replace(tzinfo=UTC).timestamp())]
    assert offsets == [minutes * 60]


@pytest.mark.parametrize(
    ("text", "style", "offset"),
    [
        ("2024-06-21T12:00:00+02:00", Style("iso", "written"), 7200),
        ("2024-06-21 12:00:00-0330", Style("iso", "written"), -12600),
        ("2024-06-21 12:00+02", Style("iso", "written"), 7200),
        ("2024-06-21 12:00", Style("iso", "none"), 0),
        ("2024-06-21 12:00:00.000", Style("iso", "none"), 0),
        ("21.06.2024 12:00", Style("day first", "none"), 0),
        ("21.06.2024 12:00:00", Style("day first", "none"), 0),
        ("2024-06-21T12:00:00Z", Style("iso", "utc"), 0),
        (str(NOON), Style("epoch", "utc"), 0),
        (f"{NOON}.0", Style("epoch", "utc"), 0),
    ],
)
def test_the_layouts_that_are_read(text, style, offset):
    assert parse(text) == (style, [NOON], [offset])


@pytest.mark.parametrize("text", ["", "noon", "2024-06-21", "06/21/2024 12:00", "2024-W25-5 12:00", "²024"])
def test_what_is_no_time_has_no_style(text):
    with pytest.raises(ValueError, match="not a"):
        style_of(text)


@pytest.mark.parametrize(
    ("first", "second", "what"),
    [
        ("2024-06-21 12:00", "2024-06-31 12:00", "no such date: '2024-06-31'"),
        ("2024-06-21 12:00", "21.06.2024 12:01", "not a date: '21.06.2024'"),
        ("21.06.2024 12:00", "2024-06-21 12:01", "not a date: '2024-06-21'"),
        ("2024-06-21 12:00", "2024-06-21 24:00", "no such time of day: '24:00'"),
        ("2024-06-21 12:00", "2024-06-21 12:60", "no such time of day: '12:60'"),
        ("2024-06-21 12:00", "2024-06-21 12:00:60", "no such second: ':60'"),
        ("2024-06-21 12:00", "2024-06-21 12:01+02:00", "the offset from UTC is not written as in"),
        ("2024-06-21 12:00:00", "2024-06-21 12:00:00.5", "finer than one second: ':00.5'"),
        (str(NOON), f"{NOON}.5", f"finer than one second: '{NOON}.5'"),
        (str(NOON), f"{NOON}000", f"not a time in epoch seconds: '{NOON}000'"),
        ("2024-06-21 12:00", "2024-06-21 12:00 pm", "not seconds and an offset after the minute: ' pm'"),
        (str(NOON), "soon", "not a time in epoch seconds: 'soon'"),
        ("2024-06-21 12:00", "", "not a date: ''"),
    ],
)
def test_a_bad_time_is_named_with_its_line(first, second, what):
    with pytest.raises(BadInputError) as caught:
        parse(first, first, second)
    assert caught.value.what.startswith(what)
    assert caught.value.where == "house.csv:4"
    assert "21.06.2024 12:00" in caught.value.fix
