"""What plants give over a long time, from one second in 256: cheap enough to compare the skies of many seeds."""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from typing import TypeAlias

import numpy as np

from pvsim.core.pv.plant import ac_power_w, in_plane
from pvsim.core.pv.thermal import faiman, lagged
from pvsim.core.quantities.physics import Floats
from pvsim.core.quantities.types import Ints
from pvsim.core.site.schema import Plant
from pvsim.core.weather.clear_sky import ClearSky, LightOutside
from pvsim.core.weather.sky import Air, ClimateSky
from pvsim.core.weather.sun import Sun

__all__ = ["EVERY_S", "SampledClouds", "SampledPv"]

EVERY_S = 256
"""A year has 123,000 of them, half by day, at all times of day and hour: its energy is within 0.5 % of that of all
its seconds."""

_FORGOTTEN = 21  # time constants after which the cells have forgotten: exp(−21) = 8e-10
_J_PER_KWH = 3_600_000.0

SampledClouds: TypeAlias = Callable[[int, int, int], tuple[Floats, Floats]]
"""From a first second (Unix time), a number n and the seconds from one to the next to the global index and the
beam's, each of shape (n,)."""


@dataclass(frozen=True, slots=True)
class SampledPv:
    """Plants under the clear sky of some days; `energy_kwh` puts clouds over them. Make one with `over`.

    Attributes:
        plants: With their horizons.
        t_utc: The seconds: Unix times that are multiples of `EVERY_S`.
        lit: Which of them have the sun up: their indices.
        sun: At those.
        clear: Light at those.
    """

    plants: tuple[Plant, ...]
    t_utc: Ints
    lit: Ints
    sun: Sun
    clear: ClearSky

    @classmethod
    def over(
        cls, outside: LightOutside, plants: tuple[Plant, ...], *, start_utc: int, end_utc: int
    ) -> "SampledPv":
        """The plants from one Unix time to another, which is not within."""
        t_utc = np.arange(ceil(start_utc / EVERY_S), ceil(end_utc / EVERY_S), dtype=np.int64) * EVERY_S
        return cls(plants, t_utc, *outside.at(t_utc))

    def energy_kwh(self, climate: ClimateSky, clouds: SampledClouds) -> float:
        """The energy of all plants under a climate's air and the clouds of a seed."""
        share = np.zeros(len(self.t_utc))
        share[self.lit] = self.clear.beam_share(self.sun)
        indices = clouds(int(self.t_utc[0]), len(self.t_utc), EVERY_S)
        air = climate.air_at(self.t_utc, indices, share)
        light = self.clear.under(air.beam_index[self.lit], air.diffuse_index[self.lit], self.sun)
        return sum(self._watts(plant, light, air) for plant in self.plants) * EVERY_S / _J_PER_KWH

    def _watts(self, plant: Plant, light: ClearSky, air: Air) -> float:
        """The sum of a plant's power over the seconds, in W."""
        plane, lit = in_plane(plant, self.sun, light), self.lit
        steady = air.temp_air.copy()
        steady[lit] = faiman(
            plane.poa_global, air.temp_air[lit], air.wind_speed[lit], plant.faiman_u0, plant.faiman_u1
        )
        response = _response(plant.thermal_time_constant_s)
        temp_cell = np.convolve(steady - steady[0], response)[: len(steady)] + steady[0]
        return float(ac_power_w(plant, lit, plane, temp_cell).sum())


def _response(time_constant_s: float) -> Floats:
    """How cells answer to one step's heat: what `lagged` makes of it, as weights of the steps since."""
    impulse = np.zeros(2 + ceil(_FORGOTTEN * time_constant_s / EVERY_S) + 1)
    impulse[1] = 1.0
    return lagged(impulse, time_constant_s, EVERY_S)[1:]
