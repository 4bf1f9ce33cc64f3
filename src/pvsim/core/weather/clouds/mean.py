"""Which threshold of the field gives a sky the mean index that is asked for."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from pvsim.core.quantities.months import MONTHS, monthly
from pvsim.core.quantities.types import Ints
from pvsim.core.weather.clouds.gaussian import Floats
from pvsim.core.weather.clouds.regimes import Regime, rms
from pvsim.errors import UsageError

__all__ = ["Thresholds", "expected_index", "thresholds"]

_REACH = 5.0  # quadrature covers ±5 standard deviations, which leaves 6e-7
_STEP = 0.02  # of a steady field's value, in its standard deviations
_FIELD, _FIELD_STEP = 10.0, 0.005  # a changing field's values are 0.05 from each other near 0, and grow
_DEPTH, _DEPTH_STEP = 0.5, 0.01  # cells of depth are 0.005 wide at the edge of a cloud, and grow
_DEEPEST = 1e4
# with these and the nodes below, means are off by less than 1e-3 (2e-4 under a steady sky)
_LIVELY_NODES, _SLOW_NODES = 13, 61
_LOWEST, _HIGHEST = -8, 12  # of thresholds; flat clouds darken the sky at higher ones
_LOWEST_STIRRED, _STIRRED_STEP = -88, 8  # lively clouds under a high sun are few only far below
_HALVINGS = 27  # of 100 between them: 7e-7
_HEATS = (0.0, 0.2, 0.35, 0.5, 0.75, 1.0)
_USUAL_HEAT = 0.5  # of a summer half-year's day at 51°: there the regime's own threshold gives its own mean


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The threshold that keeps a mean, whatever the month and however warm the sun.

    Attributes:
        by_heat: For each of `heats` one number, or one for the middle of each month: shape (heats, 1 or 12).
        heats: Of the sun, rising; one if it changes nothing.
    """

    by_heat: tuple[tuple[float, ...], ...]
    heats: tuple[float, ...] = (0.0,)

    @property
    def steady(self) -> bool:
        """Whether there is one for all times."""
        return len(self.heats) == 1 and len(self.by_heat[0]) == 1

    def at(self, t_utc: Ints, heat: Floats) -> Floats:
        """The thresholds at rising Unix times with that heat of the sun: straight lines between what is known."""
        rows = [self._of_time(row, t_utc) for row in self.by_heat]
        total = rows[0]
        for low, high, before, after in zip(self.heats, self.heats[1:], rows, rows[1:], strict=False):
            total = total + (after - before) * np.clip((heat - low) / (high - low), 0.0, 1.0)
        return total

    @staticmethod
    def _of_time(row: tuple[float, ...], t_utc: Ints) -> Floats:
        return np.full(len(t_utc), row[0]) if len(row) == 1 else monthly(row, t_utc)


@lru_cache(maxsize=256)
def thresholds(kind: Regime, mean_index: float | tuple[float, ...] | None) -> Thresholds:
    """The thresholds at which the long-run mean of the index is the one asked for: one, or one for each month.

    Args:
        kind: The sky. Where the sun heats it, each height of the sun has a threshold of its own, so that the mean
            is kept at each hour of each season.
        mean_index: One number, twelve from January on, or None for the regime's own.

    Raises:
        UsageError: the sky cannot have such a mean, or there are neither one nor twelve.
    """
    heats = _HEATS if kind.heated else (0.0,)
    if mean_index is None:
        if not kind.heated:
            return Thresholds(((kind.threshold,),))
        mean_index = expected_index(kind, kind.threshold, _USUAL_HEAT)
    months = mean_index if isinstance(mean_index, tuple) else (mean_index,)
    if isinstance(mean_index, tuple) and len(months) != MONTHS:
        what = f"mean_index is one number or {MONTHS}, not {len(months)}"
        raise UsageError(what, where="mean_index", fix="give one, or one for each month")
    whens = [f" in month {number}" for number in range(1, MONTHS + 1)] if len(months) == MONTHS else [""]
    for mean, when in zip(months, whens, strict=True):
        _check(kind, mean, when, heats)
    return Thresholds(tuple(tuple(_threshold(kind, mean, heat) for mean in months) for heat in heats), heats)


def _check(kind: Regime, mean_index: float, when: str, heats: tuple[float, ...]) -> None:
    falling = [_falling(kind, heat) for heat in heats]
    highest, lowest = min(each[1] for each in falling), max(each[2] for each in falling)
    if not lowest < mean_index < highest:
        what = f"mean_index of {kind.name!r} cannot be {mean_index}{when}"
        raise UsageError(
            what, where="mean_index", fix=f"give one between {lowest + 0.01:.2f} and {highest - 0.01:.2f}"
        )


@lru_cache(maxsize=1_024)
def _threshold(kind: Regime, mean_index: float, heat: float) -> float:
    """The threshold of one mean.

    A few clouds can make a sky brighter than none, so the mean first rises with the threshold and then
    falls; the search is on the falling side. The result is rounded to 1e-6, which frees it from the last
    bit of a machine's `exp`.
    """
    low, high = _falling(kind, heat)[0], _scanned(kind)[-1]
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        low, high = (middle, high) if expected_index(kind, middle, heat) > mean_index else (low, middle)
    return round(low, 6)


@lru_cache(maxsize=64)
def _falling(kind: Regime, heat: float) -> tuple[float, float, float]:
    """Where the mean begins to fall with the threshold, and the highest and the lowest mean."""
    scanned = _scanned(kind)
    means = [expected_index(kind, threshold, heat) for threshold in scanned]
    highest = max(means)
    return scanned[means.index(highest)], highest, means[-1]


def _scanned(kind: Regime) -> tuple[float, ...]:
    highest = round(_HIGHEST * (1.0 + kind.flat_cold))
    stirred = range(_LOWEST_STIRRED, _LOWEST, _STIRRED_STEP) if kind.heated else ()
    return tuple(float(threshold) for threshold in (*stirred, *range(_LOWEST, highest + 1)))


def expected_index(kind: Regime, threshold: float, heat: float = 0.0) -> float:
    """The expected index at a threshold: an integral over the field, all of whose parts are Gaussian.

    The index jumps where a cloud begins, so the integral is made of cells that begin and end there.
    """
    values, density, *parts = _distribution(kind, heat)
    depth, width = _cells()
    weight = np.interp(threshold + depth, values, density, left=0.0, right=0.0) * width
    thin, thick, far = (np.interp(threshold + depth, values, part) for part in parts)
    index = kind.profile.at(thick, far, kind.cloud_scale(heat)).index(depth, thin)
    return float((index * weight).sum() / weight.sum()) * _above(kind)


@lru_cache(maxsize=1)
def _cells() -> tuple[Floats, Floats]:
    """The middles and widths of the cells of depth: narrow near the edge of a cloud, which is an edge of cells."""
    edges = _growing(_DEPTH, _DEPTH_STEP, _DEEPEST)
    return (edges[1:] + edges[:-1]) / 2.0, np.diff(edges)


def _growing(scale: float, step: float, reach: float) -> Floats:
    """Numbers from about -reach to reach, 0 among them: `scale * step` apart near 0, far out `step` of them."""
    count = int(np.ceil(np.arcsinh(reach / scale) / step))
    grown: Floats = scale * np.sinh(np.arange(-count, count + 1) * step)
    return grown


@lru_cache(maxsize=64)
def _above(kind: Regime) -> float:
    """What the high cloud lets through on average; it knows nothing of the clouds below it."""
    units = np.arange(-_REACH, _REACH, _STEP)
    density = _bell(units)
    return float((kind.high_cloud(units) * density).sum() / density.sum())


@lru_cache(maxsize=64)
def _distribution(kind: Regime, heat: float) -> tuple[Floats, ...]:
    """The field's values, how likely each is, and what edges, thick clouds and air let through, on average.

    For each liveliness and each value of the slow part the field is Gaussian. The index is linear in the three, so
    that their averages are enough.
    """
    fast, slow, profile = rms(kind.fast), rms(kind.slow), kind.profile
    if not kind.slow:
        values = np.arange(-_REACH, _REACH, _STEP) * fast
        return (
            values,
            _bell(values / fast),
            *(np.full(len(values), part) for part in (profile.thin, profile.thick, profile.far)),
        )
    reach = _REACH * float(np.hypot(_quick(kind, _REACH / 2.0, slow, heat), slow))
    values = _growing(_FIELD, _FIELD_STEP, reach)
    density = np.full(len(values), 1e-300)
    thin, thick, far = (np.zeros(len(values)) for _ in range(3))
    units = np.linspace(-_REACH, _REACH, _SLOW_NODES)
    for lively in np.linspace(-_REACH, _REACH, _LIVELY_NODES).tolist():
        lived = np.maximum(_quick(kind, lively, units * slow, heat), 2.0 * _REACH * slow / _SLOW_NODES)
        weights = _bell(units) * _bell(lively) / lived
        likely = _bell((values[:, None] - units * slow) / lived)
        density += likely @ weights
        thin += likely @ (weights * kind.thin(lively, units * slow, heat))
        thick += likely @ (weights * kind.thick(units * slow))
        far += likely @ (weights * kind.far(lively))
    return values, density, thin / density, thick / density, far / density


def _quick(kind: Regime, lively: float, slow: Floats | float, heat: float) -> Floats:
    """The RMS of all that is quicker than the weather, at one liveliness."""
    convection = kind.convection(lively, slow, heat)
    quick: Floats = np.hypot(rms(kind.fast), rms(kind.small) * convection) * kind.gain(lively, convection)
    return quick


def _bell(units: Floats | float) -> Floats:
    return np.asarray(np.exp(-np.square(units) / 2.0), np.float64)
