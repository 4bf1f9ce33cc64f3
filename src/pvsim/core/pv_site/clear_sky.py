"""The light of a cloudless sky: Ineichen & Perez 2002 (doi 10.1016/S0038-092X(02)00045-2), as pvlib has it."""

from dataclasses import dataclass

import numpy as np

from pvsim.core.pv_site.sun import Place, Sun
from pvsim.core.pv_site.types import Floats

__all__ = ["ClearSky", "clear_sky"]


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
