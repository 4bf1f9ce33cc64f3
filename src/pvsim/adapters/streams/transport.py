"""Logs, publishers and subscriptions over the stream protocol."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import cycle

from pvsim.adapters.streams.client import StreamClient
from pvsim.adapters.streams.subscription import Subscription, gone
from pvsim.core.messages.address import BrokerAddress
from pvsim.core.messages.batch import Batch
from pvsim.core.quantities.types import Octets
from pvsim.core.stream import frames
from pvsim.core.stream.chunks import split_chunk
from pvsim.core.stream.frames import Command, Frame, OffsetKind, PublishConfirm, PublishError, ResponseCode
from pvsim.core.stream.publish import ENTRY_OVERHEAD, batch_frame, fitting, publish_frame, uneven_frame
from pvsim.errors import BrokerError, BrokerRefusedError

__all__ = ["FIRST_ID", "StreamTransport", "answers"]

MAX_UNCONFIRMED = 40_000
"""Messages that may be under way: ten frames keep the broker busy, more only fill memory."""

FIRST_ID = 1
"""Of a connection's first publisher or subscription; frames prepared for `publish_prepared` name it."""

_LAST_ID = 255


class StreamTransport:
    """Connects to a broker's stream port."""

    def __init__(self, address: BrokerAddress) -> None:
        self._address = address

    @asynccontextmanager
    async def log(self, stream: str) -> AsyncIterator["StreamLog"]:
        """See `ports.Transport.log`."""
        client = await StreamClient.connect(self._address)
        try:
            yield StreamLog(client, stream)
        finally:
            await client.close()


async def answers(address: BrokerAddress) -> bool:
    """Whether the stream port takes connections; what speaks there shows itself later."""
    try:
        async with asyncio.timeout(2):
            _, writer = await asyncio.open_connection(address.host, address.stream_port)
    except (OSError, TimeoutError, UnicodeError):
        return False
    writer.close()
    return True


class StreamLog:
    """One stream on the broker."""

    takes_batches = True

    def __init__(self, client: StreamClient, stream: str) -> None:
        self._client, self._stream = client, stream
        self._ids = cycle(
            range(FIRST_ID, _LAST_ID + 1)
        )  # of publishers and subscriptions; a stale frame has another id

    async def create(self) -> None:
        """See `ports.Log.create`. A user who may not create goes on: the stream may have been made for them."""
        body = frames.string(self._stream) + frames.properties({})
        accept = frozenset({ResponseCode.STREAM_ALREADY_EXISTS, ResponseCode.ACCESS_REFUSED})
        response = await self._client.request_when_ready(Command.CREATE, body, accept=accept)
        self._client.may_create = response.code != ResponseCode.ACCESS_REFUSED
        await self._client.wait_for_leader(self._stream, ours=response.code == ResponseCode.OK)

    async def delete(self) -> None:
        """See `ports.Log.delete`. A user who may not delete leaves it to whoever made it."""
        accept = frozenset({ResponseCode.STREAM_DOES_NOT_EXIST, ResponseCode.ACCESS_REFUSED})
        await self._client.request(Command.DELETE, frames.string(self._stream), accept=accept)

    @asynccontextmanager
    async def publisher(self, name: str) -> AsyncIterator["StreamPublisher"]:
        """See `ports.Log.publisher`."""
        publisher = StreamPublisher(self._client, next(self._ids), name, self._stream)
        self._client.listeners.append(publisher.on_frame)
        try:
            await publisher.declare()
            yield publisher
        finally:
            self._client.listeners.remove(publisher.on_frame)
            publisher.withdraw()

    @asynccontextmanager
    async def subscribe(self, from_offset: int) -> AsyncIterator[AsyncIterator[Batch]]:
        """See `ports.Log.subscribe`."""
        subscription = Subscription(self._client, next(self._ids), split_chunk)
        self._client.listeners.append(subscription.on_frame)
        try:
            kind = OffsetKind.OFFSET if from_offset else OffsetKind.FIRST
            await subscription.start(self._stream, kind, from_offset)
            yield subscription
        finally:
            self._client.listeners.remove(subscription.on_frame)
            subscription.cancel()


class StreamPublisher:
    """A named publisher: the broker drops what it already has under the name."""

    def __init__(self, client: StreamClient, id_: int, name: str, stream: str) -> None:
        self._client, self._id, self._name, self._stream = client, id_, name, stream
        self._unconfirmed = 0
        self._confirmed = 0
        self._batches: dict[int, int] = {}  # messages of each unconfirmed id that has several
        self._changed = asyncio.Event()
        self._error: BrokerError | None = None

    @property
    def confirmed(self) -> int:
        """See `ports.Publisher.confirmed`."""
        return self._confirmed

    async def declare(self) -> None:
        """Make the name known to the broker.

        Raises:
            BrokerError: if the broker refuses.
        """
        body = frames.declare_publisher(self._id, self._name, self._stream)
        await self._client.request_when_ready(Command.DECLARE_PUBLISHER, body)

    def withdraw(self) -> None:
        """Give the name back, for the next publisher on this connection."""
        self._client.tell(Command.DELETE_PUBLISHER, bytes([self._id]))

    async def last_id(self) -> int:
        """See `ports.Publisher.last_id`."""
        body = frames.string(self._name) + frames.string(self._stream)
        response = await self._client.request_when_ready(Command.QUERY_PUBLISHER_SEQUENCE, body)
        return int.from_bytes(response.body[:8], "big")

    async def publish(self, first_id: int, bodies: Octets, batch: int = 1) -> None:
        """See `ports.Publisher.publish`."""
        count, width = bodies.shape
        at_once = ((self._client.frame_max or (1 << 20)) - 32) // (width + ENTRY_OVERHEAD)
        if 1 < batch > at_once - 1:
            what = f"a batch of {batch:,} messages does not fit a frame of {self._client.frame_max:,} bytes"
            most = max(at_once - 1, 1)
            fix = f"start the run again with batches of at most {most:,}, or raise the broker's stream.frame_max"
            raise BrokerRefusedError(what, where=self._client.where, fix=fix)
        step = max(at_once // batch, 1) * batch if batch == 1 else (at_once - 1) // batch * batch
        for start in range(0, count, step):
            part, id_ = bodies[start : start + step], first_id + start // batch
            if batch == 1:
                await self.publish_prepared(publish_frame(self._id, id_, part), id_, len(part))
            else:
                await self.publish_prepared(batch_frame(self._id, id_, part, batch), id_, len(part), batch)

    async def publish_uneven(self, ids: Sequence[int], bodies: Sequence[bytes]) -> None:
        """Hand over messages of any lengths, with publishing ids that rise; waits as `publish`.

        Raises:
            BrokerError: as `publish`.
        """
        frame_max = self._client.frame_max
        start = 0
        while start < len(bodies):
            end = start + min(fitting(bodies[start:], frame_max), MAX_UNCONFIRMED)
            frame = uneven_frame(self._id, ids[start:end], bodies[start:end])
            await self.publish_prepared(frame, ids[start], end - start)
            start = end

    async def publish_prepared(self, frame: bytes, first_id: int, count: int, batch: int = 1) -> None:
        """Send a Publish frame of `count` messages made before: what a benchmark of the broker alone needs.

        The frame names the publisher: `FIRST_ID`, where this is the first one of its connection.

        Raises:
            BrokerError: as `publish`.
        """
        await self._until_unconfirmed(MAX_UNCONFIRMED - count)
        if batch > 1:
            self._batches |= {first_id + i // batch: min(batch, count - i) for i in range(0, count, batch)}
        self._unconfirmed += count
        await self._client.send(frame)

    async def flush(self) -> None:
        """See `ports.Publisher.flush`."""
        await self._until_unconfirmed(0)

    def on_frame(self, frame: Frame | BrokerError) -> None:
        """Take what concerns this publisher."""
        match frame:
            case PublishConfirm(publisher_id=self._id, publishing_ids=ids):
                messages = sum(self._batches.pop(id_, 1) for id_ in ids) if self._batches else len(ids)
                self._unconfirmed -= messages
                self._confirmed += messages
            case PublishError(publisher_id=self._id, errors=[(publishing_id, code), *_]):
                self._error = BrokerError(
                    f"the broker refused message {publishing_id:,} (code {code})", where=self._client.where
                )
            case BrokerError():
                self._error = frame
            case frames.MetadataUpdate():
                self._error = gone(self._client, frame)
            case _:
                return
        self._changed.set()

    async def _until_unconfirmed(self, at_most: int) -> None:
        while self._unconfirmed > max(at_most, 0) and self._error is None:
            self._changed.clear()
            await self._changed.wait()
        if self._error is not None:
            raise self._error
