"""Clocks that go on beside the wall clock, which is a list here."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from pvsim.adapters.clocks import PacedClock


class Stopwatch:
    """Time that goes on only while somebody sleeps, or when it is told to."""

    def __init__(self):
        self.now_s = 100.0
        self.slept = []

    def __call__(self):
        return self.now_s

    async def sleep(self, seconds):
        self.slept.append(seconds)
        self.now_s += seconds


async def test_each_second_is_waited_for_from_the_first_on():
    time = Stopwatch()
    clock = PacedClock(60, time, time.sleep)
    clock.begin(1_000)
    assert [await clock.until(t_utc) for t_utc in (1_006, 1_012, 1_072)] == [1_006, 1_012, 1_072]
    assert [round(each, 6) for each in time.slept] == [0.1, 0.1, 1.0]


async def test_who_comes_late_does_not_wait_and_is_told_how_late_it_is():
    time = Stopwatch()
    clock = PacedClock(2, time, time.sleep)
    assert await clock.until(1_000) == 1_000  # it begins with the first second that is asked for
    time.now_s += 30
    assert await clock.until(1_001) == 1_060
    assert time.slept == []
    clock.begin(5_000)  # it goes already
    assert await clock.until(1_061) == 1_061
    assert clock.speed == 2


@given(st.floats(0.01, 1e6), st.lists(st.tuples(st.integers(1, 1_000), st.floats(0, 3)), min_size=1, max_size=30))
def test_delays_do_not_add_up(speed, steps):
    """However late each step is, the clock is level again at the first that is not."""
    time = Stopwatch()
    clock = PacedClock(speed, time, time.sleep)
    clock.begin(0)
    t_utc = 0

    async def go():
        nonlocal t_utc
        for seconds, delay_s in steps:
            t_utc += seconds
            shown_utc = await clock.until(t_utc)
            assert shown_utc >= t_utc
            assert time.now_s >= 100 + t_utc / speed - 1e-6
            time.now_s += delay_s

    asyncio.run(go())
