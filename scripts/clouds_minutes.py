# ruff: noqa: INP001 - stands beside the scripts that import it
"""The figures of the minutes of many days at DTU Lyngby, measured ones or those of our clouds."""

import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pvsim.adapters.turbidity import linke_turbidity
from pvsim.core.quantities.timeline import DAY_S
from pvsim.core.weather.clear_sky import LightOutside
from pvsim.core.weather.sun import Place

__all__ = [
    "LYNGBY",
    "LYNGBY_DEG",
    "MONTHS",
    "REFERENCE",
    "YEAR_UTC",
    "Clear",
    "Day",
    "Figures",
    "daylight",
    "figures",
    "outside",
]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

REFERENCE = Path(__file__).parents[1] / "tests" / "data" / "clouds.json"
LYNGBY = json.loads(REFERENCE.read_text("utf-8"))["lyngby"]
LYNGBY_DEG = (55.79, 12.52)
_SKY = LightOutside(Place(*LYNGBY_DEG, 50.0), linke_turbidity(*LYNGBY_DEG))
LOWEST_SUN_DEG = 10.0
HIGH_SUN_DEG = 30.0
YEAR_UTC = 1_483_228_800  # 2017
SHADE = 0.6
FEW_DAYS = 20  # of which a correlation says nothing
MONTHS = 12
SUMMER, CONVECTIVE = (5, 6, 7), (4, 5, 6, 7)
HOUR_S = 3_600


def daylight(minutes_utc: Ints) -> NDArray[np.bool_]:
    """Where the sun stands above 10° at Lyngby (Cooper's declination 1969, no equation of time)."""
    return _height(minutes_utc) > np.sin(np.radians(LOWEST_SUN_DEG))


def _height(minutes_utc: Ints) -> Floats:
    """The sine of the sun's elevation."""
    days = (minutes_utc - YEAR_UTC) / DAY_S
    declination = np.radians(23.45) * np.sin(2 * np.pi * (285 + days) / 365)
    hour_angle = 2 * np.pi * (days % 1 - 0.5 + LYNGBY_DEG[1] / 360)
    latitude = np.radians(LYNGBY_DEG[0])
    level = np.sin(latitude) * np.sin(declination)
    height: Floats = level + np.cos(latitude) * np.cos(declination) * np.cos(hour_angle)
    return height


class Clear(NamedTuple):
    """The clear sky in the middles of minutes by day, on the level: arrays of shape (n,)."""

    t_utc: Ints
    level: Floats
    beam_share: Floats

    @property
    def year(self) -> int:
        """By UTC."""
        return 1970 + self._months_since_1970 // MONTHS

    @property
    def month(self) -> int:
        """0 for January."""
        return self._months_since_1970 % MONTHS

    @property
    def _months_since_1970(self) -> int:
        return int(self.t_utc[0].astype("datetime64[s]").astype("datetime64[M]").astype(int))

    @property
    def high(self) -> NDArray[np.bool_]:
        """Where the sun stands above 30°."""
        return _height(self.t_utc) > np.sin(np.radians(HIGH_SUN_DEG))

    @property
    def solar_hour(self) -> Ints:
        """0 to 23, by the place's own noon."""
        return ((self.t_utc + LYNGBY_DEG[1] / 360 * DAY_S) // HOUR_S % 24).astype(np.int64)


def outside(t_utc: Ints) -> Clear:
    """The clear sky at those Unix times that are by day: Ineichen's, by the world table of turbidity, in W/m²."""
    lit, sun, sky = _SKY.at(t_utc)
    beam = sky.dni * np.cos(np.radians(sun.apparent_zenith))
    return Clear(t_utc[lit], beam + sky.dhi, beam / (beam + sky.dhi))


class Day(NamedTuple):
    """The minutes of a day with the sun above 10°: the clear-sky index, and diffuse light by that sky.

    NaN where a measurement is missing.
    """

    clear: Clear
    index: Floats
    diffuse: Floats

    @property
    def mean(self) -> float:
        """Of the index."""
        return float(np.nanmean(self.index))

    @property
    def changes(self) -> Floats:
        """From each minute to the next."""
        moves: Floats = np.diff(self.index)
        return moves


class Figures(NamedTuple):
    """What is compared of the minutes of many days.

    Attributes:
        daily_mean: Its quantiles.
        abs_change_1_min: Quantiles of |change| from minute to minute, by three kinds of day.
        shade: Quantiles of the index of minutes below 0.6, by three kinds of day.
        share_above_1_1: Of the minutes.
        share_below_0_4: Of the minutes.
        p999_minutes: P99.9 of the minutes with the sun above 30°.
        change_p99_by_month: P99 of |change| from minute to minute, shape (12,); NaN for a month without days.
        change_p90_by_hour: P90 from June to August, at solar hours 6, 8 … 18 ± 1; NaN without such days.
        diffuse_share: Of the light on the level.
        diffuse_share_thin: The median over minutes with an index of 0.8 to 0.95.
        day_correlation: Of daily means a day apart; NaN where few days follow each other.
        following: The correlation of a change with the next, from May to August.
        mean_by_month: The mean index, shape (12,).
    """

    daily_mean: Floats
    abs_change_1_min: Floats
    shade: Floats
    share_above_1_1: float
    share_below_0_4: float
    p999_minutes: float
    change_p99_by_month: Floats
    change_p90_by_hour: Floats
    diffuse_share: float
    diffuse_share_thin: float
    day_correlation: float
    following: float
    mean_by_month: Floats


def figures(days: list[Day]) -> Figures:
    """The figures of these days."""
    index, diffuse, level = (np.concatenate(parts) for parts in zip(*map(_light, days), strict=True))
    thin = (index >= 0.8) & (index < 0.95)  # noqa: PLR2004 - named by the field
    means = np.array([day.mean for day in days])
    kinds, months = np.digitize(means, LYNGBY["day_class_bounds"]), np.array([day.clear.month for day in days])
    moves, shades = [np.abs(day.changes) for day in days], [day.index[day.index < SHADE] for day in days]
    return Figures(
        np.quantile(means, LYNGBY["daily_mean_shares"]),
        np.array([_quantile(moves, kinds == kind, LYNGBY["abs_change_1_min_shares"]) for kind in range(3)]),
        np.array([_quantile(shades, kinds == kind, LYNGBY["shade_shares"]) for kind in range(3)]),
        float((index > 1.1).mean()),  # noqa: PLR2004
        float((index < 0.4).mean()),  # noqa: PLR2004
        _of_all([day.index[day.clear.high] for day in days], 0.999),
        np.array(
            [_change_p99([day for day, of in zip(days, months, strict=True) if of == m]) for m in range(MONTHS)]
        ),
        _by_hour(days, moves, np.isin(months, SUMMER)),
        float((level * diffuse).sum() / (level * index).sum()),
        float(np.median((diffuse / index)[thin])),
        _day_correlation([int(day.clear.t_utc[0] // DAY_S) for day in days], means),
        _following([day for day, month in zip(days, months, strict=True) if month in CONVECTIVE]),
        np.array([_mean(days, months == month) for month in range(MONTHS)]),
    )


def _light(day: Day) -> tuple[Floats, Floats, Floats]:
    """Index, diffuse light and the clear sky's of the minutes that have both."""
    both = np.isfinite(day.index) & np.isfinite(day.diffuse)
    return day.index[both], day.diffuse[both], day.clear.level[both]


def _change_p99(days: list[Day]) -> float:
    """P99 of |change| from minute to minute; NaN without days."""
    return _of_all([np.abs(day.changes) for day in days], 0.99)


def _chosen(values: list[Floats], chosen: NDArray[np.bool_]) -> Floats:
    found = np.concatenate([value for value, own in zip(values, chosen, strict=True) if own] or [np.empty(0)])
    return found[np.isfinite(found)]


def _quantile(values: list[Floats], chosen: NDArray[np.bool_], shares: float | list[float]) -> Floats:
    found = _chosen(values, chosen)
    return np.quantile(found, shares) if len(found) else np.full(np.shape(shares), np.nan)


def _of_all(values: list[Floats], share: float) -> float:
    return float(_quantile(values, np.full(len(values), fill_value=True), share))


def _mean(days: list[Day], chosen: NDArray[np.bool_]) -> float:
    found = _chosen([day.index for day in days], chosen)
    return float(found.mean()) if len(found) else np.nan


def _by_hour(days: list[Day], moves: list[Floats], summer: NDArray[np.bool_]) -> Floats:
    own = [(day.clear.solar_hour[1:], move) for day, move, of in zip(days, moves, summer, strict=True) if of]
    if not own:
        return np.full(len(LYNGBY["summer_hours"]), np.nan)
    hours, found = (np.concatenate(parts) for parts in zip(*own, strict=True))
    return np.array([_of_all([found[np.isin(hours, (h - 1, h))]], 0.9) for h in LYNGBY["summer_hours"]])


def _day_correlation(numbers: list[int], means: Floats) -> float:
    following = np.flatnonzero(np.diff(numbers) == 1)
    if len(following) < FEW_DAYS:
        return np.nan
    return float(np.corrcoef(means[following], means[following + 1])[0, 1])


def _following(days: list[Day]) -> float:
    if not days:
        return np.nan
    pairs = np.concatenate([np.transpose([day.changes[:-1], day.changes[1:]]) for day in days])
    return float(np.corrcoef(pairs[np.isfinite(pairs).all(axis=1)].T)[0, 1])
