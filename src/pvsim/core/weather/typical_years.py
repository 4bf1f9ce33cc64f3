"""Typical years (TMY3, EPW, PVGIS TMY), each hour dated by the file itself; and hourly series of PVGIS."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

import numpy as np

from pvsim.core.quantities.timeline import DAY_S, HOUR_S
from pvsim.core.series.findings import FileReading
from pvsim.core.weather.grid import on_grid, without_beam_on_the_level
from pvsim.core.weather.names import Column
from pvsim.core.weather.reading import reading_of
from pvsim.core.weather.series import WeatherSeries
from pvsim.core.weather.values import Cleaned, cleaned
from pvsim.core.weather.year_files import KINDS, YearFile
from pvsim.core.weather.year_order import year_order
from pvsim.errors import BadInputError

__all__ = ["read_typical"]

_NUMBER: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_MISSING: Final = frozenset({"", "nan", "na", "n/a", "null", "none", "-"})


def read_typical(text: str, kind: str, source: str) -> WeatherSeries:
    """A typical year, or an hourly series of PVGIS, from the text of its file.

    Args:
        text: All of it.
        kind: `tmy3`, `epw` or `pvgis` (CSV or JSON).
        source: The file's name.

    Raises:
        BadInputError: it is not of that kind, or not a whole year.
    """
    try:
        year = KINDS[kind](text, source)
    except (KeyError, ValueError, IndexError, TypeError, AttributeError, StopIteration, RecursionError) as error:
        fix = "check format under [weather]: csv, tmy3, epw or pvgis"
        raise BadInputError(f"cannot be read as {kind}", where=source, fix=fix) from error
    columns = {name: _cleaned(name, column, year, source) for name, column in year.columns.items()}
    return _as_year(year, columns, source) if year.typical else _as_series(year, columns, source)


def _as_year(year: YearFile, columns: dict[str, Cleaned], source: str) -> WeatherSeries:
    order = year_order(year.month, year.day, year.hour, year.lines, source)
    first_utc = round((year.late_h - year.zone_h) * HOUR_S)
    values = without_beam_on_the_level({name: column.values[order] for name, column in columns.items()})
    series = WeatherSeries(source, HOUR_S, first_utc, typical=True, station=year.station)
    series = replace(series, **values)  # type: ignore[arg-type]  # the fields of columns are arrays
    years = np.unique(year.year[year.hour >= 0])
    span = f"of {years[0]}" if len(years) == 1 else f"of months of {len(years)} years, {years[0]} to {years[-1]}"
    leap = "; with 29 February" if len(order) > 365 * DAY_S // HOUR_S else ""
    remarks = (*year.remarks, f"a year that serves for any ({span}{leap})")
    return replace(series, reading=_reading(year, columns, series, remarks))


def _as_series(year: YearFile, columns: dict[str, Cleaned], source: str) -> WeatherSeries:
    epoch = date(1970, 1, 1).toordinal()
    days = np.array([_day(*parts, source) - epoch for parts in zip(year.year, year.month, year.day, strict=True)])
    starts = days * DAY_S + np.rint((year.hour + year.late_h - year.zone_h) * HOUR_S).astype(np.int64)
    values = {name: column.values for name, column in columns.items()}
    series = on_grid(source, starts, without_beam_on_the_level(values), stamp_share=0.0)
    series = replace(series, station=year.station)
    return replace(series, reading=_reading(year, columns, series, year.remarks))


def _day(year: int, month: int, day: int, source: str) -> int:
    try:
        return date(year, month, day).toordinal()
    except ValueError as error:
        what = f"there is no day {year:04}-{month:02}-{day:02}"
        raise BadInputError(what, where=source, fix="get the file again, or correct that line") from error


def _reading(
    year: YearFile, columns: dict[str, Cleaned], series: WeatherSeries, remarks: Sequence[str]
) -> FileReading:
    zone = "UTC" if year.zone_h == 0 else f"UTC{year.zone_h:+g} h"
    return reading_of(
        series, year.columns, columns, year.ignored, rows=len(year.month), zone=(zone, year.zone_from),
        stamp=(year.stamp, year.stamp_from), remarks=remarks,
    )  # fmt: skip


def _cleaned(name: str, column: Column, year: YearFile, source: str) -> Cleaned:
    def where(row: int) -> str:
        return f"{source}:{year.lines[row]}" if year.lines[row] else f"{source}, hour {row + 1} of the file"

    raw = np.array([_number(cell, name, row, where) for row, cell in enumerate(year.cells[name])])
    return cleaned(name, raw, raw * column.factor + column.offset, where)


def _number(cell: Any, name: str, row: int, where: Callable[[int], str]) -> float:
    if cell is None:
        return float("nan")
    text = str(cell).strip()
    if _NUMBER.fullmatch(text):
        return float(text)
    if text.lower() in _MISSING:
        return float("nan")
    what = f"{text[:40]!r} is not a number ({name})"
    raise BadInputError(what, where=where(row), fix="get the file again, or correct that line")
