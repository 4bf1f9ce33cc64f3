"""A part of a day by its local clock: `12-13`, `11:30-12:15`; or its first hours: `6`."""

import re
from dataclasses import dataclass
from typing import Final

from pvsim.core.quantities.typed import HOURS, parse_quantity
from pvsim.errors import UsageError

__all__ = ["DAY_MIN", "ClockSpan", "clock_text", "parse_hours"]

DAY_MIN: Final = 1_440
_HOUR_MIN: Final = 60
_SPAN: Final = re.compile(r"(\d\d?)(?::(\d\d))? ?[-–−] ?(\d\d?)(?::(\d\d))?", re.ASCII)
_EXAMPLES: Final = "for example 6 for the first 6 h, or 12:00-13:30"


@dataclass(frozen=True, slots=True)
class ClockSpan:
    """From one time of the local clock to another one of the same day.

    Attributes:
        first_min: Minutes after 00:00 at which it begins.
        end_min: At which it ends; 1,440 is 24:00.
    """

    first_min: int
    end_min: int

    def __str__(self) -> str:
        """As it is typed: `12:00-13:30`."""
        return f"{clock_text(self.first_min)}-{clock_text(self.end_min)}"


def clock_text(minute: int) -> str:
    """`12:05` of minutes after 00:00."""
    return f"{minute // _HOUR_MIN:02}:{minute % _HOUR_MIN:02}"


def parse_hours(hours: int | str, field: str) -> int | ClockSpan:
    """A number of hours, or a part of the day by the local clock.

    Args:
        hours: What was given: `6`, `12-13`, `11:30-12:15`.
        field: Of what; the subject of an error.

    Raises:
        UsageError: if it is neither, or ends before it begins.
    """
    if isinstance(hours, int):
        return hours
    text = " ".join(hours.split())
    found = _SPAN.fullmatch(text)
    if found is None:
        return _number(text, field)
    first_min, end_min = _minute(text, found[1], found[2], field), _minute(text, found[3], found[4], field)
    if first_min >= end_min:
        what = f"`{field}` is a part of one day, and {text!r} ends before it begins"
        to_the_end = ClockSpan(min(first_min, DAY_MIN - _HOUR_MIN), DAY_MIN)
        raise UsageError(what, field=field, fix=f"give {to_the_end}: a day ends at 24:00")
    return ClockSpan(first_min, end_min)


def _number(text: str, field: str) -> int:
    try:
        hours = parse_quantity(text, HOURS, field)
    except UsageError as error:
        what = f"`{field}` is a number of hours, or a part of the day by its local clock, not {text!r}"
        raise UsageError(what, field=field, fix=_EXAMPLES) from error
    if hours.denominator != 1:
        what = f"`{field}` is a whole number of hours, not {text!r}"
        raise UsageError(what, field=field, fix=_EXAMPLES)
    return int(hours)


def _minute(text: str, hour: str, minute: str | None, field: str) -> int:
    """Minutes after 00:00 of a time of day, to 24:00."""
    found = int(hour) * _HOUR_MIN + int(minute or 0)
    if int(minute or 0) >= _HOUR_MIN or found > DAY_MIN:
        what = f"`{field}`: {text!r} has a time that no clock shows"
        raise UsageError(what, field=field, fix=f"write times from 00:00 to 24:00; {_EXAMPLES}")
    return found
