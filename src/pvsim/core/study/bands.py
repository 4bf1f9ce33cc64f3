"""How figures of the same combination spread over the seeds of a study.

A quantile is the linear one, type 7 of Hyndman and Fan 1996 (The American Statistician 50, doi
10.1080/00031305.1996.10473566): of n values in order x₀ … xₙ₋₁ that of p lies at h = (n − 1) · p, on the line
between the values on both sides. P5 and P95 of eight seeds are near their lowest and highest value.
"""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pvsim.core.quantities.rounding import rounded

__all__ = ["Band", "HourBand", "band_of", "complete_means", "hour_bands", "means", "quantile"]

Floats: TypeAlias = NDArray[np.float64]


class Band(NamedTuple):
    """How a figure spreads.

    Attributes:
        cases: How many values there are.
        mean: Their mean.
        p5: 5 % of them are this or less.
        p50: Their median.
        p95: 95 % of them are this or less.
    """

    cases: int
    mean: float
    p5: float
    p50: float
    p95: float


class HourBand(NamedTuple):
    """How the mean power of each hour of the local clock spreads; None in an hour without rows.

    Attributes:
        mean: The mean over the seeds in kW.
        p5: The lower edge.
        p95: The upper edge.
    """

    mean: tuple[float | None, ...]
    p5: tuple[float | None, ...]
    p95: tuple[float | None, ...]


def quantile(ordered: Sequence[float], p: float) -> float:
    """The linear quantile of values in rising order."""
    at = (len(ordered) - 1) * p
    below = math.floor(at)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (at - below) * (ordered[above] - ordered[below])


def band_of(values: Sequence[float]) -> Band | None:
    """The band of values in any order, to six decimals; None where there is none. NaN is no value."""
    ordered = sorted(value for value in values if not math.isnan(value))
    if not ordered:
        return None
    mean = math.fsum(ordered) / len(ordered)
    return Band(len(ordered), rounded(mean), *(rounded(quantile(ordered, p)) for p in (0.05, 0.5, 0.95)))


def means(matrix: Floats) -> Floats:
    """The mean of each row, of the values that are there; NaN where there is none."""
    known = ~np.isnan(matrix)
    count = known.sum(axis=1)
    sums = np.where(known, matrix, 0.0).sum(axis=1)
    found: Floats = np.divide(sums, count, out=np.full(len(matrix), np.nan), where=count > 0)
    return found


def complete_means(matrix: Floats) -> Floats:
    """The mean of each row that has a value for every seed that any row has; NaN of the others.

    Means over other seeds are of other weather, and cannot be compared.
    """
    known = ~np.isnan(matrix)
    seeds = known.any(axis=0)
    complete = known[:, seeds].all(axis=1) & bool(seeds.any())
    return np.where(complete, means(matrix), np.nan)


def hour_bands(hours: Sequence[Mapping[str, Sequence[float | None]]]) -> dict[str, HourBand]:
    """The bands of each power by hour of the day.

    Args:
        hours: The powers of each seed by name, 24 means each.
    """
    names = dict.fromkeys(name for each in hours for name in each)
    found = {}
    for name in names:
        by_hour = zip(*(each[name] for each in hours if name in each), strict=True)
        bands = [band_of([value for value in values if value is not None]) for values in by_hour]
        found[name] = HourBand(
            tuple(None if band is None else band.mean for band in bands),
            tuple(None if band is None else band.p5 for band in bands),
            tuple(None if band is None else band.p95 for band in bands),
        )
    return found
