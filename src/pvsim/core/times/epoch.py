"""Times as counted seconds since 1970, or thousandths, millionths and billionths of seconds."""

import re
from datetime import date
from typing import Final

__all__ = ["Epochs", "is_epoch"]

_SECONDS: Final = range(10**8, 10**10)  # 1973 to 2286: so the four units cannot be taken for each other
_PER_SECOND: Final = {"s": 1, "ms": 1_000, "µs": 1_000_000, "ns": 1_000_000_000}
_COMPACT_LENGTHS: Final = frozenset({8, 10, 12, 14})  # 20240621, with hour, minute and second
_COMPACT_YEARS: Final = range(1990, 2100)
_MOST_DIGITS: Final = 19
_COUNT: Final = re.compile(r"\d+(?:\.\d*)?", re.ASCII)
_SHEET_DAYS: Final = range(20_000, 80_000)  # 1954 to 2119


def is_epoch(text: str) -> bool:
    """Whether a text counts seconds: digits, perhaps with a fraction, that are no date such as 202406211205."""
    return _COUNT.fullmatch(text) is not None and not (text.isdigit() and _is_date(text))


def _is_date(text: str) -> bool:
    if len(text) not in _COMPACT_LENGTHS or int(text[:4]) not in _COMPACT_YEARS:
        return False
    try:
        date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return False
    return text[8:10] <= "24" and all(text[place : place + 2] < "60" for place in range(10, len(text), 2))


class Epochs:
    """Reads the times of a file, all counted in the unit of the first.

    Attributes:
        unit: s, ms, µs or ns; None before the first time.
    """

    def __init__(self) -> None:
        self.unit: str | None = None

    def read(self, text: str) -> int:
        """Unix seconds.

        Raises:
            ValueError: not a number of such seconds, or one finer than a second.
        """
        whole, _, fraction = text.partition(".")
        if not (_COUNT.fullmatch(text) and len(whole) <= _MOST_DIGITS):
            raise ValueError(f"not a time in epoch seconds: {text[:40]!r}")
        units = [self.unit] if self.unit else _PER_SECOND
        unit = next((unit for unit in units if int(whole) // _PER_SECOND[unit] in _SECONDS), None)
        if unit is None:
            if int(whole) in _SHEET_DAYS:
                what = (
                    f"{text!r} is a spreadsheet's number of a day: give the column the format of a date and time"
                )
                raise ValueError(f"not a time: {what}")
            same = f", as the first line has them in {self.unit}" if self.unit else ""
            raise ValueError(f"not a time in epoch seconds{same}: {text[:40]!r}")
        self.unit = unit
        seconds, rest = divmod(int(whole), _PER_SECOND[unit])
        if rest or fraction.strip("0"):
            raise ValueError(f"finer than one second: {text[:40]!r}; resample the file to steps of 1 s to 1 h")
        return seconds
