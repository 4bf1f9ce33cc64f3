"""Times of day as people write them, each minute and what follows it read once."""

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.times.clocks import ClockForm, Clocks
from pvsim.core.times.zones import Mark

LAYOUTS = [" %H:%M:%S", "T%H:%M:%S", ":%H%M%S", "%H%M%S", " %I:%M:%S %p", ", %H:%M:%S", " %H:%M:%S.000", "T%H%M%S"]
ZONES = {"": Mark(), "Z": Mark(0), "+02:00": Mark(7_200), " CET": Mark(3_600, "CET"), " EST": Mark(None, "EST")}


@given(
    st.lists(
        st.tuples(st.times(), st.sampled_from(LAYOUTS), st.sampled_from(sorted(ZONES))), min_size=1, max_size=20
    )
)
def test_any_time_of_day_is_read_whatever_was_read_before(written):
    clocks = Clocks()
    for at, layout, zone in written:
        text = at.strftime(layout)
        second, number = clocks.read(f"{text} {zone}" if "M" in text else text + zone)  # no zone is glued to AM
        assert second == at.hour * 3_600 + at.minute * 60 + at.second
        assert clocks.forms[number] == ClockForm(ZONES[zone], twelve_hours="%p" in layout)
    assert len(set(clocks.forms)) == len(clocks.forms)


def test_what_was_read_once_is_found_again():
    """The table that a caller may look into: minutes with two digits, and what follows them."""
    clocks = Clocks()
    assert clocks.read("T12:05:30Z") == (43_530, 0)
    assert (clocks.minutes, clocks.tails) == ({"T12:05": 43_500}, {":30Z": (30, 0)})
    assert clocks.read("T12:05") == (43_500, 1)
    assert clocks.read("T12:05:30Z") == (43_530, 0)
    for text in (" 12:05 PM", "T24:00", " 9:05", "1205"):
        clocks.read(text)
    assert clocks.minutes.keys() == {"T12:05"}


@pytest.mark.parametrize(
    ("text", "second", "ends_day"),
    [
        ("", 0, False),
        (" 9:05", 32_700, False),
        (" 0:00", 0, False),
        (" 12:05 AM", 300, False),
        (" 12:05 p.m.", 43_500, False),
        (" 12:00 Uhr", 43_200, False),
        ("12", 43_200, False),
        (" 1205", 43_500, False),
        (" 24:00", 86_400, True),
        ("T24:00:00", 86_400, True),
        (" 2400", 86_400, True),
        (" 12:00:00,000", 43_200, False),
    ],
)
def test_times_of_day_by_hand(text, second, ends_day):
    clocks = Clocks()
    found, number = clocks.read(text)
    assert (found, clocks.forms[number].ends_day) == (second, ends_day)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (" 25:00", "no such time of day: '25:00'"),
        (" 24:01", "no such time of day: '24:01'"),
        ("T12:60", "no such time of day: '12:60'"),
        (" 12:00:60", "no such time of day: '12:00:60'"),
        (" 13:00 PM", "no such time of day: '13:00 PM'"),
        (" 0:30 AM", "no such time of day: '0:30 AM'"),
        (" 12:00:00.5", "finer than one second: ' 12:00:00.5'"),
        (" noon", "not a time of day after the date: ' noon'"),
        (" 12:00 ?", "not seconds, an offset from UTC or a zone after the minute: '?'"),
    ],
)
def test_what_is_no_time_of_day_is_named(text, says):
    clocks = Clocks()
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - its text is compared below
        clocks.read(text)
    assert str(caught.value).startswith(says)
    assert (clocks.forms, clocks.minutes) == ([], {})


def test_noon_and_midnight_are_those_of_datetime():
    assert [Clocks().read(time(hour).strftime(" %I:%M %p"))[0] for hour in (0, 12)] == [0, 43_200]
