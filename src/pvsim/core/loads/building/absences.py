"""When a household is away: whole local days, in the holiday months of its hemisphere.

A holiday year begins on 1 March, so that no season of holidays is cut. In each, the days away are drawn about the
home's mean (`weeks_away`): a quarter of them as single weekends, the others as one long journey and some of four
to eight days; in one year of eight a home makes no journey, and in the others so much the more. A journey falls
where many days of it are days on which many are away.

The weight of each day follows the nights that tourists spend away from home by month in the European Union, of
which July and August have a third (Eurostat, Seasonality in tourism demand, tour_occ_nim); the weights within the
months and the shares of weekends and of years at home are estimates.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from pvsim.core.quantities import noise
from pvsim.core.quantities.types import Ints

__all__ = ["Absences", "easter"]

_WEEK_DAYS = 7
_SATURDAY = 5
_YEAR_DAYS, _HALF_YEAR = 365, 182
_DRAWS = 64  # of one holiday year: five and two for each absence
_WEEKEND_SHARE = 0.25  # of the days away
_STAY_SHARE = 0.125  # of years: no journey
_MAIN_DAYS, _SHORT_DAYS = (7, 15), (4, 8)
_CHANGE_WEIGHT = 3  # of a journey that begins on a Saturday
_SEASONS = (  # first and last day since 1 March in the north, weight beside the 1 of any day
    (62, 121, 2),  # May and June
    (122, 183, 4),  # July and August
    (184, 213, 2),  # September
    (218, 239, 3),  # autumn holidays
    (335, 355, 2),  # winter holidays in February
)
_CHRISTMAS, _EASTER = (297, 308, 5), (-7, 8, 4)  # 23 December to 3 January; days about Easter


@dataclass(frozen=True, slots=True)
class Absences:
    """The days on which nobody of one household sleeps at home.

    Attributes:
        stream: Names its random numbers.
        weeks_away: In the mean of many years.
        southern: Whether summer is in January.
    """

    stream: noise.Key
    weeks_away: float
    southern: bool = False

    def at_home(self, year: int) -> NDArray[np.bool_]:
        """Whether the household sleeps at home on each day of a calendar year: shape (365,) or (366,)."""
        first = date(year, 1, 1).toordinal()
        home = np.ones(date(year + 1, 1, 1).toordinal() - first, dtype=np.bool_)
        for number in (year - 1, year):
            if number > 0:
                away = self._away(number) + (date(number, 3, 1).toordinal() - first)
                home[away[(away >= 0) & (away < len(home))]] = False
        return home

    def _away(self, year: int) -> Ints:
        """The days away in the holiday year, counted from its 1 March."""
        draws = noise.uniform(self.stream, year * _DRAWS, _DRAWS).tolist()
        weekends, lengths = self._lengths(draws)
        first = date(year, 3, 1).toordinal()
        weekdays = (first - 1 + np.arange(_YEAR_DAYS)) % _WEEK_DAYS
        day_weights = _day_weights(year, southern=self.southern)
        free = np.ones(_YEAR_DAYS, dtype=np.bool_)
        for length in lengths:
            starts = np.convolve(day_weights, np.ones(length, dtype=np.int64), "valid")
            if length == lengths[0]:
                starts *= starts  # the main journey lies in a season rather than across its edge
            starts[weekdays[: len(starts)] == _SATURDAY] *= _CHANGE_WEIGHT
            _take(free, starts, length, draws.pop())
        for _ in range(weekends):
            _take(free, (weekdays[:-1] == _SATURDAY).astype(np.int64), 2, draws.pop())
        return np.flatnonzero(~free)

    def _lengths(self, draws: list[float]) -> tuple[int, list[int]]:
        """How many weekends away, and the days of each journey, the longest first."""
        days = self.weeks_away * _WEEK_DAYS
        weekends = int(days * _WEEKEND_SHARE / 2 + draws.pop())
        left = int(days * (1 - _WEEKEND_SHARE) / (1 - _STAY_SHARE) + draws.pop())
        lengths: list[int] = []
        if draws.pop() < _STAY_SHARE:
            return weekends, lengths
        while left:
            low, high = _SHORT_DAYS if lengths else _MAIN_DAYS
            length = low + int(draws.pop() * (high - low + 1))
            lengths.append(length if left - length >= _SHORT_DAYS[0] else left)
            left -= lengths[-1]
        return weekends, lengths


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (the anonymous algorithm of 1876)."""
    century, rest = divmod(year, 100)
    golden = year % 19
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def _day_weights(year: int, *, southern: bool) -> Ints:
    """How many are away on each day from 1 March, beside each other."""
    weights = np.ones(_YEAR_DAYS, dtype=np.int64)
    for first, last, weight in _SEASONS:
        weights[first : last + 1] += weight
    if southern:
        weights = np.roll(weights, _HALF_YEAR)
    since = easter(year).toordinal() - date(year, 3, 1).toordinal()
    for middle, (first, last, weight) in ((0, _CHRISTMAS), (since, _EASTER)):
        weights[middle + first : middle + last + 1] += weight
    return weights


def _take(free: NDArray[np.bool_], starts: Ints, length: int, draw: float) -> None:
    """Take `length` free days, which begin by the weights of `starts` where all of them are free."""
    all_free = np.convolve(free.astype(np.int64), np.ones(length, dtype=np.int64), "valid") == length
    cumulative = np.cumsum(starts * all_free)
    start = int(np.searchsorted(cumulative, int(draw * float(cumulative[-1])), side="right"))
    free[start : start + length] = False  # nothing where no day will do: then it begins after the year
