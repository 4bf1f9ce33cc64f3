#!/usr/bin/env python3
"""Compares the clouds with measurements: scripts/validate_clouds.py writes them into the documentation.

Into docs/explanation/validation.md between its markers, and the picture docs/images/clouds.svg. Takes about
two minutes; the same numbers each time.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from clouds_picture import draw
from numpy.typing import NDArray

from pvsim.core.quantities import noise
from pvsim.core.quantities.timeline import DAY_S
from pvsim.core.weather.clouds import REGIMES, CloudField

Floats = NDArray[np.float64]

REPOSITORY = Path(__file__).resolve().parents[1]
REFERENCE = json.loads((REPOSITORY / "tests" / "data" / "clouds.json").read_text())
HOPE, LYNGBY = REFERENCE["hope"], REFERENCE["lyngby"]
LYNGBY_DEG = (55.79, 12.52)
LOWEST_SUN_DEG = 10.0
SEEDS = range(1, 9)
YEAR_UTC, YEAR_DAYS = 1_483_228_800, 365  # 2017
BEGIN, END = "<!-- clouds: written by scripts/validate_clouds.py -->", "<!-- clouds: end -->"


def changes(index: Floats) -> Floats:
    """|Change| over each of HOPE's lags, at its quantiles: shape (4, 4)."""
    return np.array([np.quantile(np.abs(index[lag:] - index[:-lag]), HOPE["shares"]) for lag in HOPE["lags_s"]])


def slope(index: Floats) -> float:
    """The exponent of the structure function between 1 and 4 s; 2 is differentiable, 1 is Brownian."""
    squares = [np.mean((index[lag:] - index[:-lag]) ** 2) for lag in (1, 4)]
    return float(np.log(squares[1] / squares[0]) / np.log(4.0))


def factors(ours: Floats, target: Floats) -> tuple[float, float]:
    """How far off, as factors: the root mean square, and the worst."""
    logs = np.log(ours / np.asarray(target))
    return float(np.exp(np.sqrt(np.mean(logs**2)))), float(np.exp(np.abs(logs).max()))


def daylight(minutes_utc: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Where the sun stands above 10° at Lyngby (Cooper's declination 1969, no equation of time)."""
    days = (minutes_utc - YEAR_UTC) / DAY_S
    declination = np.radians(23.45) * np.sin(2 * np.pi * (285 + days) / 365)
    hour_angle = 2 * np.pi * (days % 1 - 0.5 + LYNGBY_DEG[1] / 360)
    latitude = np.radians(LYNGBY_DEG[0])
    level = np.sin(latitude) * np.sin(declination)
    height = level + np.cos(latitude) * np.cos(declination) * np.cos(hour_angle)
    result: NDArray[np.bool_] = height > np.sin(np.radians(LOWEST_SUN_DEG))
    return result


@dataclass(frozen=True)
class Year:
    """What is compared of the daylight minutes of a year."""

    daily_mean: Floats
    abs_change_1_min: Floats
    share_above_1_1: float
    share_below_0_4: float


def year(clouds: CloudField, days: Iterable[int]) -> Year:
    """The statistics of these days (0 = 1 January 2017), by minutes."""
    by_day, moves = [], []
    for day in days:
        first = YEAR_UTC + day * DAY_S
        light = np.flatnonzero(daylight(first + np.arange(0, DAY_S, 60, dtype=np.int64) + 30))
        start, n = first + int(light[0]) * 60, len(light) * 60
        by_day.append(clouds.clear_sky_index(start, n).reshape(-1, 60).mean(axis=1))
        moves.append(np.abs(np.diff(by_day[-1])))
    means = np.array([minutes.mean() for minutes in by_day])
    kinds = np.digitize(means, LYNGBY["day_class_bounds"])
    shares = LYNGBY["abs_change_1_min_shares"]
    quantiles = [
        np.quantile(np.concatenate([move for move, own in zip(moves, kinds, strict=True) if own == kind]), shares)
        for kind in range(3)
    ]
    minutes = np.concatenate(by_day)
    return Year(
        np.quantile(means, LYNGBY["daily_mean_shares"]),
        np.array(quantiles),
        float((minutes > 1.1).mean()),  # noqa: PLR2004 - named by the field
        float((minutes < 0.4).mean()),  # noqa: PLR2004
    )


def fleet(clouds: CloudField, n: int) -> Floats:
    """The index of 50 sensors, strewn over 3 × 3 km, for `n` seconds: shape (50, n)."""
    places = noise.uniform(noise.key(clouds.seed, "sensors"), 0, 100).reshape(50, 2) * 3_000.0
    return np.array([clouds.at(east, north).clear_sky_index(0, n) for east, north in places.tolist()])


def smoothing(clouds: CloudField, hours: int = 2) -> tuple[float, ...]:
    """P99.9 of |change|: one sensor over 1 s, the mean of 50; one over 60 s, the mean of 50."""
    sensors = fleet(clouds, hours * 3_600)
    return tuple(
        float(np.quantile(np.abs(series[..., lag:] - series[..., :-lag]), 0.999))
        for lag in (1, 60)
        for series in (sensors, sensors.mean(axis=0))
    )


def main() -> None:
    """Write the tables and the picture."""
    page = REPOSITORY / "docs" / "explanation" / "validation.md"
    text = page.read_text("utf-8")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    parts = [*_broken(), *_climate(), *_fleet(), *_regimes()]
    page.write_text(f"{before}{BEGIN}\n\n" + "\n".join(parts) + f"\n{END}{after}", encoding="utf-8")
    clouds = CloudField(1, "broken")
    hour, mean = clouds.clear_sky_index(0, 3_600), fleet(clouds, 3_600).mean(axis=0)
    series = np.array([changes(CloudField(seed, "broken").clear_sky_index(0, DAY_S)) for seed in SEEDS])
    picture = draw(hour, mean, np.array(HOPE["abs_change"]), np.median(series, axis=0), HOPE["lags_s"])
    (REPOSITORY / "docs" / "images" / "clouds.svg").write_text(picture, encoding="utf-8")


def _row(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"


def _cell(target: float, ours: Floats) -> str:
    middle = float(np.median(ours))
    return f"{target:.3f} · **{middle:.3f}** ({ours.min():.3f}–{ours.max():.3f}) · {middle / target:.2f}"


def _broken() -> list[str]:
    series = [CloudField(seed, "broken").clear_sky_index(0, DAY_S) for seed in SEEDS]
    ours, slopes = np.array([changes(index) for index in series]), [slope(index) for index in series]
    target = np.array(HOPE["abs_change"])
    own = np.array([factors(values, target) for values in ours])
    rms, worst = factors(np.median(ours, axis=0), target)
    table = [
        _row(f"{lag} s", *(_cell(target[i, j], ours[:, i, j]) for j in range(4)))
        for i, lag in enumerate(HOPE["lags_s"])
    ]
    words = (
        f"The medians are off by a factor of {rms:.2f} (root mean square of the 16; the worst {worst:.2f}). Single"
        f" days: {own[:, 0].min():.2f} to {own[:, 0].max():.2f}, the worst number of the worst day"
        f" {own[:, 1].max():.2f}.\nSlope of the structure function from 1 to 4 s: measured"
        f" {HOPE['slope_1_to_4_s']}, ours {np.median(slopes):.2f} ({min(slopes):.2f}–{max(slopes):.2f})."
    )
    return [
        "### Broken clouds, second by second",
        "",
        _row("lag", *(f"P{100 * share:g}" for share in HOPE["shares"])),
        _row(*["---"] * 5),
        *table,
        "",
        words,
        "",
    ]


def _climate() -> list[str]:
    years = [year(CloudField(seed), range(YEAR_DAYS)) for seed in SEEDS]
    daily = np.array([one.daily_mean for one in years])
    moves = np.array([one.abs_change_1_min for one in years])
    above, below = (
        np.array([getattr(one, name) for one in years]) for name in ("share_above_1_1", "share_below_0_4")
    )
    classes = ("below 0.4", "0.4 to 0.8", "above 0.8")
    return [
        "### A year of minutes",
        "",
        _row("", *(f"P{100 * share:g}" for share in LYNGBY["daily_mean_shares"])),
        _row(*["---"] * 6),
        _row("daily mean", *(_cell(t, daily[:, i]) for i, t in enumerate(LYNGBY["daily_mean"]))),
        "",
        _row("1-minute change on days with a mean", "P50", "P90", "P99"),
        _row(*["---"] * 4),
        *(
            _row(name, *(_cell(t, moves[:, i, j]) for j, t in enumerate(LYNGBY["abs_change_1_min"][i])))
            for i, name in enumerate(classes)
        ),
        "",
        f"- minutes above 1.1: {_cell(LYNGBY['share_above_1_1'], above)}",
        f"- minutes below 0.4: {_cell(LYNGBY['share_below_0_4'], below)}",
        "",
    ]


def _fleet() -> list[str]:
    drifting = replace(REGIMES["broken"], in_place=0.0)
    rows = []
    for name, regime, wind in (
        ("ours, 10 m/s", "broken", 10.0),
        ("ours, 20 m/s", "broken", 20.0),
        ("ours, 30 m/s", "broken", 30.0),
        ("drift alone, 20 m/s", drifting, 20.0),
    ):
        ours = np.median([smoothing(CloudField(seed, regime, wind_m_s=wind)) for seed in (1, 2, 3, 4)], axis=0)
        rows.append(_row(name, *_smoothing_cells(ours)))
    means = HOPE["mean_of_50_over_3_km"]
    measured = np.array([HOPE["abs_change"][0][3], means["1 s"], HOPE["abs_change"][2][3], means["60 s"]])
    return [
        "### Many sensors",
        "",
        _row("P99.9 of the change", "1 s: one", "mean of 50", "ratio", "60 s: one", "mean of 50", "ratio"),
        _row(*["---"] * 7),
        _row("measured", *_smoothing_cells(measured)),
        *rows,
        "",
        _row("correlation of the change, 20 m/s", "100 m", "300 m", "1 km"),
        _row(*["---"] * 4),
        *(
            _row(
                f"{lag} s: ours · drift alone · Perez · Lave",
                *(
                    f"**{alike(CloudField(1, 'broken'), metres, lag):.2f}**"
                    f" · {alike(CloudField(1, drifting), metres, lag):.2f}"
                    f" · {0.2 ** (metres / (1.5 * 20.0 * lag)):.2f} · {np.exp(-2.0 * metres / (20.0 * lag)):.2f}"
                    for metres in (100.0, 300.0, 1_000.0)
                ),
            )
            for lag in (1, 10, 60)
        ),
        "",
    ]


def alike(clouds: CloudField, metres: float, lag: int) -> float:
    """The correlation of the changes over `lag` s at two places: mean of along, across and at 45° to the wind."""
    here = clouds.clear_sky_index(0, DAY_S)
    found = []
    for east, north in ((1.0, 0.0), (0.5**0.5, 0.5**0.5), (0.0, 1.0)):
        there = clouds.at(east * metres, north * metres).clear_sky_index(0, DAY_S)
        found.append(np.corrcoef(here[lag:] - here[:-lag], there[lag:] - there[:-lag])[0, 1])
    return float(np.mean(found))


def _smoothing_cells(values: Floats) -> list[str]:
    one, mean, one_60, mean_60 = values.tolist()
    cells = [f"{one:.3f}", f"{mean:.3f}", f"{one / mean:.1f}"]
    return [*cells, f"{one_60:.3f}", f"{mean_60:.3f}", f"{one_60 / mean_60:.1f}"]


def _regimes() -> list[str]:
    rows = []
    for name in REGIMES:
        if name == "climate":
            continue
        days = [CloudField(seed, name).clear_sky_index(0, DAY_S) for seed in SEEDS]
        index = np.concatenate(days)
        moves = np.median([changes(day)[2] for day in days], axis=0)
        brighter = f"{100 * (index > 1.1).mean():.1f} %"  # noqa: PLR2004 - as in the table's head
        rows.append(_row(f"`{name}`", f"{index.mean():.2f}", brighter, *(f"{value:.3f}" for value in moves)))
    head = _row("regime", "mean", "above 1.1", "1-min change P50", "P90", "P99", "P99.9")
    return ["### The steady regimes", "", head, _row(*["---"] * 7), *rows, ""]


if __name__ == "__main__":
    main()
