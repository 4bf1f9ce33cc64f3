"""Publishers and subscriptions against scripted servers: what a healthy broker does not show."""

import asyncio
import struct
from zlib import crc32

import numpy as np
import pytest

from pvsim.adapters.streams import StreamTransport, transport
from pvsim.adapters.streams.subscription import CREDITS
from pvsim.core.stream import frames
from pvsim.core.stream.frames import Command, ResponseCode
from pvsim.errors import BrokerError

NO_LEADER = 0xFFFF
BODIES = np.arange(80, dtype=np.uint8).reshape(10, 8)


def confirm(publisher_id, *ids):
    return frames.frame(Command.PUBLISH_CONFIRM, struct.pack(f">BI{len(ids)}Q", publisher_id, len(ids), *ids))


def deliver(subscription_id, first_offset, *bodies, kind=0, damage=0):
    entries = [b"\x00\x53\x75\xa0" + bytes([len(body)]) + body for body in bodies]
    data = b"".join(struct.pack(">I", len(entry)) + entry for entry in entries)
    n, crc = len(bodies), crc32(data) ^ damage
    head = struct.pack(">BBHIqQQIIII", 0x50, kind, n, n, 0, 1, first_offset, crc, len(data), 0, 0)
    return frames.frame(Command.DELIVER, bytes([subscription_id]) + head + data)


def gone(stream="s"):
    return frames.frame(Command.METADATA_UPDATE, struct.pack(">H", 6) + frames.string(stream))


def count_of(frame):
    """How many messages a Publish frame has, its size field and version cut off."""
    return int.from_bytes(frame[1:5], "big")


async def _declare(peer, **options) -> int:
    await peer.sign_in(**options)
    return (await peer.answer(Command.DECLARE_PUBLISHER))[0]


async def _leave(peer, *, publisher=True):
    await peer.take(Command.DELETE_PUBLISHER if publisher else Command.UNSUBSCRIBE)
    await peer.answer(Command.CLOSE)


async def test_confirms_are_counted_in_any_order_and_only_ones_own(serve):
    async def broker(peer):
        own = await _declare(peer)
        await peer.take(Command.PUBLISH)
        peer.send(confirm(own + 1, 1, 2, 3), confirm(own, *range(10, 3, -1)), frames.heartbeat())
        peer.send(confirm(own, 2, 3, 1))
        await _leave(peer)

    async with serve(broker) as address, StreamTransport(address).log("s") as log, log.publisher("p") as publisher:
        await publisher.publish(1, BODIES)
        await publisher.flush()
        assert publisher.confirmed == 10


async def test_the_last_id_is_the_brokers(serve):
    async def broker(peer):
        await _declare(peer)
        answer = (86_401).to_bytes(8, "big")
        request = await peer.answer(Command.QUERY_PUBLISHER_SEQUENCE, body=answer)
        assert request == frames.string("p") + frames.string("s")
        await _leave(peer)

    async with serve(broker) as address, StreamTransport(address).log("s") as log, log.publisher("p") as publisher:
        assert await publisher.last_id() == 86_401


async def test_a_refused_message_is_an_error(serve):
    async def broker(peer):
        own = await _declare(peer)
        await peer.take(Command.PUBLISH)
        peer.send(frames.frame(Command.PUBLISH_ERROR, struct.pack(">BIQH", own + 1, 1, 3, 5)))
        peer.send(frames.frame(Command.PUBLISH_ERROR, struct.pack(">BI", own, 0)))
        peer.send(frames.frame(Command.PUBLISH_ERROR, struct.pack(">BIQH", own, 1, 7, 18)))
        await _leave(peer)

    async with serve(broker) as address, StreamTransport(address).log("s") as log, log.publisher("p") as publisher:
        await publisher.publish(1, BODIES)
        with pytest.raises(BrokerError, match=r"refused message 7 \(code 18\)"):
            await publisher.flush()
        with pytest.raises(BrokerError, match="refused message 7"):
            await publisher.publish(11, BODIES)


async def test_publishing_waits_while_too_many_are_unconfirmed(serve, monkeypatch):
    monkeypatch.setattr(transport, "MAX_UNCONFIRMED", 15)
    may_confirm = asyncio.Event()

    async def broker(peer):
        own = await _declare(peer)
        await peer.take(Command.PUBLISH)
        await may_confirm.wait()
        peer.send(confirm(own, 1, 2, 3, 4))
        peer.send(confirm(own, 5))
        await peer.take(Command.PUBLISH)
        peer.send(confirm(own, *range(6, 21)))
        await _leave(peer)

    async with serve(broker) as address, StreamTransport(address).log("s") as log, log.publisher("p") as publisher:
        await publisher.publish(1, BODIES)
        second = asyncio.ensure_future(publisher.publish(11, BODIES))
        await asyncio.sleep(0)
        assert not second.done()
        may_confirm.set()
        await second
        assert publisher.confirmed == 5
        await publisher.flush()


@pytest.mark.parametrize(("frame_max", "counts"), [(0, [10]), (28 * 4 + 32, [4, 4, 2]), (10, [1] * 10)])
async def test_no_frame_is_larger_than_agreed(serve, frame_max, counts):
    async def broker(peer):
        own = await _declare(peer, frame_max=frame_max)
        for count in counts:
            frame = await peer.take(Command.PUBLISH)
            assert count_of(frame) == count
            assert count == 1 or not frame_max or len(frame) + 8 <= frame_max
        peer.send(confirm(own, *range(1, 11)))
        await _leave(peer)

    async with serve(broker) as address, StreamTransport(address).log("s") as log, log.publisher("p") as publisher:
        await publisher.publish(1, BODIES)
        await publisher.flush()


@pytest.mark.parametrize(
    ("frame_max", "batch", "counts"), [(0, 4, [3]), (28 * 9 + 32, 4, [2, 1]), (28 * 5 + 32, 4, [1, 1, 1])]
)
async def test_batches_are_confirmed_by_their_ids(serve, frame_max, batch, counts):
    async def broker(peer):
        own = await _declare(peer, frame_max=frame_max)
        for count in counts:
            frame = await peer.take(Command.PUBLISH)
            assert count_of(frame) == count
            assert not frame_max or len(frame) + 8 <= frame_max
        peer.send(confirm(own, 8), confirm(own, 7))
        peer.send(confirm(own, 9))
        await _leave(peer)

    async with serve(broker) as address, StreamTransport(address).log("s") as log, log.publisher("p") as publisher:
        await publisher.publish(7, BODIES, batch)
        await publisher.flush()
        assert publisher.confirmed == 10


async def test_a_batch_that_fits_no_frame_is_an_error_with_a_size_that_does(serve):
    async def broker(peer):
        await _declare(peer, frame_max=28 * 5 + 32)
        await _leave(peer)

    async with serve(broker) as address, StreamTransport(address).log("s") as log, log.publisher("p") as publisher:
        with pytest.raises(BrokerError, match="a batch of 5 messages does not fit a frame of 172 bytes") as caught:
            await publisher.publish(1, BODIES, 5)
        assert "at most 4" in caught.value.fix


async def test_a_deleted_stream_ends_its_publisher(serve):
    async def broker(peer):
        await _declare(peer)
        await peer.take(Command.PUBLISH)
        peer.send(gone())
        await _leave(peer)

    async with serve(broker) as address, StreamTransport(address).log("s") as log, log.publisher("p") as publisher:
        await publisher.publish(1, BODIES)
        with pytest.raises(BrokerError, match="stream s is no longer available") as caught:
            await publisher.flush()
        assert "resume" in caught.value.fix


async def test_a_lost_connection_ends_publishers_and_subscriptions(serve):
    async def broker(peer):
        await _declare(peer)
        own = (await peer.answer(Command.SUBSCRIBE))[0]
        await peer.take(Command.PUBLISH)
        peer.send(deliver(own, 0, b"a"))

    async with (
        serve(broker) as address,
        StreamTransport(address).log("s") as log,
        log.publisher("p") as publisher,
        log.subscribe(0) as batches,
    ):
        await publisher.publish(1, BODIES)
        with pytest.raises(BrokerError, match="closed the connection"):
            await publisher.flush()
        assert (await anext(batches)).body(0) == b"a"  # what has come is not lost
        with pytest.raises(BrokerError, match="closed the connection"):
            await anext(batches)


async def test_each_chunk_taken_gives_a_credit_back_and_foreign_ones_are_left_alone(serve):
    async def broker(peer):
        await peer.sign_in()
        request = await peer.answer(Command.SUBSCRIBE)
        own = request[0]
        assert request[1:] == frames.string("s") + struct.pack(">HQH", 4, 5, CREDITS)
        peer.send(deliver(own + 1, 0, b"other"), deliver(own, 3, b"a", b"b"), deliver(own, 5, kind=1))
        peer.send(deliver(own, 5), frames.frame(0x8009, b"\0\4" + bytes([own])))
        for _ in range(3):
            assert await peer.take(Command.CREDIT) == struct.pack(">BH", own, 1)
        peer.send(deliver(own, 5, b"c"))
        assert await peer.take(Command.CREDIT) == struct.pack(">BH", own, 1)
        await _leave(peer, publisher=False)

    async with serve(broker) as address, StreamTransport(address).log("s") as log, log.subscribe(5) as batches:
        first, second = await anext(batches), await anext(aiter(batches))
        assert (first.first_offset, first.body(0), first.body(1)) == (3, b"a", b"b")
        assert (second.first_offset, second.body(0)) == (5, b"c")


async def test_a_damaged_chunk_is_an_error(serve):
    async def broker(peer):
        await peer.sign_in()
        own = (await peer.answer(Command.SUBSCRIBE))[0]
        peer.send(deliver(own, 3, b"a", damage=1))
        await peer.take(Command.CREDIT)
        await _leave(peer, publisher=False)

    async with serve(broker) as address, StreamTransport(address).log("s") as log, log.subscribe(0) as batches:
        with pytest.raises(BrokerError, match="the chunk at offset 3 is damaged"):
            await anext(batches)


async def test_a_stream_deleted_while_it_is_read(serve):
    async def broker(peer):
        await peer.sign_in()
        own = (await peer.answer(Command.SUBSCRIBE))[0]
        peer.send(deliver(own, 0, b"a"), gone())
        await _leave(peer, publisher=False)

    async with serve(broker) as address, StreamTransport(address).log("s") as log, log.subscribe(0) as batches:
        assert (await anext(batches)).body(0) == b"a"
        with pytest.raises(BrokerError, match="stream s is no longer available"):
            await anext(batches)


async def test_publishers_and_subscriptions_of_one_connection_have_their_own_ids(serve):
    ids = []

    async def broker(peer):
        await peer.sign_in()
        for command in (Command.SUBSCRIBE, Command.DECLARE_PUBLISHER) * 2:
            ids.append((await peer.answer(command))[0])
            leave = Command.UNSUBSCRIBE if command is Command.SUBSCRIBE else Command.DELETE_PUBLISHER
            assert (await peer.take(leave))[4:] == bytes([ids[-1]])
        await peer.answer(Command.CLOSE)

    async with serve(broker) as address, StreamTransport(address).log("s") as log:
        for _ in range(2):
            async with log.subscribe(0):
                pass
            async with log.publisher("p"):
                pass
    assert len(set(ids)) == 4


async def test_a_broker_that_has_just_started_is_asked_again(serve, monkeypatch):
    monkeypatch.setattr("pvsim.adapters.streams.client.READY_TICK_S", 0.0)

    async def script(peer):
        await peer.sign_in()
        await peer.answer(Command.CREATE, ResponseCode.INTERNAL_ERROR)
        await peer.answer(Command.CREATE, ResponseCode.STREAM_NOT_AVAILABLE)
        await peer.answer(Command.CREATE, ResponseCode.STREAM_ALREADY_EXISTS)
        await peer.metadata()
        await peer.answer(Command.CLOSE)

    async with serve(script) as address, StreamTransport(address).log("s") as log:
        await log.create()


async def test_a_broker_that_does_not_get_ready_is_an_error(serve, monkeypatch):
    monkeypatch.setattr("pvsim.adapters.streams.client.READY_S", 0.0)

    async def script(peer):
        await peer.sign_in()
        await peer.answer(Command.CREATE, ResponseCode.INTERNAL_ERROR)
        await peer.answer(Command.CLOSE)

    async with serve(script) as address, StreamTransport(address).log("s") as log:
        with pytest.raises(BrokerError, match="internal error"):
            await log.create()


async def test_a_stream_that_somebody_is_making_is_not_used_before_it_has_a_leader(serve):
    """RabbitMQ 4.0.5 ends the connection of whoever asks for a leader that is not there yet."""

    async def script(peer):
        await peer.sign_in()
        await peer.answer(Command.CREATE, ResponseCode.STREAM_ALREADY_EXISTS)
        await peer.metadata(ResponseCode.STREAM_NOT_AVAILABLE, NO_LEADER)
        await peer.metadata(ResponseCode.OK, NO_LEADER)
        await peer.metadata()
        await peer.answer(Command.DECLARE_PUBLISHER)
        await _leave(peer)

    async with serve(script) as address, StreamTransport(address).log("s") as log:
        await log.create()
        async with log.publisher("p"):
            pass


async def test_a_stream_that_gets_no_leader_is_an_error(serve, monkeypatch):
    monkeypatch.setattr("pvsim.adapters.streams.client.READY_S", 0.001)

    async def script(peer):
        await peer.sign_in()
        await peer.answer(Command.CREATE)
        await peer.metadata(ResponseCode.OK, NO_LEADER)
        await peer.answer(Command.CLOSE)

    async with serve(script) as address, StreamTransport(address).log("s") as log:
        with pytest.raises(BrokerError, match=r"stream s has had no leader for 0\.001 s"):
            await log.create()


async def test_an_answer_about_another_stream_is_an_error(serve):
    async def script(peer):
        await peer.sign_in()
        await peer.answer(Command.CREATE)
        body = (await peer.take(Command.METADATA))[:4] + bytes(8)
        peer.send(frames.frame(Command.METADATA | frames.RESPONSE_BIT, body))
        await peer.answer(Command.CLOSE)

    async with serve(script) as address, StreamTransport(address).log("s") as log:
        with pytest.raises(BrokerError, match="not an answer about stream s"):
            await log.create()
