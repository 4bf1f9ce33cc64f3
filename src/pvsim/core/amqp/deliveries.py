"""Deliveries that are alike, cut as columns of an array.

The deliveries of one meter differ in their delivery tag, offset, message id and body, and are of one width. So the
first one is read field by field; those behind it are laid under each other, and as many of them as equal the first
one in every other byte are taken at once. One that differs in another byte begins the next group. A message
that is not simply three frames in a row (a long body, a heartbeat in between) is put together frame by frame: see
`content`.
"""

from dataclasses import dataclass
from enum import Enum, auto

import numpy as np

from pvsim.core.amqp.content import (
    FRAME_END,
    FRAME_HEAD,
    FRAME_OVERHEAD,
    MAX_KEPT_BYTES,
    FrameType,
    read_content_header,
)
from pvsim.core.amqp.fields import Cursor
from pvsim.core.amqp.methods import Kind
from pvsim.core.quantities.types import Octets

__all__ = ["Deliveries", "DeliveryLayout", "Otherwise", "delivery_layout", "take_deliveries"]

_DELIVER = Kind.BASIC_DELIVER.to_bytes(4, "big")
_HEAD = FRAME_HEAD.size
_BODY_SIZE = slice(4, 12)  # in the payload of a header frame
_INTEGER = 8
_FIRST_ROWS = 8


class Otherwise(Enum):
    """Why deliveries cannot be cut as columns here."""

    UNFINISHED = auto()  # more bytes may show one
    NOT_SIMPLE = auto()  # frame by frame


@dataclass(frozen=True, slots=True)
class Deliveries:
    """Messages at consecutive offsets for one consumer.

    Attributes:
        channel: Where they came.
        first_offset: Of the first one.
        bodies: Shape (n, width).
        delivery_tag: Of the last one.
    """

    channel: int
    first_offset: int
    bodies: Octets
    delivery_tag: int


@dataclass(frozen=True, slots=True)
class DeliveryLayout:
    """Where things are in the three frames of a delivery, counted from its first byte.

    Attributes:
        channel: Where it came.
        width: Bytes of its frames.
        tag_at: Where its delivery tag begins.
        offset_at: Where its offset begins.
        body: Where its body is.
        fixed: The columns that tell whether another one is alike.
        octets: The bytes in these columns, likewise.
    """

    channel: int
    width: int
    tag_at: int
    offset_at: int
    body: slice
    fixed: tuple[slice, ...]
    octets: tuple[Octets, ...]


def delivery_layout(data: bytes, at: int) -> DeliveryLayout | Otherwise:
    """The layout of the delivery that begins at `at`, where a whole frame begins.

    Raises:
        FrameError: if its fields do not fit it.
    """
    spans = _three_frames(data, at)
    if isinstance(spans, Otherwise):
        return spans
    method_at, header_at, body_at, end = spans
    cursor = Cursor(data, method_at + _HEAD + len(_DELIVER), header_at - 1)
    cursor.short_string()
    tag_at = cursor.skip(_INTEGER)
    header = read_content_header(data, header_at + _HEAD, body_at - 1)
    if header.offset_at is None:
        return Otherwise.NOT_SIMPLE
    changing = sorted(
        (
            (tag_at, tag_at + _INTEGER),
            (header.offset_at, header.offset_at + _INTEGER),
            (header.message_id.start, header.message_id.stop),
            (body_at + _HEAD, end - 1),
        )
    )
    starts = [at, *(stop for _, stop in changing)]
    stops = [*(start for start, _ in changing), end]
    fixed = tuple(slice(a - at, b - at) for a, b in zip(starts, stops, strict=True) if a < b)
    row = np.frombuffer(data, dtype=np.uint8, count=end - at, offset=at)
    return DeliveryLayout(
        channel=FRAME_HEAD.unpack_from(data, at)[1],
        width=end - at,
        tag_at=tag_at - at,
        offset_at=header.offset_at - at,
        body=slice(body_at + _HEAD - at, end - 1 - at),
        fixed=fixed,
        octets=tuple(row[columns].copy() for columns in fixed),  # a view would keep all of `data`
    )


def _three_frames(data: bytes, at: int) -> tuple[int, int, int, int] | Otherwise:
    """Where the frames of a delivery with a short body in one frame begin, and where the last one ends."""
    ends = [at]
    for kind in (FrameType.METHOD, FrameType.HEADER, FrameType.BODY):
        end = _end_of_frame(data, ends[-1], kind, at)
        if isinstance(end, Otherwise):
            return end
        payload = data[ends[-1] + _HEAD : end - 1]
        if (kind == FrameType.METHOD and payload[: len(_DELIVER)] != _DELIVER) or (
            kind == FrameType.HEADER and not any(payload[_BODY_SIZE])  # no frame of a body follows
        ):
            return Otherwise.NOT_SIMPLE
        ends.append(end)
    _, header_at, body_at, end = ends
    body_size = data[header_at + _HEAD : body_at - 1][_BODY_SIZE]
    if int.from_bytes(body_size, "big") != end - body_at - FRAME_OVERHEAD:
        return Otherwise.NOT_SIMPLE
    return at, header_at, body_at, end


def _end_of_frame(data: bytes, at: int, kind: FrameType, like: int) -> int | Otherwise:
    """Where a short frame ends, if it is of this kind, and of the channel of the frame that begins at `like`."""
    if len(data) < at + _HEAD:
        return Otherwise.UNFINISHED
    its_kind, channel, size = FRAME_HEAD.unpack_from(data, at)
    if its_kind != kind or channel != FRAME_HEAD.unpack_from(data, like)[1] or size > MAX_KEPT_BYTES:
        return Otherwise.NOT_SIMPLE
    end: int = at + size + FRAME_OVERHEAD
    if len(data) < end:
        return Otherwise.UNFINISHED
    return end if data[end - 1] == FRAME_END else Otherwise.NOT_SIMPLE


def take_deliveries(data: bytes, at: int, layout: DeliveryLayout) -> tuple[list[Deliveries], int]:
    """The deliveries of a layout that follow each other from `at` on, and where they end.

    They are one piece while their offsets are consecutive.
    """
    n = (len(data) - at) // layout.width
    rows: Octets = np.frombuffer(data, dtype=np.uint8, count=n * layout.width, offset=at).reshape(n, layout.width)
    rows = rows[: _alike(rows, layout)]
    if not len(rows):
        return [], at
    tags, offsets = (_integers(rows, first) for first in (layout.tag_at, layout.offset_at))
    ends = [*(np.flatnonzero(np.diff(offsets) != 1) + 1).tolist(), len(rows)]
    pieces = [
        Deliveries(layout.channel, int(offsets[start]), rows[start:stop, layout.body], int(tags[stop - 1]))
        for start, stop in zip([0, *ends], ends, strict=False)
    ]
    return pieces, at + len(rows) * layout.width


def _alike(rows: Octets, layout: DeliveryLayout) -> int:
    """How many of the first rows equal the layout's in all that is fixed; only few are looked at where few do."""
    n, step = 0, _FIRST_ROWS
    while n < len(rows):
        part = rows[n : n + step]
        for columns, octets in zip(layout.fixed, layout.octets, strict=True):
            alike = (part[:, columns] == octets).all(axis=1)
            if not alike.all():
                part = part[: int(alike.argmin())]
        n += len(part)
        if len(part) < step:
            break
        step *= _FIRST_ROWS
    return n


def _integers(rows: Octets, first: int) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    """A column of big-endian 64-bit integers."""
    return np.ascontiguousarray(rows[:, first : first + _INTEGER]).view(">i8")[:, 0]
