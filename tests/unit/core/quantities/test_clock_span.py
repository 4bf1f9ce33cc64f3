"""Parts of a day as they are typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.quantities.clock_span import DAY_MIN, ClockSpan, parse_hours
from pvsim.errors import UsageError


@given(edges=st.lists(st.integers(0, DAY_MIN), min_size=2, max_size=2, unique=True).map(sorted))
def test_a_part_is_read_as_it_is_written(edges):
    span = ClockSpan(*edges)
    assert parse_hours(str(span), "hours") == span


@given(text=st.text("0123456789:-–h. ", max_size=12))
def test_any_text_is_a_part_or_an_error_that_names_the_field(text):
    refused = None
    try:
        found = parse_hours(text, "hours")
    except UsageError as error:
        refused = error
    if refused is not None:
        assert (refused.field, refused.what[:7]) == ("hours", "`hours`")
    else:
        assert isinstance(found, int) or 0 <= found.first_min < found.end_min <= DAY_MIN


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (6, 6),
        ("6", 6),
        (" 6 h ", 6),
        ("-3", -3),
        ("12-13", ClockSpan(720, 780)),
        ("9:05 – 12:15", ClockSpan(545, 735)),
        ("0-24:00", ClockSpan(0, 1_440)),
    ],
)
def test_parts_by_hand(text, part):
    assert parse_hours(text, "hours") == part


@pytest.mark.parametrize(
    ("text", "says", "fix"),
    [
        ("22-6", "'22-6' ends before it begins", "give 22:00-24:00: a day ends at 24:00"),
        ("12-12", "ends before it begins", "give 12:00-24:00: a day ends at 24:00"),
        ("24-24", "ends before it begins", "give 23:00-24:00: a day ends at 24:00"),
        ("12-25", "a time that no clock shows", "write times from 00:00 to 24:00"),
        ("12:60-13", "a time that no clock shows", "write times from 00:00 to 24:00"),
        ("24:01-25", "a time that no clock shows", "write times from 00:00 to 24:00"),
        ("12:00", "a number of hours, or a part of the day", "for example 6 for the first 6 h, or 12:00-13:30"),
        ("noon", "a number of hours, or a part of the day", "for example 6"),
        ("1.5", "a whole number of hours, not '1.5'", "for example 6"),
    ],
)
def test_what_is_no_part_is_refused(text, says, fix):
    with pytest.raises(UsageError, match=says) as caught:
        parse_hours(text, "hours")
    assert caught.value.fix.startswith(fix)
