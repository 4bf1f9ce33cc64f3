"""The fields that AMQP 0-9-1 methods and properties are made of, to bytes and from bytes.

All are big-endian. A field table is a length and then entries of name, kind and value; the kinds are RabbitMQ's
(https://www.rabbitmq.com/amqp-0-9-1-errata), which differ from the specification's in a few letters.
"""

import struct
from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

__all__ = ["Cursor", "Entry", "FrameError", "TableValue", "long_string", "short_string", "table"]

TableValue: TypeAlias = "bool | int | str | Mapping[str, TableValue]"

_SHORT_MAX = 255
_SIZES = {  # of the values that have one size
    "t": 1, "b": 1, "B": 1, "s": 2, "u": 2, "I": 4, "i": 4, "f": 4, "D": 5, "l": 8, "d": 8, "T": 8, "V": 0,
}  # fmt: skip
_COUNTED = frozenset("SxAF")  # begin with their size in 32 bits
_COUNT = 4


class FrameError(ValueError):
    """The bytes are not AMQP 0-9-1, or not what a server sends."""


class Entry(NamedTuple):
    """An entry of a table: the kind of its value, and where the value is; a counted one without its size."""

    kind: str
    start: int
    stop: int


def short_string(text: str) -> bytes:
    """A string of up to 255 bytes.

    Raises:
        ValueError: if it is longer.
    """
    data = text.encode()
    if len(data) > _SHORT_MAX:
        raise ValueError(f"{text[:32]!r}... is longer than {_SHORT_MAX} bytes")
    return bytes([len(data)]) + data


def long_string(data: bytes) -> bytes:
    """Bytes with their size in 32 bits."""
    return struct.pack(">I", len(data)) + data


def table(pairs: Mapping[str, TableValue]) -> bytes:
    """A field table."""
    return long_string(b"".join(short_string(name) + _value(value) for name, value in pairs.items()))


def _value(value: TableValue) -> bytes:
    match value:
        case bool():
            return b"t" + bytes([value])
        case int():
            return b"l" + value.to_bytes(8, "big", signed=True)
        case str():
            return b"S" + long_string(value.encode())
        case _:
            return b"F" + table(value)


class Cursor:
    """Reads fields one after the other.

    Args:
        data: Bytes.
        at: Where the first field begins.
        end: Where the last one must end.
    """

    __slots__ = ("_data", "_end", "at")

    def __init__(self, data: bytes, at: int, end: int) -> None:
        self._data, self.at, self._end = data, at, end

    def skip(self, size: int) -> int:
        """Go over so many bytes, and return where they begin.

        Raises:
            FrameError: if there are fewer.
        """
        start = self.at
        if start + size > self._end:
            raise FrameError("a field is cut short")
        self.at = start + size
        return start

    def integer(self, size: int) -> int:
        """An unsigned integer of so many bytes.

        Raises:
            FrameError: if it is cut short.
        """
        start = self.skip(size)
        return int.from_bytes(self._data[start : start + size], "big")

    def short_string(self) -> str:
        """A string of up to 255 bytes; what is not UTF-8 in it is replaced.

        Raises:
            FrameError: if it is cut short.
        """
        size = self.integer(1)
        start = self.skip(size)
        return self._data[start : start + size].decode(errors="replace")

    def long_string(self) -> bytes:
        """Bytes with their size in 32 bits.

        Raises:
            FrameError: if they are cut short.
        """
        size = self.integer(_COUNT)
        start = self.skip(size)
        return self._data[start : start + size]

    def table(self) -> dict[str, Entry]:
        """A field table; where a name stands twice in it, the last one counts.

        Raises:
            FrameError: if it is cut short, or holds a value of an unknown kind.
        """
        size = self.integer(_COUNT)
        inside = Cursor(self._data, self.skip(size), self.at)
        entries = {}
        while inside.at < inside._end:
            name, kind = inside.short_string(), chr(inside.integer(1))
            if (width := _SIZES.get(kind)) is None:
                if kind not in _COUNTED:
                    raise FrameError(f"a table holds a value of the unknown kind {kind!r}")
                width = inside.integer(_COUNT)
            start = inside.skip(width)
            entries[name] = Entry(kind, start, start + width)
        return entries

    def text(self, entry: Entry | None) -> str:
        """The text of an entry; empty where there is none, or it is no text."""
        if entry is None or entry.kind != "S":
            return ""
        return self._data[entry.start : entry.stop].decode(errors="replace")
