"""One TCP connection of AMQP 0-9-1: moves bytes, wakes those who wait, and says what the broker refuses."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import TypeAlias, cast

from pvsim.adapters.shared import tls
from pvsim.adapters.shared.broker_socket import BrokerSocket
from pvsim.core.amqp import methods
from pvsim.core.amqp.connection import AmqpConnection, Closed, Event, OnChannel, Ready, State
from pvsim.core.amqp.content import Message
from pvsim.core.amqp.deliveries import Deliveries
from pvsim.core.amqp.methods import Blocked, Close, Code, Kind, Method, Ok
from pvsim.core.messages.address import BrokerAddress
from pvsim.errors import BrokerError, BrokerLostError, BrokerRefusedError

__all__ = ["AmqpClient", "Channel", "NotFoundError", "NotReadyError"]

CONNECT_S = 10.0
CLOSE_S = 3.0
WRITE_BUFFER_BYTES = 1 << 19
"""Bytes that may wait for the socket before whoever publishes has to; a block of messages is about a quarter."""

_NOT_READY = ("does not have a replica on the local node", "is down or inaccessible")
_FIX_ADDRESS = "start it with: pvsim broker up, or name another in PVSIM_BROKER_URL"
_CHANNEL_MAX = 2_047  # the broker's own limit where it names none

Listener: TypeAlias = Callable[[Method | Message | Deliveries | BrokerError], None]


class NotFoundError(BrokerError):
    """The queue or exchange does not exist."""


class NotReadyError(BrokerError):
    """The stream has no replica, or none that runs: not yet, if it was made or the node started a moment ago."""


class AmqpClient(BrokerSocket[Event]):
    """A connection that is signed in.

    Attributes:
        where: Host and port, for messages.
    """

    _connection: AmqpConnection

    def __init__(self, address: BrokerAddress, purpose: str) -> None:
        super().__init__(f"{address.host}:{address.amqp_port}")
        self._connection = AmqpConnection(
            account=address.account,
            vhost=address.vhost,
            purpose=purpose,
            where=self.where,
        )
        self._ready: asyncio.Future[None] = self._loop.create_future()
        self._channels: dict[int, Channel] = {}
        self._unblocked = asyncio.Event()
        self._unblocked.set()

    @classmethod
    @asynccontextmanager
    async def connect(cls, address: BrokerAddress, purpose: str) -> AsyncIterator["AmqpClient"]:
        """Connect and sign in; at the end say goodbye.

        Args:
            address: The broker.
            purpose: What the broker's list of connections shows.

        Raises:
            BrokerError: if nothing answers, something else answers, or the account is refused.
        """
        client = cls(address, purpose)
        try:
            await client._sign_in(address)
            yield client
            await client._say_goodbye()
        finally:
            client.abort()

    @property
    def server(self) -> str:
        """Product and version, as the broker says them."""
        return self._connection.server

    @property
    def frame_max(self) -> int:
        """The largest frame in bytes that both sides agreed on, 0 for no limit."""
        return self._connection.limits.frame_max

    async def channel(self, doing: str) -> "Channel":
        """Open a channel; it lives as long as the connection, or until the broker refuses something on it.

        Args:
            doing: What it is for, as a part of a sentence: a refusal that no call waits for is told so.

        Raises:
            BrokerError: if the connection is lost.
        """
        numbers = range(1, (self._connection.limits.channel_max or _CHANNEL_MAX) + 1)
        number = next((n for n in numbers if n not in self._channels), None)
        if number is None:
            raise BrokerError("the broker allows no more channels on this connection", where=self.where)
        channel = self._channels[number] = Channel(self, number, doing)
        await channel.call(methods.plain(Kind.CHANNEL_OPEN), "open a channel")
        return channel

    async def unblocked(self) -> None:
        """Wait until the broker takes messages: at once, unless an alarm has stopped it."""
        await self._unblocked.wait()

    def forget(self, channel: "Channel") -> None:
        """The number of a channel that is closed on both sides may be used again."""
        self._channels.pop(channel.number, None)

    def send_now(self, channel: int, method: bytes) -> None:
        """Send a method without waiting.

        Raises:
            BrokerError: if the connection is lost.
        """
        self._check()
        self._connection.send(channel, method)
        self._write()

    async def send_frames(self, frames: bytes) -> None:
        """Send frames; waits while the socket is full.

        Raises:
            BrokerError: if the connection is lost.
        """
        await self._may_write.wait()
        self._check()
        self._connection.send_frames(frames)
        self._write()

    def refusal(self, close: Close, doing: str) -> BrokerError:
        """Why the broker closed a channel while `doing`."""
        if close.code == Code.ACCESS_REFUSED:
            fix = "grant the permission with: rabbitmqctl set_permissions, or use another account"
            return BrokerRefusedError(f"no permission to {doing}: {close.reason}", where=self.where, fix=fix)
        if any(words in close.reason for words in _NOT_READY):
            return NotReadyError(f"cannot {doing}: {close.reason}", where=self.where)
        if close.code == Code.NOT_FOUND:
            return NotFoundError(f"cannot {doing}: {close.reason}", where=self.where)
        return BrokerError(f"the broker refuses to {doing}: {close.reason or close.code}", where=self.where)

    # --- from the first byte to the last ---

    async def _sign_in(self, address: BrokerAddress) -> None:
        context, name = tls.context_of(address), tls.server_name_of(address)
        host, port = address.host, address.amqp_port
        try:
            async with asyncio.timeout(CONNECT_S):
                await self._loop.create_connection(lambda: self, host, port, ssl=context, server_hostname=name)
                await self._ready
        except TimeoutError as error:
            what = f"no answer in AMQP 0-9-1 within {CONNECT_S:.0f} s"
            raise BrokerError(what, where=self.where, fix=_FIX_ADDRESS) from error
        except (OSError, UnicodeError) as error:  # UnicodeError: a host name that cannot be looked up
            if (refusal := tls.refusal_of(error, self.where)) is not None:
                raise refusal from error
            kind = BrokerLostError if isinstance(error, ConnectionResetError) else BrokerError
            what = f"cannot connect to the broker: {tls.reason_of(error)}"
            raise kind(what, where=self.where, fix=_FIX_ADDRESS) from error

    async def _say_goodbye(self) -> None:
        """Close the connection and wait for the answer, at most `CLOSE_S`."""
        if self._connection.state is State.READY and not self._ended.is_set():
            self._connection.close()
            self._write()
            with suppress(TimeoutError):  # the server is busy or gone: closing the socket says the same
                async with asyncio.timeout(CLOSE_S):
                    await self._ended.wait()

    # --- called by the event loop ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.Protocol`."""
        super().connection_made(transport)
        cast("asyncio.Transport", transport).set_write_buffer_limits(WRITE_BUFFER_BYTES)

    def _dispatch(self, event: Event) -> None:
        match event:
            case Ready():
                if not self._ready.done():  # else it came too late, and nobody waits any more
                    self._ready.set_result(None)
            case Closed(error):
                self._end(error)
            case Blocked(reason):
                if reason:
                    self._unblocked.clear()
                else:
                    self._unblocked.set()
            case Deliveries(channel=number):
                self._tell(number, event)
            case OnChannel(number, what):
                self._tell(number, what)

    def _tell(self, number: int, what: Method | Message | Deliveries) -> None:
        if (channel := self._channels.get(number)) is not None:
            channel.take(what)

    def _tell_end(self, error: BrokerError) -> None:
        self._unblocked.set()
        if not self._ready.done():
            self._ready.set_exception(error)
            self._ready.exception()  # whoever waits gets it; nobody waiting is no fault
        for channel in list(self._channels.values()):
            channel.take(error)


class Channel:
    """A channel of a connection: one thing at a time is asked on it.

    Args:
        client: The connection.
        number: Its number there.
        doing: What it is for.

    Attributes:
        listener: Called with what comes that is no answer to a call, and with the error that ends the channel.
    """

    def __init__(self, client: AmqpClient, number: int, doing: str) -> None:
        self.number = number
        self.listener: Listener | None = None
        self._client, self._doing = client, doing
        self._answer: asyncio.Future[Ok] | None = None
        self._error: BrokerError | None = None

    @property
    def is_open(self) -> bool:
        """Whether nothing has ended it."""
        return self._error is None

    async def call(self, method: bytes, doing: str = "") -> Ok:
        """Ask for something and wait until it is done.

        Args:
            method: What is asked for.
            doing: The same as a part of a sentence, where it is not what the channel is for.

        Raises:
            BrokerError: if the connection is lost, or the broker refuses; then the channel is closed.
        """
        if self._error is not None:
            raise self._error
        before, self._doing = self._doing, doing or self._doing
        answer: asyncio.Future[Ok] = asyncio.get_running_loop().create_future()
        self._answer = answer
        self._client.send_now(self.number, method)
        try:
            return await answer
        finally:
            self._doing = before

    def send_now(self, method: bytes) -> None:
        """Send what has no answer.

        Raises:
            BrokerError: if the connection is lost.
        """
        self._client.send_now(self.number, method)

    async def close(self) -> None:
        """Want nothing more, messages included.

        Raises:
            BrokerError: if the connection is lost.
        """
        self.listener = None
        if self._error is None:
            await self.call(methods.close(Kind.CHANNEL_CLOSE))
            self._client.forget(self)

    def take(self, what: Method | Message | Deliveries | BrokerError) -> None:
        """Take what the broker says on this channel, or what ended the connection."""
        answer = self._answer
        if isinstance(what, Ok):
            if answer is not None and not answer.done():
                answer.set_result(what)
            return
        if isinstance(what, Close):
            self._client.forget(self)
            what = self._client.refusal(what, self._doing)
        if isinstance(what, BrokerError):
            self._error = what
            if answer is not None and not answer.done():
                answer.set_exception(what)
                answer.exception()  # whoever waits gets it; nobody waiting is no fault
        if self.listener is not None:
            self.listener(what)
