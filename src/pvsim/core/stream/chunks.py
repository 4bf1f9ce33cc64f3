"""Chunks of a stream taken apart: entries that are one message each, and entries that are batches of messages.

    message   length u32 (highest bit 0) | message
    batch     1, compression (3 bits), 0 (4 bits) | messages u16 | length u32 | length as it is u32 |
              for each message: length u32 | message

Every message has an offset of its own, also within a batch. Readings of our own meter have one width: runs of
them are cut as columns of an array, in batches or not. Everything else is read message by message.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple
from zlib import crc32

import numpy as np

from pvsim.core.messages.batch import Batch, Unreadable
from pvsim.core.quantities.types import Octets
from pvsim.core.stream.frames import FrameError
from pvsim.core.stream.sections import SHORT_MAX, data_section, unwrapped

__all__ = ["OpenChunk", "messages_one_by_one", "open_chunk", "split_chunk"]

_CHUNK_HEAD = struct.Struct(">BBHIqQQIIII")
_USER_CHUNK = 0
_DO_NOT_FIT = "the entries of a chunk do not fit its length"

_LENGTH = struct.Struct(">I")
_BATCH_HEAD = struct.Struct(">BHII")
_BATCH_BIT, _COMPRESSION_BITS = 0x80, 0x70
_COMPRESSIONS = {0x10: "gzip", 0x20: "Snappy", 0x30: "LZ4", 0x40: "Zstandard"}

_SHORTEST_RUN = 16
"""Messages of one width; fewer cost more as an array (0.1 ms) than one by one (6 µs)."""

_AT_ONCE = 4_096
"""Messages that are given away in one piece, where they are read one by one."""


def split_chunk(chunk: memoryview) -> Iterator[Batch]:
    """The messages of a chunk, in order; nothing where it holds none of a user's.

    Raises:
        FrameError: if the chunk is damaged (CRC-32); from the iteration, if its entries do not fit together.
    """
    opened = open_chunk(chunk)
    if opened is None:
        return iter(())
    return _batches(opened.data, opened.entries, opened.first_offset, opened.end_offset)


class OpenChunk(NamedTuple):
    """A chunk whose checksum is right.

    Attributes:
        written_ms: When the broker wrote it, in Unix ms by its clock.
        entries: How many entries it has.
        first_offset: Offset of its first message.
        end_offset: Offset of the first message of the next chunk.
        data: Its entries.
    """

    written_ms: int
    entries: int
    first_offset: int
    end_offset: int
    data: memoryview


def open_chunk(chunk: memoryview) -> OpenChunk | None:
    """The head and the entries of a chunk; None where it holds none of a user's.

    Raises:
        FrameError: if the chunk is damaged (CRC-32).
    """
    try:
        head = _CHUNK_HEAD.unpack_from(chunk)
    except struct.error as error:
        raise FrameError("a chunk of the stream is cut short") from error
    _, kind, n_entries, n_messages, written_ms, _, first_offset, crc, length, _, _ = head
    if kind != _USER_CHUNK:
        return None
    data = chunk[_CHUNK_HEAD.size : _CHUNK_HEAD.size + length]
    if len(data) != length or crc32(data) != crc:
        raise FrameError(f"the chunk at offset {first_offset:,} is damaged: its CRC-32 differs")
    return OpenChunk(written_ms, n_entries, first_offset, first_offset + n_messages, data)


class _Run(NamedTuple):
    """Entries that are alike, from the front of what is left.

    Attributes:
        entries: How many.
        end: Where they end.
        bodies: Their messages.
    """

    entries: int
    end: int
    bodies: Octets | list[bytes]


def _batches(data: memoryview, entries: int, offset: int, end_offset: int) -> Iterator[Batch]:
    octets = np.frombuffer(data, dtype=np.uint8)
    singles: list[bytes] = []
    at = 0
    while entries:
        try:
            run = (_batch_run if data[at] & _BATCH_BIT else _plain_run)(data, octets, at, entries)
        except (struct.error, IndexError) as error:
            raise FrameError(_DO_NOT_FIT) from error
        at, entries = run.end, entries - run.entries
        if isinstance(run.bodies, list):
            singles += run.bodies
        if singles and (len(singles) >= _AT_ONCE or not isinstance(run.bodies, list)):
            yield Batch(offset, singles)
            offset, singles = offset + len(singles), []
        if not isinstance(run.bodies, list):
            yield Batch(offset, run.bodies)
            offset += len(run.bodies)
    if singles:
        yield Batch(offset, singles)
    if at != len(data) or offset + len(singles) != end_offset:
        raise FrameError(_DO_NOT_FIT)


# --- entries that are one message each ---


def _plain_run(data: memoryview, octets: Octets, at: int, entries: int) -> _Run:
    (length,) = _LENGTH.unpack_from(data, at)
    end = at + _LENGTH.size + length
    if end > len(data):
        raise IndexError(end)
    head, stride, n = _head_of(length), end - at, 0
    far = at + (_SHORTEST_RUN - 1) * stride  # looking there first spares most others an array
    if head and entries >= _SHORTEST_RUN and data[far : far + len(head)] == head:
        n = _alike(octets[at:], stride, head, entries)
    if n < _SHORTEST_RUN:
        return _Run(1, end, [unwrapped(data[at + _LENGTH.size : end])])
    end = at + n * stride
    return _Run(n, end, octets[at:end].reshape(n, -1)[:, len(head) :])


def _head_of(length: int) -> bytes:
    """What the entry of a message of this length begins with, if it is nothing but a short body; b"" for none."""
    body = length - len(data_section(0))
    return _LENGTH.pack(length) + data_section(body) if 0 < body <= SHORT_MAX else b""


def _alike(octets: Octets, stride: int, head: bytes, most: int) -> int:
    """How many entries of one length from the front on begin with `head`; looks hardly further than they go."""
    expected = np.frombuffer(head, dtype=np.uint8)
    most = min(most, len(octets) // stride)
    found, look = 0, 1
    while found < most:
        stop = min(found + look, most)
        heads = octets[found * stride : stop * stride].reshape(-1, stride)[:, : len(head)]
        same = (heads == expected).all(axis=1)
        if not same.all():
            return found + int(same.argmin())
        found, look = stop, 8 * look
    return found


# --- batches ---


def _batch_run(data: memoryview, octets: Octets, at: int, entries: int) -> _Run:
    kind, messages, _, length = _BATCH_HEAD.unpack_from(data, at)
    stride = _BATCH_HEAD.size + length
    if at + stride > len(data):
        raise IndexError(at + stride)
    if kind & _COMPRESSION_BITS:
        return _Run(1, at + stride, [_compressed(data[at : at + stride], kind, messages)] * messages)
    n = _alike(octets[at:], stride, bytes(data[at : at + _BATCH_HEAD.size]), entries)
    end = at + n * stride
    table = _as_table(octets[at:end].reshape(n, -1)[:, _BATCH_HEAD.size :], messages)
    if table is not None:
        return _Run(n, end, table)
    n = min(n, max(_AT_ONCE // max(messages, 1), 1))
    starts = range(at, at + n * stride, stride)
    return _Run(n, starts.stop, [m for start in starts for m in _messages(data[start : start + stride], messages)])


def _as_table(batches: Octets, messages: int) -> Octets | None:
    """The bodies of batches of so many messages, if all are alike but for their content."""
    n, length = batches.shape
    if n * messages < _SHORTEST_RUN or length % messages:
        return None
    stride = length // messages
    head = _head_of(stride - _LENGTH.size)
    if not head:
        return None
    table = batches.reshape(n * messages, stride)
    alike = (table[:, : len(head)] == np.frombuffer(head, dtype=np.uint8)).all()
    return table[:, len(head) :] if alike else None


def _messages(batch: memoryview, n: int) -> list[bytes]:
    """The messages of one batch; nobody but its publisher has ever looked whether they fit."""
    cut = _cut(batch, n)
    return [_unreadable(batch, n)] * n if cut is None else list(map(unwrapped, cut))


def _cut(batch: memoryview, n: int) -> list[memoryview] | None:
    """The messages of one batch with all their sections; None where they do not fit."""
    messages = []
    at = _BATCH_HEAD.size
    for _ in range(n):
        start = at + _LENGTH.size
        if start > len(batch):
            break
        at = start + _LENGTH.unpack_from(batch, at)[0]
        if at > len(batch):
            break
        messages.append(batch[start:at])
    return messages if at == len(batch) and len(messages) == n else None


def _unreadable(batch: memoryview, n: int) -> bytes:
    why = f"one of {n:,} that do not fit the length of the batch, {len(batch) - _BATCH_HEAD.size:,} bytes"
    return Unreadable(bytes(batch), why)


def _compressed(batch: memoryview, kind: int, n: int) -> bytes:
    name = _COMPRESSIONS.get(kind & _COMPRESSION_BITS, "in an unknown way")
    return Unreadable(bytes(batch), f"one of {n:,} compressed ({name})")


# --- one by one, with all their sections ---


def messages_one_by_one(chunk: OpenChunk) -> Iterator[memoryview | bytes]:
    """Each message with all its sections, in order of offset; `Unreadable` where a batch cannot be taken apart.

    Raises:
        FrameError: from the iteration, if its entries do not fit together.
    """
    data, at, messages = chunk.data, 0, 0
    for _ in range(chunk.entries):
        try:
            kind = data[at] if data[at] & _BATCH_BIT else 0
            n, length = _BATCH_HEAD.unpack_from(data, at)[1::2] if kind else (1, _LENGTH.unpack_from(data, at)[0])
        except (struct.error, IndexError) as error:
            raise FrameError(_DO_NOT_FIT) from error
        start = at
        at += length + (_BATCH_HEAD.size if kind else _LENGTH.size)
        messages += n
        if at > len(data):
            raise FrameError(_DO_NOT_FIT)
        entry = data[start:at]
        if not kind:
            yield entry[_LENGTH.size :]
        elif kind & _COMPRESSION_BITS:
            yield from [_compressed(entry, kind, n)] * n
        elif (cut := _cut(entry, n)) is None:
            yield from [_unreadable(entry, n)] * n
        else:
            yield from cut
    if at != len(data) or chunk.first_offset + messages != chunk.end_offset:
        raise FrameError(_DO_NOT_FIT)
