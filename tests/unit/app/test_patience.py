"""What is lost comes back by itself, or ends in order; what is refused is not tried again."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pvsim.app import patience as patience_module
from pvsim.app.patience import Patience, Terms, keep_connected, keep_open
from pvsim.app.ports import BrokerState, MeterProgress, ServiceProgress, SimulatorProgress
from pvsim.errors import BadInputError, BrokerError, BrokerLostError, BrokerRefusedError, InterruptedRunError

QUICK = Patience(limit_s=30, first_pause_s=0.0005, longest_pause_s=0.001)
STALLED = BrokerState("no confirms", well=False)  # the work's own report: it shows no step forward
LOST = BrokerError("the connection was lost", where="memory", fix="start it")


class Broker:
    """A way to a broker that fails as it is told to, one thing for each attempt.

    Args:
        connecting: What connecting ends with: an error, or None.
    """

    def __init__(self, *connecting):
        self.connecting = iter(connecting)

    @asynccontextmanager
    async def log(self, stream):
        if (error := next(self.connecting, None)) is not None:
            raise error
        yield stream


class Work:
    """Reports so many confirmed messages in each attempt, and then ends in the given way."""

    def __init__(self, *attempts):
        self.attempts = list(attempts)
        self.done = 0

    async def __call__(self, log, report):
        assert log == "stream"
        come_further, ending = self.attempts[self.done]
        self.done += 1
        for confirmed in range(come_further):
            report(MeterProgress(5, confirmed, 5))
        report(STALLED)
        if ending is not None:
            raise ending
        return "finished"


async def keep(work, *, broker=None, patience=QUICK, stop=None):
    """The result, and the states of the broker that were reported."""
    said = []
    result = await keep_connected(
        broker or Broker(), "stream", work, Terms(patience, said.append, stop or asyncio.Event())
    )
    return result, [state.well for state in said if isinstance(state, BrokerState) and state != STALLED]


async def test_what_goes_well_is_done_once():
    work = Work((3, None))
    assert await keep(work) == ("finished", [])


@given(losses=st.lists(st.integers(1, 3), max_size=6))
@example(losses=[1, 3, 1])
async def test_work_that_loses_the_broker_is_done_again_until_it_ends(losses):
    work = Work(*((n, LOST) for n in losses), (1, None))
    result, states = await keep(work)
    assert (result, work.done) == ("finished", len(losses) + 1)
    assert states == [False, True] * len(losses)


async def test_the_state_is_said_when_it_changes_not_at_every_attempt():
    broker = Broker(None, LOST, LOST, LOST, None)
    assert await keep(Work((1, LOST), (1, None)), broker=broker) == ("finished", [False, True])


async def test_patience_ends_when_nothing_comes_further():
    work = Work(*[(1, LOST)] * 500)
    with pytest.raises(BrokerError, match=r"was lost; gave up after 0\.05 s") as caught:
        await keep(work, patience=Patience(limit_s=0.05, first_pause_s=0.001, longest_pause_s=0.001))
    assert (caught.value.where, caught.value.fix, caught.value.__cause__) == ("memory", "start it", LOST)
    assert 1 < work.done < 500


async def test_patience_begins_anew_with_each_step_forward():
    """Far more losses than the limit has room for: 200 pauses of 1 ms and more in a limit of 50 ms."""
    work = Work(*[(2, LOST)] * 200, (1, None))
    patience = Patience(limit_s=0.05, first_pause_s=0.002, longest_pause_s=0.002)
    assert (await keep(work, patience=patience))[0] == "finished"


async def test_to_read_again_what_is_written_is_no_step_forward():
    """A log that is cut off again and again before anything new is read from it must not keep a run for ever."""
    attempts = 0

    async def work(_, report):
        nonlocal attempts
        attempts += 1
        for position in range(50):
            report(SimulatorProgress(position, 100, 0))
        raise LOST

    with pytest.raises(BrokerError, match="gave up"):
        await keep(work, patience=Patience(limit_s=0.05, first_pause_s=0.001, longest_pause_s=0.001))
    assert attempts > 1


@pytest.mark.parametrize("patience", [QUICK, Patience(limit_s=0)])
async def test_what_fails_before_anything_worked_is_said_at_once(patience):
    work = Work((1, None))
    with pytest.raises(BrokerError) as caught:
        await keep(work, broker=Broker(LOST), patience=patience)
    assert (caught.value, work.done) == (LOST, 0)


async def test_a_connection_that_ended_while_signing_in_is_made_again():
    cut = BrokerLostError("the broker closed the connection")
    assert await keep(Work((1, None)), broker=Broker(cut, cut)) == ("finished", [False, True])
    with pytest.raises(BrokerLostError):
        await keep(Work((1, None)), broker=Broker(cut), patience=Patience(limit_s=0))


async def test_a_connection_that_stood_is_mended_though_nothing_came_further_yet():
    assert await keep(Work((0, LOST), (1, None))) == ("finished", [False, True])


async def test_without_patience_a_loss_is_final():
    with pytest.raises(BrokerError, match=r"was lost$"):
        await keep(Work((3, LOST), (1, None)), patience=Patience(limit_s=0))


async def test_our_own_broker_is_waited_for_from_the_start():
    patience = Patience(limit_s=30, first_pause_s=0.0005, longest_pause_s=0.001, from_start=True)
    broker = Broker(LOST, LOST, None)
    assert await keep(Work((0, LOST), (1, None)), broker=broker, patience=patience) == (
        "finished",
        [False, True, False, True],
    )


@pytest.mark.parametrize("error", [BrokerRefusedError("wrong password"), BadInputError("not ours")])
async def test_what_is_refused_is_not_tried_again(error):
    work = Work((2, LOST), (1, error), (1, None))
    with pytest.raises(type(error)) as caught:
        await keep(work)
    assert (caught.value, work.done) == (error, 2)


async def test_the_user_may_stop_while_it_waits_to_try_again():
    stop = asyncio.Event()

    async def work(_, report):
        report(MeterProgress(1, 1, 1))
        stop.set()
        raise LOST

    with pytest.raises(InterruptedRunError, match="while waiting"):
        await keep(work, patience=Patience(first_pause_s=3600, longest_pause_s=3600), stop=stop)


async def test_work_that_is_stopped_may_end_in_order():
    stop = asyncio.Event()
    stop.set()

    async def work(*_):
        await asyncio.sleep(0)
        raise InterruptedRunError("after 5 readings")

    with pytest.raises(InterruptedRunError, match="after 5"):
        await keep(work, stop=stop)


async def test_a_broker_that_does_not_answer_holds_up_no_user(monkeypatch):
    monkeypatch.setattr(patience_module, "GRACE_S", 0.01)
    stop, cleaned = asyncio.Event(), []

    async def work(*_):
        stop.set()
        try:
            await asyncio.Event().wait()
        finally:
            cleaned.append("up")

    with pytest.raises(InterruptedRunError, match="did not answer"):
        await keep(work, stop=stop)
    assert cleaned == ["up"]


@given(failures=st.integers(0, 5_000), jitter=st.floats(0, 1))
@example(failures=0, jitter=0.0)
def test_pauses_double_up_to_a_limit_and_are_jittered(failures, jitter):
    pause_s = Patience(jitter=lambda: jitter).pause_s(failures)
    whole_s = min(0.05 * 2 ** min(failures, 10), 2.0)
    assert 0.5 * whole_s <= pause_s <= whole_s
    assert Patience(jitter=lambda: 0.0).pause_s(1) == pytest.approx(0.05)
    assert Patience().pause_s(2) == pytest.approx(0.2)


async def test_endless_patience_says_no_limit_and_opens_anything():
    said, attempts = [], iter((LOST, LOST, None))

    @asynccontextmanager
    async def open_():
        yield "opened"

    async def use(opened, report):
        report(ServiceProgress(1))
        if (error := next(attempts)) is not None:
            raise error
        return opened

    patience = Patience(float("inf"), first_pause_s=0.0005, longest_pause_s=0.001)
    assert await keep_open(open_, use, Terms(patience, said.append, asyncio.Event())) == "opened"
    told = [state.what for state in said if isinstance(state, BrokerState) and not state.well]
    assert told == ["memory: the connection was lost; trying again"] * 2
