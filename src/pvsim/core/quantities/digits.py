"""Numbers and times as text, a whole column at a time: tables instead of `str()`.

Formatting the 86,400 rows of a day one by one takes about 100 ms, by table about 8 ms. The tables are made in each
process that needs them, so they are made by columns too: 3 ms instead of 80.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from pvsim.core.quantities.timeline import DAY_S
from pvsim.core.quantities.types import Ints

__all__ = [
    "Texts",
    "date_texts",
    "fixed_point",
    "fixed_point_table",
    "right_aligned",
    "table",
    "time_texts",
    "unique",
]

Texts = NDArray[np.bytes_]
"""Texts of one width. NUL stands for "nothing here" and is dropped when rows are joined."""

_GROUP = 10_000
_BLANKS = {b" ": b"    ", b"\0": b""}


@cache
def table(count: int, width: int, pad: bytes) -> Texts:
    """The texts of 0..count-1, right-aligned with `pad` in `width` characters: shape (count,)."""
    return _as_texts(_digits(np.arange(count), width, pad))


@cache
def fixed_point_table(count: int, width: int) -> Texts:
    """The texts of 0.0, 0.1, ... with one decimal, right-aligned with spaces: shape (count,)."""
    whole = _digits(np.arange(-(-count // 10)), width - 2, b" ")
    characters = np.full((len(whole), 10, width), ord("."), np.uint8)
    characters[..., :-2] = whole[:, np.newaxis]
    characters[..., -1] = ord("0") + np.arange(10)
    return _as_texts(characters.reshape(-1, width)[:count])


def _digits(values: Ints, width: int, pad: bytes) -> NDArray[np.uint8]:
    """The characters of non-negative numbers of at most `width` digits: shape (n, width)."""
    characters = np.empty((len(values), width), np.uint8)
    rest = values.astype(np.int32)
    for column in reversed(range(width)):
        higher, digit = np.divmod(rest, 10)
        there = (rest > 0) | (column == width - 1)  # of 0 the last digit is written
        characters[:, column] = np.where(there, digit + ord("0"), ord(pad))
        rest = higher
    return characters


def _as_texts(characters: NDArray[np.uint8]) -> Texts:
    texts: Texts = characters.view(f"S{characters.shape[1]}")[:, 0]
    texts.flags.writeable = False  # they are kept, and shared
    return texts


def fixed_point(values: Ints, width: int) -> Texts:
    """Numbers in tenths as text with one decimal, right-aligned with spaces, `-412.5`: shape (n,).

    Args:
        values: Below 10 ** 9 either way, shape (n,).
        width: Characters, enough for the sign, the digits, the point and the decimal.
    """
    whole, tenth = np.divmod(np.abs(values), 10)
    text = np.full((len(values), width), ord(" "), dtype=np.uint8)
    digits_of = right_aligned(whole, 2, b" ").reshape(-1, 1).view(np.uint8)
    n = min(width - 2, digits_of.shape[1])
    text[:, width - 2 - n : width - 2] = digits_of[:, -n:]
    text[:, -2], text[:, -1] = ord("."), ord("0") + tenth
    negative = np.flatnonzero(values < 0)
    blanks = (text[negative] == ord(" ")).sum(axis=1)
    text[negative, blanks - 1] = ord("-")
    return text.reshape(-1).view(f"S{width}")


def right_aligned(values: Ints, groups: int, pad: bytes) -> Texts:
    """Non-negative numbers, right-aligned: shape (n,), `4 * groups` characters each.

    Args:
        values: Numbers below 10 ** (4 * groups), shape (n,).
        groups: How many groups of four digits.
        pad: A space or NUL, what stands left of the number.
    """
    first, inner = table(_GROUP, 4, pad), table(_GROUP, 4, b"0")
    out = np.empty((len(values), groups), dtype="S4")
    rest = values
    for column in reversed(range(groups)):
        higher, low = np.divmod(rest, _GROUP)
        text = np.where(higher > 0, inner[low], first[low])
        last = column == groups - 1
        out[:, column] = text if last else np.where(rest > 0, text, _BLANKS[pad])
        rest = higher
    return out.view(f"S{4 * groups}")[:, 0]


@cache
def _times_of_day() -> Texts:
    two = table(60, 2, b"0").view(np.uint8).reshape(60, 2)
    characters = np.full((24, 60, 60, 8), ord(":"), np.uint8)
    characters[..., 0:2] = two[:24, np.newaxis, np.newaxis]
    characters[..., 3:5] = two[:, np.newaxis]
    characters[..., 6:8] = two
    return _as_texts(characters.reshape(DAY_S, 8))


def time_texts(seconds: Ints) -> Texts:
    """`HH:MM:SS` of seconds since the epoch (or any midnight): shape (n,)."""
    texts: Texts = _times_of_day()[seconds % DAY_S]
    return texts


def date_texts(seconds: Ints) -> Texts:
    """`YYYY-MM-DD` of seconds since the epoch: shape (n,). Fast for times that rise."""
    distinct, index = unique(seconds // DAY_S)
    texts: Texts = distinct.astype("M8[D]").astype("S10")[index]
    return texts


def unique(values: Ints) -> tuple[Ints, Ints]:
    """Numbers that have all values among them, rising, and where among these each value is.

    `np.unique` sorts, which takes longer than the texts; so near numbers are counted through.
    """
    if len(values) and (span := int(values.max() - (low := values.min()))) < len(values):
        return np.arange(low, low + span + 1), values - low
    distinct, index = np.unique(values, return_inverse=True)
    return distinct, index
