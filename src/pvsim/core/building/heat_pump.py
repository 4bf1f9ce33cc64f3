"""A heat pump driven by the outdoor temperature.

Each half hour has a mean electric power: heat demand by coefficient of performance, times a scale that the
annual energy sets. Heat demand is linear in 15 °C − temperature (the heating threshold of VDI 4655), with a
constant part for hot water. The COP is a line in the temperature, between those that field tests of air-source
heat pumps report (Fraunhofer ISE "WPsmart im Bestand", 2020: seasonal factors of 2.5 to 3.8). Above 30 % of its
greatest power the pump modulates; below, it runs a part of the half hour at 30 %.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

import numpy as np

from pvsim.core import noise
from pvsim.core.building.calendar import Place, first_instant, sine
from pvsim.core.building.devices import Floats
from pvsim.core.timeline import DAY_S
from pvsim.core.types import DW_PER_W, Ints
from pvsim.errors import UsageError

__all__ = ["HeatPump", "OutdoorTemperature", "SeasonalTemperature"]

OutdoorTemperature: TypeAlias = Callable[[Ints], Floats]
"""Outdoor temperatures in °C at Unix times; each depends on its time only."""

_SLOT_S = 1_800
_J_PER_KWH = 3_600_000
_UNIX_ORDINAL = 719_163  # of 1970-01-01
_MOST_KWH = 12_000.0


@dataclass(frozen=True, slots=True)
class SeasonalTemperature:
    """A simple temperature: season, time of day, and weather as straight lines between daily knots.

    Of the size of Germany's climate: mean 9.5 °C, ±9 K by season, ±3.5 K by day, a spread of 3.5 K by weather.
    """

    stream: noise.Key
    place: Place

    MEAN_C = 9.5
    SEASON_K = 9.0
    DAY_K = 3.5
    WEATHER_K = 3.5
    WARMEST = 15 / 24  # of the solar day

    def __call__(self, t_utc: Ints) -> Floats:
        """The temperatures in °C."""
        days = t_utc / DAY_S
        winter = self.place.winter(days + _UNIX_ORDINAL)
        by_day = sine(days + self.place.longitude / 360 - self.WARMEST + 0.25)
        first = int(t_utc.min()) // DAY_S
        knots = noise.near_normal(self.stream, first, int(t_utc.max()) // DAY_S + 2 - first)
        index = t_utc // DAY_S - first
        weather = knots[index] + (knots[index + 1] - knots[index]) * (t_utc % DAY_S / DAY_S)
        result: Floats = self.MEAN_C - self.SEASON_K * winter + self.DAY_K * by_day + self.WEATHER_K * weather
        return result


@dataclass(frozen=True, slots=True)
class HeatPump:
    """A heat pump, a `PowerSource`.

    Attributes:
        stream: Names its random numbers: when in its half hour a short run begins.
        temperature: Of the air that it takes heat from.
        scale_w: Electric power in W for one kelvin below the threshold at a COP of 1.
        greatest_w: Its greatest electric power.
    """

    stream: noise.Key
    temperature: OutdoorTemperature
    scale_w: float
    greatest_w: float

    THRESHOLD_C = 15.0
    HOT_WATER_K = 1.5
    LEAST_SHARE = 0.3

    @classmethod
    def of_energy(
        cls, stream: noise.Key, temperature: OutdoorTemperature, *, annual_kwh: float, year: int, place: Place
    ) -> "HeatPump":
        """The heat pump that uses `annual_kwh` in a calendar year; in others what their weather asks for.

        Raises:
            UsageError: if the energy is outside 200..12,000 kWh.
        """
        if not 200 <= annual_kwh <= _MOST_KWH:  # noqa: PLR2004 - hot water of one person
            what = f"{annual_kwh:g} kWh a year is outside 200..{_MOST_KWH:g} kWh"
            raise UsageError(what, where="heat pump", fix="for example 4000")
        first, after = (first_instant(date(y, 1, 1).toordinal(), place.zone) for y in (year, year + 1))
        ratios = _ratio(temperature(np.arange(first, after, _SLOT_S) + _SLOT_S // 2))
        scale = annual_kwh * _J_PER_KWH / (float(np.cumsum(ratios)[-1]) * _SLOT_S)
        return cls(stream, temperature, scale, scale * float(ratios.max()))

    def power_dw(self, first_utc: int, n: int) -> Ints:
        """See `PowerSource.power_dw`."""
        first = first_utc // _SLOT_S
        slots = np.arange(first, (first_utc + n) // _SLOT_S + 1)  # one slot at least, also for n = 0
        wanted_w = self.scale_w * _ratio(self.temperature(slots * _SLOT_S + _SLOT_S // 2))
        mean_w = np.minimum(wanted_w, self.greatest_w)
        running_w = np.maximum(mean_w, self.LEAST_SHARE * self.greatest_w)
        run_s = np.rint(_SLOT_S * mean_w / running_w).astype(np.int64)
        late = noise.uniform(self.stream, first, len(slots))
        begin = (late * (_SLOT_S - run_s + 1)).astype(np.int64)
        t = np.arange(first_utc, first_utc + n)
        index, within = t // _SLOT_S - first, t % _SLOT_S
        on = (within >= begin[index]) & (within < (begin + run_s)[index])
        power: Ints = np.where(on, np.rint(running_w * DW_PER_W).astype(np.int64)[index], 0)
        return power


def _ratio(temp_c: Floats) -> Floats:
    """Heat demand in kelvins below the threshold, hot water included, by the COP."""
    demand = np.maximum(HeatPump.THRESHOLD_C - temp_c, 0.0) + HeatPump.HOT_WATER_K
    ratio: Floats = demand / np.clip(3.0 + 0.07 * temp_c, 1.8, 5.0)
    return ratio
