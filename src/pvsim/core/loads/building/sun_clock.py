"""The clock that people live by: at night and in the morning that on the wall, in the evening it follows the sun.

Where and when the sun sets late, people come in, cook and sit down later. In the evening their clock is behind
that on the wall by a share of what the sun's noon is after 12 o'clock (summer time, and places in the west of
their zone) and a share of what half the day was longer than six hours four weeks before; in winter it is ahead.
It is warmth that keeps people out, and the air's is four weeks behind the sun: October's evenings are mild and
late, March's are cold and early, under the same light. Where the day is always as long as the night and noon is
at 12 o'clock it is that on the wall. And from the end of the day's work
until dusk they do less indoors, the nearer to midsummer the less: they are out; when it is dark they do more.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from pvsim.core.loads.building.calendar import UNIX_ORDINAL, WEEK_DAYS, BuildingPlace, Week, quarters_of
from pvsim.core.loads.building.devices import QUARTERS
from pvsim.core.quantities.timeline import DAY_S, HOUR_S
from pvsim.core.quantities.types import Ints

__all__ = ["SunWeek", "sun_quarters"]

_NOON_SHARE, _HALF_DAY_SHARE = 0.65, 0.35  # fitted to the hour of the peak of measured homes by month
_MOST_H = 1.25
_LAG_DAYS = 28  # of the air's temperature behind the length of the day; sources: docs/explanation/homes.md
_QUARTERS_OF_HOUR = 4
_FROM_H, _FULL_H, _UNTIL_H, _END_H = 13, 18, 21, 25  # of the evening, which ends at 1 o'clock
_OUT_FROM_H, _OUT_FULL_H = 15, 17  # when the day's work ends
_BACK_UNTIL_H = 22.5  # when it is too late to make up for it
_OUT_SHARE, _BACK_SHARE = 0.40, 0.28  # of midsummer's indoor life: left while it is light, more when it is dark


def sun_quarters(ordinals: list[int], place: BuildingPlace) -> Ints:
    """Which quarter hour people live in at each of the wall clock: shape (days, 96), 0 to 95."""
    grid = quarters_of(ordinals, place.zone)
    half_day_h = (place.elevation(grid - _LAG_DAYS * DAY_S) > 0).sum(axis=1) / (2 * _QUARTERS_OF_HOUR)
    zone_s = (np.array(ordinals) - UNIX_ORDINAL) * DAY_S - grid[:, 0]
    noon_h = (zone_s / HOUR_S - place.longitude / 15 + 12) % 24 - 12  # after 12 o'clock
    late_h = _NOON_SHARE * np.clip(noon_h, -_MOST_H, _MOST_H) + _HALF_DAY_SHARE * (half_day_h - 6)
    hours = (np.arange(QUARTERS) + 0.5) / _QUARTERS_OF_HOUR
    begun = np.clip((hours - _FROM_H) / (_FULL_H - _FROM_H), 0.0, 1.0)
    left = np.clip((_END_H - hours) / (_END_H - _UNTIL_H), 0.0, 1.0)
    yesterdays = np.clip((_END_H - 24 - hours) / (_END_H - _UNTIL_H), 0.0, 1.0)
    evening = np.maximum(np.minimum(begun, left), yesterdays)
    late = _QUARTERS_OF_HOUR * np.clip(late_h, -_MOST_H, _MOST_H)[:, None] * evening
    lived: Ints = np.rint(np.arange(QUARTERS) - late).astype(np.int64) % QUARTERS
    return lived


@dataclass(frozen=True, slots=True)
class SunWeek:
    """What the sun makes of the quarter hours of one local week at a place.

    Attributes:
        quarters: The quarter hour that people live in, 0 to 95, at each of `Week.starts`.
        darkness: How much light they need, in 1/1000; see `BuildingPlace.darkness`.
        indoors: How much they do indoors, in 1/1000: less in the light of a summer evening, more after it.
    """

    quarters: Ints
    darkness: Ints
    indoors: Ints

    @classmethod
    @lru_cache(maxsize=8)  # all buildings of a place share them
    def of(cls, number: int, place: BuildingPlace) -> "SunWeek":
        """That of the week of that number; see `Week.of`."""
        week = Week.of(number, place.zone)
        ordinals = week.first + np.arange(WEEK_DAYS)
        lived = sun_quarters(ordinals.tolist(), place)[week.days, week.quarters]
        darkness = place.darkness(week.starts)
        summer = np.rint(1_000 * np.maximum(-place.winter(ordinals), 0.0)).astype(np.int64)[week.days]
        return cls(lived, darkness, 1_000 + summer * _moved(week.quarters, darkness) // 1_000)


def _moved(quarters: Ints, darkness: Ints) -> Ints:
    """How much more people do indoors at each quarter hour of a midsummer day, in 1/1000; less while out."""
    hours = quarters / _QUARTERS_OF_HOUR
    evening = np.clip((hours - _OUT_FROM_H) / (_OUT_FULL_H - _OUT_FROM_H), 0.0, 1.0)
    late = np.clip(_BACK_UNTIL_H - hours, 0.0, 1.0)
    more = evening * (_BACK_SHARE * late * darkness - _OUT_SHARE * (1_000 - darkness))
    moved: Ints = np.rint(more).astype(np.int64)
    return moved
