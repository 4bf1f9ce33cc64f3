"""Samples on a real broker: in their stream each once, at the exchange for whoever binds a queue."""

import asyncio
import itertools
from contextlib import asynccontextmanager

import aio_pika
import pytest
from tests import published

from pvsim.adapters.amqp import sample_exchange
from pvsim.adapters.amqp.client import AmqpClient
from pvsim.adapters.amqp.sample_exchange import open_sample_exchange
from pvsim.adapters.streams import Retention, open_service_log
from pvsim.adapters.streams.sample_stream import open_sample_stream
from pvsim.core.amqp import methods
from pvsim.core.publishing.contract import body_of
from pvsim.core.publishing.periods import Period, Row
from pvsim.core.publishing.topics import routing_key, sample_stream
from pvsim.errors import BrokerError

pytestmark = pytest.mark.broker

T = 1_718_920_800
_numbers = itertools.count()


@pytest.fixture
def service():
    """A service that the broker has not seen."""
    return f"samples{next(_numbers)}"


def samples(service, rows, meter="m1"):
    found = []
    for row in rows:
        period = Period(T + row, 1)
        period.add(Row(row, T + row, 4_000 + row % 7 * 10_000, 1_000))  # of two lengths
        found.append(period.sample(service, meter))
    return found


async def in_stream(broker, service, count):
    """The first bodies of a service's stream."""
    found = []
    async with open_service_log(broker, sample_stream(service)) as log, log.entries(0) as portions:
        while len(found) < count:
            found += [entry.body for entry in await anext(portions)]
    return found


async def test_a_stream_has_each_sample_once_and_says_where_it_ends(broker, service):
    first, again = samples(service, range(0, 3_000, 3)), samples(service, range(2_000, 6_000))
    async with open_sample_stream(broker, service, Retention()) as sink:
        assert await sink.next_row() == 0
        await sink.publish(first)
        await sink.publish([])
    async with open_sample_stream(broker, service, Retention()) as sink:
        assert await sink.next_row() == 2_998
        await sink.publish(again)
        assert await sink.next_row() == 6_000
    expected = [body_of(sample) for sample in [*first, *again[998:]]]
    assert await in_stream(broker, service, len(expected)) == expected
    assert published.check(sink.name, expected[0])["row"] == 0


@asynccontextmanager
async def bound(broker, key):
    """A queue of somebody else, bound to the exchange."""
    async with await aio_pika.connect(broker.amqp_url) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(exclusive=True)
        await queue.bind("pvsim", key)
        yield queue


async def test_whoever_binds_a_queue_gets_samples_with_their_headers(broker, service):
    async with open_sample_exchange(broker, service) as sink:
        assert await sink.next_row() is None
        await sink.publish(samples(service, range(5)))  # nobody is bound: dropped, and confirmed
        async with bound(broker, f"pv.{service}.*") as queue:
            sent = [*samples(service, range(1_000)), *samples(service, range(1_000, 2_000), "m2")]
            await sink.publish(sent)
            await sink.publish([])
            async with queue.iterator() as messages:
                got = [message async for message in _first(messages, len(sent))]
    assert [message.body for message in got] == [body_of(sample) for sample in sent]
    assert {message.routing_key for message in got} == {routing_key(service, "m1"), routing_key(service, "m2")}
    last = got[-1]
    assert last.headers == {"kind": "sample", "service": service, "meter": "m2"}
    assert (last.content_type, last.delivery_mode) == ("application/json", aio_pika.DeliveryMode.PERSISTENT)
    for message in got[::100]:
        published.check(message.routing_key, message.body)


async def _first(messages, count):
    async with asyncio.timeout(30):
        async for message in messages:
            await message.ack()
            yield message
            count -= 1
            if not count:
                return


async def test_a_stream_that_is_deleted_under_way_is_told(broker, service):
    async with open_sample_stream(broker, service, Retention()) as sink:
        await sink.publish(samples(service, range(3)))
        async with AmqpClient.connect(broker, "test") as client:
            channel = await client.channel("delete a stream")
            await channel.call(methods.delete_queue(sink.name))
        # 4.0.5 may refuse a message under way before it says that the stream is gone
        with pytest.raises(BrokerError, match=r"no longer available|refused message \d+ \(code 18\)"):
            await _until_it_fails(sink, service)


async def test_an_exchange_that_is_not_there_is_told(broker, service, monkeypatch):
    monkeypatch.setattr(sample_exchange, "EXCHANGE", "pvsim-none")
    async with open_sample_exchange(broker, service) as sink:
        async with AmqpClient.connect(broker, "test") as client:
            channel = await client.channel("delete an exchange")
            await channel.call(methods.delete_exchange("pvsim-none"))
        with pytest.raises(BrokerError, match="publish samples"):
            await sink.publish(samples(service, range(3)))
        with pytest.raises(BrokerError, match="publish samples"):
            await sink.publish(samples(service, range(3)))


async def _until_it_fails(sink, service):
    for row in itertools.count(3):
        await sink.publish(samples(service, [row]))
