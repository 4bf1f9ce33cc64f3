#!/usr/bin/env python3
"""Compares the clouds with measurements: scripts/validate_clouds.py writes them into the documentation.

Into docs/explanation/validation.md between its markers, and the pictures docs/images/clouds*.svg. Takes about
two minutes; the same numbers each time.
"""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
from clouds_days_picture import draw_days
from clouds_minutes import REFERENCE
from clouds_picture import draw
from clouds_year import YEAR_DAYS, cell, minutes_of, of_lyngby, row, tables, year
from marks import fill
from numpy.typing import NDArray

from pvsim.core.quantities import noise
from pvsim.core.quantities.timeline import DAY_S
from pvsim.core.weather.clouds import REGIMES, CloudField

Floats = NDArray[np.float64]

REPOSITORY = Path(__file__).resolve().parents[1]
HOPE = json.loads(REFERENCE.read_text("utf-8"))["hope"]
SEEDS = range(1, 9)
HOUR = CloudField(1, "broken", wind_m_s=20.0, wind_from_deg=180.0)
"""The wind of the hour that was measured was about 20 m/s from the south."""
PICTURED = {"a day in July": (1, 195), "a day in December": (1, 340)}  # the seed, the day of the year


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


def sensors(seed: int) -> Floats:
    """Places of 43 sensors, like those of the measurement: metres east and north, shape (43, 2).

    The real ones are clustered: about 150 of their 903 pairs are less than 200 m apart, most within 3 km, a few
    at the edge of 10 × 12 km. So 36 have distances of 20 m to 1.5 km from the middle, evenly by logarithm, three
    of 1.5 to 3 km, four of 3 to 5.5 km, in any direction.
    """
    draws = noise.uniform(noise.key(seed, "sensors"), 0, 2 * 43).reshape(2, 43)
    near, middle, far = np.split(draws[0], [36, 39])
    metres = np.concatenate([20.0 * 75.0**near, 1_500.0 + 1_500.0 * middle, 3_000.0 + 2_500.0 * far])
    return np.transpose([metres * np.cos(2 * np.pi * draws[1]), metres * np.sin(2 * np.pi * draws[1])])


def fleet(clouds: CloudField, n: int, first_utc: int = 0) -> Floats:
    """The index of 43 sensors for `n` seconds: shape (43, n)."""
    places = sensors(clouds.seed).tolist()
    return np.array([clouds.at(east, north).clear_sky_index(first_utc, n) for east, north in places])


def pairs(places: Floats, series: Floats, lag: int) -> Floats:
    """The mean correlation of the changes over `lag` s of pairs, by distance class."""
    one, other = np.triu_indices(len(places), 1)
    metres = np.hypot(*(places[one] - places[other]).T)
    alike = np.corrcoef(series[:, lag:] - series[:, :-lag])[one, other]
    kinds = np.digitize(metres, HOPE["pair_bounds_m"])
    return np.array([alike[kinds == kind].mean() for kind in range(len(HOPE["pair_bounds_m"]))])


def smoothing(clouds: CloudField, hours: int = 2) -> tuple[float, ...]:
    """P99.9 of |change|: one sensor over 1 s, the mean of 43; one over 60 s, the mean of 43."""
    measured = fleet(clouds, hours * 3_600)
    return tuple(
        float(np.quantile(np.abs(series[..., lag:] - series[..., :-lag]), 0.999))
        for lag in (1, 60)
        for series in (measured, measured.mean(axis=0))
    )


def main() -> None:
    """Write the tables and the picture."""
    parts = [*_broken(), *_climate(), *_fleet(), *_regimes()]
    fill(REPOSITORY / "docs" / "explanation" / "validation.md", {"clouds": "\n".join(parts)})
    hour, mean = HOUR.clear_sky_index(0, 3_600), fleet(HOUR, 3_600).mean(axis=0)
    series = np.array([changes(CloudField(seed, "broken").clear_sky_index(0, DAY_S)) for seed in SEEDS])
    picture = draw(hour, mean, np.array(HOPE["abs_change"]), np.median(series, axis=0), HOPE["lags_s"])
    (REPOSITORY / "docs" / "images" / "clouds.svg").write_text(picture, encoding="utf-8")
    days = [minutes_of(of_lyngby(seed), number) for seed, number in PICTURED.values()]
    picture = draw_days(tuple(PICTURED), *zip(*days, strict=True))
    (REPOSITORY / "docs" / "images" / "clouds-days.svg").write_text(picture, encoding="utf-8")


def _broken() -> list[str]:
    series = [CloudField(seed, "broken").clear_sky_index(0, DAY_S) for seed in SEEDS]
    ours, slopes = np.array([changes(index) for index in series]), [slope(index) for index in series]
    target = np.array(HOPE["abs_change"])
    own = np.array([factors(values, target) for values in ours])
    rms, worst = factors(np.median(ours, axis=0), target)
    table = [
        row(f"{lag} s", *(cell(target[i, j], ours[:, i, j]) for j in range(4)))
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
        row("lag", *(f"P{100 * share:g}" for share in HOPE["shares"])),
        row(*["---"] * 5),
        *table,
        "",
        words,
        "",
    ]


def _climate() -> list[str]:
    return tables([year(of_lyngby(seed), range(YEAR_DAYS)) for seed in SEEDS])


def _fleet() -> list[str]:
    rows = []
    for wind in (10.0, 20.0, 30.0):
        own = [smoothing(replace(HOUR, seed=seed, wind_m_s=wind)) for seed in SEEDS]
        rows.append(row(f"ours, {wind:g} m/s", *_smoothing_cells(np.median(own, axis=0))))
    means = HOPE["mean_of_43"]
    measured = np.array([HOPE["abs_change"][0][3], means["1 s"], HOPE["abs_change"][2][3], means["60 s"]])
    bounds = [*HOPE["pair_bounds_m"]]
    names = [f"below {bounds[0]} m", *(f"to {bound}" for bound in bounds[1:])]
    return [
        "### Many sensors",
        "",
        row("P99.9 of the change", "1 s: one", "mean of 43", "ratio", "60 s: one", "mean of 43", "ratio"),
        row(*["---"] * 7),
        row("measured", *_smoothing_cells(measured)),
        *rows,
        "",
        row("correlation of the changes of two sensors", *names),
        row(*["---"] * (len(names) + 1)),
        *(row(f"{lag} s", *_pair_cells(lag)) for lag in (1, 60)),
        "",
    ]


def _pair_cells(lag: int) -> list[str]:
    fields = [replace(HOUR, seed=seed) for seed in SEEDS]
    ours = np.array([pairs(sensors(each.seed), fleet(each, 2 * 3_600), lag) for each in fields])
    cells = []
    for target, own in zip(HOPE["pairs"][f"{lag} s"], ours.T, strict=True):
        measured = "not given" if target is None else f"{target:.2f}"
        cells.append(f"{measured} · **{np.median(own):.2f}** ({own.min():.2f}–{own.max():.2f})")
    return cells


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
        rows.append(row(f"`{name}`", f"{index.mean():.2f}", brighter, *(f"{value:.3f}" for value in moves)))
    head = row("regime", "mean", "above 1.1", "1-min change P50", "P90", "P99", "P99.9")
    return ["### The steady regimes", "", head, row(*["---"] * 7), *rows, ""]


if __name__ == "__main__":
    main()
