"""What the head of a weather table says: its columns, the clock of its times, and what of an interval a time is.

Solcast stamps the end of an interval (`period_end`), Open-Meteo the end of a mean and the moment of an instant
value; NSRDB's values are moments; SolarAnywhere says its averaging method in the first line.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from pvsim.core.series.findings import Known
from pvsim.core.tables import DATE_PARTS, Block, Layout, start_of_period
from pvsim.core.weather.names import LIGHT, Columns, find_columns, follows_era5
from pvsim.core.weather.preamble import AVERAGING, averaging_row, named_values, offset_of, station_of
from pvsim.errors import BadInputError

__all__ = ["STAMP_SHARE", "Head", "Stamp", "read_head"]

Stamp: TypeAlias = Literal["start", "middle", "end", "moment"]

STAMP_SHARE: Final[Mapping[Stamp, float]] = {"start": 0.0, "middle": 0.5, "moment": 0.5, "end": 1.0}
"""Which part of its interval a time is; a moment stands for the interval around it."""

_TIME_NAMES: Final = (
    "time timestamp datetime date utc zeit zeitstempel datum timeutc periodend periodstart periodmid validtime "
    "localtime observationtimegmt observationtimelst datetimeutc timestamputc dateutc dateandtime "
    "observationperiod messdatum"
)
_TIMES: Final = frozenset(_TIME_NAMES.split())
_PARTS: Final = (*DATE_PARTS, ("hour", "hr", "h"), ("minute", "min"))
_LEAST_PARTS: Final = 4
_UTC: Final = re.compile(r"(?<![a-z])(utc|gmt)(?![a-z])", re.IGNORECASE)
_STAMPS: Final[tuple[tuple[Stamp, re.Pattern[str]], ...]] = (
    ("end", re.compile(r"(?<![a-z])(end|ende|bis|to|until)(?![a-z])", re.IGNORECASE)),
    ("middle", re.compile(r"(?<![a-z])(mid|middle|mitte)(?![a-z])", re.IGNORECASE)),
    ("start", re.compile(r"(?<![a-z])(start|begin|beginn|from|von)(?![a-z])", re.IGNORECASE)),
)
_OPEN_METEO: Final = re.compile(
    r"(shortwave_radiation|diffuse_radiation|direct_radiation|direct_normal_irradiance)(_instant)?\b.*"
)
_CAMS: Final = "observation period"


@dataclass(frozen=True, slots=True)
class Head:
    """What the head of a table says.

    Attributes:
        columns: What is read.
        places: Of the cells that make a time.
        dated: They are year, month, day, hour and perhaps minute; else a text, or a date and a time of day.
        time_name: Header of the times.
        offset_s: By how much the file's clock is ahead of UTC, where lines before the header say it.
        month_first: Dates are written month first.
        stamp: What of its interval a time is.
        stamp_from: How that is known.
        typical: The file says that it is a typical year.
        station: Latitude and longitude in degrees, where the file says them.
    """

    columns: Columns
    places: tuple[int, ...]
    dated: bool
    time_name: str
    offset_s: int | None
    month_first: bool
    stamp: Stamp
    stamp_from: Known
    typical: bool
    station: tuple[float, float] | None

    def times(self, block: Block) -> list[str]:
        """The times of some rows as texts."""
        if not self.dated:
            texts = block.joined(self.places)
            return [start_of_period(text) for text in texts] if "/" in texts[0] else texts
        parts = [block.column(place) for place in self.places]
        minutes = parts[4] if len(parts) > _LEAST_PARTS else ["0"] * len(block.lines)
        rows = zip(*parts[:_LEAST_PARTS], minutes, strict=True)
        return [
            f"{_whole(y):0>4}-{_whole(m):0>2}-{_whole(d):0>2} {_whole(h):0>2}:{_whole(i):0>2}"
            for y, m, d, h, i in rows
        ]


def read_head(layout: Layout, source: str, *, zone_said: bool = False) -> Head:
    """What the head of a table says.

    Args:
        layout: Of the table.
        source: The file's name.
        zone_said: Whether the site says the zone, so that the file need not.

    Raises:
        BadInputError: there is no light among its columns, two mean the same, or a unit is not known; or the file
            says of its clock what cannot be used.
    """
    where = f"{source}:{layout.header_line}" if layout.header_line else source
    if not layout.names:
        fix = "give a file whose first line names the columns: time, ghi, dni, dhi (W/m²), temp_air (°C)"
        raise BadInputError("there is no line that names columns", where=where, fix=fix)
    meta, said = named_values(layout), averaging_row(layout)
    units = [
        unit or meta.get(f"{name.lower()} units", "")
        for name, unit in zip(layout.names, layout.units, strict=True)
    ]
    places, dated = _time_places(layout)
    names = [name if place not in places else "" for place, name in enumerate(layout.names)]
    time_name = " ".join(layout.label(place) for place in places)
    columns = find_columns(names, where, units, light_unit="Wh/m²" if time_name.lower() == _CAMS else "")
    stamp, stamp_from = _stamp(time_name, columns, said, meta)
    return Head(
        columns,
        places,
        dated,
        time_name,
        None if zone_said else offset_of(layout, meta, said, where),
        month_first=bool(said),
        stamp=stamp,
        stamp_from=stamp_from,
        typical=any("typical" in cell.lower() for cell in said),
        station=station_of(layout, meta, said),
    )


def _whole(text: str) -> str:
    """A number of a calendar as a text, also where a program wrote it with decimals: `1.0`."""
    return re.sub(r"\.0+$", "", text)


def _time_places(layout: Layout) -> tuple[tuple[int, ...], bool]:
    """The cells that make a time: of several columns of times the one by UTC, then the one with the best name."""
    lower = [name.strip().lower() for name in layout.names]
    bare = ["".join(letter for letter in name if letter.isalnum()) for name in lower]
    named = [place for place, name in enumerate(bare) if name in _TIMES]
    parts = tuple(lower.index(word) for words in _PARTS for word in [w for w in words if w in lower][:1])
    if not layout.times and len(parts) >= _LEAST_PARTS:
        return parts, True
    by_utc = [place for place in named if _UTC.search(layout.label(place))]
    place = next(iter([*by_utc, *named, *layout.times, 0]))
    if place in layout.times or (layout.times and place not in named):
        return layout.times, False
    return (place,), False


def _stamp(time_name: str, columns: Columns, said: Sequence[str], meta: Mapping[str, str]) -> tuple[Stamp, Known]:
    words = time_name.replace("_", " ")
    for stamp, pattern in _STAMPS:
        if pattern.search(words) or re.search(rf"period{stamp[:3]}", time_name, re.IGNORECASE):
            return stamp, "header"
    averaging = next((match for cell in said if (match := AVERAGING.search(cell))), None)
    if averaging:
        way = averaging[1].lower()
        ways: dict[str, Stamp] = {"end": "end", "start": "start", "middle": "middle"}
        return ways.get(way, "moment"), "header"
    if time_name.lower() == _CAMS:
        return "start", "format"
    light = [column.header for name, column in columns.taken.items() if name in LIGHT]
    if any(follows_era5(header) for header in light):
        return "end", "format"
    of_open_meteo = [match for header in light if (match := _OPEN_METEO.fullmatch(header))]
    if of_open_meteo:
        return ("moment" if all(match[2] for match in of_open_meteo) else "end"), "format"
    return ("moment", "format") if "local time zone" in meta else ("start", "assumed")
