#!/usr/bin/env python3
"""Says whether a measured month could be one of ours: scripts/clouds_months.py writes it into the documentation.

Into docs/explanation/validation.md between its markers: the P99 of a month's 1-minute changes of forty of our
years at Lyngby, as it would be at the index of the measured month, beside the measured one. Takes about two
minutes of CPU time; the same numbers each time.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from clouds_year import LYNGBY, LYNGBY_DEG, MONTH_NAMES, YEAR_DAYS, YEAR_UTC, daylight, row
from numpy.typing import NDArray

from pvsim.core.quantities.timeline import DAY_S
from pvsim.core.weather.clouds import CloudField

Floats = NDArray[np.float64]

PAGE = Path(__file__).resolve().parents[1] / "docs" / "explanation" / "validation.md"
BEGIN, END = "<!-- months: written by scripts/clouds_months.py -->", "<!-- months: end -->"
SEEDS = range(1, 41)
SHARES = (0.05, 0.5, 0.95)
MONTH_OF_DAY = (YEAR_UTC + np.arange(YEAR_DAYS) * DAY_S).astype("datetime64[s]").astype("datetime64[M]").astype(
    int
) % 12


class Spread(NamedTuple):
    """What the years of one month would be at one mean index: quantiles, and how many lie below the measured."""

    quantiles: Floats
    below: float

    def says(self, measured: float) -> str:
        """Where the measured lies: inside P5 to P95, below or above."""
        low, _, high = self.quantiles.tolist()
        return "inside" if low <= measured <= high else "above" if measured > high else "below"


def months_of(seed: int) -> tuple[Floats, Floats]:
    """The mean index of the months of a year, and the P99 of their 1-minute changes: shape (12,) each."""
    latitude, longitude = LYNGBY_DEG
    means = tuple(LYNGBY["mean_index_by_month"])
    clouds = CloudField(seed, mean_index=means, latitude_deg=latitude, longitude_deg=longitude)
    minutes = [_daylight_of(clouds, YEAR_UTC + number * DAY_S) for number in range(YEAR_DAYS)]
    of_month = [[minutes[number] for number in np.flatnonzero(month == MONTH_OF_DAY)] for month in range(12)]
    changes = [np.concatenate([np.abs(np.diff(day)) for day in days]) for days in of_month]
    return (
        np.array([np.concatenate(days).mean() for days in of_month]),
        np.array([np.quantile(of, 0.99) for of in changes]),
    )


def _daylight_of(clouds: CloudField, first_utc: int) -> Floats:
    light = np.flatnonzero(daylight(first_utc + np.arange(0, DAY_S, 60) + 30))
    index = clouds.clear_sky_index(first_utc + int(light[0]) * 60, 60 * len(light))
    return np.asarray(index.reshape(-1, 60).mean(axis=1))


def at_index(means: Floats, values: Floats, wanted: float, measured: float) -> Spread:
    """The values as they would be had each month the index `wanted`: moved along the line of least squares."""
    slope = np.polyfit(means, values, 1)[0]
    moved = values + slope * (wanted - means)
    return Spread(np.quantile(moved, SHARES), float((moved < measured).mean()))


def table(means: Floats, values: Floats) -> list[str]:
    """The table, from arrays of shape (years, 12)."""
    rows, inside = [], 0
    for month, name in enumerate(MONTH_NAMES):
        wanted, measured = LYNGBY["mean_index_by_month"][month], LYNGBY["change_p99_by_month"][month]
        spread = at_index(means[:, month], values[:, month], wanted, measured)
        low, middle, high = spread.quantiles.tolist()
        said = spread.says(measured)
        inside += said == "inside"
        ours = f"**{middle:.3f}** ({low:.3f}–{high:.3f})"
        rows.append(row(name, f"{wanted:.2f}", f"{measured:.3f}", ours, said, f"{spread.below:.0%}"))
    head = row(
        "month", "index", "measured P99", "ours, median (P5–P95)", "the measured is", "of ours are below it"
    )
    words = f"Of the twelve measured months {inside} lie between P5 and P95 of our {len(means)} years."
    return [head, row(*["---"] * 6), *rows, "", words]


def main() -> None:
    """Compute the years, and write the table."""
    years = [months_of(seed) for seed in SEEDS]
    means, values = (np.array(part) for part in zip(*years, strict=True))
    before, rest = PAGE.read_text("utf-8").split(BEGIN)
    after = rest.split(END)[1]
    lines = "\n".join(table(means, values))
    PAGE.write_text(f"{before}{BEGIN}\n\n{lines}\n\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
