"""Values of AMQP 1.0, as far as the sections of a message need them: text, and how wide everything else is.

The upper half of a value's first byte says how wide it is:

    0x40  nothing       0x80   8 bytes        0xc0 0xe0  a length of 1 byte, then so many bytes
    0x50  1 byte        0x90  16 bytes        0xd0 0xf0  a length of 4 bytes, then so many bytes
    0x60  2 bytes       0xa0  a length of 1 byte, then so many bytes
    0x70  4 bytes       0xb0  a length of 4 bytes, then so many bytes

A 0 stands before a described value: its description, then the value.
"""

from collections.abc import Iterator

__all__ = ["compound", "text_of"]

_FIXED = {0x40: 0, 0x50: 1, 0x60: 2, 0x70: 4, 0x80: 8, 0x90: 16}
_LENGTHS = {0xA0: 1, 0xB0: 4, 0xC0: 1, 0xD0: 4, 0xE0: 1, 0xF0: 4}
_COUNT_WIDTHS = {0xC0: 1, 0xC1: 1, 0xD0: 4, 0xD1: 4}
_EMPTY_LIST = 0x45
_TEXTS = {0xA1: 1, 0xA3: 1, 0xB1: 4, 0xB3: 4}
_DESCRIBED = 0
_DEEPEST = 8


def compound(section: memoryview) -> Iterator[memoryview]:
    """The values of a list, or the keys and values of a map in turn.

    Raises:
        ValueError: from the iteration, if the bytes are neither, or are cut short.
    """
    constructor = section[0] if section else None
    if constructor == _EMPTY_LIST:
        return
    if constructor not in _COUNT_WIDTHS:
        raise ValueError("neither a list nor a map")
    width = _COUNT_WIDTHS[constructor]
    count = int.from_bytes(section[1 + width : 1 + 2 * width], "big")
    at = 1 + 2 * width
    for _ in range(count):
        end = _end(section, at, _DEEPEST)
        yield section[at:end]
        at = end


def text_of(value: memoryview) -> str:
    """The text of a string or symbol; `` for any other value.

    Raises:
        ValueError: if it is not UTF-8.
    """
    width = _TEXTS.get(value[0], 0)
    return str(value[1 + width :], "utf-8") if width else ""


def _end(data: memoryview, at: int, depth: int) -> int:
    """Where the value at `at` ends."""
    if at >= len(data) or not depth:
        raise ValueError("a value is cut short, or described too deep")
    constructor = data[at]
    if constructor == _DESCRIBED:
        return _end(data, _end(data, at + 1, depth - 1), depth - 1)
    family = constructor & 0xF0
    if family in _FIXED:
        end = at + 1 + _FIXED[family]
    elif family in _LENGTHS:
        start = at + 1 + _LENGTHS[family]
        end = start + int.from_bytes(data[at + 1 : start], "big")
    else:
        raise ValueError("no value of AMQP 1.0 begins so")
    if end > len(data):
        raise ValueError("a value is cut short")
    return end
