#!/usr/bin/env python3
"""Says whether a measured month could be one of ours: scripts/clouds_months.py writes it into the documentation.

Into docs/explanation/validation.md between its markers: the P99 of a month's 1-minute changes of forty of our
years at Lyngby, as it would be at the index of each measured month, beside the measured one; both as a logger has
them that reads once a minute. Takes about two minutes of CPU time; the same numbers each time.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from clouds_minutes import LYNGBY
from clouds_year import MONTH_NAMES, YEAR_DAYS, of_lyngby, row, year
from marks import fill
from numpy.typing import NDArray

Floats = NDArray[np.float64]

PAGE = Path(__file__).resolve().parents[1] / "docs" / "explanation" / "validation.md"
SEEDS = range(1, 41)
SHARES = (0.05, 0.5, 0.95)


class Spread(NamedTuple):
    """What the years of one month would be at one mean index: quantiles, and how many lie below the measured."""

    quantiles: Floats
    below: float

    def says(self, measured: float) -> str:
        """Where the measured lies: inside P5 to P95, below or above."""
        low, _, high = self.quantiles.tolist()
        return "inside" if low <= measured <= high else "above" if measured > high else "below"


def months_of(seed: int) -> tuple[Floats, Floats, Floats]:
    """Of the months of a year: mean index, P99 of 1-minute changes, and that of means: shape (12,) each."""
    own = year(of_lyngby(seed), range(YEAR_DAYS))
    return own.read.mean_by_month, own.read.change_p99_by_month, own.averaged.change_p99_by_month


def at_index(means: Floats, values: Floats, wanted: float, measured: float) -> Spread:
    """The values as they would be had each month the index `wanted`: moved along the line of least squares."""
    slope = np.polyfit(means, values, 1)[0]
    moved = values + slope * (wanted - means)
    return Spread(np.quantile(moved, SHARES), float((moved < measured).mean()))


def table(means: Floats, values: Floats) -> list[str]:
    """The table, from arrays of shape (years, 12)."""
    rows, verdicts = [], []
    for month, name in enumerate(MONTH_NAMES):
        for number, wanted, measured in LYNGBY["years_by_month"][month]:
            spread = at_index(means[:, month], values[:, month], wanted, measured)
            low, middle, high = spread.quantiles.tolist()
            verdicts.append(spread.says(measured))
            ours = f"**{middle:.3f}** ({low:.3f}–{high:.3f})"
            ratio = f"{middle / measured:.2f}"
            rows.append(row(f"{name} {number}", f"{wanted:.2f}", f"{measured:.3f}", ours, ratio, verdicts[-1]))
    head = row("month", "index", "measured P99", "ours, median (P5–P95)", "ratio", "the measured is")
    return [head, row(*["---"] * 6), *rows, "", _words(verdicts, len(means))]


def by_month(means: Floats, read: Floats, averaged: Floats) -> list[str]:
    """What all years of a month have together: the measured ones, and ours at their index."""
    rows = []
    for month, name in enumerate(MONTH_NAMES):
        wanted, measured = LYNGBY["mean_by_month"][month], LYNGBY["change_p99_by_month"][month]
        ours = [at_index(means[:, month], of[:, month], wanted, measured).quantiles[1] for of in (read, averaged)]
        low, high = LYNGBY["change_p99_interval_by_month"][month]
        cells = [f"**{value:.3f}** · {value / measured:.2f}" for value in ours]
        rows.append(row(name, f"{wanted:.2f}", f"{measured:.3f}", f"{low:.3f}–{high:.3f}", *cells))
    head = row("month", "index", "measured P99", "P5–P95 of it", "ours, read once a minute", "ours, as means")
    return [head, row(*["---"] * 6), *rows]


def _words(verdicts: list[str], years: int) -> str:
    inside, above, below = (verdicts.count(each) for each in ("inside", "above", "below"))
    lie = (
        f"{inside} lie between P5 and P95 of our {years} years at the same index, {above} above and {below} below."
    )
    return f"Of {len(verdicts)} measured months {lie}"


def main() -> None:
    """Compute the years, and write the table."""
    years = [months_of(seed) for seed in SEEDS]
    means, read, averaged = (np.array(part) for part in zip(*years, strict=True))
    lines = [*by_month(means, read, averaged), "", *table(means, read)]
    fill(PAGE, {"months": "\n".join(lines)})


if __name__ == "__main__":
    main()
