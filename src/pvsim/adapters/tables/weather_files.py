"""Weather on disk: CSV of 1 s to 1 h, and typical years."""

from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from pvsim.adapters.tables.text import opened_lines, opened_table, whole_text
from pvsim.adapters.tables.zones import zone_named
from pvsim.core.pv_site.typical_years import read_typical
from pvsim.core.pv_site.weather_grid import on_grid, which_columns
from pvsim.core.pv_site.weather_series import WeatherSeries
from pvsim.core.site import FileWeather
from pvsim.core.tables import NumberColumns
from pvsim.core.times import Said, Stamps, TimeWords
from pvsim.errors import BadInputError

__all__ = ["read_weather"]

_BLOCK_ROWS: Final = 10_000
_STAMP_SHARE: Final = {"start": 0.0, "middle": 0.5, "end": 1.0}
_WORDS: Final = TimeWords(
    column="put them in the first column or one called time",
    zone='write tz = "{}" under [weather]',
    no_zone="leave out tz under [weather]",
    order="write dates as 2024-06-21",
)
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
        places = layout.times if time in layout.times else (time,)
        header = " ".join(layout.label(place) for place in places)
        zone = None if weather.tz is None else ZoneInfo(weather.tz)
        times = Stamps(Said(source, _WORDS, zone_named, header, zone, tz_yields=True))
        numbers = NumberColumns([layout.names[place] for place in wanted.values()], source)
        for block in table.blocks(_BLOCK_ROWS):
            times.take(block.joined(places), block.lines)
            numbers.add(block.lines, [block.column(place) for place in wanted.values()])
    if not times:
        raise BadInputError("only a header, no data", where=where, fix="give a file with the days of the run")
    t_utc = times.settle().t_utc
    _, columns = numbers.read(layout.delimiter)
    named = dict(zip(wanted, columns, strict=True))
    return on_grid(source, t_utc, named, stamp_share=_STAMP_SHARE[weather.stamp])
