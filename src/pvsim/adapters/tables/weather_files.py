"""Weather on disk: CSV of 1 s to 1 h, and typical years."""

from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from pvsim.adapters.tables.text import opened_lines, opened_table, whole_text
from pvsim.core.pv_site.typical_years import read_typical
from pvsim.core.pv_site.weather_grid import on_grid, to_utc, which_columns
from pvsim.core.pv_site.weather_series import WeatherSeries
from pvsim.core.series import Style, parse_stamps, style_of
from pvsim.core.site import FileWeather
from pvsim.core.tables import Block, Layout, NumberColumns
from pvsim.core.types import Ints
from pvsim.errors import BadInputError

__all__ = ["read_weather"]

_BLOCK_ROWS: Final = 10_000
_STAMP_SHARE: Final = {"start": 0.0, "middle": 0.5, "end": 1.0}
_PATH: Final = "check path under [weather]; it is relative to the site file"


def read_weather(weather: FileWeather) -> WeatherSeries:
    """Read the file that a site names; gaps of up to six hours in temperature and wind are bridged.

    Raises:
        BadInputError: the file cannot be read, or is not what the site says: where, and what to do.
    """
    path = Path(weather.path)
    kind = _kind_of(path) if weather.format == "auto" else weather.format
    if kind == "csv":
        return _read_csv(path, weather).bridged()
    return read_typical(whole_text(path, fix=_PATH), kind, str(path)).bridged()


def _kind_of(path: Path) -> str:
    with opened_lines(path, lenient=True, fix=_PATH) as lines:
        first, second = next(lines, ""), next(lines, "")
    if first.startswith("LOCATION,"):
        return "epw"
    if first.startswith("Latitude") or path.suffix.lower() == ".json":
        return "pvgis"
    return "tmy3" if second.startswith("Date (MM/DD/YYYY)") else "csv"


def _read_csv(path: Path, weather: FileWeather) -> WeatherSeries:
    source = str(path)
    with opened_table(path, fix=_PATH) as table:
        layout = table.layout
        where = f"{source}:{layout.header_line}" if layout.header_line else source
        time, wanted = which_columns(layout.labels, where)
        times = _Times(layout, time, source)
        numbers = NumberColumns([layout.names[place] for place in wanted.values()], source)
        for block in table.blocks(_BLOCK_ROWS):
            times.take(block)
            numbers.add(block.lines, [block.column(place) for place in wanted.values()])
    if times.style is None:
        raise BadInputError("only a header, no data", where=where, fix="give a file with the days of the run")
    wall, offset = times.read()
    t_utc = to_utc(wall, ZoneInfo(weather.tz or "UTC"), source) if times.style.offset == "none" else wall - offset
    _, columns = numbers.read(layout.delimiter)
    named = dict(zip(wanted, columns, strict=True))
    return on_grid(source, t_utc, named, stamp_share=_STAMP_SHARE[weather.stamp])


class _Times:
    """The times of a table, block by block: texts take 700 bytes a line, numbers 16."""

    def __init__(self, layout: Layout, column: int, source: str) -> None:
        self._columns = layout.times if not layout.times or column in layout.times else (column,)
        self._columns = self._columns or (column,)
        self._source = source
        self._blocks: list[tuple[Ints, Ints]] = []
        self.style: Style | None = None

    def take(self, block: Block) -> None:
        """Take in a block."""
        stamps = block.joined(self._columns)
        self.style = self.style or _style(stamps[0], f"{self._source}:{block.lines[0]}")
        self._blocks.append(parse_stamps(stamps, self.style, lines=block.lines, source=self._source))

    def read(self) -> tuple[Ints, Ints]:
        """The wall clock as written, and the written offsets."""
        wall, offset = (np.concatenate(parts) for parts in zip(*self._blocks, strict=True))
        return wall, offset


def _style(text: str, where: str) -> Style:
    try:
        return style_of(text)
    except ValueError as error:
        fix = "write times as 2024-06-21T12:00:00Z, in the first column or one called time"
        raise BadInputError(str(error), where=where, fix=fix) from error
