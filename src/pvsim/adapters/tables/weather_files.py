"""Weather on disk: CSV of 1 s to 1 h, and typical years."""

import re
from datetime import timedelta, timezone, tzinfo
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from pvsim.adapters.tables.text import opened_lines, opened_table, whole_text
from pvsim.adapters.tables.zones import zone_named
from pvsim.core.site.schema import FileWeather
from pvsim.core.tables import NumberColumns, remarks_on
from pvsim.core.times import DateOrder, Said, Stamps, TimeWords
from pvsim.core.weather.header import read_head
from pvsim.core.weather.series import WeatherSeries
from pvsim.core.weather.table import weather_of
from pvsim.core.weather.typical_years import read_typical
from pvsim.errors import BadInputError

__all__ = ["read_weather"]

_BLOCK_ROWS: Final = 10_000
_WORDS: Final = TimeWords(
    column="put them in the first column or one called time",
    zone='write tz = "{}" under [weather]',
    no_zone="leave out tz under [weather]",
    order="write dates as 2024-06-21",
)
_PATH: Final = "check path under [weather]; it is relative to the site file"
_PVGIS_ROW: Final = re.compile(r"\d{8}:\d{4},", re.ASCII)


def read_weather(weather: FileWeather) -> WeatherSeries:
    """Read the file that a site names; gaps of up to six hours in temperature and wind are bridged.

    Raises:
        BadInputError: the file cannot be read, or is not what the site says: where, and what to do.
    """
    path = Path(weather.path)
    kind = _kind_of(path) if weather.format == "auto" else weather.format
    if kind == "csv":
        return _read_csv(path, weather).bridged()
    series = read_typical(whole_text(path, fix=_PATH), kind, str(path)).bridged()
    if weather.tz is not None or weather.stamp not in {None, "start"}:  # "start" was written into older manifests
        return series.remarked("tz and stamp under [weather] are for CSV files and not used")
    return series


def _kind_of(path: Path) -> str:
    with opened_lines(path, lenient=True, fix=_PATH) as lines:
        first, second = next(lines, ""), next(lines, "")
    if first.upper().startswith("LOCATION,"):
        return "epw"
    of_pvgis = _PVGIS_ROW.match(first) or (first.startswith("time") and _PVGIS_ROW.match(second))
    if of_pvgis or first.startswith(("Latitude (decimal", "{")) or path.suffix.lower() == ".json":
        return "pvgis"
    return "tmy3" if second.lower().startswith("date (mm/dd/yyyy)") else "csv"


def _read_csv(path: Path, weather: FileWeather) -> WeatherSeries:
    source = str(path)
    with opened_table(path, lenient=True, fix=_PATH) as table:
        layout = table.layout
        head = read_head(layout, source, zone_said=weather.tz is not None)
        tz: tzinfo | None = None if weather.tz is None else ZoneInfo(weather.tz)
        if tz is None and head.offset_s is not None:
            tz = timezone(timedelta(seconds=head.offset_s))
        order: DateOrder | None = "month-first" if head.month_first else None
        times = Stamps(Said(source, _WORDS, zone_named, head.time_name, tz, tz_yields=True, order=order))
        taken = head.columns.taken
        numbers = NumberColumns([column.header for column in taken.values()], source)
        for block in table.blocks(_BLOCK_ROWS):
            times.take(head.times(block), block.lines)
            numbers.add(block.lines, [block.column(column.place) for column in taken.values()])
    if not times:
        where = f"{source}:{layout.header_line}" if layout.header_line else source
        raise BadInputError("only a header, no data", where=where, fix="give a file with the days of the run")
    form, columns = numbers.read(layout.delimiter)
    remarks = remarks_on(layout, () if head.dated else head.places, form, numbers.missing)
    raw = dict(zip(taken, columns, strict=True))
    said = weather.tz is not None
    return weather_of(
        head, times.settle(), raw, source=source, stamp=weather.stamp, zone_said=said, remarks=remarks
    )
