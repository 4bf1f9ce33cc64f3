# ruff: noqa: INP001 - stands beside the scripts that import it
"""A year of minutes of our clouds at DTU Lyngby, and the tables that have it beside the measured minutes."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
from clouds_minutes import LYNGBY, LYNGBY_DEG, YEAR_UTC, Clear, Day, Figures, daylight, figures, outside
from numpy.typing import NDArray

from pvsim.core.quantities.timeline import DAY_S
from pvsim.core.weather.clouds import CloudField

__all__ = [
    "MONTH_NAMES",
    "YEAR_DAYS",
    "Year",
    "cell",
    "minutes_of",
    "of_lyngby",
    "readings",
    "row",
    "tables",
    "year",
]

Floats = NDArray[np.float64]

YEAR_DAYS = 365
MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MINUTE_S = 60
RESPONSE_S = 5.0
"""A thermopile pyranometer's first-order lag: the one of those years (Kipp & Zonen CM 11) has 95 % after 15 s."""


def row(*cells: str) -> str:
    """A row of a table."""
    return "| " + " | ".join(cells) + " |"


def cell(target: float, ours: Floats) -> str:
    """Measured · ours, the median (its range) · ratio."""
    middle = float(np.median(ours))
    return f"{target:.3f} · **{middle:.3f}** ({np.min(ours):.3f}–{np.max(ours):.3f}) · {middle / target:.2f}"


def minutes_of(clouds: CloudField, number: int) -> tuple[Floats, Floats]:
    """The light on the level in each minute of a UTC day, and the clear sky's, in W/m²: shape (1440,)."""
    first = YEAR_UTC + number * DAY_S
    light = outside(first + 30 + np.arange(0, DAY_S, MINUTE_S, dtype=np.int64))
    clear = np.zeros(DAY_S // MINUTE_S)
    clear[(light.t_utc - first) // MINUTE_S] = light.level
    return clear * clouds.clear_sky_index(first, DAY_S).reshape(-1, MINUTE_S).mean(axis=1), clear


def of_lyngby(seed: int) -> CloudField:
    """Our clouds there, with the mean index of the measured months."""
    latitude, longitude = LYNGBY_DEG
    means = tuple(LYNGBY["mean_by_month"])
    return CloudField(seed, mean_index=means, latitude_deg=latitude, longitude_deg=longitude)


@cache
def _clear(number: int) -> Clear:
    minutes = YEAR_UTC + number * DAY_S + np.arange(0, DAY_S, MINUTE_S, dtype=np.int64) + 30
    return outside(minutes[daylight(minutes)])


def readings(index: Floats) -> Floats:
    """What a logger has that asks a pyranometer once a minute, at its end, from seconds: shape (60 n,) to (n,)."""
    seconds = index.reshape(-1, MINUTE_S)
    before = np.vstack([np.full(MINUTE_S, index[0]), seconds[:-1]])
    weights = np.exp(-np.arange(2 * MINUTE_S)[::-1] / RESPONSE_S)
    read: Floats = np.hstack([before, seconds]) @ (weights / weights.sum())
    return read


@dataclass(frozen=True)
class Year:
    """The minutes of a year of our clouds.

    Attributes:
        read: As the station's logger would have had them.
        averaged: As their means.
        p999_seconds: P99.9 of the seconds with the sun above 30°.
        sd_of_seconds: P90 and P99 of the standard deviation of the seconds in a minute.
    """

    read: Figures
    averaged: Figures
    p999_seconds: float
    sd_of_seconds: Floats


def year(clouds: CloudField, numbers: Iterable[int]) -> Year:
    """The figures of these days (0 = 1 January 2017)."""
    read, averaged, spreads, highest = [], [], [], []
    for number in numbers:
        clear = _clear(number)
        sky = clouds.sky(int(clear.t_utc[0]) - MINUTE_S // 2, MINUTE_S * len(clear.level))
        index = sky.index.reshape(-1, MINUTE_S)
        means = index.mean(axis=1)
        diffuse = means - clear.beam_share * sky.beam.reshape(-1, MINUTE_S).mean(axis=1)
        averaged.append(Day(clear, means, diffuse))
        read.append(Day(clear, readings(sky.index), diffuse))
        spreads.append(index.std(axis=1))
        highest.append(index[clear.high].ravel())
    seconds = np.concatenate(highest)
    return Year(
        figures(read),
        figures(averaged),
        float(np.quantile(seconds, 0.999)) if len(seconds) else np.nan,
        np.quantile(np.concatenate(spreads), LYNGBY["sd_of_seconds_shares"]),
    )


READ_NAMES = ("change_p99_by_month", "abs_change_1_min", "following")
CLASSES = ("below 0.4", "0.4 to 0.8", "above 0.8")
SINGLE = (
    ("minutes above 1.1", "share_above_1_1"),
    ("minutes below 0.4", "share_below_0_4"),
    ("over-irradiance: P99.9 of the minutes with the sun above 30°", "p999_minutes"),
    ("diffuse share of all light", "diffuse_share"),
    ("median diffuse share of minutes with an index of 0.8 to 0.95", "diffuse_share_thin"),
    ("correlation of daily means a day apart", "day_correlation"),
)


def tables(years: list[Year]) -> list[str]:
    """The part of the page about a year of minutes."""
    spread, seconds = np.array([one.sd_of_seconds for one in years]), np.array([one.p999_seconds for one in years])
    means = np.array([one.averaged.p999_minutes for one in years])
    return [
        "### A year of minutes",
        "",
        *_table(
            "", [f"P{100 * share:g}" for share in LYNGBY["daily_mean_shares"]], ["daily mean"], years, "daily_mean"
        ),
        *_table("1-minute change on days with a mean", ["P50", "P90", "P99"], CLASSES, years, "abs_change_1_min"),
        *_table("minutes below 0.6 on days with a mean", ["P10", "P50", "P90"], CLASSES, years, "shade"),
        *_by_month(years),
        *_table(
            "June to August, solar hour",
            [f"{hour:02d} ± 1" for hour in LYNGBY["summer_hours"]],
            ["P90 of the 1-minute change"],
            years,
            "change_p90_by_hour",
        ),
        *(f"- {words}: {cell(LYNGBY[name], _each(years, name))}" for words, name in SINGLE),
        f"- P99.9 of our minutes as means: **{np.median(means):.3f}** ({means.min():.3f}–{means.max():.3f})",
        f"- of the seconds, measured elsewhere: {cell(LYNGBY['p999_seconds'], seconds)}",
        *(
            f"- P{100 * share:g} of the seconds' standard deviation in a minute, measured elsewhere:"
            f" {cell(target, spread[:, i])}"
            for i, (share, target) in enumerate(
                zip(LYNGBY["sd_of_seconds_shares"], LYNGBY["sd_of_seconds"], strict=True)
            )
        ),
        "",
        *_read_or_averaged(years),
    ]


def _each(years: list[Year], name: str, *, averaged: bool = False) -> Floats:
    return np.array([getattr(one.averaged if averaged else one.read, name) for one in years])


def _table(what: str, columns: list[str], rows: Iterable[str], years: list[Year], name: str) -> list[str]:
    """Measured · ours of a figure of shape (columns,) or (rows, columns)."""
    targets, ours = np.atleast_2d(LYNGBY[name]), _each(years, name)
    ours = ours.reshape(len(years), *targets.shape)
    cells = [[cell(target, ours[:, i, j]) for j, target in enumerate(own)] for i, own in enumerate(targets)]
    head = [row(what, *columns), row(*["---"] * (1 + len(columns)))]
    return [*head, *(row(words, *own) for words, own in zip(rows, cells, strict=True)), ""]


def _by_month(years: list[Year]) -> list[str]:
    read, averaged = (_each(years, "change_p99_by_month", averaged=of) for of in (False, True))
    means = _each(years, "mean_by_month").mean(axis=0)
    head = row(
        "month",
        "mean index: asked for",
        "ours",
        "P99 of the 1-minute change, read once a minute",
        "ours, as means",
    )
    rows = []
    for month, target in enumerate(LYNGBY["change_p99_by_month"]):
        middle = float(np.median(averaged[:, month]))
        rows.append(
            row(
                MONTH_NAMES[month],
                f"{LYNGBY['mean_by_month'][month]:.2f}",
                f"{means[month]:.2f}",
                cell(target, read[:, month]),
                f"{middle:.3f} · {middle / target:.2f}",
            )
        )
    return [head, row(*["---"] * 5), *rows, ""]


def _read_or_averaged(years: list[Year]) -> list[str]:
    """What becomes of the figures when the logger stores means: measured, and ours."""
    ours = [[np.median(_each(years, name, averaged=of), axis=0) for name in READ_NAMES] for of in (False, True)]
    measured = [[of[name] for name in READ_NAMES] for of in (LYNGBY, LYNGBY["minute_means"])]
    labels = ("read once a minute", "means of minutes")
    rows = []
    for who, both in (("measured", measured), ("ours", ours)):
        for label, (months, moves, following) in zip(labels, both, strict=True):
            cells = [f"{value:.3f}" for value in (*months[5:8], *moves[1][1:])]
            rows.append(row(f"{who}, {label}", *cells, f"{following:+.2f}"))
    head = row("", "P99 in June", "July", "August", "P90 of mixed days", "P99", "correlation with the next")
    return [head, row(*["---"] * 7), *rows, ""]
