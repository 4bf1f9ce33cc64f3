"""The light of a cloudless sky: Ineichen & Perez 2002 (doi 10.1016/S0038-092X(02)00045-2), as pvlib has it.

In the order of pvlib's operations: the same bits come out, and the tests compare with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pvsim.core.quantities.months import monthly
from pvsim.core.quantities.physics import Floats
from pvsim.core.quantities.types import Ints
from pvsim.core.weather.atmosphere import absolute_airmass, alt2pres
from pvsim.core.weather.sun import Place, Sun, sun_up

__all__ = ["ClearSky", "LightOutside", "clear_sky"]


@dataclass(frozen=True, slots=True)
class ClearSky:
    """Irradiance in W/m²; arrays of one length, zeros while the sun is down.

    Attributes:
        dni: Beam, on a plane that faces the sun.
        dhi: Diffuse, on a level plane.
    """

    dni: Floats
    dhi: Floats

    def beam_share(self, sun: Sun) -> Floats:
        """What part of the light on the level is beam."""
        on_level = self.dni * np.cos(np.radians(sun.apparent_zenith))
        share: Floats = on_level / np.maximum(on_level + self.dhi, 1e-9)
        return share

    def under(self, beam_index: Floats, diffuse_index: Floats, sun: Sun) -> "ClearSky":
        """What clouds leave of it; no beam is stronger than in space."""
        return ClearSky(np.minimum(self.dni * beam_index, sun.dni_extra), self.dhi * diffuse_index)


def clear_sky(place: Place, sun: Sun, linke_turbidity: Floats) -> ClearSky:
    """Beam and diffuse irradiance under a cloudless sky.

    Args:
        place: Its altitude counts.
        sun: At n seconds.
        linke_turbidity: How hazy the air is, shape (n,): 2 is very clean, 4 a European summer, 7 polluted.
    """
    zenith = np.minimum(sun.apparent_zenith, 90.0)
    airmass = absolute_airmass(zenith, alt2pres(place.altitude_m))
    light = _ineichen(zenith, airmass, linke_turbidity, place.altitude_m, sun.dni_extra)
    up = sun.apparent_zenith < 90.0  # noqa: PLR2004 - the horizon
    return ClearSky(np.where(up, light.dni, 0.0), np.where(up, light.dhi, 0.0))


def _ineichen(
    zenith: Floats, airmass: Floats, turbidity: Floats, altitude_m: float, dni_extra: Floats
) -> ClearSky:
    up = np.cos(np.radians(zenith))
    fh1, fh2 = np.exp(-altitude_m / 8000.0), np.exp(-altitude_m / 1250.0)
    cg1, cg2 = 5.09e-05 * altitude_m + 0.868, 3.92e-05 * altitude_m + 0.0387
    # times and divided by the turbidity: for nothing but the last bit, which is pvlib's
    ghi = cg1 * dni_extra * up * turbidity / turbidity * np.exp(-cg2 * airmass * (fh1 + fh2 * (turbidity - 1)))
    beam = dni_extra * ((0.664 + 0.163 / fh1) * np.exp(-0.09 * airmass * (turbidity - 1)))
    most = ghi * ((1 - (0.1 - 0.2 * np.exp(-turbidity)) / (0.1 + 0.882 / fh1)) / up)
    dni = np.minimum(beam, most)
    return ClearSky(dni, ghi - dni * up)


@dataclass(frozen=True, slots=True)
class LightOutside:
    """A place under its cloudless sky.

    Attributes:
        place: Where.
        linke_turbidity: Twelve monthly means.
    """

    place: Place
    linke_turbidity: Sequence[float]

    def at(self, t_utc: Ints) -> tuple[Ints, Sun, ClearSky]:
        """Which of the seconds `t_utc` (Unix time, rising) have the sun up, and sun and light at those."""
        lit, sun = sun_up(self.place, t_utc)
        if not len(lit):
            return lit, sun, ClearSky(np.empty(0), np.empty(0))
        return lit, sun, clear_sky(self.place, sun, monthly(self.linke_turbidity, t_utc[lit]))
