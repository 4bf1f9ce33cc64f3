"""The hours of one home: the shapes of all homes, lived earlier or later, and more or less by day."""

from functools import lru_cache

import numpy as np

from pvsim.core.loads.building.devices import QUARTERS, Shape
from pvsim.core.quantities.types import Ints

__all__ = ["lived"]

_KNOTS_QUARTERS = (0, 16, 44, 64, 84, 96)  # 0, 4, 11, 16, 21 and 24 o'clock
_DAY_KNOTS = (0, 34, 38, 66, 70, 96)  # from 9 to 17 o'clock, with an hour of transition


@lru_cache(maxsize=4_096)  # what 1,000 homes share: 1.5 kB each
def lived(shape: Shape, later: int, by_day: float) -> Ints:
    """The rates of a home by quarter hour, as `Shape.quarters`.

    Args:
        shape: Those of the average home.
        later: How many quarter hours later its evenings are; its nights and mornings are later by half of it.
        by_day: How much more it does from 9 to 17.
    """
    quarters, night = np.arange(QUARTERS), later // 2
    moved = _lines(quarters, _KNOTS_QUARTERS, (night, night, night, later, later, night))
    weights = _lines(
        quarters, _DAY_KNOTS, (1_000, 1_000, round(by_day * 1_000), round(by_day * 1_000), 1_000, 1_000)
    )
    rates: Ints = shape.quarters()[..., (quarters - moved) % QUARTERS] * weights // 1_000
    return rates


def _lines(at: Ints, knots: tuple[int, ...], values: tuple[int, ...]) -> Ints:
    """Straight lines between whole numbers, rounded down, in whole numbers (I2)."""
    index = np.searchsorted(np.array(knots), at, side="right") - 1
    low, high = np.array(knots)[index], np.array(knots)[index + 1]
    first, last = np.array(values)[index], np.array(values)[index + 1]
    result: Ints = first + (last - first) * (at - low) // (high - low)
    return result
