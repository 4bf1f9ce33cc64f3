"""Values as people type them: numbers with a unit, periods, dates. What means two things is refused.

`10`, `10 kW`, `10kWp`, `10.5`, `10,5`, `1e3`, `4 000` and `4'000` are numbers; `4,000` may be 4 or 4000.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from pvsim.errors import UsageError

__all__ = [
    "DAYS",
    "DISTANCE_KM",
    "DURATION_S",
    "ENERGY_KWH",
    "HEIGHT_M",
    "HOURS",
    "LATITUDE_DEG",
    "LENGTH_MM",
    "LONGITUDE_DEG",
    "NUMBER",
    "PERCENT",
    "POWER_KW",
    "POWER_W",
    "TEMP_C",
    "Kind",
    "parse_date",
    "parse_quantity",
]

_NUMBER = re.compile(
    r"(?P<sign>[+-]?)(?P<whole>\d{1,3}(?:[ '_]\d{3})+|\d{1,40})(?:(?P<mark>[.,])(?P<part>\d{0,18}))?"
    r"(?:[eE](?P<power>[+-]?\d{1,2}))? ?(?P<unit>[A-Za-z]*)",
    re.ASCII,
)
_MOST_DIGITS = 40
_LONG = re.compile(r"[+-]?\d{41,}", re.ASCII)
_SIGN_AFTER = re.compile(r" ?°(?: ?([A-Za-z]))?$")
_AS_ASCII = str.maketrans({"−": "-", "–": "-", "\u2019": "'", "\u00a0": " ", "\u202f": " ", "\u2009": " "})
_THOUSANDS = 3
_ISO = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2})\. ?(\d{1,2})\. ?(\d{4})", re.ASCII)
_SLASHES = re.compile(r"(\d{1,2})([/-])(\d{1,2})\2(\d{4})", re.ASCII)
_SHORT_YEAR = re.compile(r"\d{1,2}([./-])\d{1,2}\1\d{2}")
_TIME_TOO = re.compile(r"(\d{4}-\d{2}-\d{2})[T ]\d.*")
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Kind:
    """What a number measures.

    Attributes:
        name: As in "is a power in kW".
        units: How many of the base unit each unit is, by its small letters; `` for a bare number.
        example: One that is right.
    """

    name: str
    units: Mapping[str, Fraction]
    example: str


def _kind(name: str, example: str, **units: float | str) -> Kind:
    factors = {unit: Fraction(factor) for unit, factor in units.items()}
    return Kind(name, {"": Fraction(1), **factors}, example)


NUMBER = _kind("a number", "10")
POWER_W = _kind("a power in W", "43500", w=1, kw=1000, mw=1_000_000)
POWER_KW = _kind("a power in kW", "10kW", kw=1, kwp=1, w="0.001", wp="0.001", mw=1000, mwp=1000)
ENERGY_KWH = _kind("an energy in kWh", "4000kWh", kwh=1, wh="0.001", mwh=1000)
DISTANCE_KM = _kind("a distance in km", "3km", km=1, m="0.001")
LENGTH_MM = _kind("a length in mm", "180mm", mm=1, cm=10, **{"in": "25.4"})
DURATION_S = Kind(
    "a duration",
    {
        unit: Fraction(factor)
        for units, factor in (
            (("", "s", "sec", "second", "seconds"), "1"),
            (("ms",), "0.001"),
            (("m", "min", "mins", "minute", "minutes"), "60"),
            (("h", "hour", "hours"), "3600"),
            (("d", "day", "days"), "86400"),
        )
        for unit in units
    },
    "90s, 15min or 1h",
)
LATITUDE_DEG = _kind("a number of degrees, negative in the south", "48.14", deg=1, n=1, s=-1)
LONGITUDE_DEG = _kind("a number of degrees, negative in the west", "11.58", deg=1, e=1, w=-1)
HEIGHT_M = _kind("a height in m", "520", m=1, km=1000)
TEMP_C = _kind("a temperature in °C", "15", c=1)
PERCENT = _kind("a number of percent", "10", percent=1)
HOURS = _kind("a number of hours", "1", h=1, hour=1, hours=1)
DAYS = _kind("a number of days", "7", d=1, day=1, days=1, w=7, week=7, weeks=7)


def parse_quantity(text: str, kind: Kind, field: str) -> Fraction:
    """The number in the kind's base unit.

    Args:
        text: What was typed.
        kind: What it should be.
        field: Of what; the subject of an error.

    Raises:
        UsageError: if it is not a number, has a unit of another kind, or means two things.
    """
    compact = _SIGN_AFTER.sub(r" \1", " ".join(text.translate(_AS_ASCII).split()))
    if compact.endswith("%") and "percent" in kind.units:
        compact = compact[:-1] + "percent"
    found = _NUMBER.fullmatch(compact)
    factor = None if found is None else kind.units.get(found["unit"].lower())
    if _LONG.fullmatch(compact):
        what = f"`{field}` is a number of at most {_MOST_DIGITS} digits"
        raise UsageError(f"{what}, not {text[:40]!r}", field=field, fix=f"for example {kind.example}")
    if found is None or factor is None:
        raise UsageError(f"`{field}` is {kind.name}, not {text!r}", field=field, fix=f"for example {kind.example}")
    if found["sign"] and found["unit"] and min(kind.units.values()) < 0 and found["unit"].lower() != "deg":
        what = f"`{field}`: {text!r} has a sign and a direction"
        raise UsageError(what, field=field, fix="leave one of them out")
    unit, whole, part = found["unit"], re.sub(r"[ '_]", "", found["whole"]), found["part"] or ""
    if factor > 1 and unit[:2] in {"mw", "mW"}:
        what = f"`{field}` is {kind.name}; the m of {text!r} means milli"
        raise UsageError(what, field=field, fix=f"write M{unit[1:]} for mega")
    if found["mark"] == "," and len(part) == _THOUSANDS and whole != "0" and not found["power"]:
        what = f"`{field}`: {text!r} may be {whole}{part} or {whole}.{part}"
        raise UsageError(what, field=field, fix=f"write {whole}{part} or {whole}.{part}")
    number = Fraction(f"{found['sign']}{whole}.{part or '0'}e{found['power'] or 0}")
    return number * factor


def parse_date(text: str, field: str) -> date:
    """A calendar date: `2024-06-21`, `2024/6/21`, `21.06.2024`, or with slashes where no other reading is one.

    Raises:
        UsageError: if it is not a valid date, or means two.
    """
    compact = text.translate(_AS_ASCII).strip()
    fix = "write it as YYYY-MM-DD, for example 2024-06-21"
    if found := _ISO.fullmatch(compact):
        parts = [(int(found[1]), int(found[3]), int(found[4]))]
    elif found := _DAY_FIRST.fullmatch(compact):
        parts = [(int(found[3]), int(found[2]), int(found[1]))]
    elif found := _SLASHES.fullmatch(compact):
        year, first, second = int(found[4]), int(found[1]), int(found[3])
        parts = sorted({(year, first, second), (year, second, first)})
        parts = [each for each in parts if each[1] <= _MONTHS] or parts[:1]
    else:
        try:
            return date.fromisoformat(compact)
        except ValueError as error:
            if found := _TIME_TOO.fullmatch(compact):
                what, fix = f"`{field}` is a day and begins at local midnight, not {text!r}", f"write {found[1]}"
                fix += "; a part of it is for example `hours` 12-13" if field == "date" else ""
            elif _SHORT_YEAR.fullmatch(compact):
                what = f"`{field}` is a date, but {text!r} does not name the century"
            else:
                what = f"`{field}` is a date, not {text!r}"
            raise UsageError(what, field=field, fix=fix) from error
    if len(parts) > 1:
        first_reading, second_reading = (f"{y:04}-{m:02}-{d:02}" for y, m, d in parts)
        fix = f"write {first_reading} or {second_reading}"
        raise UsageError(f"`{field}`: {text!r} may be two dates", field=field, fix=fix)
    try:
        return date(*parts[0])
    except ValueError as error:
        raise UsageError(f"`{field}` is a date, not {text!r}: {error}", field=field, fix=fix) from error
