"""The log of a service on a real broker: what others publish by AMQP arrives with its key, and ticks go in."""

import asyncio
from contextlib import asynccontextmanager

import aio_pika
import pytest

from pvsim.adapters.amqp import Binding, bind_service, bindings_of
from pvsim.adapters.streams import Retention, StreamTransport, open_service_log
from pvsim.core.messages.address import BrokerAddress

pytestmark = pytest.mark.broker

TICK = b'{"v":1,"kind":"tick"}'


@pytest.fixture
async def stream(broker):
    """Name of a stream that is removed at the end."""
    name = "pvsim.service-log"
    yield name
    async with StreamTransport(broker).log(name) as log:
        await log.delete()


@asynccontextmanager
async def publishing(broker: BrokerAddress):
    """A foreign client: publishes to exchanges and waits for the confirm."""
    connection = await aio_pika.connect(broker.amqp_url.partition("?")[0])
    async with connection, connection.channel() as channel:

        async def publish(exchange, key, body, **properties):
            to = await channel.get_exchange(exchange)
            await to.publish(aio_pika.Message(body, **properties), key)

        yield publish


async def first(portions, n):
    """The first `n` entries."""
    found = []
    async with asyncio.timeout(20):
        async for portion in portions:
            found += portion
            if len(found) >= n:
                return found
    raise AssertionError


async def test_messages_come_with_their_keys_and_in_order_of_offset(broker, stream):
    async with open_service_log(broker, stream) as log, publishing(broker) as publish:
        assert not await log.exists()
        assert await log.create(Retention())
        assert await log.exists()
        assert not await log.create(Retention(days=3))
        topic = "shellies.em3.status.em:0"
        topics = [topic, "meter.service-log.house.1"]
        assert await bind_service(broker, bindings_of("service-log", stream, topics)) == []
        await publish("pvsim", "meter.service-log.m1", b"412.5", content_encoding="gzip")
        await publish("amq.topic", "meter.service-log.m2", b"5")
        await publish("amq.topic", topic, b"6")
        await publish("amq.topic", "meter.other.m2", b"7")
        await publish("pvsim", topic, b"8")
        await publish("amq.topic", topics[1], b"9")  # two ways to the stream
        await publish("pvsim", topics[1], b"10")
        async with log.entries(0) as portions:
            entries = await first(portions, 6)
        assert [(each.offset, each.routing_key, each.body, each.encoding) for each in entries] == [
            (0, "meter.service-log.m1", b"412.5", "gzip"),
            (1, "meter.service-log.m2", b"5", ""),
            (2, topic, b"6", ""),
            (3, topic, b"8", ""),
            (4, topics[1], b"9", ""),
            (5, topics[1], b"10", ""),
        ]
        arrived_ms = [each.arrived_ms for each in entries]
        assert arrived_ms == sorted(arrived_ms)
        async with log.entries(5) as portions:
            assert (await first(portions, 1))[-1] == entries[5]


async def test_a_binding_that_is_refused_is_told_and_the_others_are_made(broker, stream):
    async with open_service_log(broker, stream) as log, publishing(broker) as publish:
        await log.create(Retention())
        bad, good = Binding("", stream, "x"), Binding("amq.topic", stream, "service-log.y")  # nobody may bind ""
        counted = []
        refused = await bind_service(broker, [bad, bad, good], counted.append)
        assert counted == [1, 2, 3]
        assert [binding for binding, _ in refused] == [bad, bad]
        assert "no permission to bind exchange" in refused[0][1]
        await publish("amq.topic", "service-log.y", b"5")
        async with log.entries(0) as portions:
            assert [each.body for each in await first(portions, 1)] == [b"5"]


async def test_ticks_are_numbered_on_and_the_last_offset_is_known(broker, stream):
    async with open_service_log(broker, stream) as log:
        await log.create(Retention())
        assert await log.last_offset() == -1
        async with log.entries(0) as portions:
            for offset in range(2):
                async with log.ticker() as ticker:
                    await ticker.tick(TICK)
                    (tick,) = await first(portions, 1)
                assert (tick.offset, tick.routing_key, tick.body) == (offset, "", TICK)
        assert await log.last_offset() == 1


async def test_the_stream_has_its_retention(broker, stream):
    """An AMQP client that declares the queue with the same arguments is not refused."""
    async with open_service_log(broker, stream) as log:
        await log.create(Retention(days=3, most_bytes=1_000_000, segment_bytes=500_000))
    connection = await aio_pika.connect(broker.amqp_url.partition("?")[0])
    async with connection, connection.channel() as channel:
        arguments = {
            "x-queue-type": "stream",
            "x-max-age": "3D",
            "x-max-length-bytes": 1_000_000,
            "x-stream-max-segment-size-bytes": 500_000,
        }
        await channel.declare_queue(stream, durable=True, arguments=arguments)
