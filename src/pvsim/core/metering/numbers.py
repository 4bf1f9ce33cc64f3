"""Numbers as devices write them, in a unit or without one. What means two things is refused."""

import re
from collections.abc import Mapping
from typing import Any

from pvsim.core.metering.paths import contents
from pvsim.core.metering.refusals import BodyError, Refusal, shown
from pvsim.core.quantities.types import DW_PER_KW, DW_PER_W

__all__ = ["ENERGY_UNITS", "POWER_UNITS", "scaled"]

POWER_UNITS: Mapping[str, int] = {"w": DW_PER_W, "kw": DW_PER_KW}
"""How many 0.1 W a unit is, by its small letters."""

ENERGY_UNITS: Mapping[str, int] = {"wh": 1_000, "kwh": 1_000_000}
"""How many mWh."""

_NUMBER = re.compile(
    r"(?P<sign>[+-]?)(?P<whole>\d{0,18})(?:(?P<mark>[.,])(?P<part>\d{0,40}))?(?P<power>[eE][+-]?\d{1,2})?"
    r" ?(?P<unit>[A-Za-z]*)",
    re.ASCII,
)
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:[ .,'_]\d{3})+(?:[.,]\d*)?(?: ?[A-Za-z]+)?", re.ASCII)
_NO_VALUE = frozenset(
    {"", "-", "--", "nan", "inf", "infinity", "none", "null", "n/a", "na", "unavailable", "unknown", "offline"}
)
_GROUP = 3
_MOST = 10**15
"""In 0.1 W 100 TW, in mWh a TWh."""


def scaled(value: Any, factor: int, units: Mapping[str, int]) -> float:
    """A value times its unit.

    Args:
        value: Decoded JSON, or a text.
        factor: Of the unit that it has if it names none.
        units: Those that a text may name, with their factors.

    Returns:
        At most 10^15 up or down, so that sums of it are exact to the unit.

    Raises:
        BodyError: if it is no number, or means two things.
    """
    if isinstance(value, str):
        number = _of_text(value, factor, units)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        number = min(max(value, -_MOST), _MOST) * float(factor)
    else:
        raise _no_number(value)
    if abs(number) >= _MOST:
        raise BodyError(Refusal.RANGE, f"{shown(value)} is more than any meter shows")
    return number


def _no_number(value: Any) -> BodyError:
    if value is None:
        return BodyError(Refusal.NO_VALUE, "null")
    what = "true or false" if isinstance(value, bool) else contents(value)
    if isinstance(value, list):
        what += "; name its items in the path: [0], [1]"
    return BodyError(Refusal.NOT_A_NUMBER, what)


def _of_text(text: str, factor: int, units: Mapping[str, int]) -> float:
    compact = text.strip()
    if compact.lower().lstrip("+-") in _NO_VALUE:
        raise BodyError(Refusal.NO_VALUE, shown(compact))
    found = _NUMBER.fullmatch(compact)
    if found is None or not (found["whole"] or found["part"]):
        if _THOUSANDS.fullmatch(compact):
            what = f"{shown(compact)} has its thousands parted; send digits and at most one decimal mark"
            raise BodyError(Refusal.AMBIGUOUS, what)
        raise BodyError(Refusal.NOT_A_NUMBER, shown(compact))
    whole, part, unit = found["whole"], found["part"] or "", found["unit"]
    if found["mark"] == "," and len(part) == _GROUP and whole.strip("0"):
        readings = f"{whole}{part} or {whole}.{part}"
        raise BodyError(Refusal.AMBIGUOUS, f"{shown(compact)} may be {readings}; send a decimal point")
    number = float(f"{found['sign']}{whole or '0'}.{part or '0'}{found['power'] or ''}")
    return number * (_factor(unit, units) if unit else factor)


def _factor(unit: str, units: Mapping[str, int]) -> int:
    factor = units.get(unit.lower())
    if factor is None:
        raise BodyError(Refusal.UNIT, f"{shown(unit)}; a text may name {' or '.join(_names(units))}")
    return factor


def _names(units: Mapping[str, int]) -> list[str]:
    return [unit.replace("w", "W") for unit in units]
