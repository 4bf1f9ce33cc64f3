"""Publishing through the exchange: blocks of messages in one write, each with its own confirm."""

import asyncio
from functools import partial
from logging import getLogger
from typing import TYPE_CHECKING, Any

import numpy as np

from pvsim.adapters.amqp.client import AmqpClient, cause_of
from pvsim.core.quantities.types import Octets
from pvsim.errors import BrokerError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiormq.channel import Channel

__all__ = ["AmqpPublisher", "publish_frames"]

BLOCK = 500
"""Messages in one write; 250 to 1,000 were alike."""

MAX_UNCONFIRMED = 2_000
"""Messages under way; 1,000 to 8,000 were alike, but the library walks through all of them for each confirm."""

STALL_S = 1.0
"""Without a confirm for so long, ask whether the broker has stopped us."""

_ID_DIGITS = 16
_FRAME_BODY, _FRAME_END, _FRAME_OVERHEAD = b"\x03", b"\xce", 8

_log = getLogger(__name__)


class AmqpPublisher:
    """Publishes in order on one channel.

    The library's own `basic_publish` costs a task and a lock for each message and reached 7,000 messages a second
    on 2 cores; writing its frames by the block, and waiting on the same futures that it waits on, about 40,000.
    """

    def __init__(
        self,
        client: AmqpClient,
        channel: "Channel",
        exchange: str,
        routing_key: str,
        last_id: "Callable[[], Awaitable[int]]",
    ) -> None:
        self._client, self._channel = client, channel
        self._exchange, self._routing_key = exchange, routing_key
        self._last_id = last_id
        self._unconfirmed = 0
        self._confirmed = 0
        self._changed = asyncio.Event()
        self._error: BrokerError | None = None
        self._loop = asyncio.get_running_loop()
        channel.closing.add_done_callback(self._on_closed)

    @property
    def confirmed(self) -> int:
        """See `ports.Publisher.confirmed`."""
        return self._confirmed

    async def last_id(self) -> int:
        """See `ports.Publisher.last_id`. Read from the end of the log: what follows may be there already."""
        return await self._last_id()

    async def publish(self, first_id: int, bodies: Octets) -> None:
        """See `ports.Publisher.publish`."""
        from aiormq.abc import ChannelFrame  # noqa: PLC0415  imported already by `connect`

        for start in range(0, len(bodies), BLOCK):
            part = bodies[start : start + BLOCK]
            await self._until_unconfirmed(MAX_UNCONFIRMED - len(part))
            payload = publish_frames(
                channel=self._channel.number,
                exchange=self._exchange,
                routing_key=self._routing_key,
                first_id=first_id + start,
                bodies=part,
                frame_max=self._channel.connection.connection_tune.frame_max,
            )
            self._expect(first_id + start, len(part))
            frame = ChannelFrame(payload=payload, should_close=False)
            await self._client.call(self._channel.write_queue.put(frame), "publish")

    async def flush(self) -> None:
        """See `ports.Publisher.flush`."""
        await self._until_unconfirmed(0)

    def _expect(self, first_id: int, count: int) -> None:
        """Await the confirms of the next `count` messages of the channel."""
        channel = self._channel
        for publishing_id in range(first_id, first_id + count):
            message_id = _message_id(publishing_id)
            confirm: asyncio.Future[Any] = self._loop.create_future()
            confirm.add_done_callback(partial(self._on_confirm, message_id))
            channel.delivery_tag += 1
            channel.confirmations[channel.delivery_tag] = confirm
            channel.message_id_delivery_tag[message_id] = channel.delivery_tag  # finds what is returned
        self._unconfirmed += count

    def _on_confirm(self, message_id: str, confirm: "asyncio.Future[Any]") -> None:
        self._channel.message_id_delivery_tag.pop(message_id, None)
        self._unconfirmed -= 1
        if (error := cause_of(confirm)) is None:
            self._confirmed += 1
        elif self._error is None:
            self._error = self._refusal(int(message_id), error)
        self._changed.set()

    def _refusal(self, publishing_id: int, error: BaseException) -> BrokerError:
        from aiormq.exceptions import PublishError  # noqa: PLC0415  imported already by `connect`

        if isinstance(error, PublishError):
            what = (
                f"exchange {self._exchange} has no queue for {self._routing_key}: the stream was deleted,"
                f" or is not bound to it (message {publishing_id:,} came back)"
            )
            fix = "resume the run: what is missing is published again"
        else:
            what, fix = f"the broker refused message {publishing_id:,}: {error}", ""
        refusal = BrokerError(what, where=self._client.where, fix=fix)
        refusal.__cause__ = error
        return refusal

    def _on_closed(self, closing: "asyncio.Future[Any]") -> None:
        error = cause_of(closing)
        if self._error is None:
            self._error = self._client.error(error, "publish") if error else self._client.lost()
        self._changed.set()

    async def _until_unconfirmed(self, at_most: int) -> None:
        while self._unconfirmed > max(at_most, 0) and self._error is None:
            self._changed.clear()
            try:
                async with asyncio.timeout(STALL_S):
                    await self._changed.wait()
            except TimeoutError:
                await self._wait_out_alarm()
        if self._error is not None:
            raise self._error

    async def _wait_out_alarm(self) -> None:
        """Say so where the broker has stopped all publishers for want of disk space or memory."""
        unblocked = asyncio.ensure_future(self._client.unblocked())
        try:
            done, _ = await asyncio.wait({unblocked}, timeout=STALL_S)
            if done:
                return
            facts = {"broker": self._client.where, "unconfirmed": self._unconfirmed}
            what = "the broker is out of disk space or memory and takes no messages; waiting until it does"
            _log.warning(what, extra={"facts": facts})
            await unblocked
            if self._error is None:
                _log.warning("the broker takes messages again", extra={"facts": facts})
        finally:
            unblocked.cancel()


def publish_frames(
    *, channel: int, exchange: str, routing_key: str, first_id: int, bodies: Octets, frame_max: int
) -> bytes:
    """The frames of persistent, mandatory messages with consecutive ids, in one piece.

    Args:
        channel: Number of the channel.
        exchange: Where they go.
        routing_key: The one key of them all.
        first_id: Publishing id of the first; each stands in its message's `message-id`.
        bodies: Shape (n, width).
        frame_max: The largest frame in bytes, 0 for no limit; longer bodies are split.
    """
    from pamqp import frame  # noqa: PLC0415  imported already by `connect`
    from pamqp.commands import Basic  # noqa: PLC0415
    from pamqp.header import ContentHeader  # noqa: PLC0415

    n, width = bodies.shape
    method = Basic.Publish(exchange=exchange, routing_key=routing_key, mandatory=True)
    placeholder = "\x01" * _ID_DIGITS
    properties = Basic.Properties(content_type="application/json", delivery_mode=2, message_id=placeholder)
    head = frame.marshal(method, channel) + frame.marshal(ContentHeader(0, width, properties), channel)
    at = head.rindex(placeholder.encode())
    ids = "".join(map(_message_id, range(first_id, first_id + n))).encode()
    columns: list[Octets] = [
        _repeated(head[:at], n),
        np.frombuffer(ids, dtype=np.uint8).reshape(n, _ID_DIGITS),
        _repeated(head[at + _ID_DIGITS :], n),
    ]
    step = frame_max - _FRAME_OVERHEAD if frame_max else max(width, 1)
    for start in range(0, width, step):
        part = bodies[:, start : start + step]
        size = part.shape[1]
        columns += [
            _repeated(_FRAME_BODY + channel.to_bytes(2, "big") + size.to_bytes(4, "big"), n),
            part,
            _repeated(_FRAME_END, n),
        ]
    return np.concatenate(columns, axis=1).tobytes()


def _message_id(publishing_id: int) -> str:
    return f"{publishing_id:0{_ID_DIGITS}}"


def _repeated(octets: bytes, n: int) -> Octets:
    return np.broadcast_to(np.frombuffer(octets, dtype=np.uint8), (n, len(octets)))
