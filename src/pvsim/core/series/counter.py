"""Readings of a counter of energy: from the states at its times to the energy between them."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pvsim.core.series.headers import heading_of
from pvsim.core.series.types import ENERGY_UNITS, RawSeries, SeriesOptions

__all__ = ["Increments", "increments_of", "is_said_counter", "looks_like_counter"]

_WORDS: Final = frozenset(
    {"counter", "reading", "readings", "zählerstand", "zaehlerstand", "cumulative", "cumulated", "odometer"}
)
_MOST_GROWTH: Final = 2.0  # a restart may grow so many times faster than anything else in the file
_FEWEST: Final = 12  # fewer values that only grow are no evidence
_LEAST_W: Final = 10.0  # no house and no plant grows its counter so slowly ...
_MOST_W: Final = 100_000.0  # ... and few take so much in each interval
_NEAR_ZERO, _FULL = 0.1, 0.9


@dataclass(frozen=True, slots=True)
class Increments:
    """How much a counter grew from each reading to the next.

    Args:
        energy: In the unit of the readings; one fewer than the readings.
        resets: Where the counter started again from zero: indices of the readings before, rising.
        rollovers: Where it went past its highest value, such as 99999.9 to 0: indices of the readings before.
        falls: Where it fell for neither reason: indices of the readings before.
        resolution: Smallest step by which the readings grow; 0 if they never do.
    """

    energy: NDArray[np.float64]
    resets: tuple[int, ...]
    rollovers: tuple[int, ...]
    falls: tuple[int, ...]
    resolution: float


def is_said_counter(samples: RawSeries, options: SeriesOptions) -> bool:
    """Whether the user or the header says that a column has readings of a counter."""
    if options.kind is not None:
        return options.kind == "counter"
    return samples.unit in ENERGY_UNITS and bool(heading_of(samples.column).words & _WORDS)


def increments_of(reading: NDArray[np.float64], elapsed_s: NDArray[np.int64]) -> Increments:
    """The growth between the readings of a counter, across resets and rollovers.

    A fall from above nine tenths of a power of ten is a rollover if the growth to that power and on to the new
    reading is no more than twice the fastest growth elsewhere in the file. Else a fall is a reset if the new
    reading is less than half of the one before and no more than the same growth from zero.

    Args:
        reading: Readings without gaps, at least one.
        elapsed_s: Seconds from each reading to the next, all positive.
    """
    energy = np.diff(reading)
    fell = np.flatnonzero(energy < 0)
    most = float((energy / elapsed_s).max(initial=0.0)) * _MOST_GROWTH
    resets, rollovers, falls = [], [], []
    for index in fell.tolist():
        before, after = float(reading[index]), float(reading[index + 1])
        allowed = most * float(elapsed_s[index]) * (1 + 1e-9)
        top = _next_power_of_ten(before)
        over = top - before + after
        if after >= 0 and before >= _FULL * top and over <= allowed:
            rollovers.append(index)
            energy[index] = over
        elif 0 <= after <= min(allowed, before / 2):
            resets.append(index)
            energy[index] = after
        else:
            falls.append(index)
    resolution = float(energy.min(initial=np.inf, where=energy > 0))
    return Increments(
        energy, tuple(resets), tuple(rollovers), tuple(falls), resolution if np.isfinite(resolution) else 0.0
    )


def looks_like_counter(energy_wh: NDArray[np.float64], elapsed_s: NDArray[np.int64]) -> bool:
    """Whether energies look like a counter's readings: they grow and never fall, but for a reset to zero each day.

    Energies of intervals may grow all day as well. They are taken for those if a counter with these readings would
    show less than 10 W, unless the intervals would hold more than 100 kW.

    Args:
        energy_wh: Values in Wh, none missing.
        elapsed_s: Seconds from each value to the next, all positive.
    """
    if len(energy_wh) < _FEWEST or energy_wh.min() < 0:
        return False
    found = increments_of(energy_wh, elapsed_s)
    restarts = [*found.resets, *found.rollovers]
    if found.falls or len(restarts) > int(elapsed_s.sum()) // 86_400 + 1:
        return False
    if any(energy_wh[i + 1] > _NEAR_ZERO * energy_wh[i] for i in found.resets):
        return False
    hours = float(elapsed_s.sum()) / 3600
    as_counter_w = float(found.energy.sum()) / hours
    as_intervals_w = float((energy_wh[:-1] * 3600 / elapsed_s).mean())
    return as_counter_w >= _LEAST_W or (as_counter_w > 0 and as_intervals_w >= _MOST_W)


def _next_power_of_ten(value: float) -> float:
    power = 10.0
    while power <= value:
        power *= 10
    return power
