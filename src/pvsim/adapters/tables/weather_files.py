"""Weather on disk: CSV of 1 s to 1 h, and typical years."""

import csv
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from pvsim.core.pv_site.types import Floats
from pvsim.core.pv_site.typical_years import read_typical
from pvsim.core.pv_site.weather_grid import on_grid, to_utc, which_columns
from pvsim.core.pv_site.weather_series import WeatherSeries
from pvsim.core.series import Style, parse_stamps, style_of
from pvsim.core.site import FileWeather
from pvsim.core.types import Ints
from pvsim.errors import BadInputError

__all__ = ["read_weather"]

_BLOCK_LINES: Final = 10_000
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
        numbered = ((row, reader.line_num + notes) for row in reader if row)
        blocks = list(_blocks(numbered, time, wanted, source, decimal_comma=mark == ";"))
    if not blocks:
        raise BadInputError("only a header, no data", where=source, fix="give a file with the days of the run")
    wall, offset = (np.concatenate([block[part] for block in blocks]) for part in (0, 1))
    in_zone = blocks[0][2]
    t_utc = to_utc(wall, ZoneInfo(weather.tz or "UTC"), source) if in_zone else wall - offset
    columns = {name: np.concatenate([block[3][name] for block in blocks]) for name in wanted}
    return on_grid(source, t_utc, columns, stamp_share=_STAMP_SHARE[weather.stamp])


def _blocks(
    numbered: Iterator[tuple[list[str], int]],
    time: int,
    wanted: dict[str, int],
    source: str,
    *,
    decimal_comma: bool,
) -> Iterator[tuple[Ints, Ints, bool, dict[str, Floats]]]:
    """Times on the wall clock, their offsets, whether there are none, and columns, of some lines at a time.

    Lines as texts take 700 bytes each, as numbers 56: a file of a day has 86,400 of them.
    """
    style = None
    while block := list(islice(numbered, _BLOCK_LINES)):
        rows, numbers = [row for row, _ in block], [number for _, number in block]
        texts = [row[time].strip() if len(row) > time else "" for row in rows]
        style = style or _style(texts[0], f"{source}:{numbers[0]}")
        wall, offset = parse_stamps(texts, style, lines=numbers, source=source)
        columns = {
            name: _values(rows, numbers, place, source, decimal_comma=decimal_comma)
            for name, place in wanted.items()
        }
        yield wall, offset, style.offset == "none", columns


def _style(text: str, where: str) -> Style:
    try:
        return style_of(text)
    except ValueError as error:
        fix = "write times as 2024-06-21T12:00:00Z, in the first column or one called time"
        raise BadInputError(str(error), where=where, fix=fix) from error


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
