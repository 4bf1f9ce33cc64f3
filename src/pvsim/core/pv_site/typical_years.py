"""Typical years: TMY3, EPW and PVGIS TMY, each 8,760 hours from January to December on one clock.

TMY3: Wilcox & Marion 2008, NREL/TP-581-43156. EPW: EnergyPlus, Auxiliary Programs. PVGIS: European Commission,
Joint Research Centre. Read without pvlib, whose readers bring pandas and half a second of imports; the tests
compare with them.
"""

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from json import loads
from typing import Any, Final

import numpy as np

from pvsim.core.pv_site.types import Floats
from pvsim.core.pv_site.weather_series import WeatherSeries
from pvsim.core.timeline import HOUR_S
from pvsim.errors import BadInputError

__all__ = ["read_typical"]

_YEAR_HOURS: Final = 8760

_TMY3: Final = {
    "ghi": "GHI (W/m^2)",
    "dni": "DNI (W/m^2)",
    "dhi": "DHI (W/m^2)",
    "temp_air": "Dry-bulb (C)",
    "wind_speed": "Wspd (m/s)",
}
_EPW: Final = {"temp_air": 6, "ghi": 13, "dni": 14, "dhi": 15, "wind_speed": 21}
_PVGIS: Final = {"ghi": "G(h)", "dni": "Gb(n)", "dhi": "Gd(h)", "temp_air": "T2m", "wind_speed": "WS10m"}
_EPW_HEAD = 8


@dataclass(frozen=True, slots=True)
class _Year:
    """What a file says, before its numbers are looked at.

    Attributes:
        station: Latitude and longitude in degrees.
        start_h: When its first hour begins, in hours after 1 January 00:00 UTC.
        columns: Texts or numbers of each hour.
        first_line: Of the data in the file; 0 where lines are not counted.
    """

    station: tuple[float, float]
    start_h: float
    columns: dict[str, list[Any]]
    first_line: int


def read_typical(text: str, kind: str, source: str) -> WeatherSeries:
    """A typical year from the text of its file.

    Args:
        text: All of it.
        kind: `tmy3`, `epw` or `pvgis` (CSV or JSON).
        source: The file's name.

    Raises:
        BadInputError: it is not of that kind, or not a whole year.
    """
    try:
        year = _KINDS[kind](text)
    except (KeyError, ValueError, IndexError, TypeError, StopIteration, RecursionError, csv.Error) as error:
        fix = "check format under [weather]: csv, tmy3, epw or pvgis (a typical year, TMY)"
        raise BadInputError(f"cannot be read as {kind}", where=source, fix=fix) from error
    hours = len(year.columns["ghi"])
    if hours != _YEAR_HOURS:
        what = f"a typical year has {_YEAR_HOURS:,} hours, this file has {hours:,}"
        raise BadInputError(what, where=source, fix="get the file again, or use its data as CSV")
    columns = {name: _numbers(year, source, name) for name in year.columns}
    first_utc = round(year.start_h * HOUR_S)
    return WeatherSeries(source, HOUR_S, first_utc, typical=True, station=year.station, **columns)


def _tmy3(text: str) -> _Year:
    lines = text.split("\n")
    (station,) = csv.reader(lines[:1])
    header, *rows = csv.reader(lines[1:], strict=True)
    zone_h, latitude, longitude = (float(cell) for cell in station[3:6])
    places = {name: header.index(title) for name, title in _TMY3.items()}
    return _Year((latitude, longitude), -zone_h, _columns(rows, places), 3)


def _epw(text: str) -> _Year:
    lines = text.split("\n")
    (station,) = csv.reader(lines[:1])
    latitude, longitude, zone_h = (float(cell) for cell in station[6:9])
    return _Year(
        (latitude, longitude), -zone_h, _columns(csv.reader(lines[_EPW_HEAD:], strict=True), _EPW), _EPW_HEAD + 1
    )


def _pvgis(text: str) -> _Year:
    if text.startswith("{"):
        return _pvgis_json(loads(text))
    lines = text.split("\n")
    about = {name.strip().lower(): value for name, _, value in (line.partition(":") for line in lines[:6])}
    latitude, longitude = (float(about[f"{name} (decimal degrees)"]) for name in ("latitude", "longitude"))
    offset_h = float(about.get("irradiance time offset (h)", 0.0))
    first = next(number for number, line in enumerate(lines) if line.startswith("time(UTC)"))
    header = lines[first].split(",")
    rows: list[list[str]] = []
    for line in lines[first + 1 :]:
        if not line.strip():  # a legend follows
            break
        rows.append(line.split(","))
    places = {name: header.index(title) for name, title in _PVGIS.items()}
    return _Year((latitude, longitude), offset_h - 0.5, _columns(rows, places), first + 2)


def _pvgis_json(data: Any) -> _Year:
    location = data["inputs"]["location"]
    offset_h = float(location.get("irradiance_time_offset", 0.0))
    hours = data["outputs"]["tmy_hourly"]
    columns = {name: [hour[title] for hour in hours] for name, title in _PVGIS.items()}
    return _Year((float(location["latitude"]), float(location["longitude"])), offset_h - 0.5, columns, 0)


_KINDS: Final[dict[str, Callable[[str], _Year]]] = {"tmy3": _tmy3, "epw": _epw, "pvgis": _pvgis}
"""By name. A TMY3's and an EPW's hour is the one before its time; a PVGIS time is that of a satellite's
picture, which stands for the hour around it."""


def _columns(rows: Iterable[Sequence[str]], places: dict[str, int]) -> dict[str, list[Any]]:
    kept = [row for row in rows if row]
    return {name: [row[place] for row in kept] for name, place in places.items()}


def _numbers(year: _Year, source: str, name: str) -> Floats:
    """A column as numbers, NaN where a value is missing: TMY3 and EPW write 9999, 99.9 or -9900."""
    values = np.empty(len(year.columns[name]))
    for hour, cell in enumerate(year.columns[name]):
        try:
            values[hour] = float(cell) if cell != "" else np.nan
        except (ValueError, TypeError) as error:
            where = f"{source}:{year.first_line + hour}" if year.first_line else source
            what = f"{str(cell)[:40]!r} is no number ({name})"
            raise BadInputError(what, where=where, fix="get the file again, or mend that line") from error
    low, high = {"temp_air": (-90.0, 90.0), "wind_speed": (0.0, 90.0)}.get(name, (0.0, 2000.0))
    with np.errstate(invalid="ignore"):
        return np.where((values >= low) & (values <= high), values, np.nan)
