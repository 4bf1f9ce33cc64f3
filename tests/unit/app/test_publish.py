"""Samples come to every sink, in order, when they are safe; a sink that fails is told, and nothing is lost."""

import asyncio
from datetime import date

import numpy as np
import pytest

from pvsim.app.publish import BLOCK, Publishing
from pvsim.core.publishing import outbox as outbox_module
from pvsim.core.publishing.outbox import Outbox
from pvsim.core.results.samples import Samples
from pvsim.core.session.closed import Closed, Portion
from pvsim.core.session.state import SessionState
from pvsim.errors import BadInputError, BrokerError

T = 1_718_920_800


class Sink:
    """A sink in memory: what it was given, and from when on it fails."""

    def __init__(self, name="sink", next_row=None, fails_at=None):
        self.name, self._next_row, self._fails_at = name, next_row, fails_at
        self.rows = []
        self.given = asyncio.Event()

    async def next_row(self):
        return self._next_row

    async def publish(self, samples):
        await asyncio.sleep(0)
        if self._fails_at is not None and samples and samples[-1].row >= self._fails_at:
            raise BrokerError("the connection to the broker was lost", where=self.name)
        self.rows += [sample.row for sample in samples]
        self.given.set()


def closed(first, count):
    t_utc = np.arange(T + first, T + first + count)
    zeros = np.zeros(count, np.int64)
    samples = Samples(t_utc, zeros, zeros + 4_000, zeros)
    halves = samples.where(slice(0, count // 2)), samples.where(slice(count // 2, count))
    return Closed(first, ("m1",), tuple(Portion(date(2024, 6, 21), half) for half in halves))


def commit(publishing, first, count):
    publishing.take(closed(first, count), SessionState(closed_utc=T + first + count))
    kept = publishing.kept()
    publishing.committed()
    return kept


async def all_published(publishing, sinks):
    publishing.finish()
    await publishing.publish(sinks)


@pytest.fixture
def said():
    return []


async def test_each_sink_gets_all_in_order_and_states_are_shown(said):
    shown = []
    publishing = Publishing(Outbox("home"), said.append, [shown.append])
    commit(publishing, 0, BLOCK + 5)
    sinks = [Sink("stream", next_row=3), Sink("exchange")]
    await all_published(publishing, sinks)
    assert [sink.rows for sink in sinks] == [list(range(3, BLOCK + 5)), list(range(BLOCK + 5))]
    (states,) = shown
    assert [state.t_utc.timestamp() for state in states] == [T + BLOCK + 4] * 2
    assert said == []


async def test_it_waits_for_what_is_safe_next(said):
    publishing, sink = Publishing(Outbox("home"), said.append), Sink()
    task = asyncio.create_task(publishing.publish([sink]))
    publishing.take(closed(0, 2), SessionState(closed_utc=T + 2))
    await asyncio.sleep(0)
    assert sink.rows == []
    publishing.kept()
    publishing.committed()
    await sink.given.wait()
    sink.given.clear()
    commit(publishing, 2, 1)
    await sink.given.wait()
    assert sink.rows == [0, 1, 2]
    publishing.finish()
    await task


async def test_what_was_not_confirmed_comes_again_on_the_next_connection(said):
    publishing = Publishing(Outbox("home"), said.append)
    kept = commit(publishing, 0, 2 * BLOCK)
    broken, other = Sink("stream", fails_at=BLOCK), Sink("exchange")
    with pytest.raises(BrokerError, match="was lost"):
        await all_published(publishing, [broken, other])
    assert broken.rows == list(range(BLOCK))
    again = Sink("exchange")
    await all_published(publishing, [again])
    assert again.rows == list(range(BLOCK, 2 * BLOCK))
    after_a_kill = Sink("stream", next_row=BLOCK)
    killed = Publishing(Outbox("home", rows=2 * BLOCK, kept=kept), said.append)
    await all_published(killed, [after_a_kill])
    assert after_a_kill.rows == list(range(BLOCK, 2 * BLOCK))
    assert said == []


async def test_a_stream_that_lacks_what_was_confirmed_is_told_of_and_gone_on_with(said):
    publishing = Publishing(Outbox("home"), said.append)
    commit(publishing, 0, 10)
    await all_published(publishing, [Sink("pvsim.home.samples", next_row=0)])
    commit(publishing, 10, 1)
    deleted = Sink("pvsim.home.samples", next_row=0)
    await all_published(publishing, [deleted])
    assert deleted.rows == [10]
    (what,) = said
    assert what.startswith("pvsim.home.samples lacks the samples of rows 0 to 9,")


async def test_rows_that_are_not_published_are_told_of(said):
    kept = commit(Publishing(Outbox("home"), said.append), 0, 3)
    Publishing(Outbox("home", rows=10, kept=kept), said.append)
    (what,) = said
    assert what.startswith("rows 3 to 9 are not published")


async def test_a_stream_of_another_service_stops_it(said):
    publishing = Publishing(Outbox("home"), said.append)
    with pytest.raises(BadInputError, match="another service of this name"):
        await publishing.publish([Sink("pvsim.home.samples", next_row=1)])


async def test_sinks_are_checked_before_anything_is_published_and_nothing_is_told_twice(said):
    publishing = Publishing(Outbox("home"), said.append)
    with pytest.raises(BadInputError, match="another service of this name"):
        await publishing.check([Sink("exchange"), Sink("pvsim.home.samples", next_row=1)])
    commit(publishing, 0, 10)
    await all_published(publishing, [Sink("pvsim.home.samples", next_row=0)])
    deleted = Sink("pvsim.home.samples", next_row=0)
    await publishing.check([deleted, Sink("exchange")])
    assert (deleted.rows, said) == ([], [])


async def test_at_the_bound_there_is_room_again_when_half_is_gone(said, monkeypatch):
    monkeypatch.setattr(outbox_module, "MOST_WAITING", 10)
    publishing = Publishing(Outbox("home"), said.append)
    commit(publishing, 0, 10)
    assert publishing.is_full
    room = asyncio.create_task(publishing.room())
    await asyncio.sleep(0)
    assert not room.done()
    await all_published(publishing, [Sink()])
    await room
    assert not publishing.is_full
