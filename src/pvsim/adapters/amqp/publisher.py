"""Publishing: blocks of messages in one write, each confirmed by the broker.

They go straight to the stream, by the default exchange: it costs the broker 15 µs a message, a topic exchange 25
(3.10.8). An account that may not write to the default exchange publishes as everybody else's meters do.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from logging import getLogger
from typing import TypeAlias

import numpy as np

from pvsim.adapters.amqp.client import AmqpClient, Channel
from pvsim.core.amqp import methods
from pvsim.core.amqp.content import Message
from pvsim.core.amqp.deliveries import Deliveries
from pvsim.core.amqp.methods import Confirm, Kind, Method
from pvsim.core.amqp.publishing import MANY_UNDER_WAY, Confirms, most_under_way, publish_frames
from pvsim.core.quantities.types import Octets
from pvsim.errors import BrokerError, BrokerRefusedError

__all__ = ["AmqpPublisher", "PublishingId", "Route"]

BLOCK = 500
"""Messages in one write, at most; 250 to 4,000 were alike."""

BLOCKS_UNDER_WAY = 3
"""So many blocks, at least, are what may be under way: while one is confirmed, the broker has others."""

STALL_S = 1.0
"""Without a confirm for so long, ask whether the broker has stopped us."""

_log = getLogger(__name__)


PublishingId: TypeAlias = Callable[[bytes], int | None]
"""The publishing id that a body of the run has, None for any other body."""


@dataclass(frozen=True, slots=True)
class Route:
    """How messages come to a stream: exchange and routing key."""

    exchange: str
    routing_key: str

    def why_not(self) -> str:
        """Why a message that goes this way comes back."""
        if not self.exchange:
            return f"the stream {self.routing_key} was deleted"
        return (
            f"exchange {self.exchange} has no queue for {self.routing_key};"
            " the stream was deleted, or is not bound to it"
        )


class AmqpPublisher:
    """Publishes in order on one channel that confirms.

    Args:
        client: The connection.
        stream: Where the messages go.
        through_exchange: The way of an account that may not use the default exchange.
        last_id: Reads the last publishing id from the stream.
        publishing_id: Tells which message came back.
    """

    def __init__(
        self,
        client: AmqpClient,
        stream: str,
        through_exchange: Route,
        last_id: Callable[[], Awaitable[int]],
        publishing_id: PublishingId | None,
    ) -> None:
        self._client, self._stream, self._through_exchange = client, stream, through_exchange
        self._last_id, self._publishing_id = last_id, publishing_id
        self._channel: Channel | None = None
        self._route = Route("", stream)
        self._under_way = MANY_UNDER_WAY  # until the broker is known
        self._confirms = Confirms()
        self._changed = asyncio.Event()
        self._may_go_straight: bool | None = None
        self._error: BrokerError | None = None

    @property
    def confirmed(self) -> int:
        """See `ports.Publisher.confirmed`."""
        return self._confirms.confirmed

    async def last_id(self) -> int:
        """See `ports.Publisher.last_id`. Read from the end of the log: what follows may be there already."""
        return await self._last_id()

    async def publish(self, first_id: int, bodies: Octets, batch: int = 1) -> None:  # noqa: ARG002 - always 1 here
        """See `ports.Publisher.publish`."""
        channel = self._channel = self._channel or await self._open()
        under_way = self._under_way
        block = min(BLOCK, under_way // BLOCKS_UNDER_WAY)
        for start in range(0, len(bodies), block):
            part = bodies[start : start + block]
            await self._until_unconfirmed(under_way - len(part))
            self._confirms.expect(first_id + start, len(part))
            await self._send(channel, self._route, part)

    async def flush(self) -> None:
        """See `ports.Publisher.flush`."""
        await self._until_unconfirmed(0)

    async def _open(self) -> Channel:
        """A channel that confirms, and the way that the account may go.

        Permission shows itself only with a message. The one that asks for it goes nowhere, and comes back.
        """
        asking = await self._client.channel("publish past the exchange")
        asking.listener = self._on_answer
        await self._send(asking, Route("", ""), np.zeros((1, 1), dtype=np.uint8))
        await self._until(lambda: self._may_go_straight is not None)
        if not self._may_go_straight:
            self._route = self._through_exchange
        now = asyncio.get_running_loop().time
        begin = now()
        channel = await self._client.channel("publish")
        opened = now()
        await channel.call(methods.plain(Kind.CONFIRM_SELECT))
        round_trip_s = min(opened - begin, now() - opened)  # something else may have held one of them up
        self._under_way = most_under_way(self._client.server, round_trip_s)
        channel.listener = self._on_event
        return channel

    async def _send(self, channel: Channel, route: Route, bodies: Octets) -> None:
        frames = publish_frames(
            channel=channel.number,
            exchange=route.exchange,
            routing_key=route.routing_key,
            bodies=bodies,
            frame_max=self._client.frame_max,
        )
        await self._client.send_frames(frames)

    def _on_answer(self, event: Method | Message | Deliveries | BrokerError) -> None:
        if isinstance(event, BrokerError) and not isinstance(event, BrokerRefusedError):
            self._error = event
        else:
            self._may_go_straight = not isinstance(event, BrokerError)
        self._changed.set()

    def _on_event(self, event: Method | Message | Deliveries | BrokerError) -> None:
        if self._error is not None:  # what is confirmed now may be what was given back before
            return
        match event:
            case Confirm():
                self._confirms.take(event)
                if (refused := self._confirms.refused) is not None:
                    what = f"the broker refused message {refused:,}"
                    self._error = BrokerError(what, where=self._client.where)
            case Message(body=body):
                known = self._publishing_id(body) if self._publishing_id is not None else None
                which = "a message" if known is None else f"message {known:,}"
                what = f"{which} came back: {self._route.why_not()}"
                fix = "resume the run: what is missing is published again"
                self._error = BrokerError(what, where=self._client.where, fix=fix)
            case BrokerError():
                self._error = event
            case _:
                return
        self._changed.set()

    async def _until_unconfirmed(self, at_most: int) -> None:
        await self._until(lambda: self._confirms.unconfirmed <= max(at_most, 0))

    async def _until(self, done: Callable[[], bool]) -> None:
        while not done() and self._error is None:
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
