"""How simulated time goes on beside a stopwatch."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.run.pacing import FASTEST, SLOWEST, Pacing, at_once_s, parse_speed, speed_text
from pvsim.errors import UsageError

SPEEDS = st.integers(1, 100_000_000).map(lambda hundredths: hundredths / 100)
STARTS = st.builds(Pacing, SPEEDS, st.integers(0, 2**32), st.floats(0, 1e7))


@given(STARTS, st.integers(0, 10_000_000))
def test_a_second_that_is_due_is_shown_and_no_later_one(pacing, seconds):
    t_utc = pacing.start_utc + seconds
    assert pacing.shown_utc(pacing.due_s(t_utc) + 0.5 / pacing.speed) == t_utc
    assert pacing.shown_utc(pacing.due_s(t_utc) - 0.5 / pacing.speed) == t_utc - 1


@given(STARTS, st.lists(st.floats(0, 1e6), min_size=2))
def test_time_never_goes_back(pacing, passed):
    shown = [pacing.shown_utc(pacing.start_s + each) for each in sorted(passed)]
    assert shown == sorted(shown)
    assert shown[0] >= pacing.start_utc


@given(SPEEDS.filter(lambda speed: SLOWEST <= speed <= FASTEST) | st.just(inf))
def test_a_speed_is_read_as_it_is_written(speed):
    assert parse_speed(speed_text(speed), "--clock") == speed


@pytest.mark.parametrize(
    ("text", "speed"), [("max", inf), ("1x", 1), ("60x", 60), ("0.5x", 0.5), ("0.01x", 0.01), ("1000000x", 1e6)]
)
def test_speeds(text, speed):
    assert parse_speed(text, "--clock") == speed
    assert speed_text(speed) == text


@pytest.mark.parametrize(
    ("text", "what", "fix"),
    [
        ("60", "--clock is max or a speed such as 60x, not '60'", "--clock 60x"),
        ("0,5x", "--clock is max or a speed such as 60x, not '0,5x'", "for example --clock 60x, or --clock max"),
        ("MAX", "--clock is max or a speed such as 60x, not 'MAX'", "for example --clock 60x, or --clock max"),
        ("-1x", "--clock is max or a speed such as 60x, not '-1x'", "for example --clock 60x, or --clock max"),
        ("1e3x", "--clock is max or a speed such as 60x, not '1e3x'", "for example --clock 60x, or --clock max"),
        ("", "--clock is max or a speed such as 60x, not ''", "for example --clock 60x, or --clock max"),
        (
            "0x",
            "--clock is 0.01x to 1,000,000x, not 0x",
            "for example --clock 60x; as fast as possible: --clock max",
        ),
        (
            "1000001x",
            "--clock is 0.01x to 1,000,000x, not 1000001x",
            "for example --clock 60x; as fast as possible: --clock max",
        ),
    ],
)
def test_what_is_no_speed(text, what, fix):
    with pytest.raises(UsageError) as caught:
        parse_speed(text, "--clock")
    assert (caught.value.what, caught.value.where, caught.value.fix) == (what, "--clock", fix)


@pytest.mark.parametrize(("speed", "seconds"), [(0.5, 1), (1, 1), (10, 1), (60, 6), (1_000, 100)])
def test_a_block_is_a_tenth_of_a_second_or_one_reading(speed, seconds):
    assert at_once_s(speed) == seconds
