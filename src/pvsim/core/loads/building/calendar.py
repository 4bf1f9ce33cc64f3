"""Local days, weeks and years as the people in a building live them (I6).

Days are counted by their ordinal (1 is 0001-01-01, a Monday). A local day goes from its first instant to that
of the next one, so a day on which the clocks change has 23, 25 or 24½ hours, and each second belongs to one day.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from math import sqrt

import numpy as np

from pvsim.core.loads.building.devices import QUARTERS, Floats
from pvsim.core.quantities.sine import sine
from pvsim.core.quantities.timeline import DAY_S
from pvsim.core.quantities.types import Ints
from pvsim.core.times.wallclock import WallClock
from pvsim.errors import UsageError

__all__ = [
    "UNIX_ORDINAL",
    "WEEK_DAYS",
    "BuildingPlace",
    "Week",
    "day_kind",
    "first_instant",
    "ordinal_at",
    "season",
]

WEEK_DAYS = 7
UNIX_ORDINAL = date(1970, 1, 1).toordinal()
"""The ordinal of the day on which Unix time begins."""

QUARTER_S = 900
WORKDAY, SATURDAY, SUNDAY = 0, 1, 2

_FREE_DAYS = {(1, 1), (5, 1), (12, 25), (12, 26)}
_MIDWINTER = date(2020, 1, 15).toordinal()
_EQUINOX = date(2020, 3, 20).toordinal()
_YEAR_DAYS = 365.2425
_SIN_OBLIQUITY = 0.39779  # of 23.44 degrees
_DARK_BELOW, _DARK_OVER = 0.10, 0.20  # lamps go on while the sine of the sun's elevation falls from .1 to −.1
_FULL_SEASON_DEG = 30.0
_DARK_FLOOR = 0.06  # inner rooms at noon


@dataclass(frozen=True, slots=True)
class BuildingPlace:
    """Where a building stands: its clock, and its coordinates in degrees for sunset and season.

    Raises:
        UsageError: if the coordinates are none.
    """

    zone: tzinfo
    latitude: float = 51.0
    longitude: float = 10.0

    def __post_init__(self) -> None:
        for name, degrees, most in (("latitude", self.latitude, 90), ("longitude", self.longitude, 180)):
            if not -most <= degrees <= most:  # also refuses NaN
                what = f"location.{name}_deg is −{most} to {most}, not {degrees:g}"
                raise UsageError(
                    what, where=f"location.{name}_deg", fix="for example latitude_deg = 52.5, longitude_deg = 13.4"
                )

    def darkness(self, t_utc: Ints) -> Ints:
        """How much light people need at Unix times, in 1/1000: 1000 at night, 60 by day."""
        lamps = np.clip((_DARK_BELOW - self.elevation(t_utc)) / _DARK_OVER, 0.0, 1.0)
        dark: Ints = np.rint(1_000 * (_DARK_FLOOR + (1 - _DARK_FLOOR) * lamps)).astype(np.int64)
        return dark

    def elevation(self, t_utc: Ints) -> Floats:
        """The sine of the sun's elevation at Unix times.

        From declination and hour angle, without the equation of time (a quarter hour).
        """
        declination = _SIN_OBLIQUITY * sine((t_utc / DAY_S + (UNIX_ORDINAL - _EQUINOX)) / _YEAR_DAYS)
        hour_angle = t_utc / DAY_S + self.longitude / 360 - 0.5
        latitude = float(sine(np.array([self.latitude / 360]))[0])
        across = sqrt(1 - latitude**2) * np.sqrt(1 - declination**2) * sine(hour_angle + 0.25)
        elevation: Floats = latitude * declination + across
        return elevation

    def winter(self, ordinals: Ints | Floats) -> Floats:
        """+1 in the middle of the place's winter, −1 in that of its summer; less within 30° of the equator."""
        return season(ordinals) * self.season_share

    @property
    def season_share(self) -> float:
        """How much of a season the place has: 1 in the north, −1 in the south, 0 on the equator."""
        return min(max(self.latitude / _FULL_SEASON_DEG, -1.0), 1.0)


@dataclass(frozen=True, slots=True)
class Week:
    """The quarter hours of one local week, Monday to Sunday, as they pass; about 672.

    Attributes:
        first: Ordinal of its Monday.
        starts: Unix time of each quarter hour.
        lengths: Its seconds: 900, less where a day ends in the middle of one.
        quarters: Its place on the wall clock, 0..95; the hour that a clock shows twice occurs twice.
        days: Which of the seven days it belongs to.
    """

    first: int
    starts: Ints
    lengths: Ints
    quarters: Ints
    days: Ints

    @classmethod
    @lru_cache(maxsize=8)  # all buildings share them
    def of(cls, number: int, zone: tzinfo) -> "Week":
        """The week of that number: 0 begins on 0001-01-01."""
        first = number * WEEK_DAYS + 1
        edges = [first_instant(first + day, zone) for day in range(WEEK_DAYS + 1)]
        parts = [np.arange(edges[day], edges[day + 1], QUARTER_S) for day in range(WEEK_DAYS)]
        starts = np.concatenate(parts)
        days = np.repeat(np.arange(WEEK_DAYS), [len(part) for part in parts])
        lengths = np.minimum(QUARTER_S, np.array(edges)[days + 1] - starts)
        wall, _ = WallClock.over(zone, edges[0], edges[-1]).wall(starts)
        return cls(first, starts, lengths, wall % DAY_S // QUARTER_S, days)


def first_instant(ordinal: int, zone: tzinfo) -> int:
    """Unix time at which a local day begins."""
    return int(datetime.combine(date.fromordinal(ordinal), datetime.min.time(), zone).timestamp())


def ordinal_at(t_utc: int, zone: tzinfo) -> int:
    """The local day that a Unix time belongs to.

    The wall clock's date is the answer but where clocks are set back over midnight and the date comes twice.
    """
    ordinal = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=t_utc)).astimezone(zone).toordinal()
    while t_utc >= first_instant(ordinal + 1, zone):
        ordinal += 1
    return ordinal


def day_kind(ordinal: int) -> int:
    """0 workday, 1 Saturday, 2 Sunday or one of four holidays that fall on a fixed date in most of Europe."""
    day = date.fromordinal(ordinal)
    if (day.month, day.day) in _FREE_DAYS:
        return SUNDAY
    return max(WORKDAY, day.weekday() - 4)


def season(ordinals: Ints | Floats) -> Floats:
    """The cosine of the year: +1 in the middle of January, −1 in that of July; its mean over a year is 0."""
    return sine((ordinals - _MIDWINTER) / _YEAR_DAYS + 0.25)


def quarters_of(ordinals: list[int], zone: tzinfo) -> Ints:
    """Unix times of the first 96 quarter hours of each day: shape (days, 96)."""
    firsts = np.array([first_instant(ordinal, zone) for ordinal in ordinals], dtype=np.int64)
    grid: Ints = firsts[:, None] + np.arange(QUARTERS, dtype=np.int64) * QUARTER_S
    return grid
