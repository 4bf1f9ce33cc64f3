"""What the air does to a clear sky's light, and how warm and windy it is: what a plant is told each second."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np

from pvsim.core.quantities import noise
from pvsim.core.quantities.months import monthly
from pvsim.core.quantities.physics import Floats
from pvsim.core.quantities.timeline import DAY_S, HOUR_S
from pvsim.core.quantities.types import Ints
from pvsim.core.weather.clouds import diffuse_index

__all__ = ["Air", "ClimateSky", "CloudIndices", "Sky"]

CloudIndices: TypeAlias = Callable[[int, int], tuple[Floats, Floats]]
"""From the first second (Unix time) and a number n to what clouds leave of the clear sky's global light (on the
level; above 1 beside them) and of its beam (0..1), each of shape (n,)."""

_WARMEST_S = 15 * HOUR_S
_GRID_S = 600
_KNOTS = 6  # days before and after that count: e^-12.5 of a knot five days away is nothing


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
        stream: Names the random numbers of that weather.
    """

    longitude_deg: float
    temp_air_c: Sequence[float]
    temp_air_swing_c: float
    wind_speed_ms: float
    clouds: CloudIndices | None = None
    temp_air_spread_c: float = 0.0
    stream: noise.Key = 0

    def air(self, first_utc: int, beam_share: Floats) -> Air:
        """See `Sky.air`."""
        n = len(beam_share)
        t_utc = np.arange(first_utc, first_utc + n, dtype=np.int64)
        beam = diffuse = np.ones(n)
        if self.clouds is not None:
            index, beam = self.clouds(first_utc, n)
            diffuse = diffuse_index(index, beam, beam_share)
        return Air(beam, diffuse, self.temp_air(t_utc), np.full(n, self.wind_speed_ms))

    def temp_air(self, t_utc: Ints) -> Floats:
        """An `OutdoorTemperature`: month, hour by the sun, and the weather of the days."""
        by_the_sun = t_utc + self.longitude_deg / 360.0 * DAY_S
        swing = np.cos((by_the_sun - _WARMEST_S) * (2.0 * np.pi / DAY_S))
        temp_air: Floats = monthly(self.temp_air_c, t_utc) + 0.5 * self.temp_air_swing_c * swing
        if self.temp_air_spread_c:
            temp_air += self.temp_air_spread_c * _weather(self.stream, t_utc)
        return temp_air


def _weather(stream: noise.Key, t_utc: Ints) -> Floats:
    """Warm and cold spells at rising times, of mean 0 and variance 1 at every time.

    Near-normal knots, one a UTC day, under a bell curve with a standard deviation of one day: values a day apart
    have a correlation of e^-1/4 = 0.78, two days 0.37. Straight lines over ten minutes are 0.00001 off it.
    """
    first = int(t_utc[0]) // _GRID_S
    spells = _spells(stream, np.arange(first, int(t_utc[-1]) // _GRID_S + 2) * _GRID_S)
    at, within = np.divmod(t_utc, _GRID_S)
    before, after = spells[at - first], spells[at - first + 1]
    result: Floats = before + (after - before) * (within / _GRID_S)
    return result


def _spells(stream: noise.Key, t_utc: Ints) -> Floats:
    days, seconds = np.divmod(t_utc, DAY_S)
    first = int(days[0]) - _KNOTS + 1
    knots = noise.near_normal(stream, first, int(days[-1]) + _KNOTS + 1 - first)
    total, squares = np.zeros(len(t_utc)), np.zeros(len(t_utc))
    for offset in range(1 - _KNOTS, _KNOTS + 1):
        weight = np.exp(-0.5 * (seconds / DAY_S - offset) ** 2)
        total += weight * knots[days + offset - first]
        squares += weight**2
    result: Floats = total / np.sqrt(squares)
    return result
