"""One AMQP connection: signs in, opens channels, and turns what the library raises into `BrokerError`.

The library ends waiting calls of a lost connection in several ways, `CancelledError` among them. So each call
runs in a task of its own beside the connection's end: whatever ends it, only the caller's own cancellation
reaches the caller as one.
"""

import asyncio
import logging
import os
import ssl
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeVar, cast

from pvsim.core.messages.address import BrokerAddress
from pvsim.errors import BrokerError, BrokerLostError, BrokerRefusedError

if TYPE_CHECKING:
    from aio_pika.abc import AbstractConnection
    from aiormq.channel import Channel

__all__ = ["AmqpClient", "cause_of"]

CONNECT_S = 10.0
CLOSE_S = 3.0
HEARTBEAT_S = 10
"""A broker that is silent for three of these is given up."""

_NO_LOG = logging.NullHandler()

FRAME_BUFFER = 300
"""Frames of a channel that wait to be taken: batches are of about 200 messages then, of 7 with the library's 10.
A frame has up to 128 KiB, so that more could take much memory."""

ACCESS_REFUSED, NOT_FOUND, NOT_ALLOWED = 403, 404, 530

_T = TypeVar("_T")


class AmqpClient:
    """A connection that is signed in.

    Attributes:
        where: Host and port, for messages.
        closing: Done when the connection has ended, for whatever reason.
    """

    def __init__(self, connection: "AbstractConnection", where: str) -> None:
        transport = connection.transport
        if transport is None:  # for the type checker: a signed-in connection has one
            raise BrokerError("the connection to the broker was lost", where=where)
        self.where = where
        self.closing: asyncio.Future[Any] = transport.connection.closing
        self._connection = connection
        self._underlay = transport.connection

    @property
    def server(self) -> str:
        """Product and version, as the broker says them."""
        facts = cast("dict[str, object]", getattr(self._underlay, "server_properties", {}))
        words = (facts.get("product", "an AMQP broker"), facts.get("version", ""))
        return " ".join(w.decode() if isinstance(w, bytes) else str(w) for w in words).strip()

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
        import aio_pika  # noqa: PLC0415  a quarter of a second

        for library in ("aio_pika", "aiormq"):
            logging.getLogger(library).addHandler(_NO_LOG)  # without any, Python prints what they log
        where = f"{address.host}:{address.amqp_port}"
        signing_in = asyncio.ensure_future(
            aio_pika.connect(
                host=address.host,
                port=address.amqp_port,
                login=address.user,
                password=address.password,
                virtualhost=address.vhost,
                ssl=address.tls,
                ssl_context=ssl.create_default_context() if address.tls else None,
                heartbeat=HEARTBEAT_S,
                client_properties={"connection_name": purpose},
            )
        )
        try:
            await asyncio.wait({signing_in}, timeout=CONNECT_S)
        finally:
            in_time = signing_in.done() or not signing_in.cancel()
        if not in_time:
            what = f"no answer in AMQP 0-9-1 within {CONNECT_S:.0f} s"
            raise BrokerError(what, where=where, fix=_FIX_ADDRESS)
        if error := cause_of(signing_in):
            raise _sign_in_error(error, address, where) from error
        connection = signing_in.result()
        try:
            yield cls(connection, where)
        finally:
            closing = asyncio.ensure_future(connection.close())
            await asyncio.wait({closing}, timeout=CLOSE_S)
            closing.cancel()
            cause_of(closing)  # taken note of: after a lost connection there is nothing to say goodbye to

    async def call(self, waiting: Coroutine[Any, Any, _T], doing: str) -> _T:
        """Wait for the library, but not longer than the connection lives.

        Raises:
            BrokerError: if the connection or the channel is lost, or the broker refuses.
        """
        task = asyncio.ensure_future(waiting)
        try:
            await asyncio.wait({task, self.closing}, return_when=asyncio.FIRST_COMPLETED)
            if not task.done():  # a refusal may arrive together with the end of the connection
                await asyncio.wait({task}, timeout=0)
        finally:
            unfinished = task.cancel()
        if unfinished:
            raise self.lost()
        error = cause_of(task)
        if error is None:
            return task.result()
        raise self.error(error, doing) from error

    def error(self, error: BaseException, doing: str) -> BrokerError:
        """What the library raised while `doing`, in our words."""
        code = _code(error)
        if code == ACCESS_REFUSED:
            fix = "grant the permission with: rabbitmqctl set_permissions, or use another account"
            return BrokerRefusedError(f"no permission to {doing}: {error}", where=self.where, fix=fix)
        if any(words in str(error) for words in _NOT_READY):
            return NotReadyError(f"cannot {doing}: {error}", where=self.where)
        if code == NOT_FOUND:
            return NotFoundError(f"cannot {doing}: {error}", where=self.where)
        if self.closing.done() or isinstance(error, (asyncio.CancelledError, OSError)):
            return self.lost(error)
        return BrokerError(f"the broker refuses to {doing}: {error}", where=self.where)

    def lost(self, error: BaseException | None = None) -> BrokerError:
        """The connection has ended."""
        if (error is None or isinstance(error, asyncio.CancelledError)) and self.closing.done():
            error = cause_of(self.closing)
        reason = "" if error is None or isinstance(error, asyncio.CancelledError) else f": {error}"
        lost = BrokerLostError(f"the connection to the broker was lost{reason}", where=self.where)
        lost.__cause__ = error
        return lost

    async def channel(self, *, confirms: bool = False) -> "Channel":
        """Open a channel; it lives as long as the connection, or until the broker refuses something on it.

        Raises:
            BrokerError: if the connection is lost.
        """
        opening = self._underlay.channel(publisher_confirms=confirms, frame_buffer_size=FRAME_BUFFER)
        return cast("Channel", await self.call(opening, "open a channel"))

    async def unblocked(self) -> None:
        """Wait until the broker takes messages: at once, unless an alarm has stopped it."""
        ready = asyncio.ensure_future(self._underlay.ready())
        try:
            await asyncio.wait({ready, self.closing}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ready.cancel()


class NotFoundError(BrokerError):
    """The queue or exchange does not exist."""


class NotReadyError(BrokerError):
    """The stream has no replica, or none that runs: not yet, if it was made or the node started a moment ago."""


def cause_of(future: "asyncio.Future[Any]") -> BaseException | None:
    """What a done future ended with, a `CancelledError` too; None for a result or while it is not done."""
    if not future.done():
        return None
    try:
        return future.exception()
    except asyncio.CancelledError as error:
        return error


_NOT_READY = ("does not have a replica on the local node", "is down or inaccessible")
_FIX_ADDRESS = "start it with: pvsim broker up, or name another in PVSIM_BROKER_URL"

_FRAME_MAX = 1 << 20  # text of another protocol, taken for a frame, is of a gigabyte
_FIX_PORT = "name the broker's AMQP port (often 5672) in PVSIM_BROKER_URL"


def _code(error: BaseException) -> int:
    """The reply code of a refusal, which the library tells by type or by the first argument."""
    from aiormq import exceptions  # noqa: PLC0415  imported already by `connect`

    if isinstance(error, (exceptions.ProbableAuthenticationError, exceptions.ChannelAccessRefused)):
        return ACCESS_REFUSED
    if isinstance(error, exceptions.ChannelNotFoundEntity):
        return NOT_FOUND
    code = error.args[0] if error.args else 0
    return code if isinstance(code, int) and _system_error(error) is None else 0


def _system_error(error: BaseException) -> OSError | None:
    """What the system, not the broker, said: the library's errors are `OSError` too, and carry the system's."""
    from aiormq.exceptions import AMQPError  # noqa: PLC0415  imported already by `connect`

    cause = error.__cause__
    return cause if isinstance(cause, OSError) and not isinstance(cause, AMQPError) else None


def _sign_in_error(error: BaseException, address: BrokerAddress, where: str) -> BrokerError:
    code = _code(error)
    if code == ACCESS_REFUSED:
        what = f"the broker refuses user {address.user!r}: wrong user or password"
        return BrokerRefusedError(what, where=where, fix="correct the account in PVSIM_BROKER_URL")
    opening = "Connection.OpenOk" in str(error)  # the library keeps no code here, only what it had hoped for
    if code == NOT_ALLOWED or opening:
        what = f"the broker refuses vhost {address.vhost!r} to user {address.user!r}"
        fix = "correct the vhost in PVSIM_BROKER_URL, or ask for permission"
        return BrokerRefusedError(what, where=where, fix=fix)
    if (cause := _system_error(error)) is not None:
        known = isinstance(cause, ConnectionError) and cause.errno
        reason = os.strerror(cause.errno or 0).lower() if known else cause.strerror or str(cause)
        kind = BrokerLostError if isinstance(cause, ConnectionResetError) else BrokerError
        return kind(f"cannot connect to the broker: {reason}", where=where, fix=_FIX_ADDRESS)
    ended = error.__cause__
    if isinstance(ended, asyncio.IncompleteReadError) and (ended.expected or 0) <= _FRAME_MAX:
        what = (
            "the connection ended while signing in: the broker is busy, or does not speak AMQP 0-9-1 on this port"
        )
        return BrokerLostError(what, where=where, fix=_FIX_PORT)
    what = f"what answers there does not speak AMQP 0-9-1: {error}"
    return BrokerError(what, where=where, fix=_FIX_PORT)
