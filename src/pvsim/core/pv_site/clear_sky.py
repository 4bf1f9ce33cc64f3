"""The light of a cloudless sky: Ineichen & Perez 2002 (doi 10.1016/S0038-092X(02)00045-2), as pvlib has it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pvsim.core.pv_site.sun import Place, Sun
from pvsim.core.pv_site.types import Floats
from pvsim.core.types import Ints

__all__ = ["ClearSky", "clear_sky", "monthly"]

_MONTHS = 12


@dataclass(frozen=True, slots=True)
class ClearSky:
    """Irradiance in W/m²; arrays of one length, zeros while the sun is down.

    Attributes:
        dni: Beam, on a plane that faces the sun.
        dhi: Diffuse, on a level plane.
    """

    dni: Floats
    dhi: Floats


def clear_sky(place: Place, sun: Sun, linke_turbidity: Floats) -> ClearSky:
    """Beam and diffuse irradiance under a cloudless sky.

    Args:
        place: Its altitude counts.
        sun: At n seconds.
        linke_turbidity: How hazy the air is, shape (n,): 2 is very clean, 4 a European summer, 7 polluted.
    """
    from pvlib import atmosphere, clearsky  # noqa: PLC0415 - see `sun_at`

    zenith = np.minimum(sun.apparent_zenith, 90.0)
    pressure = atmosphere.alt2pres(place.altitude_m)
    airmass = atmosphere.get_absolute_airmass(atmosphere.get_relative_airmass(zenith), pressure)
    light = clearsky.ineichen(zenith, airmass, linke_turbidity, place.altitude_m, sun.dni_extra)
    up = sun.apparent_zenith < 90.0  # noqa: PLR2004 - the horizon
    return ClearSky(np.where(up, light["dni"], 0.0), np.where(up, light["dhi"], 0.0))


def monthly(values: Sequence[float], t_utc: Ints) -> Floats:
    """A climate of twelve monthly means at the times `t_utc`: straight lines between the middles of the months."""
    month = t_utc.astype("datetime64[s]").astype("datetime64[M]")
    numbers = np.arange(int(month[0].astype(np.int64)) - 1, int(month[-1].astype(np.int64)) + 2)
    starts = numbers.astype("datetime64[M]").astype("datetime64[s]").astype(np.int64)
    ends = (numbers + 1).astype("datetime64[M]").astype("datetime64[s]").astype(np.int64)
    middles = (starts + ends) / 2.0
    return np.interp(t_utc, middles, np.asarray(values, np.float64)[numbers % _MONTHS])
