"""Publishing through the exchange: blocks of messages in one write, each confirmed by the broker."""

import asyncio
from logging import getLogger
from typing import TYPE_CHECKING

from pvsim.adapters.amqp.client import AmqpClient, Channel
from pvsim.core.amqp.content import Message
from pvsim.core.amqp.deliveries import Deliveries
from pvsim.core.amqp.methods import Confirm, Method
from pvsim.core.amqp.publishing import Confirms, publish_frames
from pvsim.core.quantities.types import Octets
from pvsim.errors import BrokerError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

__all__ = ["AmqpPublisher"]

BLOCK = 500
"""Messages in one write; 250 to 1,000 were alike."""

MAX_UNCONFIRMED = 4_000
"""Messages under way."""

STALL_S = 1.0
"""Without a confirm for so long, ask whether the broker has stopped us."""

_log = getLogger(__name__)


class AmqpPublisher:
    """Publishes in order on one channel that confirms."""

    def __init__(
        self,
        client: AmqpClient,
        channel: Channel,
        exchange: str,
        routing_key: str,
        last_id: "Callable[[], Awaitable[int]]",
    ) -> None:
        self._client, self._channel = client, channel
        self._exchange, self._routing_key = exchange, routing_key
        self._last_id = last_id
        self._confirms = Confirms()
        self._changed = asyncio.Event()
        self._error: BrokerError | None = None
        channel.listener = self._on_event

    @property
    def confirmed(self) -> int:
        """See `ports.Publisher.confirmed`."""
        return self._confirms.confirmed

    async def last_id(self) -> int:
        """See `ports.Publisher.last_id`. Read from the end of the log: what follows may be there already."""
        return await self._last_id()

    async def publish(self, first_id: int, bodies: Octets) -> None:
        """See `ports.Publisher.publish`."""
        for start in range(0, len(bodies), BLOCK):
            part = bodies[start : start + BLOCK]
            await self._until_unconfirmed(MAX_UNCONFIRMED - len(part))
            frames = publish_frames(
                channel=self._channel.number,
                exchange=self._exchange,
                routing_key=self._routing_key,
                first_id=first_id + start,
                bodies=part,
                frame_max=self._client.frame_max,
            )
            self._confirms.expect(first_id + start, len(part))
            await self._client.send_frames(frames)

    async def flush(self) -> None:
        """See `ports.Publisher.flush`."""
        await self._until_unconfirmed(0)

    def _on_event(self, event: Method | Message | Deliveries | BrokerError) -> None:
        if self._error is not None:  # what is confirmed now may be what was given back before
            return
        match event:
            case Confirm():
                self._confirms.take(event)
                if (refused := self._confirms.refused) is not None:
                    what = f"the broker refused message {refused:,}"
                    self._error = BrokerError(what, where=self._client.where)
            case Message(message_id=message_id):
                what = (
                    f"exchange {self._exchange} has no queue for {self._routing_key}: the stream was deleted,"
                    f" or is not bound to it (message {int(message_id):,} came back)"
                )
                fix = "resume the run: what is missing is published again"
                self._error = BrokerError(what, where=self._client.where, fix=fix)
            case BrokerError():
                self._error = event
            case _:
                return
        self._changed.set()

    async def _until_unconfirmed(self, at_most: int) -> None:
        while self._confirms.unconfirmed > max(at_most, 0) and self._error is None:
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
            facts = {"broker": self._client.where, "unconfirmed": self._confirms.unconfirmed}
            what = "the broker is out of disk space or memory and takes no messages; waiting until it does"
            _log.warning(what, extra={"facts": facts})
            await unblocked
            if self._error is None:
                _log.warning("the broker takes messages again", extra={"facts": facts})
        finally:
            unblocked.cancel()
