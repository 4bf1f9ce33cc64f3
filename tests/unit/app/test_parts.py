"""Parts of a run in one process: all are done, one failure ends the others in order, and their reports are one."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.app.parts import Together, side_by_side
from pvsim.app.ports import BrokerState, ClockState, MeterProgress, ObserverState, SimulatorProgress
from pvsim.errors import BadInputError, InterruptedRunError


def work(number, *, log):
    async def done(_stop):
        log.append(number)
        await asyncio.sleep(0)
        return number

    return done


async def until_stopped(stop):
    await stop.wait()
    raise InterruptedRunError("stopped")


@given(count=st.integers(0, 12), at_once=st.integers(1, 5))
@settings(max_examples=30, deadline=None)
def test_all_works_are_done_in_order_and_not_more_at_once_than_allowed(count, at_once):
    running = most = 0

    async def one(number, _stop):
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        return number

    async def all_of_them():
        works = [lambda stop, number=number: one(number, stop) for number in range(count)]
        return await side_by_side(works, asyncio.Event(), at_once=at_once)

    assert asyncio.run(all_of_them()) == list(range(count))
    assert most == min(count, at_once)


async def test_a_failure_stops_the_others_and_its_reason_counts():
    async def fails(_stop):
        await asyncio.sleep(0)
        raise BadInputError("wrong")

    with pytest.raises(BadInputError, match="wrong"):
        await side_by_side([until_stopped, fails, until_stopped], asyncio.Event(), at_once=3)


async def test_what_has_not_begun_is_not_begun_after_a_failure():
    begun = []

    async def fails(_stop):
        raise BadInputError("wrong")

    with pytest.raises(BadInputError):
        await side_by_side([fails, work(1, log=begun)], asyncio.Event(), at_once=1)
    assert begun == []


async def test_the_wish_to_stop_reaches_all():
    stop = asyncio.Event()
    working = asyncio.ensure_future(side_by_side([until_stopped] * 3, stop, at_once=3))
    await asyncio.sleep(0)
    stop.set()
    with pytest.raises(InterruptedRunError):
        await working


def test_the_progress_of_parts_is_added_up():
    heard = []
    together = Together(heard.append, 100, markers=2)
    one, other = together.of(1), together.of(2)
    one(SimulatorProgress(10, 60, 1_000))
    other(SimulatorProgress(30, 40, 900))
    one(SimulatorProgress(20, 60, 1_100))
    one(MeterProgress(5, 4, 61))
    other(MeterProgress(7, 6, 41))
    assert heard[:3] == [
        SimulatorProgress(10, 100, 1_000),
        SimulatorProgress(40, 100, 900),
        SimulatorProgress(50, 100, 900),
    ]
    assert heard[3:] == [MeterProgress(5, 4, 102), MeterProgress(12, 10, 102)]


def test_a_lost_broker_is_told_once_and_is_there_again_when_no_part_lacks_it():
    heard = []
    together = Together(heard.append, 100)
    lost, again, seen = BrokerState("lost", False), BrokerState("again", True), ObserverState("failed")
    for part, said in ((1, lost), (2, lost), (2, lost), (1, seen), (1, again), (2, again), (2, again)):
        together.take(part, said)
    assert heard == [lost, seen, again, again]


def test_that_meters_are_behind_their_clock_is_told_once():
    heard = []
    together = Together(heard.append, 100)
    behind, other = ClockState("behind"), ObserverState("failed")
    for part, said in ((1, behind), (2, behind), (1, other), (1, other)):
        together.take(part, said)
    assert heard == [behind, other, other]
