"""How much a household does in each week beside its mean: guests, illness, work, a new baby or a wet week.

The uses of a year keep their number (`rates`); the factor of a week moves them between weeks.
"""

from dataclasses import dataclass

import numpy as np

from pvsim.core.loads.building.devices import quantile
from pvsim.core.quantities import noise
from pvsim.core.quantities.types import Ints

__all__ = ["Activity"]

_SPREAD = (0.22, 0.24, 0.255, 0.28, 0.36)  # of a home's weeks, quantile table of homes; an estimate
_LEAST = 100  # in 1/1000: nobody leaves a home quite alone without being away


@dataclass(frozen=True, slots=True)
class Activity:
    """The factor of each week of one household: weeks are independent, and homes differ in spread."""

    stream: noise.Key

    @property
    def spread(self) -> float:
        """The standard deviation of the factor; the same in all weeks."""
        return float(quantile(_SPREAD, noise.uniform(self.stream, -8, 1))[0])

    def of_weeks(self, first: int, count: int) -> Ints:
        """The factors of `count` consecutive weeks (see `Week.of`) in 1/1000: shape (count,)."""
        drawn = 1 + self.spread * noise.near_normal(self.stream, first, count)
        factors: Ints = np.maximum(_LEAST, np.rint(1_000 * drawn)).astype(np.int64)
        return factors
