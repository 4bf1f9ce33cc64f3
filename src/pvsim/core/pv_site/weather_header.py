"""What the head of a weather table says: its columns, the clock of its times, and what of an interval a time is.

Solcast stamps the end of an interval (`period_end`), Open-Meteo the end of a mean and the moment of an instant
value; NSRDB's values are moments; SolarAnywhere says its averaging method in the first line.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal, TypeAlias

from pvsim.core.pv_site.weather_names import LIGHT, Columns, find_columns
from pvsim.core.series.report import Known
from pvsim.core.tables import Block, Layout
from pvsim.core.timeline import HOUR_S
from pvsim.errors import BadInputError

__all__ = ["STAMP_SHARE", "Head", "Stamp", "read_head"]

Stamp: TypeAlias = Literal["start", "middle", "end", "moment"]

STAMP_SHARE: Final[Mapping[Stamp, float]] = {"start": 0.0, "middle": 0.5, "moment": 0.5, "end": 1.0}
"""Which part of its interval a time is; a moment stands for the interval around it."""

_TIME_NAMES: Final = (
    "time timestamp datetime date utc zeit zeitstempel datum timeutc periodend periodstart periodmid validtime "
    "localtime observationtimegmt observationtimelst datetimeutc timestamputc dateutc dateandtime"
)
_TIMES: Final = frozenset(_TIME_NAMES.split())
_PARTS: Final = (("year",), ("month",), ("day",), ("hour",), ("minute", "min"))
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
_AVERAGING: Final = re.compile(r"averaging method: *(end|start|middle|instant)", re.IGNORECASE)
_SOLARANYWHERE_CELLS = 6
_MOST_HOURS = 14.0


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
            return block.joined(self.places)
        parts = [block.column(place) for place in self.places]
        minutes = parts[4] if len(parts) > _LEAST_PARTS else ["0"] * len(block.lines)
        rows = zip(*parts[:_LEAST_PARTS], minutes, strict=True)
        return [
            f"{_whole(y):0>4}-{_whole(m):0>2}-{_whole(d):0>2} {_whole(h):0>2}:{_whole(i):0>2}"
            for y, m, d, h, i in rows
        ]


def read_head(layout: Layout, source: str) -> Head:
    """What the head of a table says.

    Raises:
        BadInputError: there is no light among its columns, two mean the same, or a unit is not known.
    """
    where = f"{source}:{layout.header_line}" if layout.header_line else source
    meta = _named_values(layout.preamble)
    said = next((row for _, row in layout.preamble if any(_AVERAGING.search(cell) for cell in row)), ())
    units = [
        unit or meta.get(f"{name.lower()} units", "")
        for name, unit in zip(layout.names, layout.units, strict=True)
    ]
    places, dated = _time_places(layout)
    names = [name if place not in places else "" for place, name in enumerate(layout.names)]
    columns = find_columns(names, where, units)
    time_name = " ".join(layout.label(place) for place in places)
    stamp, stamp_from = _stamp(time_name, columns, said, meta)
    return Head(
        columns,
        places,
        dated,
        time_name,
        _offset_s(meta, said, where),
        month_first=bool(said),
        stamp=stamp,
        stamp_from=stamp_from,
        typical=any("typical" in cell.lower() for cell in said),
        station=_station(meta, said),
    )


def _whole(text: str) -> str:
    """A number of a calendar as a text, also where a program wrote it with decimals: `1.0`."""
    return re.sub(r"\.0+$", "", text)


def _named_values(preamble: Sequence[tuple[int, tuple[str, ...]]]) -> dict[str, str]:
    """Values by their names in small letters, of a row of names with a row of values under it."""
    for (_, names), (_, values) in pairwise(preamble):
        lower = [name.strip().lower() for name in names]
        if "latitude" in lower:
            return dict(zip(lower, (value.strip() for value in values), strict=False))
    return {}


def _time_places(layout: Layout) -> tuple[tuple[int, ...], bool]:
    """The cells that make a time: of several columns of times the one by UTC, then the one with the best name."""
    lower = [name.strip().lower() for name in layout.names]
    bare = ["".join(letter for letter in name if letter.isalnum()) for name in lower]
    named = [place for place, name in enumerate(bare) if name in _TIMES]
    parts = tuple(lower.index(word) for words in _PARTS for word in words if word in lower)
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
    averaging = next((match for cell in said if (match := _AVERAGING.search(cell))), None)
    if averaging:
        way = averaging[1].lower()
        ways: dict[str, Stamp] = {"end": "end", "start": "start", "middle": "middle"}
        return ways.get(way, "moment"), "header"
    light = [column.header for name, column in columns.taken.items() if name in LIGHT]
    of_open_meteo = [match for header in light if (match := _OPEN_METEO.fullmatch(header))]
    if of_open_meteo:
        return ("moment" if all(match[2] for match in of_open_meteo) else "end"), "format"
    return ("moment", "format") if "local time zone" in meta else ("start", "assumed")


def _offset_s(meta: Mapping[str, str], said: Sequence[str], where: str) -> int | None:
    """Open-Meteo's clock has one offset, that of the day on which the file was made; NSRDB's and SAM's one too."""
    for text, unit_s in (
        (meta.get("utc_offset_seconds"), 1),
        (meta.get("time zone"), HOUR_S),
        (_cell(said, 3), HOUR_S),
    ):
        if not text:
            continue
        try:
            offset_s = float(text) * unit_s
        except ValueError as error:
            what, fix = f"{text[:40]!r} is no time zone in hours", 'write tz = "Area/City" under [weather]'
            raise BadInputError(what, where=where, fix=fix) from error
        if abs(offset_s) <= _MOST_HOURS * HOUR_S:
            return round(offset_s)
    return None


def _station(meta: Mapping[str, str], said: Sequence[str]) -> tuple[float, float] | None:
    texts = (meta.get("latitude") or _cell(said, 4), meta.get("longitude") or _cell(said, 5))
    try:
        latitude, longitude = (float(text) for text in texts)
    except ValueError:
        return None
    return latitude, longitude


def _cell(row: Sequence[str], place: int) -> str:
    return row[place].strip() if len(row) >= _SOLARANYWHERE_CELLS else ""
