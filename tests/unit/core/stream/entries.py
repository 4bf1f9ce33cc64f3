"""What stands in a chunk, made by hand."""

import struct
from zlib import crc32

import numpy as np


def octets(bodies):
    """Bodies of one length as an array."""
    return np.frombuffer(b"".join(bodies), dtype=np.uint8).reshape(len(bodies), -1)


def plain(message):
    """An entry that is one message."""
    return struct.pack(">I", len(message)) + message


def batch(messages, *, compression=0, n=None, content=None):
    """An entry that is a batch of messages, or says that it is one of `n` with some content."""
    content = b"".join(map(plain, messages)) if content is None else content
    length = sum(4 + len(message) for message in messages)
    count = len(messages) if n is None else n
    return struct.pack(">BHII", 0x80 | compression << 4, count, length, len(content)) + content


def count_of(entry):
    """How many messages an entry has."""
    return int.from_bytes(entry[1:3], "big") if entry[0] & 0x80 else 1


def chunk(entries, *, n=None, records=None, first_offset=7, kind=0, crc=None, length=None, tail=b""):
    """A chunk as the broker sends it."""
    content = b"".join(entries) + tail
    head = struct.pack(
        ">BBHIqQQIIII",
        0x50,
        kind,
        len(entries) if n is None else n,
        sum(map(count_of, entries)) if records is None else records,
        1_700_000_000_000,
        1,
        first_offset,
        crc32(content) if crc is None else crc,
        len(content) if length is None else length,
        3,
        0,
    )
    return memoryview(head + content + b"end"[: 3 if kind == 0 else 0])


def section(code, constructor, content):
    """A section of an AMQP 1.0 message."""
    width = {0x45: 0, 0xA0: 1, 0xC0: 1, 0xC1: 1, 0xB0: 4, 0xD0: 4, 0xD1: 4}[constructor]
    return b"\x00\x53" + bytes([code, constructor]) + len(content).to_bytes(width, "big")[:width] + content


def data(body):
    """A message that has nothing but a body."""
    return section(0x75, 0xA0 if len(body) < 256 else 0xB0, body)
