"""The text of TMY3, EPW and PVGIS files: their rows with the dates that they name, before their numbers are read.

TMY3: Wilcox & Marion 2008, NREL/TP-581-43156. EPW: EnergyPlus, Auxiliary Programs. PVGIS: European Commission,
Joint Research Centre. Read without pvlib, whose readers bring pandas and half a second of imports; the tests
compare with them.
"""

import csv
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from json import loads
from typing import Any, Final, Literal

import numpy as np

from pvsim.core.quantities.timeline import HOUR_S
from pvsim.core.quantities.types import Ints
from pvsim.core.weather.names import Column, find_columns
from pvsim.core.weather.noon import after_noon_h
from pvsim.errors import BadInputError

__all__ = ["KINDS", "YearFile"]

_EPW: Final = {
    "temp_air": (6, "Dry Bulb Temperature", "°C"),
    "ghi": (13, "Global Horizontal Radiation", "Wh/m² an hour"),
    "dni": (14, "Direct Normal Radiation", "Wh/m² an hour"),
    "dhi": (15, "Diffuse Horizontal Radiation", "Wh/m² an hour"),
    "wind_speed": (21, "Wind Speed", "m/s"),
}
_PVGIS_TMY: Final = ("time(UTC)", "T2m", "RH", "G(h)", "Gb(n)", "Gd(h)", "IR(h)", "WS10m", "WD10m", "SP")
_LEVEL: Final = {"G(i)": "G(h)", "Gb(i)": "BHI", "Gd(i)": "Gd(h)"}
"""The columns of a plane, if it lies level."""

_PVGIS_TIME: Final = re.compile(r"(\d{4})(\d\d)(\d\d):(\d\d)(\d\d)", re.ASCII)
_TMY3_DAY: Final = re.compile(r"\s*(\d{1,2})/(\d{1,2})/(\d{4})\s*", re.ASCII)
_CLOCK: Final = re.compile(r"\s*(\d{1,2}):(\d\d)(?::00)?\s*", re.ASCII)
_OFFSET: Final = re.compile(r"irradiance time offset[^:=\d]*[:=]?\s*(-?\d+(?:\.\d+)?)", re.IGNORECASE | re.ASCII)
_HALF = 0.5
_FIX: Final = "get the file again, or correct that line"


@dataclass(frozen=True, slots=True)
class YearFile:
    """The rows of a file.

    Attributes:
        station: Latitude and longitude in degrees, where the file says them.
        zone_h: Hours of the file's clock ahead of UTC.
        zone_from: How that is known.
        year: Of each row.
        month: Of each row.
        day: Of each row.
        hour: At which the row's interval begins, not counting `late_h`; −1 is the last hour of the day before.
        late_h: By how much the intervals begin later than that.
        stamp: Which part of its interval a row's time is, or that it is a moment.
        stamp_from: How that is known.
        lines: Line number of each row; 0 where lines are not counted.
        columns: What is read.
        cells: Of each such column, as the file has them.
        ignored: Headers of the other columns.
        typical: The hours serve for any year.
        remarks: What else is worth saying.
    """

    station: tuple[float, float] | None
    zone_h: float
    zone_from: Literal["header", "format", "values"]
    year: Ints
    month: Ints
    day: Ints
    hour: Ints
    late_h: float
    stamp: Literal["start", "end", "moment"]
    stamp_from: Literal["header", "format", "values", "assumed"]
    lines: Sequence[int]
    columns: Mapping[str, Column]
    cells: Mapping[str, Sequence[Any]]
    ignored: tuple[str, ...] = ()
    typical: bool = True
    remarks: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    cells: list[str]


def _lines(text: str) -> list[str]:
    """The lines of a text, ended as files end them: `str.splitlines` breaks at other characters too."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _cells(line: str, number: int, source: str) -> list[str]:
    """The cells of a line.

    Raises:
        BadInputError: a quote is open at its end.
    """
    if '"' not in line:
        return line.split(",")
    try:
        return next(csv.reader([line], strict=True))
    except csv.Error as error:
        what = "a quote is open, or does not end its cell"
        raise BadInputError(what, where=f"{source}:{number}", fix=_FIX) from error


def _rows(lines: Sequence[str], first: int, source: str) -> list[_Row]:
    """The rows from a line on, which is counted from 0; empty ones aside."""
    return [
        _Row(number, _cells(line, number, source))
        for number, line in enumerate(lines[first:], first + 1)
        if line.strip(" ,\t")
    ]


def _whole(row: _Row, place: int, what: str, source: str) -> int:
    text = row.cells[place].strip() if place < len(row.cells) else ""
    if re.fullmatch(r"\d{1,4}(?:\.0*)?", text, re.ASCII):
        return int(text.partition(".")[0])
    raise BadInputError(f"{text[:40]!r} is not a valid {what}", where=f"{source}:{row.line}", fix=_FIX)


def _column_cells(rows: Sequence[_Row], places: Mapping[str, int], source: str) -> dict[str, list[str]]:
    most = max(places.values())
    short = next((row for row in rows if len(row.cells) <= most), None)
    if short:
        what = f"the line has {len(short.cells)} cells, too few"
        raise BadInputError(what, where=f"{source}:{short.line}", fix=_FIX)
    return {name: [row.cells[place] for row in rows] for name, place in places.items()}


def _epw(text: str, source: str) -> YearFile:
    lines = _lines(text)
    station = _cells(lines[0], 1, source)
    latitude, longitude, zone_h = (float(cell) for cell in station[6:9])
    first = next(i for i, line in enumerate(lines) if re.match(r'\s*"?\d+(?:\.0)?"?,', line))
    rows = _rows(lines, first, source)
    year, month, day, hour = (
        np.array([_whole(row, place, what, source) for row in rows])
        for place, what in enumerate(("year", "month", "day", "hour"))
    )
    columns = {name: Column(place, header, unit, "format") for name, (place, header, unit) in _EPW.items()}
    cells = _column_cells(rows, {name: column.place for name, column in columns.items()}, source)
    by_start = int(hour[0]) == 0
    stamp: Literal["start", "end", "moment"] = "start" if by_start else "end"
    late_h = 0.0
    zone_from: Literal["header", "values"] = "header"
    remarks: tuple[str, ...] = ()
    hour = hour if by_start else hour - 1
    if offset := _OFFSET.search("\n".join(lines[:first])):
        # PVGIS: each row is a moment, its hour by UTC and not by the zone of LOCATION
        late_h = float(offset[1]) + 1.0 - by_start - _HALF
        light = np.array([_light(*pair) for pair in zip(cells["ghi"], cells["dhi"], strict=True)])
        starts = (0.0, zone_h)
        wrong = [
            abs(after_noon_h(light, (hour[0] + late_h - zone) * HOUR_S, HOUR_S, longitude)) for zone in starts
        ]
        zone_h = starts[int(np.argmin(wrong))] if np.isfinite(wrong).all() else 0.0
        stamp, zone_from = "moment", "values"
        remarks = (f"irradiance time offset {float(offset[1]):g} h",)
    return YearFile(
        (latitude, longitude), zone_h, zone_from, year, month, day, hour, late_h, stamp,
        "header" if offset else "format", [row.line for row in rows], columns, cells, remarks=remarks,
    )  # fmt: skip


def _light(*cells: str) -> float:
    """The first of some cells that is a plausible irradiance, else 0: enough to find noon."""
    for cell in cells:
        if re.fullmatch(r"\s*\d{1,4}(?:\.\d*)?\s*", cell, re.ASCII) and float(cell) <= 2000:  # noqa: PLR2004
            return float(cell)
    return 0.0


def _tmy3(text: str, source: str) -> YearFile:
    lines = _lines(text)
    station = _cells(lines[0], 1, source)
    zone_h, latitude, longitude = (float(cell) for cell in station[3:6])
    header = _cells(lines[1], 2, source)
    found = find_columns(header[2:], source)
    rows = _rows(lines, 2, source)
    days = [_match(_TMY3_DAY, row, 0, "date (MM/DD/YYYY)", source) for row in rows]
    clocks = [_match(_CLOCK, row, 1, "time (HH:MM)", source) for row in rows]
    month, day, year = (np.array([int(match[group]) for match in days]) for group in (1, 2, 3))
    hour = np.array([int(match[1]) for match in clocks])
    late = next((row for row, clock in zip(rows, clocks, strict=True) if int(clock[2])), None)
    if late:
        what = f"the time {late.cells[1].strip()} is not a full hour"
        raise BadInputError(what, where=f"{source}:{late.line}", fix=_FIX)
    by_start = int(hour[0]) == 0
    places = {name: column.place + 2 for name, column in found.taken.items()}
    return YearFile(
        (latitude, longitude), zone_h, "header", year, month, day, hour if by_start else hour - 1, 0.0,
        "start" if by_start else "end", "values" if by_start else "format", [row.line for row in rows],
        found.taken, _column_cells(rows, places, source), found.ignored,
    )  # fmt: skip


def _match(pattern: re.Pattern[str], row: _Row, place: int, what: str, source: str) -> re.Match[str]:
    text = row.cells[place] if place < len(row.cells) else ""
    if match := pattern.fullmatch(text):
        return match
    raise BadInputError(f"{text[:40]!r} is not a valid {what}", where=f"{source}:{row.line}", fix=_FIX)


def _pvgis(text: str, source: str) -> YearFile:
    if text.lstrip().startswith("{"):
        return _pvgis_json(loads(text), source)
    lines = _lines(text)
    first = next(i for i, line in enumerate(lines) if _PVGIS_TIME.match(line))
    header = _cells(lines[first - 1], first, source) if first and lines[first - 1].strip() else list(_PVGIS_TMY)
    about = {
        name.strip().lower(): value.strip()
        for name, mark, value in (line.partition(":") for line in lines[: max(first - 1, 0)])
        if mark
    }
    rows = []
    for row in _rows(lines, first, source):
        if not _PVGIS_TIME.match(row.cells[0]):  # a legend follows
            break
        rows.append(row)
    if len(rows[0].cells) != len(header):
        what = f"the line has {len(rows[0].cells)} cells, a typical year of PVGIS has {len(header)}"
        fix = "get the file with its header: as CSV, not as basic"
        raise BadInputError(what, where=f"{source}:{rows[0].line}", fix=fix)
    place = [about.get(f"{name} (decimal degrees)") for name in ("latitude", "longitude")]
    station = None if None in place else (float(place[0] or 0), float(place[1] or 0))
    slope = re.match(r"-?\d+(?:\.\d+)?", about.get("slope", ""))
    offset = about.get("irradiance time offset (h)")
    cells = {name: [row.cells[i] if i < len(row.cells) else "" for row in rows] for i, name in enumerate(header)}
    return _of_pvgis(
        header, cells, [row.line for row in rows], source, station=station,
        offset_h=None if offset is None else float(offset), slope_deg=float(slope[0]) if slope else None,
    )  # fmt: skip


def _pvgis_json(data: Any, source: str) -> YearFile:
    about, outputs = data["inputs"], data["outputs"]
    location = about["location"]
    hours = outputs["tmy_hourly"] if "tmy_hourly" in outputs else outputs["hourly"]
    header = list(hours[0])
    fixed = about.get("mounting_system", {}).get("fixed")
    offset = location.get("irradiance_time_offset")
    cells = {name: [hour[name] for hour in hours] for name in header}
    return _of_pvgis(
        header, cells, [0] * len(hours), source,
        station=(float(location["latitude"]), float(location["longitude"])),
        offset_h=None if offset is None else float(offset),
        slope_deg=float(fixed["slope"]["value"]) if fixed else None,
    )  # fmt: skip


def _of_pvgis(
    header: list[str],
    cells: Mapping[str, Sequence[Any]],
    lines: Sequence[int],
    source: str,
    *,
    station: tuple[float, float] | None,
    offset_h: float | None,
    slope_deg: float | None,
) -> YearFile:
    """A typical year, or hours of real years: these have no column G(h)."""
    level = [_LEVEL.get(name, name) if slope_deg == 0 else name for name in header]
    found = find_columns(level[1:], source)
    times = [_PVGIS_TIME.fullmatch(str(text).strip()) for text in cells[header[0]]]
    wrong = next((i for i, time in enumerate(times) if time is None), None)
    if wrong is not None:
        what = f"{str(cells[header[0]][wrong])[:40]!r} is not a time of PVGIS (20240621:1200)"
        raise BadInputError(what, where=f"{source}:{lines[wrong]}" if lines[wrong] else source, fix=_FIX)
    parts = np.array([[int(part) for part in time.groups()] for time in times if time])
    year, month, day, hour, minute = parts.T
    late = np.flatnonzero(minute != minute[0])
    if len(late):
        what = f"the minutes of the times are not the same in all rows ({cells[header[0]][int(late[0])]})"
        raise BadInputError(what, where=source, fix=_FIX)
    remark = () if offset_h is None else (f"irradiance time offset {offset_h:g} h",)
    columns = {name: _by_format(column, header) for name, column in found.taken.items()}
    return YearFile(
        station, 0.0, "format", year, month, day, hour, (offset_h or 0.0) + float(minute[0]) / 60 - _HALF,
        "moment", "format" if offset_h is None else "header", lines, columns,
        {name: cells[header[column.place + 1]] for name, column in found.taken.items()}, found.ignored,
        typical="tmy" in "".join(header) or "G(h)" in header, remarks=remark,
    )  # fmt: skip


def _by_format(column: Column, header: Sequence[str]) -> Column:
    return Column(column.place + 1, header[column.place + 1], column.unit, "format")


KINDS: Final[dict[str, Callable[[str, str], YearFile]]] = {"tmy3": _tmy3, "epw": _epw, "pvgis": _pvgis}
"""By name: from a file's text and its name to its rows."""
