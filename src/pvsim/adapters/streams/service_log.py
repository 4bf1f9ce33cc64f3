"""The log of a service over the stream protocol: a stream that others publish to, kept for some days."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import cycle

import numpy as np

from pvsim.adapters.streams.client import StreamClient, StreamWords
from pvsim.adapters.streams.subscription import Subscription
from pvsim.adapters.streams.transport import StreamPublisher
from pvsim.core.messages.address import BrokerAddress
from pvsim.core.messages.entry import Entry
from pvsim.core.stream import frames, leader
from pvsim.core.stream.entries import read_entries
from pvsim.core.stream.frames import Command, OffsetKind, ResponseCode

__all__ = ["Retention", "ServiceLog", "open_service_log"]

TICKER = "tick"
"""Name of the publisher of ticks."""

_IDS = range(1, 256)
_WORDS = StreamWords("the service's log", "pvsim listen makes it again; what was read is in its files")
_THERE = frozenset(
    {
        ResponseCode.STREAM_ALREADY_EXISTS,
        ResponseCode.PRECONDITION_FAILED,  # with another retention
        ResponseCode.ACCESS_REFUSED,  # it may have been made for us
    }
)
_LAST_CHUNK_S = 2.0
"""How long the last chunk may take to come; of a log that is empty none does, and the broker does not say so."""


@dataclass(frozen=True, slots=True)
class Retention:
    """How long the broker keeps the messages of a log; it removes whole segments.

    Attributes:
        days: For so long.
        most_bytes: And at most so many.
        segment_bytes: Of each segment.
    """

    days: int = 7
    most_bytes: int = 5_000_000_000
    segment_bytes: int = 50_000_000

    @property
    def arguments(self) -> dict[str, str]:
        """As the broker takes them."""
        return {
            "max-age": f"{self.days}D",
            "max-length-bytes": str(self.most_bytes),
            "stream-max-segment-size-bytes": str(self.segment_bytes),
        }


@asynccontextmanager
async def open_service_log(address: BrokerAddress, stream: str) -> AsyncIterator["ServiceLog"]:
    """Connect, and speak of the log `stream`.

    Raises:
        BrokerError: if nothing answers, something else answers, or the account is refused.
    """
    client = await StreamClient.connect(address, _WORDS)
    try:
        yield ServiceLog(client, stream)
    finally:
        await client.close()


class ServiceLog:
    """See `listen_ports.EntryLog`."""

    def __init__(self, client: StreamClient, stream: str) -> None:
        self._client, self._stream = client, stream
        self._ids = cycle(_IDS)  # of publishers and subscriptions; a stale frame has another id

    async def create(self, retention: Retention) -> bool:
        """Make the stream; nothing happens where it exists, whatever its retention is.

        Returns:
            Whether it was made now.

        Raises:
            BrokerError: if the connection is lost.
        """
        body = frames.string(self._stream) + frames.properties(retention.arguments)
        response = await self._client.request_when_ready(Command.CREATE, body, accept=_THERE)
        self._client.may_create = response.code != ResponseCode.ACCESS_REFUSED
        made = response.code == ResponseCode.OK
        await self._client.wait_for_leader(self._stream, ours=made)
        return made

    async def exists(self) -> bool:
        """Whether the stream is there.

        Raises:
            BrokerError: if the connection is lost.
        """
        answer = await self._client.request(Command.METADATA, frames.strings([self._stream]))
        return leader.exists(answer.body, self._stream)

    @asynccontextmanager
    async def entries(self, from_offset: int) -> AsyncIterator[AsyncIterator[list[Entry]]]:
        """See `listen_ports.EntryLog.entries`."""
        kind = OffsetKind.OFFSET if from_offset else OffsetKind.FIRST
        async with self._subscribed(kind, from_offset) as portions:
            yield portions

    async def last_offset(self) -> int:
        """See `listen_ports.EntryLog.last_offset`."""
        last = -1
        try:
            async with self._subscribed(OffsetKind.LAST) as portions, asyncio.timeout(_LAST_CHUNK_S):
                async for portion in portions:
                    if portion:
                        last = portion[-1].offset
                        break
        except TimeoutError:
            pass
        return last

    @asynccontextmanager
    async def ticker(self) -> AsyncIterator["Ticker"]:
        """See `listen_ports.EntryLog.ticker`."""
        publisher = StreamPublisher(self._client, next(self._ids), TICKER, self._stream)
        self._client.listeners.append(publisher.on_frame)
        try:
            await publisher.declare()
            yield Ticker(publisher, await publisher.last_id())
        finally:
            self._client.listeners.remove(publisher.on_frame)
            publisher.withdraw()

    @asynccontextmanager
    async def _subscribed(self, kind: OffsetKind, offset: int = 0) -> AsyncIterator[AsyncIterator[list[Entry]]]:
        subscription = Subscription(self._client, next(self._ids), _portions)
        self._client.listeners.append(subscription.on_frame)
        try:
            await subscription.start(self._stream, kind, offset)
            yield subscription
        finally:
            self._client.listeners.remove(subscription.on_frame)
            subscription.cancel()


class Ticker:
    """See `listen_ports.Ticker`."""

    def __init__(self, publisher: StreamPublisher, last_id: int) -> None:
        self._publisher, self._last_id, self._sent = publisher, last_id, 0

    async def tick(self, body: bytes) -> None:
        """See `listen_ports.Ticker.tick`."""
        if self._publisher.confirmed < self._sent:  # the broker takes nothing now: no tick waits behind another
            return
        self._last_id += 1
        self._sent += 1
        await self._publisher.publish(self._last_id, np.frombuffer(body, np.uint8).reshape(1, -1))


def _portions(chunk: memoryview) -> Iterator[list[Entry]]:
    return iter([read_entries(chunk)])
