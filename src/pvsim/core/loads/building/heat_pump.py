"""A heat pump driven by the outdoor temperature.

Each half hour has a mean electric power: heat demand by coefficient of performance, times a scale that the
annual energy sets. Heat demand is linear in 15 °C − temperature (the heating threshold of VDI 4655), with a
constant part for hot water. The COP is a line in the temperature, between those that field tests of air-source
heat pumps report (Fraunhofer ISE "WPsmart im Bestand", 2020: seasonal factors of 2.5 to 3.8). Above 30 % of its
greatest power the pump modulates; below, it runs a part of the half hour at 30 %.
"""

from dataclasses import dataclass
from math import inf

import numpy as np

from pvsim.core.loads.building.devices import Floats
from pvsim.core.quantities import noise
from pvsim.core.quantities.types import DW_PER_W, Ints, OutdoorTemperature
from pvsim.core.weather.outdoor_air import HALF_HOUR_S
from pvsim.errors import UsageError

__all__ = ["SLOT_S", "HeatPumpModel"]

SLOT_S = HALF_HOUR_S
"""One mean power for each."""

_J_PER_KWH = 3_600_000
_MOST_KWH = 12_000.0


@dataclass(frozen=True, slots=True)
class HeatPumpModel:
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
        cls,
        stream: noise.Key,
        temperature: OutdoorTemperature,
        *,
        annual_kwh: float,
        year_c: Floats,
        coldest_c: float = inf,
    ) -> "HeatPumpModel":
        """The heat pump that uses `annual_kwh` in a given year; in others what their weather asks for.

        It is large enough for the coldest half hour of that year.

        Args:
            stream: See the class.
            temperature: See the class.
            annual_kwh: Its electric energy.
            year_c: Temperatures of that year, one for each half hour: shape (half hours,).
            coldest_c: Large enough for this too.

        Raises:
            UsageError: if the energy is outside 200..12,000 kWh.
        """
        if not 200 <= annual_kwh <= _MOST_KWH:  # noqa: PLR2004 - hot water of one person
            what = f"load.heat_pump.annual_kwh is 200 to {_MOST_KWH:,g}, not {annual_kwh:,g}"
            raise UsageError(what, where="load.heat_pump.annual_kwh", fix="for example 4000")
        ratios = _ratio(year_c)
        scale = annual_kwh * _J_PER_KWH / (float(np.cumsum(ratios)[-1]) * SLOT_S)
        greatest = max(float(ratios.max()), float(_ratio(np.array([coldest_c]))[0]))
        return cls(stream, temperature, scale, scale * greatest)

    def power_dw(self, first_utc: int, n: int) -> Ints:
        """See `PowerSource.power_dw`."""
        first = first_utc // SLOT_S
        slots = np.arange(first, (first_utc + n) // SLOT_S + 1)  # one slot at least, also for n = 0
        wanted_w = self.scale_w * _ratio(self.temperature(slots * SLOT_S + SLOT_S // 2))
        mean_w = np.minimum(wanted_w, self.greatest_w)
        running_w = np.maximum(mean_w, self.LEAST_SHARE * self.greatest_w)
        run_s = np.rint(SLOT_S * mean_w / running_w).astype(np.int64)
        late = noise.uniform(self.stream, first, len(slots))
        begin = (late * (SLOT_S - run_s + 1)).astype(np.int64)
        t = np.arange(first_utc, first_utc + n)
        index, within = t // SLOT_S - first, t % SLOT_S
        on = (within >= begin[index]) & (within < (begin + run_s)[index])
        power: Ints = np.where(on, np.rint(running_w * DW_PER_W).astype(np.int64)[index], 0)
        return power


def _ratio(temp_c: Floats) -> Floats:
    """Heat demand in kelvins below the threshold, hot water included, by the COP."""
    demand = np.maximum(HeatPumpModel.THRESHOLD_C - temp_c, 0.0) + HeatPumpModel.HOT_WATER_K
    ratio: Floats = demand / np.clip(3.0 + 0.07 * temp_c, 1.8, 5.0)
    return ratio
