"""A clock that moves and stretches times of arrival."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.messages.entry import Entry
from pvsim.core.session.clock import ServiceClock, parse_clock
from pvsim.errors import UsageError

START_MS = 1_718_920_800_000


def entry(arrived_ms):
    return Entry(5, arrived_ms, "meter.home.m1", b"1", "gzip")


@pytest.mark.parametrize(
    "text",
    ["60x@2024-06-21T00:00:00+02:00", "60x@2024-06-20T22:00:00Z", " 60x @ 2024-06-20 22:00:00z "],
)
def test_a_clock_is_a_speed_and_a_start(text):
    assert parse_clock(text) == ServiceClock("60x", START_MS)


@pytest.mark.parametrize(
    ("text", "what", "fix"),
    [
        ("60x", "a speed and what the clock shows first", "for example --clock 60x@2024"),
        ("max@2024-06-21T00:00:00Z", "max is no speed of it", "for example"),
        ("60x@noon", "'noon' is not a time", "for example"),
        ("60x@2024-06-21T00:00:00", "may be any hour", "write 2024-06-21T00:00:00+02:00, or 2024-06-21T00:00:00Z"),
        ("fast@2024-06-21T00:00:00Z", "max or a speed", "for example"),
    ],
)
def test_what_is_no_clock_is_refused(text, what, fix):
    with pytest.raises(UsageError, match=what) as found:
        parse_clock(text)
    assert fix in found.value.fix


@given(after_ms=st.integers(-(10**12), 10**12), speed=st.sampled_from(["1x", "60x", "0.5x", "3600x"]))
def test_times_are_stretched_from_the_first_message_on(after_ms, speed):
    clock = ServiceClock(speed, START_MS).begun(1_000)
    shown = clock.shown(entry(1_000 + after_ms))
    assert shown.arrived_ms == START_MS + int(after_ms * float(speed[:-1]) // 1)
    assert shown == Entry(5, shown.arrived_ms, "meter.home.m1", b"1", "gzip")


def test_a_minute_in_a_second_and_the_first_message_stays_the_first():
    clock = ServiceClock("60x", START_MS).begun(7_000).begun(9_000)
    assert clock.shown(entry(7_000)).arrived_ms == START_MS
    assert clock.shown(entry(8_000)).arrived_ms == START_MS + 60_000


def test_a_clock_is_told_as_it_is_typed():
    clock = parse_clock("60x@2024-06-21T00:00:00+02:00")
    assert parse_clock(str(clock)) == clock
