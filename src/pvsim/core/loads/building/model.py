"""A building's load: calibrated to an annual energy, computed for any window."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import date
from typing import TypeVar

import numpy as np

from pvsim.core.devices.limits import LimitSteps
from pvsim.core.loads.building.absences import Absences
from pvsim.core.loads.building.activity import Activity
from pvsim.core.loads.building.always_on import Base
from pvsim.core.loads.building.calendar import WEEK_DAYS, BuildingPlace, Week, day_kind, ordinal_at
from pvsim.core.loads.building.contents import contents_of
from pvsim.core.loads.building.devices import Device, Kind
from pvsim.core.loads.building.dimming import charged_later
from pvsim.core.loads.building.events import Segments, Used, draw_uses, joined, programs, quarter_weights
from pvsim.core.loads.building.presence import Persons
from pvsim.core.loads.building.rates import Year, uses_before
from pvsim.core.loads.building.render import add_segments
from pvsim.core.loads.building.sun_clock import SunWeek
from pvsim.core.loads.building.traits import traits_of
from pvsim.core.quantities import noise
from pvsim.core.quantities.types import METER_MAX_DW, Ints, PowerSource
from pvsim.errors import UsageError

__all__ = ["BuildingLoad"]

_KEPT = 3  # weeks, and years: of a window, its neighbours, and one in reserve for windows out of order

_FIRST_UTC, _LAST_UTC = -62_104_060_800, 253_339_228_800  # years 2 to 9997: their neighbours exist

_T = TypeVar("_T")


class BuildingLoad:
    """The load of one building, a `PowerSource`.

    A value depends on (seed, meter, second) only (I7). A week is computed when a window first touches it; three
    are kept, about 60 kB, so memory does not grow with the length of a run.

    Args:
        kind: What it contains.
        place: Its clock and coordinates.
        seed: Of the simulation.
        meter: The meter's name: other meters are other buildings.
        annual_kwh: Energy of a year of 365 days, without `extra` and `others`: uses are scaled, not powers.
        people: Persons who live there; None is as its traits are.
        extra: Devices on top, with uses of their own number, for example a car.
        others: Loads on top, for example a heat pump.
        max_dw: The most that its meter shows.
        dimming: The most that each device of `extra` takes; `others` come dimmed.

    Raises:
        UsageError: if the annual energy is outside the range that the model holds for, or `extra` asks for a
            shape that the kind has not.
    """

    def __init__(
        self,
        kind: Kind,
        place: BuildingPlace,
        *,
        seed: int,
        meter: str,
        annual_kwh: float,
        people: int | None = None,
        extra: Sequence[Device] = (),
        others: Sequence[PowerSource] = (),
        max_dw: int = METER_MAX_DW,
        dimming: LimitSteps | None = None,
    ) -> None:
        _refuse_unfit(kind, meter, annual_kwh, extra)
        self._place = place
        self._others, self._max_dw = tuple(others), max_dw
        self._dimming, self._dimmed = dimming, {device.name for device in extra}
        self._name = (seed, meter)
        self.traits = traits_of(kind, seed=seed, meter=meter, annual_kwh=annual_kwh, people=people)
        self._persons = None
        if self.traits.people:
            self._persons = Persons(self._key("persons"), self.traits.occupations, self.traits.later_quarters)
        self._absences = Absences(self._key("holidays"), self.traits.weeks_away, southern=place.latitude < 0)
        self._activity = Activity(self._key("activity"))
        contents = contents_of(
            kind,
            self.traits,
            self._key,
            annual_kwh=annual_kwh,
            season_share=place.season_share,
            extra=extra,
        )
        streams = self._key("base", "1"), self._key("base", "2")
        self._base = Base(streams, contents.base_dw)
        if self._persons:
            self._base = Base.of_home(streams, contents.base_dw, place.season_share)
        self._cold, self._used = contents.cold, contents.used
        self._shapes = {name: shape.quarters() for name, shape in kind.shapes.items()}
        self._weeks: OrderedDict[int, Segments] = OrderedDict()
        self._lived: OrderedDict[int, Ints] = OrderedDict()

    def power_dw(self, first_utc: int, n: int) -> Ints:
        """See `PowerSource.power_dw`; clipped to the meter's range, see `clipped_s`."""
        return np.clip(self.unclipped_dw(first_utc, n), 0, self._max_dw)

    def clipped_s(self, first_utc: int, n: int) -> int:
        """How many of the seconds exceed the meter's range and are clipped to it."""
        return self.power_and_clipped_s(first_utc, n)[1]

    def power_and_clipped_s(self, first_utc: int, n: int) -> tuple[Ints, int]:
        """Both `power_dw` and `clipped_s`."""
        power = self.unclipped_dw(first_utc, n)
        shown = np.clip(power, 0, self._max_dw)
        return shown, int(np.count_nonzero(shown != power))

    def unclipped_dw(self, first_utc: int, n: int) -> Ints:
        """The power of each second in 0.1 W before it is clipped to the meter's range.

        Raises:
            UsageError: before year 2 or after 9997.
        """
        power, ripple = np.zeros(n, dtype=np.int64), np.zeros(n)
        if not n:
            return power
        if not _FIRST_UTC <= first_utc <= _LAST_UTC - n:
            what = "a building's calendar goes from year 2 to 9997"
            raise UsageError(what, field="date", fix="choose another date")
        self._base.add(first_utc, power, ripple)
        for compressor in self._cold:
            compressor.add(first_utc, power)
        last_week = self._week_at(first_utc + n - 1)
        for number in range(self._week_at(first_utc) - 1, last_week + 1):  # a use may reach into the next week
            add_segments(_kept(self._weeks, number, self._draw_week), first_utc, power, ripple)
        power += np.rint(noise.near_normal(self._key("ripple"), first_utc, n) * ripple).astype(np.int64)
        for other in self._others:
            power += other.power_dw(first_utc, n)
        return power

    def _key(self, *component: str) -> noise.Key:
        seed, meter = self._name
        return noise.key(seed, "building", meter, *component)

    def _week_at(self, t_utc: int) -> int:
        return (ordinal_at(t_utc, self._place.zone) - 1) // WEEK_DAYS

    def _draw_week(self, number: int) -> Segments:
        week = Week.of(number, self._place.zone)
        ordinals = [week.first + day for day in range(WEEK_DAYS)]
        days = np.array([day_kind(ordinal) for ordinal in ordinals], dtype=np.int64)
        lived = np.array([self._lived_on(ordinal) for ordinal in ordinals], dtype=np.int64)
        active = np.ones_like(week.starts)
        if self._persons:
            awake = [self._persons.active(ordinal, kind) for ordinal, kind in zip(ordinals, days, strict=True)]
            quarters = SunWeek.of(number, self._place).quarters
            active = np.stack(awake)[week.days, quarters].astype(np.int64)
        parts = []
        for used in self._used:
            first, after = (self._uses_before(used, week.first + day) for day in (0, WEEK_DAYS))
            if after > first:
                weights = quarter_weights(used, week, self._place, days=days, lived=lived, active=active)
                starts, q = draw_uses(used, week, weights, first, after - first)
                part = programs(used, starts, q, first)
                if self._dimming is not None and used.device.name in self._dimmed:
                    part = charged_later(part, self._dimming)
                parts.append(part)
        return joined(parts)

    def _lived_days(self, year: int) -> Ints:
        """How much the household does on each day of a calendar year in 1/1000: 0 where it is away."""
        home = self._absences.at_home(year)
        if not self._persons:
            return home.astype(np.int64)
        days = date(year, 1, 1).toordinal() - 1 + np.arange(len(home))
        first = int(days[0]) // WEEK_DAYS
        factors = self._activity.of_weeks(first, int(days[-1]) // WEEK_DAYS + 1 - first)
        return factors[days // WEEK_DAYS - first] * home

    def _uses_before(self, used: Used, ordinal: int) -> int:
        number = date.fromordinal(ordinal).year
        year = Year.of(number, self._place)
        rates = year.rates(used.device, self._shapes[used.device.shape])
        if used.device.needs != "nothing":
            rates = rates * _kept(self._lived, number, self._lived_days)
        return uses_before(rates, ordinal - year.first, number, used.per_year, used.phase)

    def _lived_on(self, ordinal: int) -> int:
        day = date.fromordinal(ordinal)
        return int(_kept(self._lived, day.year, self._lived_days)[day.timetuple().tm_yday - 1])


def _refuse_unfit(kind: Kind, meter: str, annual_kwh: float, extra: Sequence[Device]) -> None:
    """Refuse what this kind of building does not hold for; see `BuildingLoad`."""
    if not kind.least_kwh <= annual_kwh <= kind.most_kwh:
        bounds = f"{kind.least_kwh:,g} to {kind.most_kwh:,g} kWh"
        what = f"`annual_kwh` of meter {meter} is {bounds}, not {annual_kwh:,g}"
        raise UsageError(what, field="annual_kwh", fix=f"for example {kind.least_kwh * 2:g}kWh")
    for device in extra:
        if device.shape not in kind.shapes:
            what = f"{device.name} asks for the shape {device.shape!r}, which this kind of building does not have"
            raise UsageError(what, where=f"meter {meter}", fix=f"one of {', '.join(kind.shapes)}")


def _kept(kept: OrderedDict[int, _T], number: int, make: Callable[[int], _T]) -> _T:
    """The value of `number`, made when it is not among the few that were used last."""
    if number not in kept:
        kept[number] = make(number)
        if len(kept) > _KEPT:
            kept.popitem(last=False)
    kept.move_to_end(number)
    return kept[number]
