"""What the air does to a clear sky's light, and how warm and windy it is: what a plant is told each second."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np

from pvsim.core.quantities.months import monthly
from pvsim.core.quantities.physics import Floats
from pvsim.core.quantities.timeline import DAY_S, HOUR_S
from pvsim.core.quantities.types import Ints
from pvsim.core.weather.clouds import diffuse_index
from pvsim.core.weather.spells import Spells

__all__ = ["Air", "ClimateSky", "CloudIndices", "Sky"]

CloudIndices: TypeAlias = Callable[[int, int], tuple[Floats, Floats]]
"""From the first second (Unix time) and a number n to what clouds leave of the clear sky's global light (on the
level; above 1 beside them) and of its beam (0..1), each of shape (n,)."""

_WARMEST_S = 15 * HOUR_S
_SPELLS = Spells(0)


@dataclass(frozen=True, slots=True)
class Air:
    """The air over some seconds; arrays of one length.

    Attributes:
        beam_index: Share of the clear sky's beam that arrives.
        diffuse_index: Diffuse light as a share of the clear sky's.
        temp_air: In °C.
        wind_speed: In m/s.
    """

    beam_index: Floats
    diffuse_index: Floats
    temp_air: Floats
    wind_speed: Floats


class Sky(Protocol):
    """Anything that gives the air for each second: a climate, synthetic clouds, a weather file."""

    def air(self, first_utc: int, beam_share: Floats) -> Air:
        """The air over the seconds from `first_utc` on (Unix time); each depends on its second only (I7).

        Args:
            first_utc: The first of them.
            beam_share: For each, what part of a clear sky's light on the level is beam, shape (n,); 0 by night.
        """
        ...


@dataclass(frozen=True, slots=True)
class ClimateSky:
    """Air by month and hour, under a clear sky or under given clouds.

    Attributes:
        longitude_deg: By which the sun's time is known: the warmest hour is 15:00 of it.
        temp_air_c: Twelve monthly means.
        temp_air_swing_c: From the coldest to the warmest time of a day.
        wind_speed_ms: All the time.
        clouds: None is a clear sky.
        temp_air_spread_c: RMS of what the weather of some days adds to the temperature.
        spells: That weather.
    """

    longitude_deg: float
    temp_air_c: Sequence[float]
    temp_air_swing_c: float
    wind_speed_ms: float
    clouds: CloudIndices | None = None
    temp_air_spread_c: float = 0.0
    spells: Spells = _SPELLS

    def air(self, first_utc: int, beam_share: Floats) -> Air:
        """See `Sky.air`."""
        n = len(beam_share)
        t_utc = np.arange(first_utc, first_utc + n, dtype=np.int64)
        return self.air_at(t_utc, None if self.clouds is None else self.clouds(first_utc, n), beam_share)

    def air_at(self, t_utc: Ints, indices: tuple[Floats, Floats] | None, beam_share: Floats) -> Air:
        """The air at rising Unix times under clouds: their index and the beam's there, None is a clear sky."""
        n = len(t_utc)
        beam = diffuse = np.ones(n)
        if indices is not None:
            index, beam = indices
            diffuse = diffuse_index(index, beam, beam_share)
        return Air(beam, diffuse, self.temp_air(t_utc), np.full(n, self.wind_speed_ms))

    def temp_air(self, t_utc: Ints) -> Floats:
        """An `OutdoorTemperature`: month, hour by the sun, and the weather of the days."""
        by_the_sun = t_utc + self.longitude_deg / 360.0 * DAY_S
        swing = np.cos((by_the_sun - _WARMEST_S) * (2.0 * np.pi / DAY_S))
        if not self.temp_air_spread_c and self.spells.sunniness is None:
            steady: Floats = monthly(self.temp_air_c, t_utc) + 0.5 * self.temp_air_swing_c * swing
            return steady
        warmth, wider = self.spells.at(t_utc)
        temp_air: Floats = monthly(self.temp_air_c, t_utc) + 0.5 * self.temp_air_swing_c * wider * swing
        temp_air += self.temp_air_spread_c * warmth
        return temp_air
