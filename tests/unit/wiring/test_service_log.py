"""Where the log of a service is, and what is said where the broker does not let it be used."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from pvsim.adapters.amqp import Binding
from pvsim.adapters.streams import Retention
from pvsim.core.messages.address import BrokerAddress
from pvsim.errors import BadInputError, BrokerError, BrokerRefusedError, InternalError
from pvsim.wiring import service_log
from pvsim.wiring.service_log import Broker


async def test_a_broker_is_asked_for_only_when_it_was_found():
    address = BrokerAddress("h", 1, 2, "u", "p")

    async def find():
        return address

    broker = Broker(find)
    with pytest.raises(InternalError):
        broker.known()
    assert await broker.again() == broker.known() == address
    assert broker.found.is_set()


@pytest.fixture
async def open_port():
    """A port that takes connections."""
    async with await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


async def test_a_broker_without_a_stream_port_is_told_from_none(open_port):
    closed = BrokerAddress("127.0.0.1", 9, 9, "u", "p")
    await service_log._require_stream_port(replace(closed, stream_port=open_port), BrokerRefusedError)
    with pytest.raises(BrokerRefusedError, match="only the stream protocol says when a message came") as refused:
        await service_log._require_stream_port(replace(closed, amqp_port=open_port), BrokerRefusedError)
    assert "rabbitmq-plugins enable rabbitmq_stream" in refused.value.fix
    for host in ("127.0.0.1", "a..b"):  # the second is no name of a host
        with pytest.raises(BrokerError, match="answers neither on its stream port nor on port 9"):
            await service_log._require_stream_port(replace(closed, host=host), BrokerRefusedError)


def test_a_binding_that_is_refused_is_told_by_what_does_not_come():
    assert "by MQTT" in service_log._refused(Binding("amq.topic", "pvsim", "meter.#", to_exchange=True))
    assert "shelly.em:0" in service_log._refused(Binding("amq.topic", "pvsim.home", "shelly.em:0"))


@pytest.mark.parametrize("again", [False, True])
async def test_a_broker_is_checked_before_anything_is_made_or_told_but_not_once_it_was_read(
    monkeypatch, tmp_path, open_port, again
):
    address = BrokerAddress("127.0.0.1", open_port, open_port, "u", "p")

    async def find():
        return address

    async def bind(*_):
        steps.append("bound")
        return []

    async def check(checked):
        steps.append(checked)
        if refusal is not None:
            raise refusal

    class Log:
        async def create(self, _):
            steps.append("made")

    @asynccontextmanager
    async def opened(*_):
        yield Log()

    async def steps_of_opening():
        async with log.opened(Broker(find), steps.append, check=check, again=again):
            pass
        return steps

    monkeypatch.setattr(service_log, "bind_service", bind)
    monkeypatch.setattr(service_log, "open_service_log", opened)
    log = service_log.LogOfService("home", tmp_path, [], "amqp://h", Retention(), replay=False)
    steps, refusal = [], None
    *before, told = await steps_of_opening()
    assert before == [address, "made", "bound"][again:]
    assert told.startswith("listening to pvsim.home at 127.0.0.1")
    steps, refusal = [], BadInputError("of another service")
    if again:
        assert address not in await steps_of_opening()
        return
    with pytest.raises(BadInputError, match="of another service"):
        await steps_of_opening()
    assert steps == [address]


@pytest.mark.parametrize(("topics", "told"), [(99, False), (100, True)])
async def test_many_topics_are_counted_while_they_are_bound(monkeypatch, tmp_path, topics, told):
    async def bind(_, bindings, progress):
        for number in range(1, len(bindings) + 1):
            progress(number)
        return []

    class Log:
        async def create(self, _):
            return True

    said, shown = [], []
    monkeypatch.setattr(service_log, "bind_service", bind)
    keys = [f"shelly.{number}" for number in range(topics)]
    log = service_log.LogOfService("home", tmp_path, keys, "amqp://h", Retention(), replay=False)
    await log._prepare(Log(), BrokerAddress("h", 1, 2, "u", "p"), said.append, shown.append)
    assert said == (["binding the log to 100 topics of meters"] if told else [])
    counts = (50, 100, 150, 200) if told else ()
    assert shown == [f"binding the log to 100 topics of meters: {n} of 202 bindings are made" for n in counts]
