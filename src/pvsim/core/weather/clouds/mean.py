"""Which threshold of the field gives a sky the mean index that is asked for."""

from functools import lru_cache

import numpy as np

from pvsim.core.quantities.months import MONTHS
from pvsim.core.weather.clouds.gaussian import Floats
from pvsim.core.weather.clouds.regimes import Regime, rms
from pvsim.errors import UsageError

__all__ = ["expected_index", "thresholds"]

_REACH = 5.0  # quadrature covers ±5 standard deviations, which leaves 6e-7
_STEP = 0.02  # of the field's value; with the nodes below, means are off by less than 2e-4
_LIVELY_NODES, _SLOW_NODES = 25, 17
_SCANNED = tuple(float(threshold) for threshold in range(-8, 13))
_HALVINGS = 25  # of at most 20: 6e-7


@lru_cache(maxsize=256)
def thresholds(kind: Regime, mean_index: float | tuple[float, ...] | None) -> tuple[float, ...]:
    """The thresholds at which the long-run mean of the index is the one asked for: one, or one for each month.

    Args:
        kind: The sky.
        mean_index: One number, twelve from January on, or None for the regime's own.

    Raises:
        UsageError: the sky cannot have such a mean, or there are neither one nor twelve.
    """
    if mean_index is None:
        return (kind.threshold,)
    if not isinstance(mean_index, tuple):
        return (_threshold(kind, mean_index, ""),)
    if len(mean_index) != MONTHS:
        what = f"mean_index is one number or {MONTHS}, not {len(mean_index)}"
        raise UsageError(what, where="mean_index", fix="give one, or one for each month")
    return tuple(_threshold(kind, mean, f" in month {number}") for number, mean in enumerate(mean_index, 1))


def _threshold(kind: Regime, mean_index: float, when: str) -> float:
    """The threshold of one mean.

    A few clouds can make a sky brighter than none, so the mean first rises with the threshold and then
    falls; the search is on the falling side. The result is rounded to 1e-6, which frees it from the last
    bit of a machine's `exp`.
    """
    low, highest, lowest = _falling(kind)
    if not lowest < mean_index < highest:
        what = f"mean_index of {kind.name!r} cannot be {mean_index}{when}"
        raise UsageError(
            what, where="mean_index", fix=f"give one between {lowest + 0.01:.2f} and {highest - 0.01:.2f}"
        )
    high = _SCANNED[-1]
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        low, high = (middle, high) if expected_index(kind, middle) > mean_index else (low, middle)
    return round(low, 6)


@lru_cache(maxsize=16)
def _falling(kind: Regime) -> tuple[float, float, float]:
    """Where the mean begins to fall with the threshold, and the highest and the lowest mean."""
    means = [expected_index(kind, threshold) for threshold in _SCANNED]
    highest = max(means)
    return _SCANNED[means.index(highest)], highest, means[-1]


def expected_index(kind: Regime, threshold: float) -> float:
    """The expected index at a threshold: an integral over the field, all of whose parts are Gaussian.

    The index jumps where a cloud begins, so the integral is made of cells that begin and end there.
    """
    values, density, thin = _distribution(kind)
    cells = np.arange(np.ceil((values[0] - threshold) / _STEP), np.floor((values[-1] - threshold) / _STEP))
    depth = (cells + 0.5) * _STEP
    weight = np.interp(threshold + depth, values, density)
    index = kind.profile.index(depth, np.interp(threshold + depth, values, thin))
    return float((index * weight).sum() / weight.sum())


@lru_cache(maxsize=16)
def _distribution(kind: Regime) -> tuple[Floats, Floats, Floats]:
    """The field's values, how likely each is, and how thin the edges of clouds are with it, on average.

    For each liveliness the field is Gaussian, and so is its slow part where the field's value is known. The
    index is linear in the thinness of edges, so that their average is enough.
    """
    fast, slow = rms(kind.fast), rms(kind.slow)
    if not kind.slow:
        values = np.arange(-_REACH, _REACH, _STEP) * fast
        return values, _bell(values / fast), np.full(len(values), kind.profile.thin)
    reach = _REACH * float(np.hypot(fast * kind.gain(_REACH), slow))
    values = np.arange(-reach, reach, _STEP)
    units = np.linspace(-_REACH, _REACH, _SLOW_NODES)
    density, thin = np.zeros(len(values)), np.zeros(len(values))
    for lively in np.linspace(-_REACH, _REACH, _LIVELY_NODES).tolist():
        lived = fast * float(kind.gain(lively))
        spread = float(np.hypot(lived, slow))
        likely = _bell(values / spread) / spread * _bell(lively)
        given = values[:, None] * (slow / spread) ** 2 + units * (slow * lived / spread)
        density += likely
        thin += likely * (kind.thin(lively, given) @ (_bell(units) / _bell(units).sum()))
    return values, density, thin / density


def _bell(units: Floats | float) -> Floats:
    return np.asarray(np.exp(-np.square(units) / 2.0), np.float64)
