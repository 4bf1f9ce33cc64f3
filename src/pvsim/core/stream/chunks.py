"""What travels in the stream's frames: Publish frames made of many messages, and chunks taken apart again.

A message in a stream must be AMQP 1.0, or every AMQP 0-9-1 consumer of its chunk fails for ever. So each body
stands in a data section, `00 53 75 a0 <len>` (up to 255 bytes) or `00 53 75 b0 <len32>`. Messages that came
through AMQP carry other sections before it (header, annotations, properties), which are skipped.
"""

import struct
from zlib import crc32

import numpy as np

from pvsim.core.messages.batch import Batch
from pvsim.core.quantities.types import Octets
from pvsim.core.stream.frames import VERSION, Command, FrameError

__all__ = ["ENTRY_OVERHEAD", "publish_frame", "split_chunk"]

ENTRY_OVERHEAD = 8 + 4 + 8
"""At most so many bytes are added to a body: publishing id, length, section header."""

_PUBLISH_HEAD = struct.Struct(">IHHBI")
_CHUNK_HEAD = struct.Struct(">BBHIqQQIIII")
_USER_CHUNK = 0
_DO_NOT_FIT = "the entries of a chunk do not fit its length"
_ENTRY_LENGTH = 4
_SUB_BATCH_BIT = 0x80
_SHORT_DATA, _LONG_DATA = b"\x00\x53\x75\xa0", b"\x00\x53\x75\xb0"
_SHORT_MAX = 255
_DATA_SECTION = 0x75
_DESCRIBED = b"\x00\x53"  # a described type with a small code: every section begins so
# constructors of AMQP 1.0 values: width of the size field, for the compound kinds that sections are made of
_SECTION_SIZES = {0x45: 0, 0xC0: 1, 0xC1: 1, 0xD0: 4, 0xD1: 4, 0xA0: 1, 0xB0: 4}


def publish_frame(publisher_id: int, first_id: int, bodies: Octets) -> bytes:
    """A Publish frame of messages with consecutive publishing ids, bodies of shape (n, width)."""
    n, width = bodies.shape
    section = _SHORT_DATA + bytes([width]) if width <= _SHORT_MAX else _LONG_DATA + struct.pack(">I", width)
    layout = np.dtype([("id", ">u8"), ("length", ">u4"), ("section", f"V{len(section)}"), ("body", f"V{width}")])
    entries = np.empty(n, dtype=layout)
    entries["id"] = np.arange(first_id, first_id + n, dtype=np.uint64)
    entries["length"] = len(section) + width
    entries["section"] = np.void(section)
    entries["body"] = np.ascontiguousarray(bodies).view(f"V{width}")[:, 0]
    size = _PUBLISH_HEAD.size - 4 + entries.nbytes
    return _PUBLISH_HEAD.pack(size, Command.PUBLISH, VERSION, publisher_id, n) + entries.tobytes()


def split_chunk(chunk: memoryview) -> Batch | None:
    """The messages of a chunk; None where it holds none of a user's.

    Raises:
        FrameError: if the chunk is damaged (CRC-32) or holds what cannot be read.
    """
    try:
        head = _CHUNK_HEAD.unpack_from(chunk)
    except struct.error as error:
        raise FrameError("a chunk of the stream is cut short") from error
    _, kind, n_entries, n_records, _, _, first_offset, crc, length, _, _ = head
    if kind != _USER_CHUNK:
        return None
    data = chunk[_CHUNK_HEAD.size : _CHUNK_HEAD.size + length]
    if len(data) != length or crc32(data) != crc:
        raise FrameError(f"the chunk at offset {first_offset:,} is damaged: its CRC-32 differs")
    bodies: Octets | list[bytes] | None = _as_array(data, n_records) if n_entries == n_records else None
    if bodies is None:
        bodies = [_unwrapped(entry) for entry in _entries(data, n_entries)]
    return Batch(first_offset, bodies)


def _as_array(data: memoryview, n: int) -> Octets | None:
    """The bodies of `n` entries that are all alike but for their content, without touching each."""
    octets = np.frombuffer(data, dtype=np.uint8)
    if n == 0 or len(octets) % n:
        return None
    table = octets.reshape(n, -1)
    section = len(_SHORT_DATA) + 1
    first = table[0, : _ENTRY_LENGTH + section].tobytes()
    body_length = table.shape[1] - _ENTRY_LENGTH - section
    expected = struct.pack(">I", section + max(body_length, 0)) + _SHORT_DATA + bytes([max(body_length, 0) & 0xFF])
    if first != expected or not 0 < body_length <= _SHORT_MAX:
        return None
    heads = table[:, : len(expected)]
    if not (heads == np.frombuffer(expected, dtype=np.uint8)).all():
        return None
    return table[:, len(expected) :]


def _entries(data: memoryview, n: int) -> list[memoryview]:
    entries = []
    at = 0
    try:
        for _ in range(n):
            if data[at] & _SUB_BATCH_BIT:
                raise FrameError("the stream holds compressed batches; pvsim's meters do not send them")
            (length,) = struct.unpack_from(">I", data, at)
            at += _ENTRY_LENGTH + length
            entries.append(data[at - length : at])
    except (struct.error, IndexError) as error:
        raise FrameError(_DO_NOT_FIT) from error
    if at != len(data):
        raise FrameError(_DO_NOT_FIT)
    return entries


def _unwrapped(message: memoryview) -> bytes:
    """The content of the data sections of an AMQP 1.0 message; anything else is given back whole."""
    at, parts = 0, []
    try:
        while at < len(message):
            if message[at : at + 2] != _DESCRIBED:
                return bytes(message)
            code, constructor = message[at + 2], message[at + 3]
            width = _SECTION_SIZES[constructor]
            size = int.from_bytes(message[at + 4 : at + 4 + width], "big")
            start = at + 4 + width
            if code == _DATA_SECTION:
                parts.append(bytes(message[start : start + size]))
            at = start + size
    except (IndexError, KeyError):
        return bytes(message)
    return b"".join(parts) if parts and at == len(message) else bytes(message)
