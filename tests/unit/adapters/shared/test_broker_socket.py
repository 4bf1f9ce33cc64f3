"""The socket moves what its dialogue says, in order, and tells its end once."""

import asyncio

import pytest

from pvsim.adapters.shared.broker_socket import BrokerSocket
from pvsim.errors import BrokerError, BrokerLostError


class Echo:
    """Says what it has heard, and gives each as an event."""

    def __init__(self):
        self.out, self.ticks, self.third = [b"hello"], 0, asyncio.Event()

    def receive(self, data, _now):
        self.out.append(b"heard " + data)
        return [data]

    def tick(self, _now):
        self.ticks += 1
        if self.ticks == 3:
            self.third.set()
        return []

    def data_to_send(self):
        out, self.out = self.out, []
        return out


class Talk(BrokerSocket[bytes]):
    def __init__(self):
        super().__init__("here:1")
        self._connection = Echo()
        self.events, self.ends = [], []

    def _dispatch(self, event):
        self.events.append((event, list(WRITTEN)))

    def _tell_end(self, error):
        self.ends.append(error)


class Line(asyncio.Transport):
    def write(self, data):
        WRITTEN.append(data)

    def abort(self):
        WRITTEN.append("aborted")

    def is_closing(self):
        return "aborted" in WRITTEN


WRITTEN = []


@pytest.fixture
def talk():
    WRITTEN.clear()

    async def made():
        found = Talk()
        found.connection_made(Line())
        return found

    return made


async def test_an_answer_is_written_before_its_event_is_looked_at(talk):
    one = await talk()
    one.data_received(b"a")
    one.eof_received()
    assert one.events == [(b"a", [b"hello", b"heard a"]), (b"", [b"hello", b"heard a", b"heard "])]
    one.abort()
    one.data_received(b"b")
    assert WRITTEN[-1] == "aborted"


@pytest.mark.parametrize(
    ("lost_by", "what"),
    [
        (None, "the connection to the broker was lost"),
        (ConnectionResetError(104, "Connection reset by peer"), "broker was lost: connection reset by peer"),
    ],
)
async def test_the_end_is_told_once_and_raised_from_then_on(talk, lost_by, what):
    one = await talk()
    one.pause_writing()
    waiting = asyncio.ensure_future(one._may_write.wait())
    one.connection_lost(lost_by)
    one.connection_lost(None)
    await waiting
    (error,) = one.ends
    assert isinstance(error, BrokerLostError)
    assert error.what.endswith(what)
    assert (error.where, error.__cause__) == ("here:1", lost_by)
    with pytest.raises(BrokerError) as caught:
        one._check()
    assert caught.value is error


async def test_what_is_due_is_asked_again_until_the_end(talk, monkeypatch):
    monkeypatch.setattr("pvsim.adapters.shared.broker_socket.TICK_S", 0.0)
    one = await talk()
    await one._connection.third.wait()
    one.connection_lost(None)
    ticks = one._connection.ticks
    for _ in range(5):
        await asyncio.sleep(0)
    assert one._connection.ticks == ticks
    one.pause_writing()
    one.resume_writing()
    assert one._may_write.is_set()
