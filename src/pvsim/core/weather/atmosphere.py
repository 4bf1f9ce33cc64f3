"""How much air the sun's light goes through. The formulas and the names are pvlib's; the tests compare with it."""

import numpy as np

from pvsim.core.quantities.physics import Floats

__all__ = ["absolute_airmass", "alt2pres"]

_SEA_LEVEL_PA = 101_325.0


def alt2pres(altitude_m: float) -> float:
    """Pressure of the standard atmosphere in Pa."""
    pressure: float = 100 * ((44331.514 - altitude_m) / 11880.516) ** (1 / 0.1902632)
    return pressure


def absolute_airmass(apparent_zenith: Floats, pressure_pa: float) -> Floats:
    """Air in the way of the beam, as a multiple of what is above sea level: shape of `apparent_zenith`.

    Kasten & Young 1989 (doi 10.1364/AO.28.004735), times the pressure.

    Args:
        apparent_zenith: In degrees, 90 at most.
        pressure_pa: At the place.
    """
    slant = np.cos(np.radians(apparent_zenith)) + 0.50572 * ((6.07995 + (90 - apparent_zenith)) ** -1.6364)
    airmass: Floats = (1.0 / slant) * pressure_pa / _SEA_LEVEL_PA
    return airmass
