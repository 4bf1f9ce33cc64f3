"""What the lines before the header of a weather table say: the clock of its times, and where its station is.

NSRDB, SAM and Open-Meteo have a row of names with a row of values under it; SolarAnywhere has one row; CAMS,
Solargis and NASA POWER have sentences.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

from pvsim.core.quantities.timeline import HOUR_S
from pvsim.core.tables import Layout
from pvsim.errors import BadInputError

__all__ = ["AVERAGING", "averaging_row", "named_values", "offset_of", "station_of"]

AVERAGING: Final = re.compile(r"averaging method: *(end|start|middle|instant)", re.IGNORECASE)
_ALIASES: Final = {
    "lat": "latitude",
    "lon": "longitude",
    "lng": "longitude",
    "long": "longitude",
    "tz": "time zone",
}
_SOLARANYWHERE_CELLS = 6
_MOST_HOURS = 14.0
_CLOCK: Final = re.compile(
    r"\b(?:time[ _]?(?:zone|reference|standard)\b[^:=]*[:=]|through \S+ in )\s*(.+)", re.IGNORECASE
)
_UTC: Final = re.compile(
    r"(?:universal time|utc|gmt|ut)\b\s*(?:\(utc?\)\s*)?(?:([+-]\d{1,2})(?::?(\d\d))?)?\W*",
    re.IGNORECASE | re.ASCII,
)
_SOLAR: Final = re.compile(r"lst\b|.*solar time", re.IGNORECASE)
_DEGREES: Final = r"\s*(?:\([^)]*\))?\s*[:=,]?\s*(-?\d{1,3}(?:\.\d+)?)"
_LATITUDE: Final = re.compile(rf"\blatitude{_DEGREES}", re.IGNORECASE | re.ASCII)
_LONGITUDE: Final = re.compile(rf"\blongitude{_DEGREES}", re.IGNORECASE | re.ASCII)
_DEGREES_AN_HOUR = 15.0


def averaging_row(layout: Layout) -> tuple[str, ...]:
    """SolarAnywhere's first row, which says how the values were averaged; empty where there is none."""
    return next((row for _, row in layout.preamble if any(AVERAGING.search(cell) for cell in row)), ())


def named_values(layout: Layout) -> dict[str, str]:
    """Values by their names in small letters, of a row of names with a row of values under it."""
    for (_, names), (_, values) in pairwise(layout.preamble):
        lower = [name.strip().lower() for name in names]
        known = [_ALIASES.get(name, name) for name in lower]
        if "latitude" in known and len(names) == len(values):
            return dict(zip(known, (value.strip() for value in values), strict=True))
    return {}


def offset_of(layout: Layout, meta: Mapping[str, str], said: Sequence[str], where: str) -> int | None:
    """By how many seconds the file's clock is ahead of UTC; None where nothing says it.

    Open-Meteo's clock has one offset, that of the day on which the file was made; NSRDB's and SAM's one too.

    Raises:
        BadInputError: a time zone that is not a number of hours, or a clock that goes by the sun.
    """
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
            what, fix = f"{text[:40]!r} is not a time zone in hours", 'write tz = "Area/City" under [weather]'
            raise BadInputError(what, where=where, fix=fix) from error
        if abs(offset_s) <= _MOST_HOURS * HOUR_S:
            return round(offset_s)
    return _offset_in_words(layout, where)


def _offset_in_words(layout: Layout, where: str) -> int | None:
    source = where.rpartition(":")[0] if layout.header_line else where
    for line, text in _sentences(layout):
        clock = _CLOCK.search(text)
        if clock and (utc := _UTC.fullmatch(clock[1].strip())):
            hours, minutes = int(utc[1] or 0), int(utc[2] or 0)
            offset_s = hours * HOUR_S + (-60 if (utc[1] or "").startswith("-") else 60) * minutes
            return offset_s if abs(offset_s) <= _MOST_HOURS * HOUR_S else None
        if clock and _SOLAR.match(clock[1]):
            what = f"the times are solar time: {clock[1].strip()[:40]}"
            raise BadInputError(what, where=f"{source}:{line}", fix=_by_the_sun(layout))
    return None


def _by_the_sun(layout: Layout) -> str:
    """NASA POWER's solar time differs from UTC by whole hours."""
    station = station_of(layout, {}, ())
    other = "get the file in UTC"
    if station is None:
        return other
    hours = -round(station[1] / _DEGREES_AN_HOUR)
    return f'{other}, or, where its offset is in whole hours, write tz = "Etc/GMT{hours:+d}" under [weather]'


def station_of(layout: Layout, meta: Mapping[str, str], said: Sequence[str]) -> tuple[float, float] | None:
    """Latitude and longitude in degrees, where the file says them."""
    texts = (meta.get("latitude") or _cell(said, 4), meta.get("longitude") or _cell(said, 5))
    if not any(texts):
        found = [
            next((match[1] for _, text in _sentences(layout) if (match := pattern.search(text))), "")
            for pattern in (_LATITUDE, _LONGITUDE)
        ]
        texts = found[0], found[1]
    try:
        latitude, longitude = (float(text) for text in texts)
    except ValueError:
        return None
    return latitude, longitude


def _sentences(layout: Layout) -> list[tuple[int, str]]:
    """The lines before the header as they are, without the marks of comments."""
    return [(line, layout.delimiter.join(row).lstrip("#").strip()) for line, row in layout.preamble]


def _cell(row: Sequence[str], place: int) -> str:
    return row[place].strip() if len(row) >= _SOLARANYWHERE_CELLS else ""
