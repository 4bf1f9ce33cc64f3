"""Latin hypercube sampling: in each dimension one value in each of n equal parts.

McKay, Beckman and Conover 1979, doi 10.2307/1268522.
All of it is in integers and fractions, so that every machine draws the same values; they have few decimals.
"""

from collections.abc import Mapping
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pvsim.core.quantities import noise
from pvsim.core.study.axes import Axis, axis_of, bounds_of
from pvsim.core.study.paths import Plain

__all__ = ["Sample"]

_PER_PART = 1000
"""A part of a dimension has at least so many values that can be drawn."""


class Sample:
    """Points of a Latin hypercube, each by its number.

    Args:
        n: How many.
        given: Of each dimension its path, and what a study file gives it: `{ from, to }` for any number from the
            one to the other, a list or `{ from, to, step }` for one of the values.
        seed: The same points come of the same seed.

    Raises:
        UsageError: if a dimension is neither.
    """

    def __init__(self, n: int, given: Mapping[str, Plain], seed: int) -> None:
        self.count = n
        self.paths = tuple(given)
        self._dimensions = [_dimension(path, of, n, seed) for path, of in given.items()]

    def at(self, number: int) -> tuple[Plain, ...]:
        """The values of a point, in the order of the paths."""
        return tuple(dimension.at(number) for dimension in self._dimensions)


class _Strata:
    """In which part of a dimension each point lies."""

    def __init__(self, path: str, n: int, seed: int) -> None:
        self.n = n
        self._order, self._within = (noise.key(seed, "study", "sample", path, of) for of in ("order", "within"))

    @cached_property
    def _parts(self) -> NDArray[np.intp]:
        """A permutation, made when the first value is asked for."""
        return np.argsort(noise.raw(self._order, 0, self.n), kind="stable")

    def part(self, number: int) -> int:
        return int(self._parts[number])

    def within(self, number: int) -> Fraction:
        return Fraction(int(noise.raw(self._within, number, 1)[0]), 2**64)


class _Among:
    """One of some values."""

    def __init__(self, axis: Axis, strata: _Strata) -> None:
        self._axis, self._strata = axis, strata

    def at(self, number: int) -> Plain:
        return self._axis.at(self._strata.part(number) * self._axis.count // self._strata.n)


class _Between:
    """A number of a range."""

    def __init__(self, low: Fraction, high: Fraction, strata: _Strata) -> None:
        self._low, self._width, self._strata = low, (high - low) / strata.n, strata
        self._per_unit = _power_of_ten(_PER_PART / self._width)

    def at(self, number: int) -> Plain:
        part = self._strata.part(number)
        first = -(-(self._low + self._width * part) * self._per_unit // 1)
        after = -(-(self._low + self._width * (part + 1)) * self._per_unit // 1)
        return float(Fraction(first + int(self._strata.within(number) * (after - first))) / self._per_unit)


def _dimension(path: str, given: Plain, n: int, seed: int) -> _Among | _Between:
    strata = _Strata(path, n, seed)
    if isinstance(given, dict) and not given.keys() & {"step", "n"}:
        return _Between(*bounds_of(path, given), strata)
    return _Among(axis_of(path, given), strata)


def _power_of_ten(least: Fraction) -> Fraction:
    """The lowest power of ten that is not below `least`."""
    power = Fraction(1)
    while power < least:
        power *= 10
    while power >= 10 * least:
        power /= 10
    return power
