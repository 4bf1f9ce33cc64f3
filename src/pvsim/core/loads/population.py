"""The annual energy of a home that is one of many, by the seed and its name (I7).

Measured annual energies of homes are near lognormal. The distribution is cut off where the model of the building
ends, and its median is chosen such that the mean is the one asked for: within 2 %, where that lies at an end.

Energies are whole kWh. `exp`, `log` and `erfc` differ between machines in their last bit at most: 10⁻¹² kWh.
"""

from functools import lru_cache
from math import ceil, erfc, exp, floor, log, log1p, sqrt
from statistics import NormalDist

__all__ = ["even_kwh", "lognormal_kwh"]

_NORMAL = NormalDist()
_FARTHEST = 37.0
"""Standard deviations beyond which less than 10⁻²⁹⁹ of a normal distribution lies."""

_LEAST_SHARE = 1e-300
_HALVINGS = 100


def even_kwh(share: float, from_kwh: float, to_kwh: float) -> int:
    """One of the whole kWh of a range, all of which are as likely."""
    low, high = ceil(from_kwh), floor(to_kwh)
    return low + floor(share * (high - low + 1))


def lognormal_kwh(share: float, mean_kwh: float, cv: float, bounds_kwh: tuple[float, float]) -> int:
    """An energy of a lognormal distribution between two bounds, at a share of it.

    Args:
        share: Where among all homes it is, from 0 to below 1: so many have less.
        mean_kwh: Mean between the bounds, which are not it.
        cv: Coefficient of variation without bounds, above 0.
        bounds_kwh: Whole kWh.
    """
    low, high = bounds_kwh
    sigma = sqrt(log1p(cv * cv))
    mu = _log_median(mean_kwh, sigma, low, high)
    first, last = (log(low) - mu) / sigma, (log(high) - mu) / sigma
    z = _between(share, first, last) if first < 0 else -_between(1 - share, -last, -first)
    return round(min(max(exp(mu + sigma * z), low), high))  # but for rounding it is between them


def _between(share: float, first: float, last: float) -> float:
    """The number of a standard normal distribution that so large a share of it between two numbers is below."""
    below, above = _below(first), _below(last)
    return _NORMAL.inv_cdf(min(max(below + share * (above - below), _LEAST_SHARE), 1 - 2.0**-53))


@lru_cache(maxsize=64)
def _log_median(mean: float, sigma: float, low: float, high: float) -> float:
    """Logarithm of the median before the ends are cut off, such that the mean is `mean` afterwards."""
    least, most = log(low) - _FARTHEST * sigma, log(high) + _FARTHEST * sigma
    for _ in range(_HALVINGS):
        middle = (least + most) / 2
        if _mean(middle, sigma, low, high) < mean:
            least = middle
        else:
            most = middle
    return (least + most) / 2


def _mean(mu: float, sigma: float, low: float, high: float) -> float:
    """Mean of a lognormal distribution between two bounds."""
    first, last = (log(low) - mu) / sigma, (log(high) - mu) / sigma
    return exp(mu + sigma * sigma / 2) * _mass(first - sigma, last - sigma) / _mass(first, last)


def _mass(first: float, last: float) -> float:
    """The share of a standard normal distribution between two numbers, also far out."""
    return _below(-first) - _below(-last) if first > 0 else _below(last) - _below(first)


def _below(z: float) -> float:
    return erfc(-z / sqrt(2)) / 2
