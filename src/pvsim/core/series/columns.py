"""Which columns of a file hold the time and the power, and in which unit, found by their headers."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

from pvsim.core.series.findings import Known
from pvsim.core.series.headers import Heading, heading_of
from pvsim.core.series.power_column import candidates
from pvsim.core.series.time_columns import TimeColumns, find_time_columns
from pvsim.core.series.types import Quantity, SeriesOptions, Unit
from pvsim.core.times import is_time
from pvsim.errors import BadInputError

__all__ = ["Columns", "choose_columns"]

_TIME_WORDS: Final = frozenset(
    {"time", "timestamp", "datetime", "date", "epoch", "measured", "zeit", "zeitstempel", "datum"}
)
_HOUR_NAME: Final = re.compile(
    r"(?:[A-Za-z]{1,6}[ _.]?)?\d{1,2}[ABab]?|\d{1,2}:\d\d(?::\d\d)?(?: ?-.*)?(?: ?[AaPp][Mm])?"
)
_MANY_HOURS: Final = 23
_RELATED_WORDS: Final = frozenset({"reactive", "apparent", "kvar", "kva"})


_FIRST: Final = TimeColumns((0,))


@dataclass(frozen=True, slots=True)
class Columns:
    """Where to read.

    Args:
        time: Position of the times.
        power: Position of the power.
        name: Header of the power.
        unit: Its unit.
        unit_from: How the unit was known.
        ignored: Headers of other columns of power or energy.
        times: All columns that tell the times.
    """

    time: int
    power: int
    name: str
    unit: Unit
    unit_from: Known = "header"
    ignored: tuple[str, ...] = ()
    times: TimeColumns = _FIRST


def choose_columns(
    header: Sequence[str],
    options: SeriesOptions,
    *,
    quantity: Quantity,
    source: str,
    line: int = 1,
    units: Sequence[str] = (),
    times: Sequence[int] = (),
) -> Columns:
    """Choose by the user's word, else by the headers.

    Args:
        header: Names of the columns; none where the file has no header.
        options: What the user says.
        quantity: Meter or PV.
        source: The file's name.
        line: Line number of the header.
        units: Of each column, where a row under the header has them, else empty.
        times: The columns in which the data has times; two of them are a date and a time of day.

    Raises:
        BadInputError: a named column is missing; none or several fit; the unit cannot be told; no header.
    """
    where = f"{source}:{line or 1}"
    if not header or _is_data(header):
        fix = f"add a first line such as timestamp,{quantity}_kw before the data"
        raise BadInputError("the file has no header line", where=where, fix=fix)
    labels = [f"{name} [{unit}]" if unit else name for name, unit in zip_longest(header, units, fillvalue="")]
    time_columns = _time_columns(header, times, options, quantity=quantity, where=where)
    time = time_columns.places[0]
    headings = [heading_of(label) for label in labels]
    power = _power_column(
        header, headings, {*times, *time_columns.places}, options, quantity=quantity, where=where
    )
    unit, unit_from = _unit(
        header[power],
        headings[power],
        units[power] if power < len(units) else "",
        options,
        option=options.option("unit", quantity),
        where=where,
    )
    ignored = tuple(
        name
        for i, name in enumerate(header)
        if i not in {*time_columns.places, power} and (headings[i].quantity or headings[i].words & _RELATED_WORDS)
    )
    return Columns(time, power, header[power], unit, unit_from, ignored, time_columns)


def _unit(
    name: str, heading: Heading, stated: str, options: SeriesOptions, *, option: str, where: str
) -> tuple[Unit, Known]:
    """The unit and how it is known; powers that are scaled to something known need none."""
    if options.unit is not None:
        return options.unit, "option"
    if heading.unit is not None:
        return heading.unit, "units row" if stated else "header"
    if options.free_of_unit and options.kind != "counter":
        return "W", "assumed"
    what = f"the unit of column {name!r} cannot be told from its header"
    raise BadInputError(what, where=where, fix=f"pass {option} W, kW or MW (power), Wh, kWh or MWh (energy)")


def _words(header: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z]+", header.lower()))


def _is_data(header: Sequence[str]) -> bool:
    return is_time(header[0])


def _time_columns(
    header: Sequence[str], times: Sequence[int], options: SeriesOptions, *, quantity: Quantity, where: str
) -> TimeColumns:
    option = options.option("time_column", quantity)
    named = None if options.time_column is None else _named(header, options.time_column, option, where)
    return find_time_columns(header, times, named, lambda found: _several(header, found, option, where))


def _power_column(
    names: Sequence[str],
    headings: Sequence[Heading],
    times: Collection[int],
    options: SeriesOptions,
    *,
    quantity: Quantity,
    where: str,
) -> int:
    """The column that the user names, else the one whose header fits best."""
    option = options.option("column", quantity)
    if options.column is not None:
        return _named(names, options.column, option, where)
    other_times = {i for i, name in enumerate(names) if _words(name) & _TIME_WORDS and headings[i].unit is None}
    left = [i for i, name in enumerate(names) if name and i not in times and i not in other_times]
    found = candidates(headings, left, options, quantity)
    if not found and len(hours := [name for name in names if _HOUR_NAME.fullmatch(name.strip())]) >= _MANY_HOURS:
        what = f"the table has a column for each time of day, {hours[0]!r} to {hours[-1]!r}"
        fix = "make a row of each: one column of times as 2024-06-21 00:30, one of the power or energy"
        raise BadInputError(what, where=where, fix=fix)
    if not found:
        what = f"no column looks like {quantity} power or energy; the columns are {_listed(names)}"
        raise BadInputError(what, where=where, fix=f"name one with {option} NAME")
    if len(found) > 1:
        raise _several(names, found, option, where)
    return found[0]


def _named(header: Sequence[str], name: str, option: str, where: str) -> int:
    count = header.count(name)
    if count == 1:
        return header.index(name)
    problem = f"no column is called {name!r}" if count == 0 else f"{count} columns are called {name!r}"
    fix = f"pass {option} with the name of one of them, each name being there once"
    raise BadInputError(f"{problem}; the columns are {_listed(header)}", where=where, fix=fix)


def _several(header: Sequence[str], found: Sequence[int], option: str, where: str) -> BadInputError:
    names = [header[i] for i in found]
    what = f"several columns would fit: {_listed(names)}"
    return BadInputError(what, where=where, fix=f"choose one, for example {option} {_shell(names[0])}")


def _shell(name: str) -> str:
    return name if re.fullmatch(r"[\w.,:/+-]+", name) else f"'{name}'"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(repr(name) for name in names)
