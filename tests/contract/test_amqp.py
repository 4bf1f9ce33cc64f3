"""The AMQP transport on a real broker, with what goes wrong on the way."""

import asyncio
import itertools
import logging
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date
from functools import partial

import aio_pika
import msgspec
import numpy as np
import pytest
from tests.contract.lines import cuttable, serving

from pvsim.adapters import amqp, node
from pvsim.adapters.amqp import AmqpTransport
from pvsim.adapters.streams import StreamTransport
from pvsim.core.messages.blocks import ReadingBlocks
from pvsim.core.messages.contract import End, publishing_id
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.run.plan import RunPlan
from pvsim.errors import BrokerError, BrokerLostError, BrokerRefusedError

pytestmark = pytest.mark.broker

_numbers = itertools.count()


@pytest.fixture
def plan():
    """A run that the broker has not seen."""
    return RunPlan(f"amqp{next(_numbers)}", Timeline.of_days(date(2024, 6, 21), 1, UTC), ("house", "shop"))


@pytest.fixture
def transport(broker, plan):
    return AmqpTransport(broker, partial(publishing_id, plan=plan))


def bodies(plan, first, n):
    return ReadingBlocks(plan).write(first, np.arange(first, first + n) % 90_001)


async def taken(batches, until):
    """What a subscription gives, up to and including an offset: {offset: body}."""
    found = {}
    while until not in found:
        batch = await anext(batches)
        found |= {batch.first_offset + i: batch.body(i) for i in range(len(batch))}
    return found


@asynccontextmanager
async def log_that_can_be_cut_off(broker, plan):
    """The log of a plan behind a line, and what cuts the line."""
    async with cuttable(broker.host, broker.amqp_port) as (port, cut):
        transport = AmqpTransport(replace(broker, host="127.0.0.1", amqp_port=port))
        async with transport.log(plan.stream) as log:
            yield log, cut


async def test_messages_come_in_order_at_consecutive_offsets_and_again_from_anywhere(transport, plan):
    n = 20_000
    sent = bodies(plan, 0, n)
    async with transport.log(plan.stream) as log:
        await log.create()
        await log.create()
        async with log.publisher("meter") as publisher:
            for start in range(0, n, 4_000):
                await publisher.publish(start + 1, sent[start : start + 4_000])
            await publisher.flush()
            assert publisher.confirmed == n
    expected = [body.tobytes() for body in sent]
    async with transport.log(plan.stream) as log, log.subscribe(0) as batches:
        found = await taken(batches, n - 1)
    assert list(found) == list(range(n))
    assert list(found.values()) == expected
    async with transport.log(plan.stream) as log, log.subscribe(15_000) as batches:
        found = await taken(batches, n - 1)
    assert 15_000 in found
    assert list(found) == list(range(min(found), n))
    assert list(found.values()) == expected[min(found) :]
    async with transport.log(plan.stream) as log:
        await log.delete()
        await log.delete()


async def test_batches_are_arrays_where_all_bodies_have_one_length(transport, plan):
    async with transport.log(plan.stream) as log:
        await log.create()
        async with log.publisher("meter") as publisher:
            await publisher.publish(1, bodies(plan, 0, 500))
            await publisher.flush()
        async with log.subscribe(0) as batches:
            batch = await anext(batches)
    assert isinstance(batch.bodies, np.ndarray)
    assert batch.bodies.dtype == np.uint8


async def test_the_last_id_is_read_from_the_log(transport, plan):
    async with transport.log(plan.stream) as log:
        await log.create()
        async with log.publisher("meter") as publisher:
            assert await publisher.last_id() == 0
            await publisher.publish(1, bodies(plan, 0, 700))
            await publisher.flush()
            assert await publisher.last_id() == 700
    end = msgspec.json.encode(End(1, plan.run_id, plan.readings, 0))
    async with transport.log(plan.stream) as log, log.publisher("meter") as publisher:
        assert await publisher.last_id() == 700
        await publisher.publish(plan.readings + 1, np.frombuffer(end, dtype=np.uint8).reshape(1, -1))
        await publisher.flush()
    async with transport.log(plan.stream) as log, log.publisher("meter") as publisher:
        assert await publisher.last_id() == plan.readings + 1


async def test_without_knowledge_of_the_run_everything_is_published_again(broker, transport, plan):
    async with transport.log(plan.stream) as log:
        await log.create()
        async with log.publisher("meter") as publisher:
            await publisher.publish(1, bodies(plan, 0, 3))
            await publisher.flush()
    async with AmqpTransport(broker).log(plan.stream) as log, log.publisher("meter") as publisher:
        assert await publisher.last_id() == 0


async def test_runs_side_by_side_do_not_get_each_others_readings(broker, transport, plan):
    other = replace(plan, run_id=f"{plan.run_id}-other")
    for run in (plan, other):
        async with transport.log(run.stream) as log:
            await log.create()
            async with log.publisher("meter") as publisher:
                await publisher.publish(1, bodies(run, 0, 10))
                await publisher.flush()
    async with AmqpTransport(broker).log(plan.stream) as log:
        async with log.publisher("meter") as publisher:
            await publisher.publish(11, bodies(plan, 10, 1))
            await publisher.flush()
        async with log.subscribe(0) as batches:
            found = await taken(batches, 10)
    assert list(found.values()) == [body.tobytes() for body in bodies(plan, 0, 11)]


async def test_a_stream_of_the_stream_protocol_can_be_bound_and_read_by_both(broker, transport, plan):
    async with StreamTransport(broker).log(plan.stream) as streams:
        await streams.create()
        await amqp.bind_exchange(broker, plan.stream)
        async with streams.publisher("meter") as publisher:
            await publisher.publish(1, bodies(plan, 0, 5))
            await publisher.flush()
        async with transport.log(plan.stream) as log:
            await log.create()
            async with log.publisher("meter") as publisher:
                assert await publisher.last_id() == 5
                await publisher.publish(6, bodies(plan, 5, 5))
                await publisher.flush()
            async with log.subscribe(0) as batches:
                over_amqp = await taken(batches, 9)
        async with streams.subscribe(0) as batches:
            over_streams = await taken(batches, 9)
    assert list(over_amqp.values()) == [body.tobytes() for body in bodies(plan, 0, 10)]
    assert over_streams == over_amqp


async def test_a_huge_message_is_cut_short_and_does_no_harm(transport, plan):
    huge = np.full((1, 300_000), ord("x"), dtype=np.uint8)
    async with transport.log(plan.stream) as log:
        await log.create()
        async with log.publisher("meter") as publisher:
            await publisher.publish(1, huge)
            await publisher.publish(2, bodies(plan, 0, 1))
            await publisher.flush()
        async with log.subscribe(0) as batches:
            found = await taken(batches, 1)
    assert found[0] == b"x" * 16_384
    assert found[1] == bodies(plan, 0, 1)[0].tobytes()


async def test_strangers_messages_between_a_meters_come_in_their_place(broker, transport, plan):
    """Of other widths, empty, over several frames, and with headers that look like the broker's own."""
    readings = [body.tobytes() for body in bodies(plan, 0, 60)]
    odd = [b"", b"x", b"z" * 200_000, readings[0], b'{"v":1}']
    headers = [{}, {"x-stream-offset": 5}, {"x-stream-offset": 2**40, "a": [1, {"b": None}]}, {}, {}]
    async with transport.log(plan.stream) as log:
        await log.create()
        async with await aio_pika.connect(broker.amqp_url.partition("?")[0]) as connection:
            exchange = await (await connection.channel()).get_exchange(amqp.EXCHANGE)
            key = amqp.routing_key(plan.stream, "stranger")
            async with log.publisher("meter") as publisher:
                for i, (body, table) in enumerate(zip(odd, headers, strict=True)):
                    await publisher.publish(12 * i + 1, bodies(plan, 12 * i, 12))
                    await publisher.flush()
                    await exchange.publish(aio_pika.Message(body, headers=table, message_id="é" * i), key)
        async with log.subscribe(0) as batches:
            found = await taken(batches, 64)
    expected = [one for i, body in enumerate(odd) for one in (*readings[12 * i : 12 * i + 12], body[:16_384])]
    assert found == dict(enumerate(expected))


async def test_publishing_where_nothing_is_bound_is_an_error(transport, plan):
    async with transport.log(plan.stream) as log:
        await log.create()
        await log.delete()
        async with log.publisher("meter") as publisher:
            await publisher.publish(1, bodies(plan, 0, 3))
            with pytest.raises(BrokerError, match=r"message 1 came back: the stream .* was deleted") as caught:
                await publisher.flush()
            assert publisher.confirmed == 0
    assert "resume" in caught.value.fix


async def test_deleting_the_stream_ends_a_subscription(transport, plan):
    async with transport.log(plan.stream) as log, transport.log(plan.stream) as other:
        await log.create()
        async with log.subscribe(0) as batches:
            waiting = asyncio.ensure_future(anext(batches))
            await other.delete()
            with pytest.raises(BrokerError, match="no longer available"):
                await waiting


async def test_reading_what_does_not_exist_is_an_error(transport, plan):
    async with transport.log(plan.stream) as log:
        with pytest.raises(BrokerError, match=f"cannot read from {plan.stream}"):
            async with log.subscribe(0):
                pass


async def test_a_lost_connection_ends_a_subscription_and_every_later_call(broker, plan):
    async with log_that_can_be_cut_off(broker, plan) as (log, cut):
        await log.create()
        async with log.subscribe(0) as batches:
            waiting = asyncio.ensure_future(anext(batches))
            await asyncio.sleep(0)
            cut()
            with pytest.raises(BrokerError, match="connection to the broker was lost"):
                await waiting
            with pytest.raises(BrokerError, match="connection to the broker was lost"):
                await anext(batches)
        with pytest.raises(BrokerError, match="connection to the broker was lost"):
            await log.create()


async def test_a_lost_connection_ends_publishing_and_leaves_no_gap(broker, transport, plan):
    async with log_that_can_be_cut_off(broker, plan) as (log, cut):
        await log.create()
        async with log.publisher("meter") as publisher:
            await publisher.publish(1, bodies(plan, 0, 4_000))
            cut()
            with pytest.raises(BrokerError, match="connection to the broker was lost"):
                await publisher.publish(4_001, bodies(plan, 4_000, 10_000))
            with pytest.raises(BrokerError, match="connection to the broker was lost"):
                await publisher.flush()
            confirmed = publisher.confirmed
    async with transport.log(plan.stream) as log:
        async with log.publisher("meter") as publisher:
            last = await publisher.last_id()
            assert last >= confirmed
            await publisher.publish(last + 1, bodies(plan, last, 5_000 - last))
            await publisher.flush()
        async with log.subscribe(0) as batches:
            found = await taken(batches, 4_999)
    assert list(found.values()) == [body.tobytes() for body in bodies(plan, 0, 5_000)]


async def test_the_callers_cancellation_stays_one(transport, plan):
    async with transport.log(plan.stream) as log:
        await log.create()
        async with log.subscribe(0) as batches:
            waiting = asyncio.ensure_future(anext(batches))
            await asyncio.sleep(0)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting


async def test_a_wrong_password_is_named(broker):
    with pytest.raises(BrokerError, match="wrong user or password") as caught:
        async with AmqpTransport(replace(broker, password="wrong")).log("s"):  # noqa: S106  that is the point
            pass
    assert caught.value.where == f"{broker.host}:{broker.amqp_port}"
    assert isinstance(caught.value, BrokerRefusedError)


async def test_a_wrong_vhost_is_named(broker):
    with pytest.raises(BrokerError, match="refuses vhost 'none'"):
        async with AmqpTransport(replace(broker, vhost="none")).log("s"):
            pass


async def test_tls_where_the_broker_has_none_is_named(broker):
    with pytest.raises(BrokerRefusedError, match="does not speak TLS"):
        async with AmqpTransport(replace(broker, tls=True)).log("s"):
            pass


@pytest.fixture
async def restricted(broker, broker_home):
    """An account that may use what is there, but make nothing; and what sets its permissions."""
    name = f"user{next(_numbers)}"

    async def permit(configure, write, read):
        await node.control(broker_home, "set_permissions", name, configure, write, read)

    await node.control(broker_home, "add_user", name, "only-for-this-test")
    await permit("^$", ".*", ".*")
    yield replace(broker, user=name, password="only-for-this-test"), permit  # noqa: S106
    await node.control(broker_home, "delete_user", name)


async def test_an_account_that_may_not_create_uses_what_is_there(restricted, transport, plan):
    address, permit = restricted
    async with transport.log(plan.stream) as log:
        await log.create()
    async with AmqpTransport(address, partial(publishing_id, plan=plan)).log(plan.stream) as log:
        await log.create()
        async with log.publisher("meter") as publisher:
            assert await publisher.last_id() == 0
            await publisher.publish(1, bodies(plan, 0, 3))
            await publisher.flush()
            assert publisher.confirmed == 3
        with pytest.raises(BrokerError, match=f"no permission to delete stream {plan.stream}"):
            await log.delete()
    async with AmqpTransport(address).log("pvsim.another") as log:
        with pytest.raises(BrokerError, match="no permission to create stream") as caught:
            await log.create()
    assert "set_permissions" in caught.value.fix
    await permit("^$", "^$", "^$")
    async with AmqpTransport(address).log(plan.stream) as log:
        with pytest.raises(BrokerError, match="no permission to read from"):
            async with log.subscribe(0):
                pass
    async with AmqpTransport(address).log(plan.stream) as log, log.publisher("meter") as publisher:
        await publisher.publish(1, bodies(plan, 0, 3))
        with pytest.raises(BrokerError, match="no permission to publish"):
            await publisher.flush()


async def test_an_account_that_may_not_use_the_default_exchange_goes_through_ours(restricted, transport, plan):
    address, permit = restricted
    await permit("^$", "^pvsim", "^pvsim")
    async with transport.log(plan.stream) as log:
        await log.create()
    async with AmqpTransport(address, partial(publishing_id, plan=plan)).log(plan.stream) as log:
        async with log.publisher("meter") as publisher:
            await publisher.publish(1, bodies(plan, 0, 3_000))
            await publisher.flush()
            assert publisher.confirmed == 3_000
        async with log.subscribe(0) as batches:
            found = await taken(batches, 2_999)
    assert list(found.values()) == [body.tobytes() for body in bodies(plan, 0, 3_000)]
    async with transport.log(plan.stream) as log:
        await log.delete()
    async with AmqpTransport(address).log(plan.stream) as log, log.publisher("meter") as publisher:
        await publisher.publish(1, bodies(plan, 0, 3))
        with pytest.raises(
            BrokerError, match=r"exchange pvsim has no queue for meter\..*; the stream was deleted"
        ):
            await publisher.flush()


async def test_an_alarm_before_the_first_message_is_told_too(broker_home, transport, plan, monkeypatch):
    monkeypatch.setattr("pvsim.adapters.amqp.publisher.STALL_S", 0.1)
    watermark = ("set_vm_memory_high_watermark", "absolute")
    async with transport.log(plan.stream) as log, log.publisher("meter") as publisher:
        await log.create()
        await node.control(broker_home, *watermark, "1MB")
        try:
            publishing = asyncio.ensure_future(publisher.publish(1, bodies(plan, 0, 10)))
            await asyncio.wait({publishing}, timeout=0.5)
        finally:
            await node.control(broker_home, *watermark, "512MB")
        await publishing
        await publisher.flush()
        assert publisher.confirmed == 10


async def test_an_alarm_is_told_and_waited_out(broker_home, transport, plan, monkeypatch):
    monkeypatch.setattr("pvsim.adapters.amqp.publisher.STALL_S", 0.1)
    records: asyncio.Queue[logging.LogRecord] = asyncio.Queue()
    handler = logging.Handler()
    handler.emit = records.put_nowait
    logger = logging.getLogger("pvsim.adapters.amqp.publisher")
    logger.addHandler(handler)
    watermark = ("set_vm_memory_high_watermark", "absolute")
    async with transport.log(plan.stream) as log, log.publisher("meter") as publisher:
        await log.create()
        await publisher.publish(1, bodies(plan, 0, 1))
        await publisher.flush()
        await node.control(broker_home, *watermark, "1MB")
        try:
            await publisher.publish(2, bodies(plan, 1, 10))
            flushing = asyncio.ensure_future(publisher.flush())
            blocked = await records.get()
            assert not flushing.done()
        finally:
            await node.control(broker_home, *watermark, "512MB")
        await flushing
        logger.removeHandler(handler)
        assert publisher.confirmed == 11
    assert "takes no messages" in blocked.getMessage()
    assert "takes messages again" in records.get_nowait().getMessage()
    assert blocked.facts["unconfirmed"] == 10


async def test_a_closed_port_is_named(broker):
    async with serving(lambda *_: None) as port:
        pass
    address = replace(broker, host="127.0.0.1", amqp_port=port)
    assert not await amqp.answers(address)
    assert await amqp.answers(broker)
    with pytest.raises(BrokerError, match=r"cannot connect to the broker: .*refused") as caught:
        async with AmqpTransport(address).log("s"):
            pass
    assert "pvsim broker up" in caught.value.fix


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", BrokerError),
        (b"SSH-2.0-x\r\n", BrokerError),
        (bytes(64), BrokerError),
        (b"", BrokerLostError),
        (b"\1\0\0\0\0\1\xf9\0\n", BrokerLostError),
    ],
)
async def test_what_is_no_broker_is_named_and_what_may_be_one_is_tried_again(broker, answer, kind):
    async def other(reader, writer):
        await reader.read(8)
        writer.write(answer)
        writer.close()

    async with serving(other) as port:
        with pytest.raises(BrokerError, match="does not speak AMQP 0-9-1") as caught:
            async with AmqpTransport(replace(broker, host="127.0.0.1", amqp_port=port)).log("s"):
                pass
    assert type(caught.value) is kind


async def test_the_stream_port_is_not_mistaken_for_this_one(broker, monkeypatch):
    monkeypatch.setattr("pvsim.adapters.amqp.client.CONNECT_S", 1.0)
    with pytest.raises(BrokerError, match="AMQP 0-9-1"):
        async with AmqpTransport(replace(broker, amqp_port=broker.stream_port)).log("s"):
            pass


async def test_a_port_that_says_nothing_is_given_up(broker, monkeypatch):
    monkeypatch.setattr("pvsim.adapters.amqp.client.CONNECT_S", 0.1)
    silent = asyncio.Event()

    async def nothing(_reader, writer):
        await silent.wait()
        writer.close()

    async with serving(nothing) as port:
        with pytest.raises(BrokerError, match="no answer in AMQP 0-9-1 within"):
            async with AmqpTransport(replace(broker, host="127.0.0.1", amqp_port=port)).log("s"):
                pass
        silent.set()
