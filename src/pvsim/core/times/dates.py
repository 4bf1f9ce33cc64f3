"""Dates as people write them, and which of their numbers is the day."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from pvsim.errors import BadInputError

__all__ = ["DateLayout", "DateOrder", "Dates", "layout_of"]

DateOrder = Literal["day-first", "month-first", "year-first"]

_EPOCH_ORDINAL: Final = date(1970, 1, 1).toordinal()
_YEARS: Final = range(1900, 2201)
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MUCH_CLOSER: Final = 7
"""Days that follow each other lie a month apart in the wrong order."""

_ORDERS: Final[dict[DateOrder, tuple[int, int, int]]] = {
    "day-first": (2, 1, 0),
    "month-first": (2, 0, 1),
    "year-first": (0, 1, 2),
}
"""Where year, month and day stand."""


@dataclass(frozen=True, slots=True)
class DateLayout:
    """How a file writes its dates.

    Args:
        pattern: Of three numbers.
        orders: The orders that these may have.
        key: So many characters of a text tell its date; 0 where that varies.
    """

    pattern: re.Pattern[str]
    orders: tuple[DateOrder, ...]
    key: int = 10


_LAYOUTS: Final = (
    DateLayout(re.compile(r"(\d{4})[-/.](\d\d?)[-/.](\d\d?)(?!\d)", re.ASCII), ("year-first",)),
    DateLayout(re.compile(r"(\d\d?)\.(\d\d?)\.(\d{4}|\d\d)(?!\d)", re.ASCII), ("day-first",)),
    DateLayout(re.compile(r"((?:19|20|21)\d\d)(\d\d)(\d\d)", re.ASCII), ("year-first",), 8),
    DateLayout(re.compile(r"(\d\d?)[-/](\d\d?)[-/](\d{4})(?!\d)", re.ASCII), ("day-first", "month-first")),
    DateLayout(
        re.compile(r"(\d\d?)[-/](\d\d?)[-/](\d\d?)(?!\d)", re.ASCII), ("day-first", "month-first", "year-first")
    ),
    DateLayout(re.compile(r"(\d\d?)[- ]([A-Za-z]{3})[a-z]*[- ](\d{4})", re.ASCII), ("day-first",), 0),
)


def layout_of(text: str) -> DateLayout:
    """The layout of the date that a text begins with.

    Raises:
        ValueError: if it begins with none.
    """
    for layout in _LAYOUTS:
        if layout.pattern.match(text):
            return layout
    raise ValueError(f"not a date: {text[:40]!r}")


class Dates:
    """The dates of a file, each distinct one read once, numbered in the order in which they come."""

    def __init__(self, layout: DateLayout, order: DateOrder | None = None) -> None:
        self._layout = layout
        self._orders = (order,) if order is not None and len(layout.orders) > 1 else layout.orders
        self._keys: dict[str, tuple[int, int]] = {}
        self._numbers: dict[str, int] = {}
        self._days: list[tuple[int | None, ...]] = []

    def split(self, text: str) -> tuple[int, str]:
        """The number of the date that a text begins with, and the rest of the text.

        Raises:
            ValueError: if there is no such date, whichever number is the day.
        """
        key = text[: self._layout.key]
        known = self._keys.get(key)
        if known is not None:
            return known[0], text[known[1] :]
        match = self._layout.pattern.match(text)
        if match is None:
            raise ValueError(f"not a date as in the file's first line: {text[:40]!r}")
        head = match[0]
        number = self._numbers.get(head)
        if number is None:
            number = self._numbers[head] = self._add(head, match.groups())
        if self._layout.key >= len(head):
            self._keys[key] = number, len(head)
        return number, text[len(head) :]

    def _add(self, text: str, parts: Sequence[str]) -> int:
        days: list[int | None] = []
        problem = ""
        for order in self._orders:
            try:
                days.append(_day_number(*(parts[place] for place in _ORDERS[order])))
            except ValueError as error:
                days.append(None)
                problem = str(error)
        if not any(day is not None for day in days):
            raise ValueError(f"no such date: {text!r}{problem}")
        self._days.append(tuple(days))
        return len(self._days) - 1

    def decide(self, where: Callable[[int], str], fix: str) -> tuple[NDArray[np.int64], str]:
        """Days since 1970-01-01 of each numbered date, and what to tell the user about them: mostly nothing.

        Args:
            where: The place of the date with a number, for messages.
            fix: For messages: how the user says an order, with `{}` for it.

        Raises:
            BadInputError: no order fits all dates, or several do and nothing tells which is meant.
        """
        columns = dict(zip(self._orders, zip(*self._days, strict=True), strict=True))
        possible = {order: np.array(days, np.int64) for order, days in columns.items() if None not in days}
        texts = list(self._numbers)
        if not possible:
            number = self._misfit()
            what = f"the date {texts[number]!r} has its day in another place than the dates before it"
            raise BadInputError(
                what, where=where(number), fix="write all dates in the same way, for example 2024-06-21"
            )
        spans = {order: int(np.abs(np.diff(days)).sum()) for order, days in possible.items()}
        order = min(spans, key=spans.__getitem__)
        days = possible[order]
        others = [spans[other] for other in possible if not np.array_equal(possible[other], days)]
        if any(not spans[order] or span < _MUCH_CLOSER * spans[order] for span in others):
            readings = " or ".join(
                f"{date.fromordinal(int(possible[o][0]) + _EPOCH_ORDINAL)} ({o})" for o in possible
            )
            what = f"the date {texts[0]!r} may be {readings}, and no other date of the file decides"
            raise BadInputError(
                what, where=where(0), fix=" or ".join(dict.fromkeys(fix.format(o) for o in possible))
            )
        return days, f"dates {order}" if len(self._layout.orders) > 1 else ""

    def _misfit(self) -> int:
        """The number of the first date that leaves no order possible."""
        return max(days.index(None) for days in zip(*self._days, strict=True))


def _day_number(year_text: str, month_text: str, day_text: str) -> int:
    year = int(year_text) + (2000 if len(year_text) < len("2024") else 0)
    if year not in _YEARS:
        raise ValueError(f" (the years {_YEARS[0]} to {_YEARS[-1]} are read)")
    month = int(month_text) if month_text.isdigit() else _MONTHS.index(month_text.lower()) + 1
    try:
        return date(year, month, int(day_text)).toordinal() - _EPOCH_ORDINAL
    except ValueError as error:
        raise ValueError("") from error
