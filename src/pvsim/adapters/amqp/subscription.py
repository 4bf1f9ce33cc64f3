"""Reading a stream queue over AMQP: single deliveries, gathered to batches again."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from pvsim.adapters.amqp.client import AmqpClient, cause_of
from pvsim.core.messages.batch import Batch
from pvsim.errors import BrokerError, BrokerRefusedError

if TYPE_CHECKING:
    from aiormq.abc import DeliveredMessage
    from aiormq.channel import Channel

__all__ = ["Delivery", "Subscription", "gathered"]

PREFETCH = 2_000
"""Messages that the broker may send ahead."""

STOP_S = 1.0

MAX_KEPT_BYTES = 16_384
"""Of a longer body, only so much is kept: far more than the contract allows, so that it is rejected all the
same, and little enough that `PREFETCH` of them fit in memory."""


class Delivery(NamedTuple):
    """One message as it came."""

    offset: int
    body: bytes
    tag: int


class Subscription:
    """Batches as they come; each is acknowledged when it is taken."""

    def __init__(self, client: AmqpClient, channel: "Channel", stream: str) -> None:
        self._client, self._channel, self._stream = client, channel, stream
        self._arrived: deque[Delivery] = deque()
        self._error: BrokerError | None = None
        self._changed = asyncio.Event()
        self._tag = ""
        channel.closing.add_done_callback(self._on_closed)
        channel.on_consumer_cancel_callbacks.add(self._on_cancelled)

    async def start(self, offset: int | str) -> None:
        """Ask for messages from an offset, or from `first` or `last` (the last chunk).

        Raises:
            BrokerError: if the stream does not exist, or may not be read.
        """
        doing = f"read from {self._stream}"
        await self._client.call(self._channel.basic_qos(prefetch_count=PREFETCH), doing)
        consume = self._channel.basic_consume(
            self._stream, self._on_message, arguments={"x-stream-offset": offset}
        )
        answer = await self._client.call(consume, doing)
        self._tag = answer.consumer_tag or ""

    async def stop(self) -> None:
        """Ask for no more; a broker that does not answer is not waited for."""
        stop = self._channel.basic_cancel(self._tag)
        with suppress(BrokerError, TimeoutError):
            async with asyncio.timeout(STOP_S):
                await self._client.call(stop, f"stop reading from {self._stream}")

    def __aiter__(self) -> AsyncIterator[Batch]:
        return self

    async def __anext__(self) -> Batch:
        while not self._arrived:
            if self._error is not None:
                raise self._error
            self._changed.clear()
            await self._changed.wait()
        await self._let_more_come()
        batch, tag = gathered(self._arrived)
        if self._error is None:
            acknowledge = self._channel.basic_ack(tag, multiple=True, wait=False)
            await self._client.call(acknowledge, f"read from {self._stream}")
        return batch

    async def _let_more_come(self) -> None:
        """Let the connection take what is in the socket already: one batch of 500 is cheaper than 500 of one."""
        before = 0
        while before < len(self._arrived) < PREFETCH // 2:
            before = len(self._arrived)
            await asyncio.sleep(0)

    async def _on_message(self, message: "DeliveredMessage") -> None:
        offset = (message.header.properties.headers or {}).get("x-stream-offset")
        if isinstance(offset, int) and message.delivery_tag is not None:
            self._arrived.append(Delivery(offset, message.body[:MAX_KEPT_BYTES], message.delivery_tag))
        else:
            what = f"{self._stream} is a queue but no stream: its messages have no offset"
            fix = "delete it, or give the run another name"
            self._fail(BrokerRefusedError(what, where=self._client.where, fix=fix))
        self._changed.set()

    def _on_cancelled(self, _frame: object) -> None:
        what = f"the stream {self._stream} is no longer available: it was deleted, or its node went down"
        fix = "resume the run: what is missing is published again"
        self._fail(BrokerError(what, where=self._client.where, fix=fix))

    def _on_closed(self, closing: "asyncio.Future[Any]") -> None:
        error = cause_of(closing)
        self._fail(self._client.error(error, f"read from {self._stream}") if error else self._client.lost())

    def _fail(self, error: BrokerError) -> None:
        self._error = self._error or error
        self._changed.set()


def gathered(arrived: deque[Delivery]) -> tuple[Batch, int]:
    """Take from the front what has consecutive offsets: as a batch, with the tag of the last message.

    Args:
        arrived: Not empty; what is taken is removed.
    """
    first = last = arrived.popleft()
    bodies = [first.body]
    while arrived and arrived[0].offset == last.offset + 1:
        last = arrived.popleft()
        bodies.append(last.body)
    width = len(first.body)
    if width == 0 or any(len(body) != width for body in bodies):
        return Batch(first.offset, bodies), last.tag
    table = np.frombuffer(b"".join(bodies), dtype=np.uint8).reshape(-1, width)
    return Batch(first.offset, table), last.tag
