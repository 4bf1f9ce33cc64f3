"""Times as people write them in files, read into seconds.

Dates, minutes and offsets recur from line to line, so each distinct one is parsed once and looked up after
that; the seconds are kept apart, so that a file of 1-s samples needs no table of all the seconds of a day.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pvsim.core.series.types import DAY_S, day_number
from pvsim.errors import BadInputError

__all__ = ["FORMATS", "Style", "parse_stamps", "style_of"]

FORMATS = "2024-06-21T12:00:00+02:00, 2024-06-21 12:00[:00], 21.06.2024 12:00[:00] or epoch seconds"

_MINUTE = re.compile(r"[T ](\d\d):(\d\d)", re.ASCII)
_REST = re.compile(r"(?::(\d\d)(?:[.,](\d+))?)? ?(Z|[+-]\d\d(?::?\d\d)?)?", re.ASCII)
_ISO_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_DAY_FIRST = re.compile(r"(\d\d)\.(\d\d)\.(\d{4})", re.ASCII)
_EPOCH_RANGE = range(10**8, 10**10)  # 1973 to 2286; milliseconds lie above
_DATE_LENGTH, _MINUTE_LENGTH = 10, 16


@dataclass(frozen=True, slots=True)
class Style:
    """How a file writes its times: the layout, and what it says about the offset from UTC."""

    layout: Literal["iso", "day first", "epoch"]
    offset: Literal["none", "written", "utc"]


def style_of(text: str) -> Style:
    """The style of the first time of a file, by which all its times must be written.

    Raises:
        ValueError: if the text is no time of a known layout.
    """
    if _DAY_FIRST.match(text):
        layout: Literal["iso", "day first"] = "day first"
    elif text.isascii() and text.partition(".")[0].isdigit():
        return Style("epoch", "utc")
    else:
        layout = "iso"
    _day(text[:_DATE_LENGTH], layout == "day first")
    _minute(text[_DATE_LENGTH:_MINUTE_LENGTH])
    _, _, offset = _rest(text[_MINUTE_LENGTH:])
    return Style(layout, offset)


def parse_stamps(
    texts: Sequence[str], style: Style, *, lines: Sequence[int], source: str
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Read times of one style.

    Args:
        texts: The times, without surrounding blanks.
        style: How the file writes them.
        lines: Line number of each text.
        source: The file's name.

    Returns:
        Wall clock as written in seconds since 1970-01-01T00:00 of that clock, and the written offset from UTC
        in seconds (zeros where none is written).

    Raises:
        BadInputError: naming the first line whose time is of another style, impossible or finer than 1 s.
    """
    try:
        return _parse(texts, style)
    except ValueError:
        index, problem = next((i, p) for i, text in enumerate(texts) if (p := _problem(text, style)))
    fix = f"write times as {FORMATS}, all in the same way"
    raise BadInputError(problem, where=f"{source}:{lines[index]}", fix=fix)


def _problem(text: str, style: Style) -> str:
    try:
        _parse([text], style)
    except ValueError as error:
        return str(error)
    return ""


def _parse(texts: Sequence[str], style: Style) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    if style.layout == "epoch":
        seconds = np.array([_epoch(text) for text in texts], np.int64)
        return seconds, np.zeros_like(seconds)
    day_first = style.layout == "day first"
    days = np.array([_day(text[:_DATE_LENGTH], day_first) for text in texts], np.int64)
    minutes = np.array([_minute(text[_DATE_LENGTH:_MINUTE_LENGTH]) for text in texts], np.int64)
    rests = [_rest(text[_MINUTE_LENGTH:]) for text in texts]
    if {kind for _, _, kind in rests} - {style.offset}:
        raise ValueError(f"the offset from UTC is not written as in the file's first line ({style.offset} there)")
    seconds = np.array([second for second, _, _ in rests], np.int64)
    return days * DAY_S + minutes + seconds, np.array([offset for _, offset, _ in rests], np.int64)


def _epoch(text: str) -> int:
    whole, _, fraction = text.partition(".")
    if not (whole.isascii() and whole.isdigit() and int(whole) in _EPOCH_RANGE):
        raise ValueError(f"not a time in epoch seconds: {text[:40]!r}")
    _refuse_fraction(fraction, text)
    return int(whole)


@lru_cache(maxsize=65_536)
def _day(text: str, day_first: bool) -> int:
    match = _DAY_FIRST.fullmatch(text) if day_first else _ISO_DAY.fullmatch(text)
    if match is None:
        raise ValueError(f"not a date: {text!r}")
    year, month, day = (int(part) for part in (match.groups()[::-1] if day_first else match.groups()))
    try:
        return day_number(date(year, month, day))
    except ValueError as error:
        raise ValueError(f"no such date: {text!r}") from error


@lru_cache(maxsize=4096)
def _minute(text: str) -> int:
    """Second of the day at which the minute `T12:34` starts."""
    match = _MINUTE.fullmatch(text)
    if match is None:
        raise ValueError(f"not a time of day after the date: {text!r}")
    hour, minute = int(match[1]), int(match[2])
    if hour > 23 or minute > 59:  # noqa: PLR2004 - the clock's own numbers
        raise ValueError(f"no such time of day: {text[1:]!r}")
    return hour * 3600 + minute * 60


@lru_cache(maxsize=4096)
def _rest(text: str) -> tuple[int, int, Literal["none", "written", "utc"]]:
    """What follows the minute: the second, the offset from UTC in seconds, and how the offset is written."""
    match = _REST.fullmatch(text)
    if match is None:
        raise ValueError(f"not seconds and an offset after the minute: {text[:40]!r}")
    second = int(match[1] or 0)
    if second > 59:  # noqa: PLR2004 - the clock's own number
        raise ValueError(f"no such second: {text!r}")
    _refuse_fraction(match[2] or "", text)
    zone = match[3]
    if not zone:
        return second, 0, "none"
    if zone == "Z":
        return second, 0, "utc"
    digits = zone[1:].replace(":", "").ljust(4, "0")
    offset = int(digits[:2]) * 3600 + int(digits[2:]) * 60
    return second, -offset if zone[0] == "-" else offset, "written"


def _refuse_fraction(fraction: str, text: str) -> None:
    if fraction.strip("0"):
        raise ValueError(f"finer than one second: {text!r}; resample the file to steps of 1 s to 1 h")
