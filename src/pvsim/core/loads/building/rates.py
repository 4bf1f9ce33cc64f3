"""How often each device is used: whole numbers for each week, so that a year adds up.

Independent draws would leave a year's energy uncertain by a few percent (a dryer's 130 uses have a spread of
11). Instead uses are numbered: by local midnight of a day, `floor(phase + Σ rates)` of them have begun, where a
calendar year's rates add up to the device's annual number. The rates follow season, weekday, darkness and
holidays; when in its week a use falls is drawn (`events`). Everything is in integers (I2, I7).
"""

from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

import numpy as np

from pvsim.core.loads.building.calendar import WORKDAY, BuildingPlace, day_kind, quarters_of
from pvsim.core.loads.building.devices import Device
from pvsim.core.loads.building.sun_clock import sun_quarters
from pvsim.core.quantities.types import Ints

__all__ = ["SHARE", "Year", "day_weights", "in_the_dark", "uses_before"]

SHARE = 1_000_000
"""Uses are counted in millionths, so that a device used 1.5 times a year is possible."""


@dataclass(frozen=True, slots=True)
class Year:
    """The days of one calendar year at a place, as all devices of all its buildings see them.

    Attributes:
        first: Ordinal of 1 January.
        kinds: Workday, Saturday or Sunday.
        winter: +1 in midwinter to −1, in 1/1000.
        darkness: Need of light in 1/1000 by quarter hour: shape (days, 96).
        sun_quarters: Which quarter hour people live in, likewise; see `sun_clock`.
    """

    first: int
    kinds: Ints
    winter: Ints
    darkness: Ints
    sun_quarters: Ints
    _rates: dict[tuple[Device, bytes], Ints] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    @lru_cache(maxsize=8)  # of two places, say: 0.4 MB each, which 1,000 buildings share
    def of(cls, year: int, place: BuildingPlace) -> "Year":
        """The calendar year at a place."""
        first = date(year, 1, 1).toordinal()
        ordinals = range(first, date(year + 1, 1, 1).toordinal())
        return cls(
            first=first,
            kinds=np.array([day_kind(ordinal) for ordinal in ordinals], dtype=np.int64),
            winter=np.rint(1_000 * place.winter(np.array(ordinals))).astype(np.int64),
            darkness=place.darkness(quarters_of(list(ordinals), place.zone)),
            sun_quarters=sun_quarters(list(ordinals), place),
        )

    def rates(self, device: Device, shape: Ints) -> Ints:
        """The device's rate on each day, shape (days,), where nobody has holidays.

        By the average home's `shape`, which all homes share: days differ by light and season much more than by the
        hours of one home, and 1,000 homes with hours of their own would keep 1,000 years.
        """
        known = (device, shape.tobytes())
        if known not in self._rates:
            free = (self.kinds > WORKDAY).astype(np.int64)
            by_quarter = shape[free[:, None], self.sun_quarters] if device.needs == "active" else shape[free]
            by_day = (in_the_dark(device, by_quarter, self.darkness) if device.dark else by_quarter).sum(axis=1)
            self._rates[known] = by_day * day_weights(device, self.kinds, self.winter)
        return self._rates[known]


def in_the_dark(device: Device, weights: Ints, darkness: Ints) -> Ints:
    """The weights of quarter hours, less where it is light, by `Device.dark`."""
    share = round(1_000 * device.dark)
    lit: Ints = weights * (1_000 - share + share * darkness // 1_000) // 1_000
    return lit


def day_weights(device: Device, kinds: Ints, winter: Ints) -> Ints:
    """The weight of days by their kind and season."""
    weights: Ints = np.array(device.days)[kinds] * (1_000 + np.rint(device.winter * winter).astype(np.int64))
    return weights


def uses_before(rates: Ints, day: int, year: int, per_year: int, phase: int) -> int:
    """How many uses have begun before a day.

    Args:
        rates: Of each day of the calendar year.
        day: Days since 1 January.
        year: The calendar year.
        per_year: Uses in a year, in millionths.
        phase: 0 to 999,999, drawn for each building: when the count goes up.
    """
    before, total = int(rates[:day].sum()), int(rates.sum())
    return ((phase + year * per_year) * total + per_year * before) // (SHARE * total)
