"""Logs, publishers and subscriptions over AMQP 0-9-1."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import TypeVar

from pvsim.adapters.amqp.client import AmqpClient, NotFoundError, NotReadyError
from pvsim.adapters.amqp.publisher import AmqpPublisher, PublishingId, Route
from pvsim.adapters.amqp.subscription import Subscription
from pvsim.core.amqp import methods
from pvsim.core.amqp.methods import Ok
from pvsim.core.messages.address import BrokerAddress
from pvsim.core.messages.batch import Batch
from pvsim.errors import BrokerError, BrokerRefusedError

__all__ = ["EXCHANGE", "AmqpTransport", "answers", "bind_exchange", "routing_key"]

EXCHANGE = "pvsim"
"""The topic exchange; `meter.<site>.<meter>` reaches the stream that is bound for the site."""

FIRST_S, QUIET_S, LAST_CHUNK_S = 0.5, 0.2, 5.0
"""How long the last chunk may take to begin, what silence means that it is all there, and how long to read at
most. The broker does not say that a log is empty; too short only costs messages that are published twice."""

EMPTY_S, EMPTY_CALLS = 0.1, 5.0
"""How long it may take to begin where the broker counts no message. That mostly says that the log is new, but the
count is up to 5 s old (3.10.8). At least so many seconds, and so many times what it took to ask."""

READY_S, READY_TICK_S = 15.0, 0.1
"""How long a stream that was just made, or whose node just started, may take until it can be used, and how
often to ask; the broker does not tell."""

_T = TypeVar("_T")


class AmqpTransport:
    """Connects to a broker's AMQP port.

    Args:
        address: The broker.
        publishing_id: Tells which messages a log ends with. AMQP has no publisher names, so that only the log
            itself can say where to go on. Without it everything is published again, and dropped by the reader.
    """

    def __init__(self, address: BrokerAddress, publishing_id: PublishingId | None = None) -> None:
        self._address = address
        self._publishing_id = publishing_id

    @asynccontextmanager
    async def log(self, stream: str) -> AsyncIterator["AmqpLog"]:
        """See `ports.Transport.log`."""
        async with AmqpClient.connect(self._address, f"pvsim {stream}") as client:
            yield AmqpLog(client, stream, self._publishing_id)


async def answers(address: BrokerAddress) -> bool:
    """Whether the AMQP port takes connections; what speaks there shows itself later."""
    try:
        async with asyncio.timeout(2):
            _, writer = await asyncio.open_connection(address.host, address.amqp_port)
    except (OSError, TimeoutError, UnicodeError):  # UnicodeError: no name of a host
        return False
    writer.close()
    return True


async def server_of(address: BrokerAddress) -> str:
    """Who answers there, for example `RabbitMQ 3.10.8`.

    Raises:
        BrokerError: if nothing answers, something else answers, or the account is refused.
    """
    async with AmqpClient.connect(address, "pvsim doctor") as client:
        return client.server


async def bind_exchange(address: BrokerAddress, stream: str) -> None:
    """Let everybody's meters reach an existing stream through the exchange.

    Raises:
        BrokerError: if the broker cannot be reached, the stream is not there, or the account may not bind.
    """
    async with AmqpClient.connect(address, f"pvsim {stream}") as client:
        await AmqpLog(client, stream, None).bind()


@asynccontextmanager
async def exchange_as_before(address: BrokerAddress) -> AsyncIterator[None]:
    """Remove the exchange at the end if it was not there before and nobody uses it."""
    async with AmqpClient.connect(address, "pvsim doctor") as client:
        try:
            channel = await client.channel(f"look at exchange {EXCHANGE}")
            await channel.call(methods.declare_exchange(EXCHANGE, passive=True))
        except NotFoundError:
            there = False
        except BrokerRefusedError:  # it is there, or cannot be made
            there = True
        else:
            there = True
        yield
        if not there:
            with suppress(BrokerError):  # somebody uses it by now, or it was not made
                channel = await client.channel(f"remove exchange {EXCHANGE}")
                await channel.call(methods.delete_exchange(EXCHANGE))


def routing_key(stream: str, meter: str) -> str:
    """The key that takes a meter's messages to a stream: `meter.<site>.<meter>`.

    Each run has a stream of its own, `pvsim.<run id>`, and for now each run is a site of its own: runs side by
    side on one broker do not get each other's readings.

    Args:
        stream: Name of the stream.
        meter: Name of the meter, `*` for all.
    """
    return f"meter.{stream.removeprefix('pvsim.')}.{meter}"


class AmqpLog:
    """One stream queue on the broker."""

    takes_batches = False

    def __init__(self, client: AmqpClient, stream: str, publishing_id: PublishingId | None) -> None:
        self._client, self._stream, self._publishing_id = client, stream, publishing_id

    async def create(self) -> None:
        """See `ports.Log.create`. A user who may not goes on: queue and binding may have been made for them."""
        if not await _when_ready(self._exists):
            await self._call(methods.declare_stream(self._stream), f"create stream {self._stream}")
        with suppress(BrokerRefusedError):
            await self.bind()

    async def bind(self) -> None:
        """Make the exchange and bind the stream to it; nothing happens where that is done.

        Raises:
            BrokerError: if the stream is not there, or the account may not bind.
        """
        with suppress(BrokerRefusedError):  # it may have been made for us
            await self._call(methods.declare_exchange(EXCHANGE), f"declare the topic exchange {EXCHANGE}")
        bind = methods.bind(self._stream, EXCHANGE, routing_key(self._stream, "*"))
        await self._call(bind, f"bind stream {self._stream} to exchange {EXCHANGE}")

    async def delete(self) -> None:
        """See `ports.Log.delete`."""
        with suppress(NotFoundError):
            await self._call(methods.delete_queue(self._stream), f"delete stream {self._stream}")

    @asynccontextmanager
    async def publisher(self, name: str) -> AsyncIterator[AmqpPublisher]:
        """See `ports.Log.publisher`."""
        through_exchange = Route(EXCHANGE, routing_key(self._stream, name))
        yield AmqpPublisher(self._client, self._stream, through_exchange, self.last_id, self._publishing_id)

    @asynccontextmanager
    async def subscribe(self, from_offset: int) -> AsyncIterator[AsyncIterator[Batch]]:
        """See `ports.Log.subscribe`."""
        subscription = await self._subscribed(from_offset or "first")
        try:
            yield subscription
        finally:
            await subscription.stop()

    async def last_id(self) -> int:
        """The highest publishing id in the last chunk of the log, 0 for none.

        One channel keeps the order, so that everything before it is in the log as well.

        Raises:
            BrokerError: if the connection is lost, or the log may not be read.
        """
        highest = 0
        if self._publishing_id is None:
            return highest
        now = asyncio.get_running_loop().time
        look = methods.declare_stream(self._stream, passive=True)
        counted = (await self._call(look, f"look for stream {self._stream}")).messages
        asked = now()
        subscription = await self._subscribed("last")
        patience = FIRST_S if counted else min(max(EMPTY_S, EMPTY_CALLS * (now() - asked)), FIRST_S)
        try:
            async with asyncio.timeout(LAST_CHUNK_S):  # somebody else's meter may never be silent
                while True:
                    async with asyncio.timeout(patience):
                        batch = await anext(subscription)
                    ids = map(self._publishing_id, map(batch.body, range(len(batch))))
                    highest = max(highest, *(known or 0 for known in ids))
                    patience = QUIET_S
        except TimeoutError:
            return highest
        finally:
            await subscription.stop()

    async def _subscribed(self, offset: int | str) -> Subscription:
        """A subscription that has started; declaring a stream returns before its replica is there."""

        async def attempt() -> Subscription:
            channel = await self._client.channel(f"read from {self._stream}")
            subscription = Subscription(self._client, channel, self._stream)
            await subscription.start(offset)
            return subscription

        return await _when_ready(attempt)

    async def _exists(self) -> bool:
        look = methods.declare_stream(self._stream, passive=True)
        try:
            await self._call(look, f"look for stream {self._stream}")
        except NotFoundError:
            return False
        return True

    async def _call(self, method: bytes, doing: str) -> Ok:
        """Do one thing on a channel of its own: a refusal closes it."""
        channel = await self._client.channel(doing)
        answer = await channel.call(method)
        await channel.close()
        return answer


async def _when_ready(attempt: Callable[[], Awaitable[_T]]) -> _T:
    """What `attempt` gives once the broker is ready for it; a refusal closes the channel, so it opens its own."""
    loop = asyncio.get_running_loop()
    until = loop.time() + READY_S
    while True:
        try:
            return await attempt()
        except NotReadyError:
            if loop.time() >= until:
                raise
        await asyncio.sleep(READY_TICK_S)
