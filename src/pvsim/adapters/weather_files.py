"""Weather on disk: CSV of 1 s to 1 h, and the typical years TMY3, EPW and PVGIS TMY, read with pvlib."""

import csv
from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import numpy as np

from pvsim.core.pv_site.types import Floats, physics_extra
from pvsim.core.pv_site.weather_grid import COLUMNS, on_grid, to_utc, which_columns
from pvsim.core.pv_site.weather_series import WeatherSeries
from pvsim.core.series import parse_stamps, style_of
from pvsim.core.site import FileWeather
from pvsim.errors import BadInputError

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["read_weather"]

_HOUR_S: Final = 3600
_YEAR_HOURS: Final = 8760
_STAMP_SHARE: Final = {"start": 0.0, "middle": 0.5, "end": 1.0}


def read_weather(weather: FileWeather) -> WeatherSeries:
    """Read the file that a site names; gaps of up to six hours in temperature and wind are bridged.

    Raises:
        BadInputError: the file cannot be read, or is not what the site says: where, and what to do.
        UsageError: pvlib is missing.
    """
    path = Path(weather.path)
    try:
        kind = _kind_of(path) if weather.format == "auto" else weather.format
        if kind == "csv":
            return _read_csv(path, weather).bridged()
        physics_extra()
        return _read_typical(path, kind).bridged()
    except OSError as error:
        what = f"the weather file cannot be read: {error.strerror or error}"
        fix = "check path under [weather]; it is relative to the site file"
        raise BadInputError(what, where=str(path), fix=fix) from error
    except UnicodeDecodeError as error:
        raise BadInputError("not UTF-8 text", where=str(path), fix="save it as UTF-8") from error


def _kind_of(path: Path) -> str:
    with path.open("rb") as file:
        first, second = file.readline(500), file.readline(500)
    if first.startswith(b"LOCATION,"):
        return "epw"
    if first.startswith(b"Latitude") or path.suffix.lower() == ".json":
        return "pvgis"
    return "tmy3" if second.startswith(b"Date (MM/DD/YYYY)") else "csv"


def _read_csv(path: Path, weather: FileWeather) -> WeatherSeries:
    source = str(path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        notes = 0
        while (first := file.readline()).startswith("#"):
            notes += 1
        mark = max(",;\t", key=first.count)
        reader = csv.reader(chain([first], file), delimiter=mark, skipinitialspace=True)
        header = [name.strip() for name in next(reader, [""])]
        time, wanted = which_columns(header, source)
        numbered = [(row, reader.line_num + notes) for row in reader if row]
    if not numbered:
        raise BadInputError("only a header, no data", where=source, fix="give a file with the days of the run")
    rows, numbers = [row for row, _ in numbered], [number for _, number in numbered]
    wall, offset = _times([row[time].strip() if len(row) > time else "" for row in rows], numbers, source)
    t_utc = to_utc(wall, ZoneInfo(weather.tz or "UTC"), source) if offset is None else wall - offset
    decimal_comma = mark == ";"
    columns = {
        name: _values(rows, numbers, place, source, decimal_comma=decimal_comma) for name, place in wanted.items()
    }
    share = _STAMP_SHARE[weather.stamp]
    return on_grid(source, t_utc, columns, stamp_share=share)


def _times(texts: list[str], numbers: list[int], source: str) -> tuple[Any, Any]:
    try:
        style = style_of(texts[0])
    except ValueError as error:
        fix = "write times as 2024-06-21T12:00:00Z, in the first column or one called time"
        raise BadInputError(str(error), where=f"{source}:{numbers[0]}", fix=fix) from error
    wall, offset = parse_stamps(texts, style, lines=numbers, source=source)
    return wall, None if style.offset == "none" else offset


def _values(
    rows: Sequence[Sequence[str]], numbers: Sequence[int], place: int, source: str, *, decimal_comma: bool
) -> Floats:
    values = np.full(len(rows), np.nan)
    for index, row in enumerate(rows):
        text = row[place].strip() if len(row) > place else ""
        if not text:
            continue
        try:
            values[index] = float(text.replace(",", ".") if decimal_comma else text)
        except ValueError as error:
            fix = "put a number there, or leave the cell empty where the measurement is missing"
            raise BadInputError(
                f"{text[:40]!r} is no number", where=f"{source}:{numbers[index]}", fix=fix
            ) from error
    return values


def _read_typical(path: Path, kind: str) -> WeatherSeries:
    """A typical year as 8,760 hours, from January to December on the file's own standard time."""
    from pvlib import iotools  # noqa: PLC0415 - slow to import, and an extra

    # what the reader gives, and when the first interval starts, in hours after 1 January 00:00 of the file's clock
    readers: dict[str, tuple[Callable[..., tuple[DataFrame, dict[str, Any]]], float]] = {
        "tmy3": (iotools.read_tmy3, 0.0),
        "epw": (iotools.read_epw, 0.0),
        "pvgis": (iotools.read_pvgis_tmy, -0.5),  # a satellite's picture: the middle of its hour
    }
    reader, start_h = readers[kind]
    try:
        frame, about = reader(str(path))
    except (KeyError, ValueError, IndexError, TypeError, AttributeError) as error:
        fix = "check format under [weather]: csv, tmy3, epw or pvgis (a typical year, TMY)"
        raise BadInputError(f"cannot be read as {kind}: {error}", where=str(path), fix=fix) from error
    if len(frame) != _YEAR_HOURS:
        what = f"a typical year has {_YEAR_HOURS:,} hours, this file has {len(frame):,}"
        raise BadInputError(what, where=str(path), fix="get the file again, or use its data as CSV")
    zone_h = float(about.get("TZ", 0.0))
    start_h += float(about.get("inputs", {}).get("irradiance time offset", 0.0))
    columns = {name: np.asarray(frame[name], np.float64) for name in COLUMNS if name in frame}
    first_utc = round((start_h - zone_h) * _HOUR_S)
    return WeatherSeries(str(path), _HOUR_S, first_utc, typical=True, **_valid(columns))


def _valid(columns: dict[str, Floats]) -> dict[str, Floats]:
    """TMY3 and EPW write 9999 or -9900 where a value is missing."""
    light = {"ghi", "dni", "dhi"}
    return {
        name: np.where((part < 0.0) | (part > 2000.0), np.nan, part)  # noqa: PLR2004 - no such sun
        if name in light
        else np.where((part < -90.0) | (part > 90.0), np.nan, part)  # noqa: PLR2004 - nor such air
        for name, part in columns.items()
    }
