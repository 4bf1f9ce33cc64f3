"""Warm and cold spells of some days, by chance and by the sun that the weather of the days brings."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import numpy as np

from pvsim.core.quantities import noise
from pvsim.core.quantities.months import monthly
from pvsim.core.quantities.physics import Floats
from pvsim.core.quantities.timeline import DAY_S
from pvsim.core.quantities.types import Ints

__all__ = ["Spells", "Sunniness"]

Sunniness: TypeAlias = Callable[[Ints], Floats]
"""From Unix times to how sunny the weather of the days is: mean 0, variance 1, positive when sunny."""

_GRID_S = 600
_DAY = DAY_S // _GRID_S
_KNOTS = 6  # days before and after that count: e^-12.5 of a knot five days away is nothing

_WARMTH = (-0.56, -0.48, -0.25, 0.06, 0.38, 0.58, 0.66, 0.58, 0.38, 0.06, -0.25, -0.48)
"""The correlation of warmth with sunniness from January on, 45° north and farther; highest in July, when cumulus
hides most of it. How much the sunniness says of a day's clear-sky index depends on the climate: daily means
correlate by +0.39 in June to August with Munich's mean index, by +0.46 with the regime's own (measured +0.42), by
−0.38 in December to February (−0.38)."""
_FULL_DEG = 45.0
_HALF_YEAR = 6

_WIDER = 0.25
"""An overcast day (sunniness −1) has 0.6 of the daily swing of a clear one (+1). Clouds reduce it by 25 to 50 %
(Dai, Trenberth & Karl 1999, J. Climate 12, 2451)."""


@dataclass(frozen=True, slots=True)
class Spells:
    """What the weather of some days does to the temperature of the climate.

    Attributes:
        stream: Names their random numbers.
        sunniness: Of the region's clouds; None where there are none, or they are not known for all times.
        latitude_deg: South of the equator the seasons are mirrored; towards it they fade.
    """

    stream: noise.Key
    sunniness: Sunniness | None = None
    latitude_deg: float = 0.0

    def at(self, t_utc: Ints) -> tuple[Floats, Floats | float]:
        """The warmth at rising Unix times (mean 0 and variance 1 at each), and what multiplies the daily swing.

        Warmth by chance has near-normal knots, one a UTC day, under a bell curve with a standard deviation of one
        day: values a day apart have a correlation of e^-1/4 = 0.78, two days 0.37. With `sunniness` a part of the
        variance is the sunniness's. Straight lines over ten minutes are 0.00001 off it.
        """
        first = int(t_utc[0]) // _GRID_S
        grid = np.arange(first, int(t_utc[-1]) // _GRID_S + 2)
        place = np.divmod(t_utc - first * _GRID_S, _GRID_S)
        warmth, sunny = self._on(grid)
        if sunny is None:
            return _lines(warmth, *place), 1.0
        share = self._share(grid * _GRID_S)
        warmth = share * sunny + np.sqrt(1.0 - share * share) * warmth
        return _lines(warmth, *place), np.maximum(1.0 + _WIDER * _lines(sunny, *place), 0.0)

    def _on(self, grid: Ints) -> tuple[Floats, Floats | None]:
        """Warmth by chance, and sunniness; those of a whole day at once, which its next hour needs too."""
        day, start = divmod(int(grid[0]), _DAY)
        if start + len(grid) > _DAY + 1:
            return _drawn(self.stream, self.sunniness, grid)
        warmth, sunny = _of_day(self.stream, self.sunniness, day)
        part = slice(start, start + len(grid))
        return warmth[part], None if sunny is None else sunny[part]

    def _share(self, t_utc: Ints) -> Floats:
        south = self.latitude_deg < 0
        by_month = _WARMTH[_HALF_YEAR:] + _WARMTH[:_HALF_YEAR] if south else _WARMTH
        share: Floats = monthly(by_month, t_utc) * min(abs(self.latitude_deg) / _FULL_DEG, 1.0)
        return share


@lru_cache(maxsize=16)
def _of_day(stream: noise.Key, sunniness: Sunniness | None, day: int) -> tuple[Floats, Floats | None]:
    """From one UTC midnight to the next, both included."""
    return _drawn(stream, sunniness, np.arange(day * _DAY, (day + 1) * _DAY + 1))


def _drawn(stream: noise.Key, sunniness: Sunniness | None, grid: Ints) -> tuple[Floats, Floats | None]:
    t_utc = grid * _GRID_S
    return _by_chance(stream, t_utc), None if sunniness is None else sunniness(t_utc)


def _lines(values: Floats, at: Ints, within: Ints) -> Floats:
    before, after = values[at], values[at + 1]
    result: Floats = before + (after - before) * (within / _GRID_S)
    return result


def _by_chance(stream: noise.Key, t_utc: Ints) -> Floats:
    days, seconds = np.divmod(t_utc, DAY_S)
    first = int(days[0]) - _KNOTS + 1
    knots = noise.near_normal(stream, first, int(days[-1]) + _KNOTS + 1 - first)
    total, squares = np.zeros(len(t_utc)), np.zeros(len(t_utc))
    for offset in range(1 - _KNOTS, _KNOTS + 1):
        weight = np.exp(-0.5 * (seconds / DAY_S - offset) ** 2)
        total += weight * knots[days + offset - first]
        squares += weight**2
    result: Floats = total / np.sqrt(squares)
    return result
