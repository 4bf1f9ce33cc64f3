# ruff: noqa: INP001 - stands beside the script that imports it
"""The figures of a year of minutes of scripts/validate_clouds.py: those of our clouds, and their tables."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pvsim.adapters.turbidity import linke_turbidity
from pvsim.core.quantities.timeline import DAY_S
from pvsim.core.weather.clear_sky import LightOutside
from pvsim.core.weather.clouds import CloudField
from pvsim.core.weather.sun import Place

__all__ = [
    "LYNGBY",
    "LYNGBY_DEG",
    "YEAR_DAYS",
    "YEAR_UTC",
    "Year",
    "cell",
    "daylight",
    "minutes_of",
    "row",
    "tables",
    "year",
]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LYNGBY = json.loads((Path(__file__).parents[1] / "tests" / "data" / "clouds.json").read_text())["lyngby"]
LYNGBY_DEG = (55.79, 12.52)
LOWEST_SUN_DEG = 10.0
HIGH_SUN_DEG = 30.0
YEAR_UTC, YEAR_DAYS = 1_483_228_800, 365  # 2017
SHADE = 0.6
FEW_DAYS = 20  # of which a correlation says nothing
MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
SUMMER = (5, 6, 7)
HOUR_S = 3_600


def row(*cells: str) -> str:
    """A row of a table."""
    return "| " + " | ".join(cells) + " |"


def cell(target: float, ours: Floats) -> str:
    """Measured · ours, the median (its range) · ratio."""
    middle = float(np.median(ours))
    return f"{target:.3f} · **{middle:.3f}** ({np.min(ours):.3f}–{np.max(ours):.3f}) · {middle / target:.2f}"


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


@dataclass(frozen=True)
class _Day:
    """The daylight of a day, by minutes."""

    first_utc: int
    clear: Floats
    beam_share: Floats
    high: NDArray[np.bool_]
    solar_hour: Ints


def minutes_of(clouds: CloudField, number: int) -> tuple[Floats, Floats]:
    """The light on the level in each minute of a UTC day, and the clear sky's, in W/m²: shape (1440,)."""
    first = YEAR_UTC + number * DAY_S
    outside = LightOutside(Place(*LYNGBY_DEG, 50.0), linke_turbidity(*LYNGBY_DEG))
    lit, sun, sky = outside.at(first + 30 + np.arange(0, DAY_S, 60, dtype=np.int64))
    clear = np.zeros(DAY_S // 60)
    clear[lit] = sky.dni * np.cos(np.radians(sun.apparent_zenith)) + sky.dhi
    return clear * clouds.clear_sky_index(first, DAY_S).reshape(-1, 60).mean(axis=1), clear


@cache
def _day(number: int) -> _Day:
    first = YEAR_UTC + number * DAY_S
    light = np.flatnonzero(daylight(first + np.arange(0, DAY_S, 60, dtype=np.int64) + 30))
    minutes = first + light * 60 + 30
    outside = LightOutside(Place(*LYNGBY_DEG, 50.0), linke_turbidity(*LYNGBY_DEG))
    _, sun, sky = outside.at(minutes)
    beam = sky.dni * np.cos(np.radians(sun.apparent_zenith))
    high = _height(minutes) > np.sin(np.radians(HIGH_SUN_DEG))
    hours = ((minutes + LYNGBY_DEG[1] / 360 * DAY_S) // HOUR_S % 24).astype(np.int64)
    return _Day(first + int(light[0]) * 60, beam + sky.dhi, beam / (beam + sky.dhi), high, hours)


@dataclass(frozen=True)
class Year:
    """What is compared of the daylight minutes of a year.

    Attributes:
        daily_mean: Its quantiles.
        abs_change_1_min: Quantiles of |change| from minute to minute, by three kinds of day.
        shade: Quantiles of the index of minutes below 0.6, by three kinds of day.
        share_above_1_1: Of the minutes.
        share_below_0_4: Of the minutes.
        p999_minutes: P99.9 of the minutes with the sun above 30°.
        p999_seconds: P99.9 of the seconds then.
        change_p99_by_month: P99 of |change| from minute to minute, shape (12,); NaN for a month without days.
        change_p90_by_hour: P90 from June to August, at solar hours 6, 8 … 18 ± 1; NaN without such days.
        diffuse_share: Of the year's light on the level.
        diffuse_share_thin: The median over minutes with an index of 0.8 to 0.95.
        day_correlation: Of daily means a day apart; NaN where few days follow each other.
        sd_of_seconds: P90 and P99 of the standard deviation of the seconds in a minute.
        mean_by_month: The mean index, shape (12,).
    """

    daily_mean: Floats
    abs_change_1_min: Floats
    shade: Floats
    share_above_1_1: float
    share_below_0_4: float
    p999_minutes: float
    p999_seconds: float
    change_p99_by_month: Floats
    change_p90_by_hour: Floats
    diffuse_share: float
    diffuse_share_thin: float
    day_correlation: float
    sd_of_seconds: Floats
    mean_by_month: Floats


def year(clouds: CloudField, days: Iterable[int]) -> Year:
    """The statistics of these days (0 = 1 January 2017), by minutes."""
    numbers = list(days)
    lights = [_day(number) for number in numbers]
    minutes, beams, spreads, highest = [], [], [], []
    for light in lights:
        sky = clouds.sky(light.first_utc, 60 * len(light.clear))
        index = sky.index.reshape(-1, 60)
        minutes.append(index.mean(axis=1))
        spreads.append(index.std(axis=1))
        beams.append(sky.beam.reshape(-1, 60).mean(axis=1))
        highest.append(index[light.high].ravel())
    moves = [np.abs(np.diff(day)) for day in minutes]
    shades = [day[day < SHADE] for day in minutes]
    means = np.array([day.mean() for day in minutes])
    kinds = np.digitize(means, LYNGBY["day_class_bounds"])
    shares = LYNGBY["abs_change_1_min_shares"]
    months = (YEAR_UTC + np.array(numbers) * DAY_S).astype("datetime64[s]").astype("datetime64[M]").astype(
        int
    ) % 12
    index, beam, high = (np.concatenate(parts) for parts in (minutes, beams, [each.high for each in lights]))
    beam_share, clear = (np.concatenate([getattr(day, of) for day in lights]) for of in ("beam_share", "clear"))
    diffuse = index - beam_share * beam
    thin = (index >= 0.8) & (index < 0.95)  # noqa: PLR2004 - named by the field
    seconds = np.concatenate(highest)
    return Year(
        np.quantile(means, LYNGBY["daily_mean_shares"]),
        np.array([_quantile(moves, kinds == kind, shares) for kind in range(3)]),
        np.array([_quantile(shades, kinds == kind, LYNGBY["shade_shares"]) for kind in range(3)]),
        float((index > 1.1).mean()),  # noqa: PLR2004
        float((index < 0.4).mean()),  # noqa: PLR2004
        float(np.quantile(index[high], 0.999)) if high.any() else np.nan,
        float(np.quantile(seconds, 0.999)) if high.any() else np.nan,
        np.array([_quantile(moves, months == month, 0.99) for month in range(12)]),
        _by_hour(lights, moves, np.isin(months, SUMMER)),
        float((clear * diffuse).sum() / (clear * index).sum()),
        float(np.median((diffuse / index)[thin])),
        _day_correlation(numbers, means),
        np.quantile(np.concatenate(spreads), LYNGBY["sd_of_seconds_shares"]),
        np.array([_mean(minutes, months == month) for month in range(12)]),
    )


def _chosen(values: list[Floats], chosen: NDArray[np.bool_]) -> Floats:
    return np.concatenate([value for value, own in zip(values, chosen, strict=True) if own] or [np.empty(0)])


def _quantile(values: list[Floats], chosen: NDArray[np.bool_], shares: float | list[float]) -> Floats:
    found = _chosen(values, chosen)
    return np.quantile(found, shares) if len(found) else np.full(np.shape(shares), np.nan)


def _mean(values: list[Floats], chosen: NDArray[np.bool_]) -> float:
    return float(_chosen(values, chosen).mean()) if chosen.any() else np.nan


def _by_hour(lights: list[_Day], moves: list[Floats], summer: NDArray[np.bool_]) -> Floats:
    if not summer.any():
        return np.full(len(LYNGBY["summer_hours"]), np.nan)
    hours, found = _chosen([day.solar_hour[1:] for day in lights], summer), _chosen(moves, summer)
    return np.array([np.quantile(found[np.isin(hours, (h - 1, h))], 0.9) for h in LYNGBY["summer_hours"]])


def _day_correlation(numbers: list[int], means: Floats) -> float:
    following = np.flatnonzero(np.diff(numbers) == 1)
    if len(following) < FEW_DAYS:
        return np.nan
    return float(np.corrcoef(means[following], means[following + 1])[0, 1])


def tables(years: list[Year]) -> list[str]:
    """The part of the page about a year of minutes."""

    def each(of: Callable[[Year], float | Floats]) -> Floats:
        return np.array([of(one) for one in years])

    daily, moves = each(lambda one: one.daily_mean), each(lambda one: one.abs_change_1_min)
    by_month, by_hour = each(lambda one: one.change_p99_by_month), each(lambda one: one.change_p90_by_hour)
    means = each(lambda one: one.mean_by_month).mean(axis=0)
    spread, shade = each(lambda one: one.sd_of_seconds), each(lambda one: one.shade)
    classes = ("below 0.4", "0.4 to 0.8", "above 0.8")
    figures = (
        ("minutes above 1.1", "share_above_1_1"),
        ("minutes below 0.4", "share_below_0_4"),
        ("over-irradiance: P99.9 of the minutes with the sun above 30°", "p999_minutes"),
        ("the same of the seconds", "p999_seconds"),
        ("diffuse share of the year's light", "diffuse_share"),
        ("median diffuse share of minutes with an index of 0.8 to 0.95", "diffuse_share_thin"),
        ("correlation of daily means a day apart", "day_correlation"),
    )
    return [
        "### A year of minutes",
        "",
        row("", *(f"P{100 * share:g}" for share in LYNGBY["daily_mean_shares"])),
        row(*["---"] * 6),
        row("daily mean", *(cell(t, daily[:, i]) for i, t in enumerate(LYNGBY["daily_mean"]))),
        "",
        row("1-minute change on days with a mean", "P50", "P90", "P99"),
        row(*["---"] * 4),
        *(
            row(name, *(cell(t, moves[:, i, j]) for j, t in enumerate(LYNGBY["abs_change_1_min"][i])))
            for i, name in enumerate(classes)
        ),
        "",
        row("minutes below 0.6 on days with a mean", *(f"P{100 * share:g}" for share in LYNGBY["shade_shares"])),
        row(*["---"] * 4),
        *(
            row(name, *(cell(t, shade[:, i, j]) for j, t in enumerate(LYNGBY["shade"][i])))
            for i, name in enumerate(classes)
        ),
        "",
        row("month", "mean index asked for", "ours, mean", "P99 of the 1-minute change"),
        row(*["---"] * 4),
        *(
            row(name, f"{LYNGBY['mean_index_by_month'][i]:.2f}", f"{means[i]:.2f}", cell(target, by_month[:, i]))
            for (i, name), target in zip(enumerate(MONTH_NAMES), LYNGBY["change_p99_by_month"], strict=True)
        ),
        "",
        row("June to August, solar hour", *(f"{hour:02d} ± 1" for hour in LYNGBY["summer_hours"])),
        row(*["---"] * (1 + len(LYNGBY["summer_hours"]))),
        row(
            "P90 of the 1-minute change",
            *(cell(target, by_hour[:, i]) for i, target in enumerate(LYNGBY["summer_change_p90_by_hour"])),
        ),
        "",
        *(
            f"- {words}: {cell(LYNGBY[name], each(lambda one, n=name: getattr(one, n)))}"
            for words, name in figures
        ),
        *(
            f"- P{100 * share:g} of the seconds' standard deviation in a minute: {cell(target, spread[:, i])}"
            for i, (share, target) in enumerate(
                zip(LYNGBY["sd_of_seconds_shares"], LYNGBY["sd_of_seconds"], strict=True)
            )
        ),
        "",
    ]
