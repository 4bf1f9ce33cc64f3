"""How often each device is used: whole numbers for each week, so that a year adds up.

Independent draws would leave a year's energy uncertain by a few percent (a dryer's 130 uses have a spread of
11). Instead uses are numbered: by local midnight of a day, `floor(phase + Σ rates)` of them have begun, where a
calendar year's rates add up to the device's annual number. The rates follow season, weekday, darkness and
holidays; when in its week a use falls is drawn (`events`). Everything is in integers (I2, I7).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from pvsim.core.building.calendar import WORKDAY, Place, day_kind, quarters_of
from pvsim.core.building.devices import Device
from pvsim.core.types import Ints

__all__ = ["SHARE", "Year", "day_weights", "uses_before"]

SHARE = 1_000_000
"""Uses are counted in millionths, so that a device used 1.5 times a year is possible."""


@dataclass(frozen=True, slots=True)
class Year:
    """The days of one calendar year, as all devices see them.

    Attributes:
        first: Ordinal of 1 January.
        kinds: Workday, Saturday or Sunday.
        winter: +1 in midwinter to −1, in 1/1000.
        home: Whether the household is not on holiday.
        darkness: Need of light in 1/1000 by quarter hour: shape (days, 96).
    """

    first: int
    kinds: Ints
    winter: Ints
    home: NDArray[np.bool_]
    darkness: Ints

    @classmethod
    def of(cls, year: int, place: Place, home: NDArray[np.bool_]) -> "Year":
        """The calendar year at a place, with the holidays of a household."""
        first = date(year, 1, 1).toordinal()
        ordinals = range(first, date(year + 1, 1, 1).toordinal())
        return cls(
            first=first,
            kinds=np.array([day_kind(ordinal) for ordinal in ordinals], dtype=np.int64),
            winter=np.rint(1_000 * place.winter(np.array(ordinals))).astype(np.int64),
            home=home,
            darkness=place.darkness(quarters_of(list(ordinals), place.zone)),
        )

    def cumulative(self, device: Device, shape: Ints) -> list[int]:
        """Sums of the device's rates before each day and at the end: days + 1 integers from 0 on."""
        by_quarter = shape[(self.kinds > WORKDAY).astype(np.int64)]
        by_day = (by_quarter * self.darkness // 1_000 if device.dark else by_quarter).sum(axis=1)
        rates = by_day * day_weights(device, self.kinds, self.winter)
        if device.needs != "nothing":
            rates = rates * self.home
        return [0, *accumulate(rates.tolist())]


def day_weights(device: Device, kinds: Ints, winter: Ints) -> Ints:
    """The weight of days by their kind and season."""
    weights: Ints = np.array(device.days)[kinds] * (1_000 + np.rint(device.winter * winter).astype(np.int64))
    return weights


def uses_before(cumulative: Sequence[int], day: int, year: int, per_year: int, phase: int) -> int:
    """How many uses have begun before a day.

    Args:
        cumulative: Of the day's calendar year.
        day: Days since 1 January.
        year: The calendar year.
        per_year: Uses in a year, in millionths.
        phase: 0 to 999,999, drawn for each building: when the count goes up.
    """
    total = cumulative[-1]
    return ((phase + year * per_year) * total + per_year * cumulative[day]) // (SHARE * total)
