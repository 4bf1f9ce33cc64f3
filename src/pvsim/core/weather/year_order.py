"""The hours of a typical year, put in order by their own dates; what is no whole year is refused."""

from collections.abc import Sequence
from datetime import date
from typing import Final

import numpy as np

from pvsim.core.quantities.timeline import DAY_S, HOUR_S
from pvsim.core.quantities.types import Ints
from pvsim.errors import BadInputError

__all__ = ["DAYS", "year_order"]

DAYS: Final = 365
_NAMES: Final = "January February March April May June July August September October November December"
_MONTHS: Final = tuple(_NAMES.split())
_BEFORE: Final = np.array([(date(2023, month, 1) - date(2023, 1, 1)).days for month in range(1, 13)])
_LENGTHS: Final = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
_LEAP_DAY: Final = 31 + 28  # of a year of 366 days, from 0
_FEBRUARY = 2
_FIX: Final = "get the file again; one of some months or days can be used as CSV with full dates"


def year_order(month: Ints, day: Ints, hour: Ints, lines: Sequence[int], source: str) -> Ints:
    """For each hour of a year from 1 January 00:00 the row that has it: 8,760, or 8,784 with a 29 February.

    Args:
        month: Of each row, 1 to 12.
        day: Of the month.
        hour: At which the row's hour begins, from 0; −1 is the last hour of the day before.
        lines: Line numbers of the rows.
        source: The file's name.

    Raises:
        BadInputError: a date that there is not, an hour that comes twice, or hours that are missing.
    """
    leap = bool(((month == _FEBRUARY) & (day == _LEAP_DAY - 30)).any())
    lengths = _LENGTHS + (np.arange(12) == 1) * leap
    wrong = (month < 1) | (month > len(_MONTHS)) | (day < 1) | (day > lengths[np.clip(month, 1, 12) - 1])
    wrong |= (hour < -1) | (hour > DAY_S // HOUR_S)
    if wrong.any():
        row = int(np.argmax(wrong))
        what = f"there is no day {day[row]} of month {month[row]} or no such hour of it"
        raise BadInputError(what, where=f"{source}:{lines[row]}", fix="get the file again, or correct that line")
    of_year = _BEFORE[month - 1] + (leap & (month > _FEBRUARY)) + day - 1
    hours = (DAYS + leap) * (DAY_S // HOUR_S)
    slot = (of_year * (DAY_S // HOUR_S) + hour) % hours
    counts = np.bincount(slot, minlength=hours)
    what = f"a typical year has {hours:,} hours, this file has {len(month):,}"
    if (counts > 1).any():
        first = int(np.argmax(counts > 1))
        row = int(np.flatnonzero(slot == first)[1])
        what += f": {int((counts > 1).sum()):,} come twice, the first is {_name(first, leap)}"
        raise BadInputError(what, where=f"{source}:{lines[row]}", fix=_FIX)
    if (counts == 0).any():
        raise BadInputError(f"{what}: {_missing(counts == 0, leap)}", where=source, fix=_FIX)
    order: Ints = np.argsort(slot, kind="stable")
    return order


def _missing(lacking: Ints, leap: bool) -> str:
    """Whole months by name, other hours by the first of them."""
    days = np.repeat(np.arange(DAYS + leap), DAY_S // HOUR_S)
    starts = _BEFORE + leap * (np.arange(12) > 1)
    months = np.searchsorted(starts, days, side="right") - 1
    whole = [month for month in range(12) if lacking[months == month].all()]
    others = np.flatnonzero(lacking & ~np.isin(months, whole))
    parts = [", ".join(_MONTHS[month] for month in whole) + (" are" if len(whole) > 1 else " is") + " missing"]
    if len(others):
        parts.append(f"{len(others):,} hours are missing, the first is {_name(int(others[0]), leap)}")
    return " and ".join(parts[0 if whole else 1 :])


def _name(slot: int, leap: bool) -> str:
    day, hour = divmod(slot, DAY_S // HOUR_S)
    month = int(np.searchsorted(_BEFORE + leap * (np.arange(12) > 1), day, side="right")) - 1
    return f"{_MONTHS[month]} {day - int(_BEFORE[month]) - leap * (month > 1) + 1}, {hour:02}:00"
