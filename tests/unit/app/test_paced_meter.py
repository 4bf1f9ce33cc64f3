"""A meter that goes by a clock publishes the same, each reading once its second is over."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.app.conftest import Site

from pvsim.app.ports import ClockState, MeterProgress
from pvsim.errors import InterruptedRunError


class FakeClock:
    """Shows what it is asked for, or is ahead by some seconds; notes all."""

    def __init__(self, speed=1.0, ahead=()):
        self.speed = speed
        self.ahead = list(ahead)
        self.begun = None
        self.asked = []

    def begin(self, t_utc):
        self.begun = t_utc if self.begun is None else self.begun

    async def until(self, t_utc):
        self.asked.append(t_utc)
        return t_utc + (self.ahead.pop(0) if self.ahead else 0)


class StandingClock(FakeClock):
    """Never comes to what it is asked for."""

    def __init__(self):
        super().__init__()
        self.waiting = asyncio.Event()

    async def until(self, t_utc):
        del t_utc
        self.waiting.set()
        await asyncio.Event().wait()


def one_run(**settings):
    return Site(**settings)


def plain(**settings):
    one = one_run(**settings)
    asyncio.run(one.meter())
    return one.messages


@given(
    st.sampled_from([1.0, 0.5, 7.0, 60.0, 1_000.0]),
    st.lists(st.integers(0, 90), max_size=40),
    st.sampled_from([("m1",), ("m1", "m2", "m3")]),
    st.sampled_from([1, 7, 20]),
)
def test_the_same_messages_and_none_before_its_second_is_over(speed, ahead, meters, batch):
    one = one_run(meters=meters, seconds=130, batch=batch)
    clock = FakeClock(speed, ahead)
    start_utc = one.plan.timeline.start_utc
    published = 0

    def check(progress):
        nonlocal published
        if isinstance(progress, MeterProgress) and published < progress.published <= one.plan.readings:
            shown_utc = clock.asked[-1] + used[len(clock.asked) - 1]
            assert start_utc + (progress.published - 1) // len(meters) < shown_utc
            published = progress.published

    used = [*ahead, *[0] * 1_000]
    one.notify = check
    asyncio.run(one.meter(clock))
    assert one.messages == plain(meters=meters, seconds=130)
    assert clock.begun == start_utc
    assert clock.asked == sorted(clock.asked)


async def test_the_block_follows_the_speed():
    one = one_run(seconds=20)
    await one.meter(FakeClock(1.0))
    sizes = [progress.published for progress in one.reports]
    assert sizes == [0, *range(1, 22), 21]
    one = one_run(seconds=20)
    await one.meter(FakeClock(60.0))
    assert [progress.published for progress in one.reports] == [0, 6, 12, 18, 20, 21, 21]


async def test_all_meters_of_a_second_are_published_at_once():
    one = one_run(seconds=4, meters=("m1", "m2", "m3"))
    await one.meter(FakeClock(1.0))
    assert [progress.published for progress in one.reports] == [0, 3, 6, 9, 12, 13, 13]


async def test_what_is_due_is_published_at_once_and_the_delay_told_once():
    one = one_run(seconds=40)
    await one.meter(FakeClock(2.0, ahead=[9, 0, 12]))
    told = [report.what for report in one.reports if isinstance(report, ClockState)]
    assert told == []  # it has published all that was due each time
    assert [report.published for report in one.reports][:4] == [0, 10, 11, 24]


async def test_a_meter_that_cannot_keep_up_says_so_once():
    one = one_run(seconds=9_000)
    await one.meter(FakeClock(1_000.0, ahead=[20_000, 20_000, 20_000]))
    told = [report.what for report in one.reports if isinstance(report, ClockState)]
    assert told == [
        "the meter is 20.0 s behind the clock of 1000x; it publishes as fast as it can until it is level again"
    ]


async def test_what_has_rows_already_is_not_waited_for():
    """A log that was lost is filled again from its beginning, while the clock goes on where the rows end."""
    one = one_run(seconds=20)
    clock = FakeClock()
    await one.meter(clock, since_utc=one.plan.timeline.start_utc + 15)
    assert clock.begun == one.plan.timeline.start_utc + 15


async def test_a_run_that_was_stopped_goes_on_where_it_is():
    one, clock = one_run(seconds=20), FakeClock()

    def stop_at_eight(progress):
        if progress.published == 8:
            one.stop.set()

    one.notify = stop_at_eight
    with pytest.raises(InterruptedRunError, match="after 8 of 20"):
        await one.meter(clock)
    one.stop.clear()
    one.notify = lambda _: None
    again = FakeClock()
    await one.meter(again)
    assert again.begun == one.plan.timeline.start_utc + 8
    assert one.messages == await asyncio.to_thread(plain, seconds=20)


async def test_a_wish_to_stop_is_heard_while_the_clock_is_waited_for():
    one, clock = one_run(seconds=20), StandingClock()
    working = asyncio.ensure_future(one.meter(clock))
    await clock.waiting.wait()
    one.stop.set()
    with pytest.raises(InterruptedRunError, match="the meter stopped after 0 of 20 readings"):
        await working
    assert one.messages == []
