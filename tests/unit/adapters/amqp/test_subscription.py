"""What is acknowledged, and when: in blocks, and whenever nothing waits."""

import asyncio

import numpy as np
import pytest

from pvsim.adapters.amqp.subscription import ACKNOWLEDGE, Subscription
from pvsim.core.amqp import methods
from pvsim.core.amqp.content import Message
from pvsim.core.amqp.deliveries import Deliveries
from pvsim.core.amqp.methods import Cancelled, Deliver, Ok
from pvsim.errors import BrokerError, BrokerLostError, BrokerRefusedError


class FakeChannel:
    """Keeps what is sent, and says what the test says."""

    number = 1

    def __init__(self):
        self.sent, self.listener = [], None

    def send_now(self, method):
        self.sent.append(method)

    def deliver(self, first, n):
        bodies = np.zeros((n, 4), dtype=np.uint8)
        self.listener(Deliveries(1, first, bodies, first + n))


class FakeClient:
    where = "broker:5672"


@pytest.fixture
def channel():
    return FakeChannel()


@pytest.fixture
def batches(channel):
    return Subscription(FakeClient(), channel, "pvsim.x")


async def test_a_quick_stream_is_acknowledged_in_blocks(channel, batches):
    part, tag = ACKNOWLEDGE // 2, 0
    for i in range(6):
        tag += part
        bodies = np.zeros((part, 4), dtype=np.uint8)
        channel.listener(Deliveries(1, 10_000 * i, bodies, tag))  # not consecutive: each is a batch
    channel.listener(Ok(methods.Kind.BASIC_QOS_OK))  # changes nothing
    for _ in range(6):
        await anext(batches)
    assert channel.sent == [methods.acknowledge(part * i) for i in (2, 4, 6)]


async def test_all_that_was_taken_is_acknowledged_before_waiting(channel, batches):
    channel.deliver(0, 3)
    await anext(batches)
    assert channel.sent == []
    waiting = asyncio.ensure_future(anext(batches))
    await asyncio.sleep(0)
    assert channel.sent == [methods.acknowledge(3)]
    channel.deliver(3, 1)
    assert len(await waiting) == 1
    waiting = asyncio.ensure_future(anext(batches))
    await asyncio.sleep(0)
    assert channel.sent == [methods.acknowledge(3), methods.acknowledge(4)]
    waiting.cancel()


@pytest.mark.parametrize(
    ("event", "kind", "words"),
    [
        (Cancelled("pvsim"), BrokerError, "no longer available"),
        (Message(Deliver("pvsim", 1), None, b"x"), BrokerRefusedError, "a queue but no stream"),
        (BrokerLostError("gone"), BrokerLostError, "gone"),
    ],
)
async def test_what_came_before_an_error_is_still_given(channel, batches, event, kind, words):
    channel.deliver(0, 3)
    channel.listener(event)
    channel.listener(BrokerLostError("a later one"))
    assert len(await anext(batches)) == 3
    with pytest.raises(kind, match=words):
        await anext(batches)
    assert channel.sent == []


async def test_a_message_that_came_frame_by_frame_is_a_batch(channel, batches):
    channel.listener(Message(Deliver("pvsim", 1), 7, b"body"))
    batch = await anext(batches)
    assert (batch.first_offset, batch.body(0)) == (7, b"body")
