"""The body of a message within its AMQP 1.0 sections.

A message in a stream must be AMQP 1.0, or every AMQP 0-9-1 consumer of its chunk fails for ever. So each body
is in a data section, `00 53 75 a0 <len>` (up to 255 bytes) or `00 53 75 b0 <len32>`. Messages that came
through an exchange carry other sections before it (header, annotations, properties): `unwrapped` skips them,
`said_of` reads what they say.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from pvsim.core.stream.values import compound, text_of

__all__ = ["SHORT_MAX", "Said", "data_section", "said_of", "unwrapped"]

SHORT_MAX = 255
"""Bytes of the longest body whose section has the short head."""

_SHORT_DATA, _LONG_DATA = b"\x00\x53\x75\xa0", b"\x00\x53\x75\xb0"
_ANNOTATIONS, _PROPERTIES, _DATA_SECTION = 0x72, 0x73, 0x75
_ROUTING_KEY, _CONTENT_ENCODING = "x-routing-key", 7
_DESCRIBED = b"\x00\x53"  # a described type with a small code: every section begins so
# constructors of AMQP 1.0 values: width of the size field, for the compound kinds that sections are made of
_SECTION_SIZES = {0x45: 0, 0xC0: 1, 0xC1: 1, 0xD0: 4, 0xD1: 4, 0xA0: 1, 0xB0: 4}


def data_section(width: int) -> bytes:
    """The head of the data section that a body of so many bytes is in."""
    return _SHORT_DATA + bytes([width]) if width <= SHORT_MAX else _LONG_DATA + struct.pack(">I", width)


class Said(NamedTuple):
    """What a message says of itself beside its body.

    Attributes:
        routing_key: What it was published with; `` where it passed no exchange.
        content_encoding: Such as `gzip`; `` for none.
    """

    routing_key: str = ""
    content_encoding: str = ""


def unwrapped(message: memoryview) -> bytes:
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


def said_of(message: memoryview) -> Said:
    """What the annotations and properties of an AMQP 1.0 message say; nothing where they cannot be read."""
    routing_key, encoding = "", ""
    try:
        for code, section in _heads(message):
            if code == _ANNOTATIONS:
                values = list(map(text_of, compound(section)))
                routing_key = dict(zip(values[::2], values[1::2], strict=True)).get(_ROUTING_KEY, routing_key)
            elif code == _PROPERTIES:
                encoding = dict(enumerate(map(text_of, compound(section)))).get(_CONTENT_ENCODING, "")
    except ValueError:
        return Said()
    return Said(routing_key, encoding)


def _heads(message: memoryview) -> Iterator[tuple[int, memoryview]]:
    """The code and the value of each section that stands before the body."""
    at = 0
    while message[at : at + 2] == _DESCRIBED and at + 4 <= len(message) and message[at + 2] < _DATA_SECTION:
        width = _SECTION_SIZES.get(message[at + 3])
        if width is None:
            raise ValueError("a section is neither a list nor a map")
        end = at + 4 + width + int.from_bytes(message[at + 4 : at + 4 + width], "big")
        yield message[at + 2], message[at + 3 : end]
        at = end
