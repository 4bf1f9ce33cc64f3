"""Weather on disk: CSV of 1 s to 1 h, and typical years."""

import csv
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np

from pvsim.core.pv_site.types import Floats
from pvsim.core.pv_site.typical_years import read_typical
from pvsim.core.pv_site.weather_grid import on_grid, to_utc, which_columns
from pvsim.core.pv_site.weather_series import WeatherSeries
from pvsim.core.series import parse_stamps, style_of
from pvsim.core.site import FileWeather
from pvsim.errors import BadInputError

__all__ = ["read_weather"]

_STAMP_SHARE: Final = {"start": 0.0, "middle": 0.5, "end": 1.0}


def read_weather(weather: FileWeather) -> WeatherSeries:
    """Read the file that a site names; gaps of up to six hours in temperature and wind are bridged.

    Raises:
        BadInputError: the file cannot be read, or is not what the site says: where, and what to do.
    """
    path = Path(weather.path)
    try:
        kind = _kind_of(path) if weather.format == "auto" else weather.format
        if kind == "csv":
            return _read_csv(path, weather).bridged()
        return read_typical(path.read_text("latin-1"), kind, str(path)).bridged()
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
