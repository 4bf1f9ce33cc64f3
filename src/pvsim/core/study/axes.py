"""The values that a setting takes in turn: a list, or a range that may be as long as it likes."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from math import prod
from typing import Protocol, TypeGuard

from pvsim.core.study.dates import are_dates, dates_of
from pvsim.core.study.paths import Plain
from pvsim.errors import UsageError

__all__ = ["Axis", "Listed", "Range", "axis_of", "bounds_of", "combination", "combinations", "is_range"]

_LONGEST = 10**12
_MOST = 10**15
"""Up to here a float holds every whole number."""
_KEYS = {"from", "to", "step", "n"}


class Axis(Protocol):
    """Values by number; nothing is made before it is asked for."""

    @property
    def count(self) -> int:
        """How many values."""

    def at(self, number: int) -> Plain:
        """One of them, from 0."""


class Listed:
    """Values of a list."""

    def __init__(self, values: Sequence[Plain]) -> None:
        self.values = tuple(values)
        self.count = len(self.values)

    def at(self, number: int) -> Plain:
        """See `Axis`."""
        return self.values[number]


class Range:
    """Numbers at equal distances, exact: from 0.1 by 0.1 come 0.1, 0.2 and 0.3.

    Args:
        first: The first number.
        step: From one to the next.
        count: How many.
        whole: They are whole numbers, and are written as such.
    """

    def __init__(self, first: Fraction, step: Fraction, count: int, *, whole: bool) -> None:
        self._first, self._step, self.count, self._whole = first, step, count, whole

    def at(self, number: int) -> Plain:
        """See `Axis`."""
        value = self._first + self._step * number
        return int(value) if self._whole else float(value)


def axis_of(path: str, given: Plain) -> Axis:
    """The values that a study file gives a setting.

    Args:
        path: Of the setting.
        given: A list of values, `{ from, to, step }` with both ends among the values, or `{ from, to, n }`.

    Raises:
        UsageError: if it is neither, is empty, or has a value twice.
    """
    if isinstance(given, list):
        return _listed(path, given)
    if is_range(given):
        return dates_of(path, given) if are_dates(given) else _range(path, given)
    fix = f"write {path!r} = [first, second], or {{ from = 1, to = 5, step = 1 }}"
    raise _refusal(path, f"{_shown(given)} is neither a list of values nor a range", fix)


def is_range(given: Plain) -> TypeGuard[dict[str, Plain]]:
    """Whether it is a table that looks like a range."""
    return isinstance(given, dict) and bool(given) and given.keys() <= _KEYS


def bounds_of(path: str, given: Mapping[str, Plain]) -> tuple[Fraction, Fraction]:
    """The ends of a range that is drawn from.

    Raises:
        UsageError: if they are no numbers, or not in order.
    """
    fix = "write { from = 3, to = 12 }"
    if given.keys() != {"from", "to"}:
        names = ", ".join(sorted(given))
        raise _refusal(path, f"a range to draw from has from and to, not {names}", fix)
    low, high = (_number(path, name, given[name]) for name in ("from", "to"))
    if not low < high:
        raise _refusal(path, f"the range from {given['from']} to {given['to']} is empty", fix)
    return low, high


def combinations(axes: Sequence[Axis]) -> int:
    """How many combinations there are of a value of each axis; one of no axes."""
    return prod(axis.count for axis in axes)


def combination(axes: Sequence[Axis], number: int) -> tuple[Plain, ...]:
    """A value of each axis: one of the combinations, in which the last axis is the fastest."""
    values: list[Plain] = []
    for axis in reversed(axes):
        number, place = divmod(number, axis.count)
        values.append(axis.at(place))
    return tuple(reversed(values))


def _listed(path: str, values: Sequence[Plain]) -> Listed:
    if not values:
        raise _refusal(
            path, "the list is empty, so that there is no case", "give at least one value, or leave it out"
        )
    seen: dict[object, int] = {}
    for place, value in enumerate(values, start=1):
        same = ("number", value) if _is_number(value) and value == value else repr(value)  # noqa: PLR0124 - no NaN
        if same in seen:
            what = f"{_shown(value)} is in the list twice, as value {seen[same]} and value {place}"
            raise _refusal(path, what, "leave one of them out")
        seen[same] = place
    return Listed(values)


def _range(path: str, given: Mapping[str, Plain]) -> Range:
    if missing := {"from", "to"} - given.keys():
        raise _refusal(
            path, f"a range needs {' and '.join(sorted(missing))}", "write { from = 1, to = 5, step = 1 }"
        )
    if ("step" in given) == ("n" in given):
        has = (
            "has a step and a number of points n"
            if "n" in given
            else "has neither a step nor a number of points n"
        )
        raise _refusal(
            path, f"the range {has}", "write { from = 1, to = 5, step = 1 } or { from = 1, to = 5, n = 5 }"
        )
    low, high = (_number(path, name, given[name]) for name in ("from", "to"))
    if "step" in given:
        step = _number(path, "step", given["step"])
        count = _count_of_steps(path, low, high, step, given)
    else:
        count = _points(path, given["n"])
        step = (high - low) / (count - 1)
        if not step:
            raise _refusal(path, f"from and to are both {given['from']}", f"write {path!r} = [{given['from']}]")
    typed_whole = all(isinstance(given[name], int) for name in given)
    whole = typed_whole and step.denominator == 1
    found = Range(low, step, count, whole=whole)
    if not whole and found.at(0) == found.at(1):
        raise _refusal(path, "the step is too small to tell one value from the next", "give a larger step")
    return found


def _count_of_steps(path: str, low: Fraction, high: Fraction, step: Fraction, given: Mapping[str, Plain]) -> int:
    """How many values there are with both ends."""
    if not step or (high - low) / step < 0:
        what = f"step {given['step']} does not lead from {given['from']} to {given['to']}"
        raise _refusal(path, what, "give a step of the other sign" if step else "give a step other than 0")
    steps = (high - low) / step
    if not steps:
        raise _refusal(path, f"from and to are both {given['from']}", f"write {path!r} = [{given['from']}]")
    if steps > _LONGEST:
        raise _refusal(path, f"the range has more than {_LONGEST:,} values", "give a larger step")
    if steps.denominator != 1:
        last = low + int(steps) * step
        what = (
            f"step {given['step']} does not hit {given['to']} from {given['from']}: the last value before it is "
        )
        what += f"{float(last):g}"
        raise _refusal(path, what, f"write to = {float(last):g}, or another step")
    return int(steps) + 1


def _points(path: str, n: Plain) -> int:
    if not isinstance(n, int) or isinstance(n, bool) or not 2 <= n <= _LONGEST:  # noqa: PLR2004 - both ends
        raise _refusal(path, f"n is {_shown(n)}, not a whole number of points from 2", "write n = 5")
    return n


def _number(path: str, name: str, value: Plain) -> Fraction:
    """A number as it is written: 0.1 is a tenth."""
    if not _is_number(value) or not -_MOST <= value <= _MOST:  # a NaN is neither
        fix = "write numbers: { from = 1, to = 5, step = 1 }; values that are no numbers go into a list"
        raise _refusal(path, f"{name} is {_shown(value)}, not a number", fix)
    return _exact(value)


def _exact(value: float) -> Fraction:
    return Fraction(value) if isinstance(value, int) else Fraction(Decimal(repr(value)))


def _is_number(value: Plain) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _shown(value: Plain) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:59]}…"  # noqa: PLR2004 - what fits a line


def _refusal(path: str, what: str, fix: str) -> UsageError:
    return UsageError(f"`{path}`: {what}", field=path, fix=fix)
