"""Reading a stream over AMQP: deliveries as they come, gathered to batches."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import suppress

import numpy as np

from pvsim.adapters.amqp.client import AmqpClient, Channel
from pvsim.core.amqp import methods
from pvsim.core.amqp.content import Message
from pvsim.core.amqp.deliveries import Deliveries
from pvsim.core.amqp.methods import Cancelled, Method
from pvsim.core.messages.batch import Batch
from pvsim.errors import BrokerError, BrokerRefusedError

__all__ = ["Subscription", "gathered"]

PREFETCH = 5_000
"""Messages that the broker may send ahead."""

ACKNOWLEDGE = PREFETCH // 4
"""After so many taken messages the broker is told that it may send as many more; before that only when none waits,
since it closes the channel of whoever owes it an acknowledgement for half an hour."""

STOP_S = 1.0

_CONSUMER_TAG = "pvsim"
_FEW = 16
"""Fewer messages of one length than that are no array by themselves where others of another length follow."""


class Subscription:
    """Batches as they come; they are acknowledged in blocks when they have been taken."""

    def __init__(self, client: AmqpClient, channel: Channel, stream: str) -> None:
        self._client, self._channel, self._stream = client, channel, stream
        self._arrived: deque[Deliveries] = deque()
        self._waiting = 0
        self._taken = self._acknowledged = 0
        self._error: BrokerError | None = None
        self._changed = asyncio.Event()
        channel.listener = self._on_event

    async def start(self, offset: int | str) -> None:
        """Ask for messages from an offset, or from `first` or `last` (the last chunk).

        Raises:
            BrokerError: if the stream does not exist, or may not be read.
        """
        await self._channel.call(methods.qos(PREFETCH))
        await self._channel.call(methods.consume(self._stream, _CONSUMER_TAG, offset))

    async def stop(self) -> None:
        """Ask for no more; a broker that does not answer is not waited for."""
        with suppress(BrokerError, TimeoutError):
            async with asyncio.timeout(STOP_S):
                await self._channel.close()

    def __aiter__(self) -> AsyncIterator[Batch]:
        return self

    async def __anext__(self) -> Batch:
        while not self._arrived:
            if self._error is not None:
                raise self._error
            self._acknowledge(at_least=1)
            self._changed.clear()
            await self._changed.wait()
        await self._let_more_come()
        batch, delivery_tag = gathered(self._arrived)
        self._waiting -= len(batch)
        self._taken = delivery_tag
        if self._error is None:
            self._acknowledge(at_least=ACKNOWLEDGE)
        return batch

    def _acknowledge(self, *, at_least: int) -> None:
        """Acknowledge all that was taken, if it is so many messages: delivery tags count them."""
        if self._taken - self._acknowledged >= at_least:
            self._channel.send_now(methods.acknowledge(self._taken))
            self._acknowledged = self._taken

    async def _let_more_come(self) -> None:
        """Let the connection take what is in the socket already: one batch of 500 is cheaper than 500 of one."""
        before = 0
        while before < self._waiting < PREFETCH // 2:
            before = self._waiting
            await asyncio.sleep(0)

    def _on_event(self, event: Method | Message | Deliveries | BrokerError) -> None:
        match event:
            case Deliveries():
                self._take(event)
            case Message(methods.Deliver(_, tag), int(offset), body):
                row = np.frombuffer(body, dtype=np.uint8).reshape(1, -1)
                self._take(Deliveries(self._channel.number, offset, row, tag))
            case Message():
                what = f"{self._stream} is a queue but no stream: its messages have no offset"
                fix = "delete it, or give the run another name"
                self._fail(BrokerRefusedError(what, where=self._client.where, fix=fix))
            case Cancelled():
                what = f"the stream {self._stream} is no longer available: it was deleted, or its node went down"
                fix = "resume the run: what is missing is published again"
                self._fail(BrokerError(what, where=self._client.where, fix=fix))
            case BrokerError():
                self._fail(event)
            case _:
                return
        self._changed.set()

    def _take(self, deliveries: Deliveries) -> None:
        self._arrived.append(deliveries)
        self._waiting += len(deliveries.bodies)

    def _fail(self, error: BrokerError) -> None:
        self._error = self._error or error


def gathered(arrived: deque[Deliveries]) -> tuple[Batch, int]:
    """Take from the front what has consecutive offsets: as a batch, with the delivery tag of the last message.

    Messages of one length are an array; a few of one length and others of another behind them are a list.

    Args:
        arrived: Not empty; what is taken is removed.
    """
    pieces = [arrived.popleft()]
    width = pieces[0].bodies.shape[1]
    while arrived and _follows(arrived[0], pieces[-1]) and arrived[0].bodies.shape[1] == width:
        pieces.append(arrived.popleft())
    few = sum(len(piece.bodies) for piece in pieces) < _FEW
    alone = True
    while few and arrived and _follows(arrived[0], pieces[-1]) and len(arrived[0].bodies) < _FEW:
        pieces.append(arrived.popleft())
        alone = False
    first_offset, delivery_tag = pieces[0].first_offset, pieces[-1].delivery_tag
    if alone and width:
        return Batch(first_offset, np.concatenate([piece.bodies for piece in pieces])), delivery_tag
    return Batch(first_offset, [body.tobytes() for piece in pieces for body in piece.bodies]), delivery_tag


def _follows(piece: Deliveries, before: Deliveries) -> bool:
    return piece.first_offset == before.first_offset + len(before.bodies)
