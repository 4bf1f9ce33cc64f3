# ruff: noqa: INP001 - stands beside the scripts that import it
"""Whole local days of a place, second by second, and the roof above them: for the scripts that compare homes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

import pvsim
from pvsim.config import SitePvConfig
from pvsim.core.loads.building import BuildingPlace
from pvsim.core.quantities.timeline import DAY_S

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Ints32 = NDArray[np.int32]

MUNICH = BuildingPlace(ZoneInfo("Europe/Berlin"), 48.14, 11.58)
FIRST_MONDAY = date(2023, 1, 2)
WEEKS, WEEK_DAYS, QUARTER_S = 52, 7, 900


@dataclass(frozen=True)
class Span:
    """Whole local days, in portions of up to a week."""

    place: BuildingPlace
    first_days: tuple[date, ...]
    portion_days: int = WEEK_DAYS

    @classmethod
    def weeks(cls, every: int, place: BuildingPlace = MUNICH) -> "Span":
        """Each so-many-th week of a year, Monday to Sunday."""
        return cls(place, tuple(FIRST_MONDAY + timedelta(weeks=week) for week in range(0, WEEKS, every)))

    @classmethod
    def days(cls, first: date, days: int, place: BuildingPlace = MUNICH) -> "Span":
        """So many days in a row, a portion each."""
        return cls(place, tuple(first + timedelta(days=day) for day in range(days)), portion_days=1)

    @cached_property
    def portions(self) -> tuple[tuple[int, int], ...]:
        """First second (Unix time) and number of seconds of each portion."""
        bounds = [(self._midnight(day), self._midnight(day, self.portion_days)) for day in self.first_days]
        return tuple((first, after - first) for first, after in bounds)

    @cached_property
    def calendar(self) -> Ints:
        """Local month (1 to 12), hour, and number of the portion of each quarter hour; shape (3, n)."""
        rows = []
        for number, (first, n) in enumerate(self.portions):
            for t_utc in range(first, first + n, QUARTER_S):
                local = datetime.fromtimestamp(t_utc, UTC).astimezone(self.place.zone)
                rows.append((local.month, local.hour, number))
        return np.array(rows, dtype=np.int64).T

    def _midnight(self, day: date, later: int = 0) -> int:
        day += timedelta(days=later)
        return int(datetime(day.year, day.month, day.day, tzinfo=self.place.zone).timestamp())


def roof_dw(span: Span, seed: int, *, peak_kw: float = 6.0) -> list[Ints32]:
    """The PV power of each second in 0.1 W, by portions.

    Of modules to the south at 35° under the clouds of the site home; a year takes half a
    minute.
    """
    home = pvsim.configure(pvsim.Request(site="home")).pv
    assert isinstance(home, SitePvConfig)  # noqa: S101 - it has a site
    place = pvsim.Location(span.place.latitude, span.place.longitude, str(span.place.zone))
    plant = pvsim.Plant(tilt_deg=35, azimuth_deg=180, peak_kw=peak_kw, name="south")
    site = replace(home.site, location=place, plants=(plant,), load=None)
    days = (span.first_days[-1] - span.first_days[0]).days + span.portion_days
    source = pvsim.build(
        pvsim.configure(pvsim.Request(site=site, seed=seed, date=str(span.first_days[0]), days=days))
    ).pv
    return [by_days(source.power_dw, first, n) for first, n in span.portions]


def by_days(power_dw: Callable[[int, int], Ints], first_utc: int, n: int) -> Ints32:
    """A portion's power of each second, in 0.1 W, computed day by day."""
    parts = [
        power_dw(t_utc, min(DAY_S, first_utc + n - t_utc)) for t_utc in range(first_utc, first_utc + n, DAY_S)
    ]
    return np.concatenate(parts)
