"""Reading a stream: chunks as they come, taken apart as the reader needs them."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Generic, TypeVar

from pvsim.adapters.streams.client import StreamClient
from pvsim.core.stream import frames
from pvsim.core.stream.frames import Command, Deliver, Frame, FrameError, MetadataUpdate, OffsetKind
from pvsim.errors import BrokerError

__all__ = ["CREDITS", "Subscription", "gone"]

CREDITS = 10
"""Chunks that the broker may send ahead: of 0.4 to 1 MB as a rule, at most what was unconfirmed at once (5 MB)."""

Part = TypeVar("Part")


class Subscription(Generic[Part]):
    """Chunks as they come, a credit given back for each one taken.

    Args:
        client: The connection.
        id_: Number of the subscription there.
        split: Takes a chunk apart.
    """

    def __init__(self, client: StreamClient, id_: int, split: Callable[[memoryview], Iterator[Part]]) -> None:
        self._client, self._id, self._split = client, id_, split
        self._chunks: deque[memoryview] = deque()
        self._parts: Iterator[Part] = iter(())
        self._error: BrokerError | None = None
        self._changed = asyncio.Event()

    async def start(self, stream: str, kind: OffsetKind, offset: int = 0) -> None:
        """Ask for chunks.

        Args:
            stream: The stream.
            kind: Where to begin.
            offset: The offset, where `kind` needs one.

        Raises:
            BrokerError: if the broker refuses.
        """
        body = frames.subscription(self._id, stream, kind, offset, CREDITS)
        await self._client.request_when_ready(Command.SUBSCRIBE, body)

    def cancel(self) -> None:
        """Want no more chunks."""
        self._client.tell(Command.UNSUBSCRIBE, bytes([self._id]))

    def __aiter__(self) -> AsyncIterator[Part]:
        return self

    async def __anext__(self) -> Part:
        while (part := self._next_of_chunk()) is None:
            while not self._chunks:
                if self._error is not None:
                    raise self._error
                self._changed.clear()
                await self._changed.wait()
            chunk = self._chunks.popleft()
            if self._error is None:
                self._client.send_now(frames.credit(self._id, 1))
            try:
                self._parts = self._split(chunk)
            except FrameError as error:
                raise BrokerError(str(error), where=self._client.where) from error
        return part

    def _next_of_chunk(self) -> Part | None:
        try:
            return next(self._parts, None)
        except FrameError as error:
            raise BrokerError(str(error), where=self._client.where) from error

    def on_frame(self, frame: Frame | BrokerError) -> None:
        """Take what concerns this subscription."""
        match frame:
            case Deliver(subscription_id=self._id, chunk=chunk):
                self._chunks.append(chunk)
            case BrokerError():
                self._error = frame
            case MetadataUpdate():
                self._error = gone(self._client, frame)
            case _:
                return
        self._changed.set()


def gone(client: StreamClient, update: MetadataUpdate) -> BrokerError:
    """That a stream is no longer there."""
    what = f"the stream {update.stream} is no longer available: it was deleted, or its node went down"
    return BrokerError(what, where=client.where, fix=client.words.when_gone)
