"""Which columns of a file hold the time and the power, and in which unit, found by their headers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pvsim.core.series.report import Known
from pvsim.core.series.time_columns import TimeColumns, find_time_columns
from pvsim.core.series.types import Quantity, SeriesOptions, Unit
from pvsim.core.times import is_time
from pvsim.errors import BadInputError

__all__ = ["Columns", "choose_columns", "to_watts", "unit_of"]

_TIME_WORDS: Final = frozenset(
    {"time", "timestamp", "datetime", "date", "epoch", "measured", "zeit", "zeitstempel", "datum"}
)
_OWN_WORDS: Final[dict[Quantity, frozenset[str]]] = {
    "meter": frozenset({"meter", "load", "pload", "consumption", "demand", "active", "household", "verbrauch"}),
    "pv": frozenset({"pv", "solar", "ac", "generation", "production", "inverter", "erzeugung"}),
}
_POWER_WORDS: Final = frozenset({"power", "p", "leistung"})
_OTHER_WORDS: Final = frozenset(
    {"net", "reactive", "apparent", "var", "kvar", "va", "kva", "wh", "kwh", "mwh", "qload", "energy"}
)
_QUANTITY_WORDS: Final = _POWER_WORDS | {"w", "kw", "mw", "wh", "kwh", "mwh", "energy"}
_UNITS: Final[dict[str, Unit]] = {
    "w": "W",
    "watt": "W",
    "watts": "W",
    "kw": "kW",
    "kilowatt": "kW",
    "kilowatts": "kW",
}
_WATTS_IN: Final[dict[Unit, float]] = {"W": 1.0, "kW": 1000.0}
_LEAST_MAX_W, _MOST_MAX_KW = 50, 1000  # no house stays below 50 W, none reaches 1 MW
_BRACKETED = re.compile(r"[\[(]\s*([a-z]+)\s*[\])]")


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
        fix = f"put a first line such as timestamp,{quantity}_kw before the data"
        raise BadInputError("the file has no header line", where=where, fix=fix)
    labels = [f"{name} [{unit}]" if unit else name for name, unit in zip_longest(header, units, fillvalue="")]
    time_columns = _time_columns(header, times, options, quantity=quantity, where=where)
    time = time_columns.places[0]
    if options.column is not None:
        power = _named(header, options.column, options.option("column", quantity), where)
    else:
        power = _power_column(header, labels, time, options, quantity=quantity, where=where)
    unit = options.unit or unit_of(labels[power])
    if unit is None:
        what = f"the unit of column {header[power]!r} cannot be told from its header"
        option = options.option("unit", quantity)
        raise BadInputError(what, where=where, fix=f"pass {option} W or {option} kW")
    others = (i for i, name in enumerate(labels) if i not in {time, power} and _words(name) & _QUANTITY_WORDS)
    known: Known = "option" if options.unit else "header" if unit_of(header[power]) else "units row"
    return Columns(time, power, header[power], unit, known, tuple(header[i] for i in others), time_columns)


def unit_of(header: str) -> Unit | None:
    """The unit that a header names in brackets or as its last word, None if it names none."""
    bracketed = _BRACKETED.search(header.lower())
    words = re.findall(r"[a-z]+", header.lower())
    return _UNITS.get(bracketed[1] if bracketed else words[-1] if words else "")


def to_watts(
    power: NDArray[np.float64], columns: Columns, *, options: SeriesOptions, quantity: Quantity, where: str
) -> NDArray[np.float64]:
    """Powers in watts, if the column's unit can be true.

    Args:
        power: The column in its unit, NaN where empty.
        columns: With the unit.
        options: Whether the user gave the unit: then a small PV plant may stay below 50 W.
        quantity: Meter or PV.
        where: The place of the largest power.

    Raises:
        BadInputError: the largest power shows that the unit is the other one.
    """
    most = float(np.max(power, initial=0.0, where=~np.isnan(power)))
    small_plant = quantity == "pv" and options.unit == "W"
    low = columns.unit == "W" and 0 < most < _LEAST_MAX_W and not small_plant
    if low or (columns.unit == "kW" and most > _MOST_MAX_KW):
        other = "kW" if low else "W"
        what = f"column {columns.name!r} looks like {other}: read as {columns.unit}, its maximum is {most:g}"
        raise BadInputError(what, where=where, fix=f"pass {options.option('unit', quantity)} {other}")
    return power * _WATTS_IN[columns.unit]


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
    labels: Sequence[str],
    time: int,
    options: SeriesOptions,
    *,
    quantity: Quantity,
    where: str,
) -> int:
    """The column whose name or unit says that it is the power; `labels` are the names with their units."""
    option = options.option("column", quantity)
    others = _OTHER_WORDS | _OWN_WORDS["pv" if quantity == "meter" else "meter"]
    left = [i for i in range(len(names)) if i != time and names[i]]
    own = [i for i in left if _words(labels[i]) & _OWN_WORDS[quantity] and not _words(labels[i]) & _OTHER_WORDS]
    power = [i for i in left if _is_power(labels[i]) and not _words(labels[i]) & others]
    found = own or power or (left if len(left) == 1 else [])
    found = [i for i in found if unit_of(labels[i])] or found
    if not found:
        what = f"no column looks like {quantity} power; the columns are {_listed(names)}"
        raise BadInputError(what, where=where, fix=f"name one with {option} NAME")
    if len(found) > 1:
        raise _several(names, found, option, where)
    return found[0]


def _is_power(name: str) -> bool:
    return bool(_words(name) & _POWER_WORDS) or unit_of(name) is not None


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
