"""Dates at equal distances: `{ from = 2024-01-15, to = 2024-12-15, step = "1 month" }`."""

import re
from collections.abc import Mapping
from datetime import date, timedelta

from pvsim.core.study.paths import Plain
from pvsim.errors import UsageError

__all__ = ["Dates", "are_dates", "dates_of"]

_STEP = re.compile(r"(\d{1,5}) (day|week|month|year)s?")
_DAYS = {"day": 1, "week": 7}
_MONTHS = {"month": 1, "year": 12}
_LAST_OF_ALL_MONTHS = 28
_FIX = 'write { from = 2024-01-15, to = 2024-12-15, step = "1 month" }'


class Dates:
    """Dates at equal distances of days or of months.

    Args:
        first: The first date.
        days: From one to the next.
        months: From one to the next, besides.
        count: How many.
    """

    def __init__(self, first: date, count: int, *, days: int = 0, months: int = 0) -> None:
        self._first, self._days, self._months, self.count = first, days, months, count

    def at(self, number: int) -> str:
        """See `pvsim.core.study.axes.Axis`."""
        return _moved(self._first, self._days * number, self._months * number).isoformat()


def are_dates(given: Mapping[str, Plain]) -> bool:
    """Whether a range is one of dates, not of numbers."""
    return all(isinstance(given.get(name), str) for name in ("from", "to"))


def dates_of(path: str, given: Mapping[str, Plain]) -> Dates:
    """The dates of a range with both ends.

    Args:
        path: Of the setting.
        given: `from` and `to` as dates, `step` as `1 month`.

    Raises:
        UsageError: if they are none, or the step does not lead from the one to the other.
    """
    first, last = (_date(path, name, given[name]) for name in ("from", "to"))
    text = given.get("step")
    found = _STEP.fullmatch(text) if isinstance(text, str) else None
    if found is None or not int(found[1]) or "n" in given:
        said = "needs a step" if text is None else f"has the step {text!r}"
        raise _refusal(path, f"the range of dates {said}", _FIX)
    days, months = (int(found[1]) * units.get(found[2], 0) for units in (_DAYS, _MONTHS))
    if months and first.day > _LAST_OF_ALL_MONTHS:
        raise _refusal(path, f"not each month has a day {first.day}", "begin with a day from 1 to 28")
    if last <= first:
        raise _refusal(path, f"{last} is not after {first}", _FIX)
    apart = (last - first).days if days else 12 * (last.year - first.year) + last.month - first.month
    steps = max(1, apart // (days or months))
    end = _moved(first, days * steps, months * steps)
    if end != last:
        what = f"step {text!r} does not lead from {first} to {last}: {end} is near"
        raise _refusal(path, what, f"write to = {end}, or another step")
    return Dates(first, steps + 1, days=days, months=months)


def _moved(first: date, days: int, months: int) -> date:
    """A date that is so many days and months later; its day is in every month."""
    month = first.year * 12 + first.month - 1 + months
    return first.replace(year=month // 12, month=month % 12 + 1) + timedelta(days=days)


def _date(path: str, name: str, value: Plain) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise _refusal(path, f"{name} is {value!r}, not a date", _FIX) from error


def _refusal(path: str, what: str, fix: str) -> UsageError:
    return UsageError(f"`{path}`: {what}", field=path, fix=fix)
