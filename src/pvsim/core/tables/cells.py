"""What a cell looks like, without reading it: a time, a number, a missing value, a unit, or words."""

import re
from collections.abc import Sequence
from enum import Flag, auto
from typing import Final

__all__ = ["MISSING", "Look", "holds_rows", "is_missing", "is_unit", "look_of", "start_of_period"]

MISSING: Final = frozenset({"", "-", "--", "nan", "na", "n/a", "#n/a", "#na", "null", "none", "?"})
"""What programs write where a value is missing, in small letters."""

_DATE = (
    r"(?:\d{4}([-/.])\d{1,2}\1\d{1,2}|\d{1,2}([-/.])\d{1,2}\2\d{2,4}|(?:19|20)\d{6}"
    r"|\d{1,2}[- ][A-Za-z]{3}[- ]\d{2,4})"
)
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d+)?(?: ?[AaPp]\.?[Mm]\.?)?"
_ZONE = r"(?: ?(?:Z|[+-]\d\d(?::?\d\d)?|\[?[A-Z][A-Za-z]+(?:/[A-Za-z_/]+)?\]?))?"
_DAY = re.compile(_DATE, re.ASCII)
_TIME_OF_DAY = re.compile(_CLOCK + _ZONE, re.ASCII)
_MOMENT = re.compile(
    rf"{_DATE}[T ,:]+(?:{_CLOCK}|\d{{4}}(?:\d\d)?|\d\d){_ZONE}|1\d{{9}}(?:\.\d+)?|1\d{{12}}", re.ASCII
)
_PERIOD = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d[\d:.]*Z?)/\d{4}-\d\d-\d\dT[\d:.]+Z?", re.ASCII)
_EDGE = r"\d{1,4}[-./]\d\d[-./]\d{2,4}[T ]\d\d:\d\d(?::\d\d)?(?: \([A-Z]+\))?"
_FROM_TO = re.compile(rf"({_EDGE}) - {_EDGE}", re.ASCII)  # as ENTSO-E writes them
_NUMBER = re.compile(
    r"[+\-\u2212]?\d[\d.,' \u00a0\u2007\u2009\u202f\u2019]*(?:[eE][+-]?\d+)?|[+\-\u2212]?[.,]\d+", re.ASCII
)
_DATE_PATTERN = re.compile(
    r"[dDtTmMyYjJhHsSaA:./\- ]*(?:[yYjJ]{2,4}|[hHsSmM]{2})[dDtTmMyYjJhHsSaA:./\- ]*", re.ASCII
)
_UNITS: Final = frozenset(
    word
    for words in (
        "w kw mw watt kilowatt wh kwh mwh va kva var kvar varh kvarh v kv a ma hz % min h s",
        "°c c degc °f k m/s km/h mph kn w/m2 w/m² w/m^2 wm-2 kw/m2 kw/m² wh/m2 wh/m² kwh/m2 kwh/m² j/cm2 j/cm²",
        "mm hpa mbar pa bar ° deg l/h m3 m³ eur € £ $ ct ct/kwh eur/kwh utc",
    )
    for word in words.split()
)


class Look(Flag):
    """What a cell may be; a cell may look like several things."""

    EMPTY = auto()
    DATE = auto()
    CLOCK = auto()
    MOMENT = auto()
    NUMBER = auto()
    WORDS = auto()
    TIME = DATE | CLOCK | MOMENT


def look_of(cell: str) -> Look:
    """What a cell looks like; dates such as 20240621 and epoch seconds look like numbers too."""
    text = cell.strip()
    if not text:
        return Look.EMPTY
    look = Look(0)
    if _MOMENT.fullmatch(text) or _PERIOD.fullmatch(text) or _FROM_TO.fullmatch(text):
        look |= Look.MOMENT
    elif _DAY.fullmatch(text):
        look |= Look.DATE
    elif _TIME_OF_DAY.fullmatch(text):
        look |= Look.CLOCK
    if _NUMBER.fullmatch(text) or text.lower() in MISSING:
        look |= Look.NUMBER
    return look or Look.WORDS


def start_of_period(text: str) -> str:
    """The start of a period of ISO 8601 (`2024-06-21T12:00:00/2024-06-21T13:00:00`); another text as it is.

    So is `21.06.2024 12:00 - 21.06.2024 13:00`.
    """
    match = _PERIOD.fullmatch(text) or _FROM_TO.fullmatch(text)
    return match[1] if match else text


def is_missing(text: str) -> bool:
    """Whether a cell without surrounding blanks says that there is no value."""
    return text.lower() in MISSING


def is_unit(cell: str) -> bool:
    """Whether a cell is a unit or the pattern of a date, in brackets or not, and nothing else."""
    text = cell.strip().strip("[]()").strip()
    return text.lower() in _UNITS or _DATE_PATTERN.fullmatch(text) is not None


def holds_rows(row: Sequence[str], delimiter: str) -> bool:
    """Whether a quoted cell of several lines has a time after its first one: an open quote has swallowed rows."""
    cells = [cell for cell in row if "\n" in cell.rstrip("\n")]
    pieces = (piece for cell in cells for line in cell.split("\n")[1:] for piece in line.split(delimiter))
    return any(look_of(piece.strip('"')) & Look.TIME for piece in pieces)
