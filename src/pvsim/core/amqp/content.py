"""A message on the wire: a method frame, a header frame with its properties, and frames of its body.

method   1 | channel u16 | size u32 | method | 0xCE
header   2 | channel u16 | size u32 | class u16, weight u16, body size u64, flags u16, properties | 0xCE
body     3 | channel u16 | size u32 | a part of the body | 0xCE        (none where the body is empty)
"""

import struct
from dataclasses import dataclass, field
from enum import IntEnum

from pvsim.core.amqp.fields import Cursor, FrameError
from pvsim.core.amqp.methods import Deliver, Return

__all__ = [
    "FRAME_END",
    "FRAME_HEAD",
    "FRAME_OVERHEAD",
    "MAX_KEPT_BYTES",
    "Content",
    "ContentHeader",
    "FrameType",
    "Message",
    "frame",
    "read_content_header",
]

FRAME_HEAD = struct.Struct(">BHI")
FRAME_END = 0xCE
FRAME_OVERHEAD = FRAME_HEAD.size + 1

MAX_KEPT_BYTES = 16_384
"""Of a longer body, only so much is kept: far more than the contract allows, so that it is rejected all the
same, and little enough that as many as the broker sends ahead fit in memory."""

OFFSET_NAME = "x-stream-offset"

_SIGNED, _UNSIGNED, _LONG = frozenset("bsIl"), frozenset("Bui"), "l"
_BASIC_CLASS = 60
_MORE_FLAGS = 1
# the properties of a message in their order, with their flag
_CONTENT_TYPE, _CONTENT_ENCODING, _HEADERS = 1 << 15, 1 << 14, 1 << 13
_DELIVERY_MODE, _PRIORITY = 1 << 12, 1 << 11
_CORRELATION_ID, _REPLY_TO, _EXPIRATION, _MESSAGE_ID = 1 << 10, 1 << 9, 1 << 8, 1 << 7


class FrameType(IntEnum):
    """The first byte of a frame."""

    METHOD = 1
    HEADER = 2
    BODY = 3
    HEARTBEAT = 8


def frame(kind: FrameType, channel: int, payload: bytes) -> bytes:
    """A frame."""
    return FRAME_HEAD.pack(kind, channel, len(payload)) + payload + b"\xce"


@dataclass(frozen=True, slots=True)
class ContentHeader:
    """What a header frame says, as far as it concerns us.

    Attributes:
        body_size: Bytes of the body, over all its frames.
        offset: Where the message is in its stream; None where it came from no stream.
        offset_at: Where these 8 bytes begin, counted as the cursor was; None where the offset has not 8.
        message_id: Where the message id is, likewise; empty where it has none.
    """

    body_size: int
    offset: int | None
    offset_at: int | None
    message_id: slice


def read_content_header(data: bytes, start: int, stop: int) -> ContentHeader:
    """Read the payload of a header frame.

    Raises:
        FrameError: if it is cut short or not of a message.
    """
    cursor = Cursor(data, start, stop)
    if cursor.integer(2) != _BASIC_CLASS:
        raise FrameError("a header frame is of no message")
    cursor.skip(2)
    body_size, flags = cursor.integer(8), cursor.integer(2)
    if flags & _MORE_FLAGS:
        raise FrameError("a message has properties that AMQP 0-9-1 does not have")
    for flag in (_CONTENT_TYPE, _CONTENT_ENCODING):
        if flags & flag:
            cursor.skip(cursor.integer(1))
    entry = cursor.table().get(OFFSET_NAME) if flags & _HEADERS else None
    for flag in (_DELIVERY_MODE, _PRIORITY):
        if flags & flag:
            cursor.skip(1)
    for flag in (_CORRELATION_ID, _REPLY_TO, _EXPIRATION):
        if flags & flag:
            cursor.skip(cursor.integer(1))
    id_size = cursor.integer(1) if flags & _MESSAGE_ID else 0
    id_at = cursor.skip(id_size)
    message_id = slice(id_at, id_at + id_size)
    if entry is None or entry.kind not in _SIGNED | _UNSIGNED:
        return ContentHeader(body_size, None, None, message_id)
    offset = int.from_bytes(data[entry.start : entry.stop], "big", signed=entry.kind in _SIGNED)
    return ContentHeader(body_size, offset, entry.start if entry.kind == _LONG else None, message_id)


@dataclass(frozen=True, slots=True)
class Message:
    """A whole message that was put together frame by frame.

    Attributes:
        method: How it came: delivered, or given back.
        offset: Where it is in its stream; None where it came from no stream.
        body: Its body, at most the first `MAX_KEPT_BYTES`.
    """

    method: Deliver | Return
    offset: int | None
    body: bytes


@dataclass(slots=True)
class Content:
    """A message of which frames are still to come.

    Args:
        method: How it comes.
    """

    method: Deliver | Return
    _header: ContentHeader | None = None
    _missing: int = 0
    _kept: bytearray = field(default_factory=bytearray)

    def take(self, kind: int, payload: bytes) -> Message | None:
        """Take the next frame; gives the message when that was the last one.

        Raises:
            FrameError: if the frame does not belong there.
        """
        if self._header is None and kind == FrameType.HEADER:
            self._header = read_content_header(payload, 0, len(payload))
            self._missing = self._header.body_size
        elif self._header is not None and kind == FrameType.BODY and len(payload) <= self._missing:
            self._missing -= len(payload)
            self._kept += payload[: MAX_KEPT_BYTES - len(self._kept)]
        else:
            raise FrameError("the frames of a message do not fit each other")
        if self._missing:
            return None
        return Message(self.method, self._header.offset, bytes(self._kept))
