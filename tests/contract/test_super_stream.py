"""Super streams on a real broker: as RabbitMQ's own tools make them, and gone when they are removed."""

import asyncio

import numpy as np
import pytest

from pvsim.adapters import node
from pvsim.adapters.amqp import declare_super_stream, delete_super_stream
from pvsim.adapters.amqp.client import AmqpClient
from pvsim.adapters.streams import StreamTransport
from pvsim.core.amqp import methods
from pvsim.errors import BrokerError

pytestmark = pytest.mark.broker

NAME, STREAMS = "pvsim.fleet", ["pvsim.fleet-0", "pvsim.fleet-1", "pvsim.fleet-2"]


async def listed(home, *arguments):
    text = await node.control(home, "--silent", *arguments)
    return [line.split("\t") for line in text.splitlines() if NAME in line]


async def test_it_is_made_as_the_tools_make_it_and_removed(broker, broker_home):
    await declare_super_stream(broker, NAME, STREAMS)
    await declare_super_stream(broker, NAME, STREAMS)  # nothing happens
    (exchange,) = await listed(broker_home, "list_exchanges", "name", "type", "durable", "arguments")
    assert exchange[:3] == [NAME, "direct", "true"]
    assert "x-super-stream" in exchange[3]
    assert "true" in exchange[3]
    wanted = ["source_name", "destination_name", "routing_key", "arguments"]
    bindings = sorted(row for row in await listed(broker_home, "list_bindings", *wanted) if row[0] == NAME)
    assert [row[:3] for row in bindings] == [[NAME, stream, str(i)] for i, stream in enumerate(STREAMS)]
    for number, row in enumerate(bindings):
        assert "x-stream-partition-order" in row[3]
        assert f",{number}}}" in row[3].replace(" ", "") or f"{number}]" in row[3].replace(" ", "")
    for stream in STREAMS:
        async with StreamTransport(broker).log(stream) as log:
            async with log.publisher("m") as publisher:
                await publisher.publish(1, np.frombuffer(stream.encode(), np.uint8).reshape(1, -1))
                await publisher.flush()
            async with log.subscribe(0) as batches, asyncio.timeout(20):
                assert (await anext(batches)).body(0) == stream.encode()
            if stream == STREAMS[0]:
                with pytest.raises(BrokerError, match="in use"):
                    await delete_super_stream(broker, NAME, if_unused=True)
            await log.delete()
    await delete_super_stream(broker, NAME, if_unused=True)
    await delete_super_stream(broker, NAME)  # nothing happens
    assert await listed(broker_home, "list_exchanges", "name") == []


async def test_an_exchange_of_another_kind_is_told(broker):
    async with AmqpClient.connect(broker, "test") as client:
        channel = await client.channel("declare")
        await channel.call(methods.declare_exchange("pvsim.other"))
    with pytest.raises(BrokerError, match="refuses to declare the super stream"):
        await declare_super_stream(broker, "pvsim.other", [])
    await delete_super_stream(broker, "pvsim.other")
