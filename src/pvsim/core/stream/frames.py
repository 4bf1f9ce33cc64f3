"""The RabbitMQ stream protocol, version 1: frames to bytes and bytes to frames.

Only what pvsim needs, about twenty commands. Source: PROTOCOL.adoc of the `rabbitmq_stream` plugin (3.10);
the tests compare every frame with what the rstream library makes. A frame is big-endian,
`size u32 | key u16 | version u16 | …`; strings have a 16-bit length, −1 for none.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias

__all__ = [
    "Close",
    "Command",
    "Credit",
    "Deliver",
    "Frame",
    "FrameError",
    "Heartbeat",
    "MetadataUpdate",
    "OffsetKind",
    "PublishConfirm",
    "PublishError",
    "Response",
    "ResponseCode",
    "Tune",
    "bytes_field",
    "close_response",
    "credit",
    "declare_publisher",
    "decode",
    "frame",
    "heartbeat",
    "properties",
    "request",
    "string",
    "strings",
    "subscription",
    "tune",
]  # fmt: skip

VERSION = 1
RESPONSE_BIT = 0x8000

_U16 = struct.Struct(">H")
_I16 = struct.Struct(">h")
_U32 = struct.Struct(">I")
_HEAD = struct.Struct(">IHH")
_REQUEST = struct.Struct(">IHHI")


class Command(IntEnum):
    """Keys of the commands."""

    DECLARE_PUBLISHER = 0x01
    PUBLISH = 0x02
    PUBLISH_CONFIRM = 0x03
    PUBLISH_ERROR = 0x04
    QUERY_PUBLISHER_SEQUENCE = 0x05
    DELETE_PUBLISHER = 0x06
    SUBSCRIBE = 0x07
    DELIVER = 0x08
    CREDIT = 0x09
    UNSUBSCRIBE = 0x0C
    CREATE = 0x0D
    DELETE = 0x0E
    METADATA = 0x0F
    METADATA_UPDATE = 0x10
    PEER_PROPERTIES = 0x11
    SASL_HANDSHAKE = 0x12
    SASL_AUTHENTICATE = 0x13
    TUNE = 0x14
    OPEN = 0x15
    CLOSE = 0x16
    HEARTBEAT = 0x17


class ResponseCode(IntEnum):
    """What a response or an error says."""

    OK = 0x01
    STREAM_DOES_NOT_EXIST = 0x02
    SUBSCRIPTION_ID_ALREADY_EXISTS = 0x03
    SUBSCRIPTION_ID_DOES_NOT_EXIST = 0x04
    STREAM_ALREADY_EXISTS = 0x05
    STREAM_NOT_AVAILABLE = 0x06
    SASL_MECHANISM_NOT_SUPPORTED = 0x07
    AUTHENTICATION_FAILURE = 0x08
    SASL_ERROR = 0x09
    SASL_CHALLENGE = 0x0A
    AUTHENTICATION_FAILURE_LOOPBACK = 0x0B
    VIRTUAL_HOST_ACCESS_FAILURE = 0x0C
    UNKNOWN_FRAME = 0x0D
    FRAME_TOO_LARGE = 0x0E
    INTERNAL_ERROR = 0x0F
    ACCESS_REFUSED = 0x10
    PRECONDITION_FAILED = 0x11
    PUBLISHER_DOES_NOT_EXIST = 0x12
    NO_OFFSET = 0x13


class OffsetKind(IntEnum):
    """Where a subscription starts."""

    FIRST = 1
    LAST = 2
    NEXT = 3
    OFFSET = 4
    TIMESTAMP = 5


class FrameError(ValueError):
    """The bytes are not a frame of the protocol."""


@dataclass(frozen=True, slots=True)
class Response:
    """The answer to a request; `body` is what follows the code (an answer to Metadata has one for each stream)."""

    command: int
    correlation_id: int
    code: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Tune:
    """The server's limits: frame size in bytes and heartbeat interval in seconds, 0 for none."""

    frame_max: int
    heartbeat_s: int


@dataclass(frozen=True, slots=True)
class PublishConfirm:
    """Publishing ids that are safe in the stream, in no particular order."""

    publisher_id: int
    publishing_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PublishError:
    """Publishing ids that were refused, each with its code."""

    publisher_id: int
    errors: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Deliver:
    """One chunk of the stream for a subscription; `chunk` is decoded by `pvsim.core.stream.chunks`."""

    subscription_id: int
    chunk: memoryview


@dataclass(frozen=True, slots=True)
class Credit:
    """The server refused a credit request."""

    code: int
    subscription_id: int


@dataclass(frozen=True, slots=True)
class MetadataUpdate:
    """A stream is no longer available: deleted, or its node is down."""

    code: int
    stream: str


@dataclass(frozen=True, slots=True)
class Close:
    """The server closes the connection and says why."""

    correlation_id: int
    code: int
    reason: str


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The server is alive."""


Frame: TypeAlias = (
    Response | Tune | PublishConfirm | PublishError | Deliver | Credit | MetadataUpdate | Close | Heartbeat
)


# --- to bytes ---


def string(text: str) -> bytes:
    """A string field."""
    data = text.encode()
    return _I16.pack(len(data)) + data


def bytes_field(data: bytes) -> bytes:
    """A field of bytes, with a 32-bit length."""
    return _U32.pack(len(data)) + data


def strings(texts: list[str]) -> bytes:
    """An array of strings."""
    return _U32.pack(len(texts)) + b"".join(map(string, texts))


def properties(pairs: Mapping[str, str]) -> bytes:
    """A map of strings to strings."""
    return _U32.pack(len(pairs)) + b"".join(string(k) + string(v) for k, v in pairs.items())


def frame(command: int, body: bytes) -> bytes:
    """A frame without correlation id."""
    return _HEAD.pack(len(body) + 4, command, VERSION) + body


def request(command: int, correlation_id: int, body: bytes) -> bytes:
    """A frame that expects a `Response` with the same correlation id."""
    return _REQUEST.pack(len(body) + 8, command, VERSION, correlation_id) + body


def declare_publisher(publisher_id: int, name: str, stream: str) -> bytes:
    """Body of DeclarePublisher: a publisher whose `name` the broker remembers for deduplication."""
    return bytes([publisher_id]) + string(name) + string(stream)


def subscription(subscription_id: int, stream: str, kind: OffsetKind, offset: int, credits_: int) -> bytes:
    """Body of Subscribe. `offset` counts for the kinds OFFSET and TIMESTAMP only."""
    where = _U16.pack(kind) + (
        offset.to_bytes(8, "big") if kind in {OffsetKind.OFFSET, OffsetKind.TIMESTAMP} else b""
    )
    return bytes([subscription_id]) + string(stream) + where + _U16.pack(credits_)


def credit(subscription_id: int, credits_: int) -> bytes:
    """Frame that allows the server `credits_` more chunks."""
    return frame(Command.CREDIT, bytes([subscription_id]) + _U16.pack(credits_))


def tune(frame_max: int, heartbeat_s: int) -> bytes:
    """Frame that answers the server's Tune."""
    return frame(Command.TUNE, struct.pack(">II", frame_max, heartbeat_s))


def heartbeat() -> bytes:
    """Frame that says we are alive."""
    return frame(Command.HEARTBEAT, b"")


def close_response(correlation_id: int) -> bytes:
    """Frame that accepts the server's Close."""
    return _HEAD.pack(10, Command.CLOSE | RESPONSE_BIT, VERSION) + struct.pack(
        ">IH", correlation_id, ResponseCode.OK
    )


# --- from bytes ---


def decode(data: memoryview) -> Frame:
    """The frame in `data`, its size field excluded.

    Raises:
        FrameError: if the bytes are cut short or the command is not one that a server sends.
    """
    try:
        key, _version = struct.unpack_from(">HH", data)
        if key & RESPONSE_BIT:
            return _decode_response(key & ~RESPONSE_BIT, data)
        return _DECODERS[key](data)
    except (struct.error, KeyError, UnicodeDecodeError, IndexError) as error:
        raise FrameError(f"not a frame of the stream protocol: {bytes(data[:32]).hex(' ')}") from error


def _decode_response(command: int, data: memoryview) -> Frame:
    if command == Command.CREDIT:
        code, subscription_id = struct.unpack_from(">HB", data, 4)
        return Credit(code, subscription_id)
    if command == Command.TUNE:  # a server that answers our Tune; harmless
        return Heartbeat()
    if command == Command.METADATA:
        (correlation_id,) = _U32.unpack_from(data, 4)
        return Response(command, correlation_id, ResponseCode.OK, bytes(data[8:]))
    correlation_id, code = struct.unpack_from(">IH", data, 4)
    return Response(command, correlation_id, code, bytes(data[10:]))


def _decode_confirm(data: memoryview) -> Frame:
    publisher_id, count = struct.unpack_from(">BI", data, 4)
    return PublishConfirm(publisher_id, struct.unpack_from(f">{count}Q", data, 9))


def _decode_publish_error(data: memoryview) -> Frame:
    publisher_id, count = struct.unpack_from(">BI", data, 4)
    return PublishError(publisher_id, tuple(struct.iter_unpack(">QH", _cut(data, 9, 10 * count))))


def _decode_deliver(data: memoryview) -> Frame:
    return Deliver(data[4], data[5:])


def _decode_metadata_update(data: memoryview) -> Frame:
    (code,) = struct.unpack_from(">H", data, 4)
    return MetadataUpdate(code, _read_string(data, 6))


def _decode_tune(data: memoryview) -> Frame:
    return Tune(*struct.unpack_from(">II", data, 4))


def _decode_close(data: memoryview) -> Frame:
    correlation_id, code = struct.unpack_from(">IH", data, 4)
    return Close(correlation_id, code, _read_string(data, 10))


def _decode_heartbeat(_: memoryview) -> Frame:
    return Heartbeat()


def _read_string(data: memoryview, at: int) -> str:
    (length,) = _I16.unpack_from(data, at)
    return str(_cut(data, at + 2, max(length, 0)), "utf-8")


def _cut(data: memoryview, at: int, size: int) -> memoryview:
    """`size` bytes, all of them: a slice of a frame that is cut short would be shorter in silence."""
    if at + size > len(data):
        raise IndexError(at + size)
    return data[at : at + size]


_DECODERS = {
    Command.PUBLISH_CONFIRM: _decode_confirm,
    Command.PUBLISH_ERROR: _decode_publish_error,
    Command.DELIVER: _decode_deliver,
    Command.METADATA_UPDATE: _decode_metadata_update,
    Command.TUNE: _decode_tune,
    Command.CLOSE: _decode_close,
    Command.HEARTBEAT: _decode_heartbeat,
}
