"""Where the sun stands, second by second.

The Solar Position Algorithm (Reda & Andreas 2004, doi 10.1016/j.solener.2003.12.003; pvlib's) is evaluated on a
grid of UTC minutes; between them the unit vector to the sun is interpolated and its length restored. A vector has
no seam at azimuth 0 = 360 and none at the zenith or at the poles, as angles have. The sun moves 0.25° a minute on
a circle, so the chord is off by at most 0.0001°.

Leap seconds are ignored: a UTC day has 86,400 s. ΔT is held at 67 s, pvlib's default: a minute of it moves the sun
by 0.0007°.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from pvsim.core.quantities.physics import Floats, spa
from pvsim.core.quantities.types import Ints
from pvsim.core.weather.atmosphere import alt2pres

__all__ = ["Place", "Sun", "sun_up"]

_GRID_S = 60
_DELTA_T_S = 67.0
_SPA_TEMP_C = 12.0  # of the air, for refraction only
_REFRACTION_AT_RISE_DEG = 0.5667
_DARK = -0.02  # of the vector's length: 1.1° below the horizon, where no refraction lifts the sun above it
_SOLAR_CONSTANT = 1366.1  # W/m², at the mean distance


@dataclass(frozen=True, slots=True)
class Place:
    """A point on the Earth.

    Attributes:
        latitude_deg: North is positive, -90..90.
        longitude_deg: East is positive, -180..180.
        altitude_m: Above sea level.
    """

    latitude_deg: float
    longitude_deg: float
    altitude_m: float


@dataclass(frozen=True, slots=True)
class Sun:
    """The sun at the middle of some seconds; arrays of one length.

    Attributes:
        apparent_zenith: Angle from straight up, with refraction, in degrees.
        azimuth: Angle from north, by way of east, in degrees 0..360.
        dni_extra: Irradiance above the atmosphere on a plane that faces the sun, in W/m².
    """

    apparent_zenith: Floats
    azimuth: Floats
    dni_extra: Floats

    def __getitem__(self, which: Ints | slice | np.ndarray[tuple[int], np.dtype[np.bool_]]) -> "Sun":
        return Sun(self.apparent_zenith[which], self.azimuth[which], self.dni_extra[which])


def sun_up(place: Place, t_utc: Ints) -> tuple[Ints, Sun]:
    """Which of some seconds have the sun above the horizon, and the sun at the middle of those.

    Args:
        place: Where.
        t_utc: The seconds: Unix time, rising, at least one.
    """
    toward = _toward(place, t_utc)
    perhaps = np.flatnonzero(toward.up > _DARK)
    sun = _seen(place, t_utc[perhaps], _Toward(*(part[perhaps] for part in toward)))
    up = np.flatnonzero(sun.apparent_zenith < 90.0)  # noqa: PLR2004 - the horizon
    return perhaps[up], sun[up]


class _Toward(NamedTuple):
    """The vector to the sun without refraction, nearly of length 1; arrays of one length."""

    east: Floats
    north: Floats
    up: Floats


def _toward(place: Place, t_utc: Ints) -> _Toward:
    first = int(t_utc[0]) // _GRID_S * _GRID_S
    grid = np.arange(first, int(t_utc[-1]) + 2 * _GRID_S, _GRID_S, dtype=np.int64)
    angles = spa().solar_position(
        grid.astype(np.float64),
        place.latitude_deg,
        place.longitude_deg,
        place.altitude_m,
        _pressure_mbar(place),
        _SPA_TEMP_C,
        _DELTA_T_S,
        _REFRACTION_AT_RISE_DEG,
        numthreads=1,
    )
    elevation, azimuth = np.radians(angles[3]), np.radians(angles[4])
    level = np.cos(elevation)
    middle = t_utc - first + 0.5
    parts = level * np.sin(azimuth), level * np.cos(azimuth), np.sin(elevation)
    return _Toward(*(np.interp(middle, grid - first, part) for part in parts))


def _seen(place: Place, t_utc: Ints, toward: _Toward) -> Sun:
    east, north, up = toward
    true_elevation = np.degrees(np.arctan2(up, np.hypot(east, north)))
    lifted = true_elevation + spa().atmospheric_refraction_correction(
        _pressure_mbar(place), _SPA_TEMP_C, true_elevation, _REFRACTION_AT_RISE_DEG
    )
    return Sun(
        90.0 - lifted,
        np.degrees(np.arctan2(east, north)) % 360.0,
        _extra_radiation(_day_of_year(t_utc)),
    )


def _pressure_mbar(place: Place) -> float:
    return alt2pres(place.altitude_m) / 100.0


def _extra_radiation(day_of_year: Floats) -> Floats:
    """Irradiance above the atmosphere in W/m² (Spencer 1971), as pvlib has it, bit for bit."""
    angle = (2.0 * np.pi / 365.0) * (day_of_year - 1)
    once = 1.00011 + 0.034221 * np.cos(angle) + 0.00128 * np.sin(angle)
    extra: Floats = _SOLAR_CONSTANT * (once + 0.000719 * np.cos(2 * angle) + 7.7e-05 * np.sin(2 * angle))
    return extra


def _day_of_year(t_utc: Ints) -> Floats:
    """Days since the year began, from 1 on, with the part of the day: continuous but for the turn of the year."""
    seconds = t_utc.astype("datetime64[s]")
    start = seconds.astype("datetime64[Y]").astype("datetime64[s]")
    days: Floats = (seconds - start).astype(np.int64) / 86_400.0 + 1.0
    return days
