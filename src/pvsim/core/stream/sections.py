"""The body of a message within its AMQP 1.0 sections.

A message in a stream must be AMQP 1.0, or every AMQP 0-9-1 consumer of its chunk fails for ever. So each body
is in a data section, `00 53 75 a0 <len>` (up to 255 bytes) or `00 53 75 b0 <len32>`. Messages that came
through AMQP carry other sections before it (header, annotations, properties), which are skipped.
"""

import struct

__all__ = ["SHORT_MAX", "data_section", "unwrapped"]

SHORT_MAX = 255
"""Bytes of the longest body whose section has the short head."""

_SHORT_DATA, _LONG_DATA = b"\x00\x53\x75\xa0", b"\x00\x53\x75\xb0"
_DATA_SECTION = 0x75
_DESCRIBED = b"\x00\x53"  # a described type with a small code: every section begins so
# constructors of AMQP 1.0 values: width of the size field, for the compound kinds that sections are made of
_SECTION_SIZES = {0x45: 0, 0xC0: 1, 0xC1: 1, 0xD0: 4, 0xD1: 4, 0xA0: 1, 0xB0: 4}


def data_section(width: int) -> bytes:
    """The head of the data section that a body of so many bytes is in."""
    return _SHORT_DATA + bytes([width]) if width <= SHORT_MAX else _LONG_DATA + struct.pack(">I", width)


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
