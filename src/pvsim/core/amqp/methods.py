"""The methods of AMQP 0-9-1 that pvsim sends and takes, about forty of them.

Those it sends are functions that return the payload of a method frame; those it takes are what `decode` returns.
The tests compare each with what the pamqp library makes and reads.
"""

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal, TypeAlias

from pvsim.core.amqp.fields import Cursor, FrameError, TableValue, long_string, short_string, table
from pvsim.core.messages.account import Account

__all__ = [
    "Blocked",
    "Cancelled",
    "Close",
    "Code",
    "Confirm",
    "Deliver",
    "Kind",
    "Method",
    "Ok",
    "Return",
    "Start",
    "Tune",
    "acknowledge",
    "bind",
    "bind_exchange",
    "close",
    "consume",
    "declare_exchange",
    "declare_stream",
    "decode",
    "delete_exchange",
    "delete_queue",
    "open_vhost",
    "plain",
    "qos",
    "start_ok",
    "tune_ok",
]  # fmt: skip


class Kind(IntEnum):
    """Class and method number of each method, 16 bits each."""

    CONNECTION_START = 10 << 16 | 10
    CONNECTION_START_OK = 10 << 16 | 11
    CONNECTION_TUNE = 10 << 16 | 30
    CONNECTION_TUNE_OK = 10 << 16 | 31
    CONNECTION_OPEN = 10 << 16 | 40
    CONNECTION_OPEN_OK = 10 << 16 | 41
    CONNECTION_CLOSE = 10 << 16 | 50
    CONNECTION_CLOSE_OK = 10 << 16 | 51
    CONNECTION_BLOCKED = 10 << 16 | 60
    CONNECTION_UNBLOCKED = 10 << 16 | 61
    CHANNEL_OPEN = 20 << 16 | 10
    CHANNEL_OPEN_OK = 20 << 16 | 11
    CHANNEL_CLOSE = 20 << 16 | 40
    CHANNEL_CLOSE_OK = 20 << 16 | 41
    EXCHANGE_DECLARE = 40 << 16 | 10
    EXCHANGE_DECLARE_OK = 40 << 16 | 11
    EXCHANGE_DELETE = 40 << 16 | 20
    EXCHANGE_DELETE_OK = 40 << 16 | 21
    EXCHANGE_BIND = 40 << 16 | 30
    EXCHANGE_BIND_OK = 40 << 16 | 31
    QUEUE_DECLARE = 50 << 16 | 10
    QUEUE_DECLARE_OK = 50 << 16 | 11
    QUEUE_BIND = 50 << 16 | 20
    QUEUE_BIND_OK = 50 << 16 | 21
    QUEUE_DELETE = 50 << 16 | 40
    QUEUE_DELETE_OK = 50 << 16 | 41
    BASIC_QOS = 60 << 16 | 10
    BASIC_QOS_OK = 60 << 16 | 11
    BASIC_CONSUME = 60 << 16 | 20
    BASIC_CONSUME_OK = 60 << 16 | 21
    BASIC_CANCEL = 60 << 16 | 30
    BASIC_PUBLISH = 60 << 16 | 40
    BASIC_RETURN = 60 << 16 | 50
    BASIC_DELIVER = 60 << 16 | 60
    BASIC_ACK = 60 << 16 | 80
    BASIC_NACK = 60 << 16 | 120
    CONFIRM_SELECT = 85 << 16 | 10
    CONFIRM_SELECT_OK = 85 << 16 | 11


class Code(IntEnum):
    """Why the server closes a channel or a connection."""

    OK = 200
    CONNECTION_FORCED = 320
    ACCESS_REFUSED = 403
    NOT_FOUND = 404
    NOT_ALLOWED = 530


# --- what the server says ---


@dataclass(frozen=True, slots=True)
class Start:
    """The server's greeting: who it is, and the mechanisms by which one may sign in."""

    product: str
    version: str
    mechanisms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tune:
    """The server's limits, 0 for none: channels, size of a frame in bytes, interval of heartbeats in seconds."""

    channel_max: int
    frame_max: int
    heartbeat_s: int


@dataclass(frozen=True, slots=True)
class Close:
    """The server closes the channel or, on channel 0, the connection."""

    code: int
    reason: str


@dataclass(frozen=True, slots=True)
class Blocked:
    """The server stops taking messages from this connection, or takes them again (empty `reason`)."""

    reason: str


@dataclass(frozen=True, slots=True)
class Ok:
    """A request is done.

    Attributes:
        messages: In the queue that was declared, as the server last counted: a stream's count is seconds old.
    """

    kind: Kind
    messages: int = 0


@dataclass(frozen=True, slots=True)
class Deliver:
    """A message for a consumer; its header and body follow."""

    consumer_tag: str
    delivery_tag: int


@dataclass(frozen=True, slots=True)
class Return:
    """A message that nobody takes; its header and body follow."""

    reason: str


@dataclass(frozen=True, slots=True)
class Confirm:
    """Messages of ours are safe (`taken`) or refused: the one of the tag, or all up to it (`multiple`)."""

    delivery_tag: int
    multiple: bool
    taken: bool


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The server has ended a consumer, since its queue is gone."""

    consumer_tag: str


Method: TypeAlias = Start | Tune | Close | Blocked | Ok | Deliver | Return | Confirm | Cancelled

_WITHOUT_FIELDS_OF_INTEREST = frozenset({
    Kind.CONNECTION_OPEN_OK, Kind.CONNECTION_CLOSE_OK, Kind.CHANNEL_OPEN_OK, Kind.CHANNEL_CLOSE_OK,
    Kind.EXCHANGE_DECLARE_OK, Kind.EXCHANGE_DELETE_OK, Kind.EXCHANGE_BIND_OK, Kind.QUEUE_BIND_OK,
    Kind.QUEUE_DELETE_OK, Kind.BASIC_QOS_OK, Kind.BASIC_CONSUME_OK, Kind.CONFIRM_SELECT_OK,
})  # fmt: skip


def decode(payload: bytes) -> Method:
    """The method in the payload of a method frame.

    Raises:
        FrameError: if it is cut short, or none that a server sends us.
    """
    cursor = Cursor(payload, 0, len(payload))
    number = cursor.integer(4)
    if number in _WITHOUT_FIELDS_OF_INTEREST:
        return Ok(Kind(number))
    if (decoder := _DECODERS.get(number)) is None:
        raise FrameError(f"method {number >> 16}.{number & 0xFFFF} is none that pvsim asks for")
    return decoder(cursor)


def _start(cursor: Cursor) -> Method:
    cursor.skip(2)  # version of the protocol, which the header of the connection has settled
    facts = cursor.table()
    mechanisms = cursor.long_string().decode(errors="replace").split()
    return Start(cursor.text(facts.get("product")), cursor.text(facts.get("version")), tuple(mechanisms))


def _close(cursor: Cursor) -> Method:
    return Close(cursor.integer(2), cursor.short_string())


def _declared(cursor: Cursor) -> Method:
    cursor.short_string()
    return Ok(Kind.QUEUE_DECLARE_OK, cursor.integer(4))


def _return(cursor: Cursor) -> Method:
    cursor.skip(2)
    return Return(cursor.short_string())


_DECODERS: Mapping[int, Callable[[Cursor], Method]] = {
    Kind.CONNECTION_START: _start,
    Kind.CONNECTION_TUNE: lambda c: Tune(c.integer(2), c.integer(4), c.integer(2)),
    Kind.CONNECTION_CLOSE: _close,
    Kind.CONNECTION_BLOCKED: lambda c: Blocked(c.short_string() or "blocked"),
    Kind.CONNECTION_UNBLOCKED: lambda _: Blocked(""),
    Kind.CHANNEL_CLOSE: _close,
    Kind.QUEUE_DECLARE_OK: _declared,
    Kind.BASIC_CANCEL: lambda c: Cancelled(c.short_string()),
    Kind.BASIC_RETURN: _return,
    Kind.BASIC_DELIVER: lambda c: Deliver(c.short_string(), c.integer(8)),
    Kind.BASIC_ACK: lambda c: Confirm(c.integer(8), bool(c.integer(1)), taken=True),
    Kind.BASIC_NACK: lambda c: Confirm(c.integer(8), bool(c.integer(1) & 1), taken=False),
}


# --- what we say ---

_RESERVED = bytes(2)
_CAPABILITIES: Mapping[str, TableValue] = {
    "authentication_failure_close": True,  # a wrong password is told, not just hung up on
    "basic.nack": True,
    "connection.blocked": True,
    "consumer_cancel_notify": True,
    "publisher_confirms": True,
}
_DURABLE, _PASSIVE = 2, 1


def plain(kind: Kind) -> bytes:
    """A method whose fields are empty or reserved."""
    return struct.pack(">I", kind) + _EMPTY_FIELDS.get(kind, b"")


_EMPTY_FIELDS = {Kind.CHANNEL_OPEN: b"\0", Kind.CONFIRM_SELECT: b"\0"}


def start_ok(account: Account, purpose: str) -> bytes:
    """Sign in; `purpose` is what the broker's list of connections shows."""
    facts: dict[str, TableValue] = {"product": "pvsim", "platform": "Python", "connection_name": purpose}
    facts["capabilities"] = _CAPABILITIES
    way = short_string(account.mechanism) + long_string(account.response)
    fields = table(facts) + way + short_string("en_US")
    return struct.pack(">I", Kind.CONNECTION_START_OK) + fields


def tune_ok(limits: Tune) -> bytes:
    """The limits that hold."""
    numbers = (limits.channel_max, limits.frame_max, limits.heartbeat_s)
    return struct.pack(">IHIH", Kind.CONNECTION_TUNE_OK, *numbers)


def open_vhost(vhost: str) -> bytes:
    """Open the connection to a virtual host."""
    return struct.pack(">I", Kind.CONNECTION_OPEN) + short_string(vhost) + b"\0\0"


def close(kind: Kind) -> bytes:
    """Close the channel or the connection, nothing being wrong."""
    return struct.pack(">IH", kind, Code.OK) + short_string("OK") + bytes(4)


def declare_exchange(
    name: str,
    *,
    passive: bool = False,
    kind: Literal["topic", "direct"] = "topic",
    arguments: Mapping[str, TableValue] | None = None,
) -> bytes:
    """Make a durable exchange; `passive` only asks whether it is there."""
    flags = _PASSIVE if passive else _DURABLE
    fields = short_string(name) + short_string(kind) + bytes([flags]) + table(arguments or {})
    return struct.pack(">I", Kind.EXCHANGE_DECLARE) + _RESERVED + fields


def delete_exchange(name: str, *, if_unused: bool = True) -> bytes:
    """Remove an exchange; `if_unused`: only one that nothing is bound to."""
    return struct.pack(">I", Kind.EXCHANGE_DELETE) + _RESERVED + short_string(name) + bytes([if_unused])


def declare_stream(name: str, *, passive: bool = False) -> bytes:
    """Make a stream; `passive` only asks whether a queue of the name is there."""
    flags = _PASSIVE if passive else _DURABLE
    arguments: dict[str, TableValue] = {} if passive else {"x-queue-type": "stream"}
    fields = short_string(name) + bytes([flags]) + table(arguments)
    return struct.pack(">I", Kind.QUEUE_DECLARE) + _RESERVED + fields


def delete_queue(name: str) -> bytes:
    """Remove a queue or stream."""
    return struct.pack(">I", Kind.QUEUE_DELETE) + _RESERVED + short_string(name) + b"\0"


def bind(queue: str, exchange: str, routing_key: str, arguments: Mapping[str, TableValue] | None = None) -> bytes:
    """Let messages of an exchange into a queue."""
    names = short_string(queue) + short_string(exchange) + short_string(routing_key)
    return struct.pack(">I", Kind.QUEUE_BIND) + _RESERVED + names + b"\0" + table(arguments or {})


def bind_exchange(destination: str, source: str, routing_key: str) -> bytes:
    """Let messages of an exchange into another one."""
    names = short_string(destination) + short_string(source) + short_string(routing_key)
    return struct.pack(">I", Kind.EXCHANGE_BIND) + _RESERVED + names + b"\0" + table({})


def qos(prefetch: int) -> bytes:
    """Let the server send so many messages ahead to each consumer."""
    return struct.pack(">IIHB", Kind.BASIC_QOS, 0, prefetch, 0)


def consume(stream: str, consumer_tag: str, offset: int | str) -> bytes:
    """Read a stream from an offset, or from `first` or `last`."""
    names = short_string(stream) + short_string(consumer_tag)
    return struct.pack(">I", Kind.BASIC_CONSUME) + _RESERVED + names + b"\0" + table({"x-stream-offset": offset})


def acknowledge(delivery_tag: int) -> bytes:
    """All messages up to this one are taken: the server may send as many more."""
    return struct.pack(">IQB", Kind.BASIC_ACK, delivery_tag, 1)
