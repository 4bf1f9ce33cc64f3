"""What sets a home apart from others of its annual energy: drawn once for each building, from its name (I7).

Shares and their sources: docs/explanation/homes.md. Additions and multiplications only, so that every machine
draws the same homes (I2).
"""

from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from pvsim.core.loads.building.devices import ColdDevice, Device, Kind, quantile
from pvsim.core.quantities import noise

__all__ = ["Occupation", "Traits", "traits_of"]

Occupation = Literal["work", "part-time", "shifts", "home office", "home", "school"]
"""Where a person is on workdays: "home" also those who are retired."""

_PEOPLE_KWH = (1_000, 1_500, 2_000, 3_000, 4_000, 5_000, 6_000, 8_000, 12_000)
_PEOPLE = (  # shares of homes with 1, 2, 3, 4 and 5 persons among those of that annual energy
    (0.88, 0.11, 0.01, 0.00, 0.00),
    (0.71, 0.24, 0.03, 0.02, 0.00),
    (0.53, 0.35, 0.07, 0.04, 0.01),
    (0.26, 0.45, 0.16, 0.10, 0.03),
    (0.12, 0.41, 0.22, 0.18, 0.07),
    (0.06, 0.34, 0.25, 0.22, 0.13),
    (0.03, 0.26, 0.26, 0.26, 0.19),
    (0.01, 0.16, 0.24, 0.26, 0.33),
    (0.00, 0.06, 0.16, 0.24, 0.54),
)
_ALL_RETIRED = (0.34, 0.30, 0.02)  # of homes with one, two, and more persons
_ADULTS: dict[Occupation, float] = {
    "work": 0.36,
    "part-time": 0.24,
    "shifts": 0.12,
    "home office": 0.12,
    "home": 0.16,
}
_ADULTS_MOST = 2  # further persons are children
_LATER_MIN = (-110.0, -67.0, -37.0, -22.0, -7.0, 8.0, 23.0, 53.0, 113.0)
_BY_DAY = (0.4, 0.8, 1.1, 1.5, 2.2, 3.9)
_BY_DAY_AT_HOME, _BY_DAY_OUT = 1.6, 0.65  # homes in which somebody is at home by day, and the others
_BASE_FACTOR = (0.2, 0.5, 0.7, 0.85, 1.0, 1.24, 1.65, 2.6)
_BASE_FACTOR_OF_OTHERS = (0.7, 1.0, 1.3)
_WEEKS_AWAY = (1.0, 2.0, 2.5, 3.0, 4.0)
_QUARTER_MIN = 15
_BY_DAY_STEP = 0.25


@dataclass(frozen=True, slots=True)
class Traits:
    """What one building is like.

    Attributes:
        people: Persons who live there; 0 in a building that has working hours instead.
        occupations: Where each of them is on workdays.
        later_min: How much later than the average home's its evenings are, in minutes, whole quarter hours.
        by_day: How much more it uses its devices from 9 to 17 than the average home, where it may choose.
        owned: The names of the things that it has, of those which not every building has.
        weeks_away: Weeks of a year in which nobody sleeps there, 1 to 4; 0 without people.
        base_factor: Its base load, relative to that of the average building of its annual energy.
    """

    people: int
    occupations: tuple[Occupation, ...]
    later_min: int
    by_day: float
    owned: frozenset[str]
    weeks_away: float
    base_factor: float

    @property
    def later_quarters(self) -> int:
        """`later_min` in quarter hours."""
        return self.later_min // _QUARTER_MIN

    def has(self, device: Device | ColdDevice, annual_kwh: float) -> bool:
        """Whether a building with these traits and this annual energy has a device."""
        return annual_kwh >= device.from_kwh and (not device.owned or device.thing in self.owned)


def traits_of(kind: Kind, *, seed: int, meter: str, annual_kwh: float, people: int | None = None) -> Traits:
    """Draw the traits of one building.

    Args:
        kind: What it contains.
        seed: Of the simulation.
        meter: The meter's name: other meters are other buildings.
        annual_kwh: Energy of a year: the more, the more people.
        people: Persons who live there; None draws them.
    """

    def draws(name: str, n: int = 1) -> list[float]:
        return [float(draw) for draw in noise.uniform(noise.key(seed, "building", meter, *name.split("/")), -8, n)]

    def drawn(table: tuple[float, ...], name: str) -> float:
        return float(quantile(table, np.array(draws(name)))[0])

    if not kind.people:
        return Traits(0, (), 0, 1.0, frozenset(), 0.0, drawn(_BASE_FACTOR_OF_OTHERS, "base"))
    if people is None:
        people = 1 + _place(draws("people")[0], _people_shares(annual_kwh))
    retired = draws("retired")[0] < _ALL_RETIRED[min(people, len(_ALL_RETIRED)) - 1]
    occupations = _occupations(draws("occupations", people), retired=retired)
    by_day = _BY_DAY_AT_HOME if {"home", "home office"} & set(occupations) else _BY_DAY_OUT
    return Traits(
        people=people,
        occupations=occupations,
        later_min=round(drawn(_LATER_MIN, "later") / _QUARTER_MIN) * _QUARTER_MIN,
        by_day=round(by_day * drawn(_BY_DAY, "by day") / _BY_DAY_STEP) * _BY_DAY_STEP,
        owned=frozenset(name for name, share in kind.shares(people).items() if draws(f"owned/{name}")[0] < share),
        weeks_away=drawn(_WEEKS_AWAY, "weeks away"),
        base_factor=drawn(_BASE_FACTOR, "base"),
    )


def _occupations(draws: Sequence[float], *, retired: bool) -> tuple[Occupation, ...]:
    names, shares = list(_ADULTS), tuple(_ADULTS.values())
    children: Occupation = "school"
    return tuple(
        "home" if retired else names[_place(draw, shares)] if person < _ADULTS_MOST else children
        for person, draw in enumerate(draws)
    )


def _people_shares(annual_kwh: float) -> tuple[float, ...]:
    """The shares of homes with 1, 2 … persons among those of an annual energy: straight lines between the rows."""
    row = bisect(_PEOPLE_KWH[1:-1], annual_kwh)
    low, high = _PEOPLE_KWH[row], _PEOPLE_KWH[row + 1]
    part = min(max((annual_kwh - low) / (high - low), 0.0), 1.0)
    return tuple(a + (b - a) * part for a, b in zip(_PEOPLE[row], _PEOPLE[row + 1], strict=True))


def _place(draw: float, shares: Sequence[float]) -> int:
    """Which of several things a draw in [0, 1) hits, each as often as its share; the last gets what is left."""
    for index, share in enumerate(shares[:-1]):
        if draw < share:
            return index
        draw -= share
    return len(shares) - 1
