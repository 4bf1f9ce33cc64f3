"""How much the sun warms the ground: what makes clouds lively in summer and towards noon."""

from math import sqrt

import numpy as np

from pvsim.core.quantities.sine import sine
from pvsim.core.quantities.timeline import DAY_S
from pvsim.core.quantities.types import Ints
from pvsim.core.weather.clouds.gaussian import Floats

__all__ = ["heating"]

_YEAR_DAYS = 365.2425
_EQUINOX_DAYS = 79.0  # 21 March 1970, in days since 1 January
_LATE_DAYS = 16.0
"""The ground is warmest two weeks after the sun is highest, and the air above it a month after: with 30 days
February and April were too calm (0.7 and 0.8 of the measured P99 of a minute's change), November and December too
lively (1.15)."""
_SIN_OBLIQUITY = 0.39779  # of 23.44 degrees


def heating(t_utc: Ints, latitude_deg: float, longitude_deg: float) -> Floats:
    """The sine of the sun's elevation as it was at this time of the day 16 days earlier; 0 by night.

    From 0 to 1: convection follows it through the year and the day, on both hemispheres. Without the equation of
    time (a quarter of an hour).
    """
    days = t_utc / DAY_S
    declination = _SIN_OBLIQUITY * sine((days - (_EQUINOX_DAYS + _LATE_DAYS)) / _YEAR_DAYS)
    latitude = float(sine(np.array([latitude_deg / 360.0]))[0])
    level = np.sqrt(1.0 - declination * declination) * sqrt(1.0 - latitude * latitude)
    elevation = latitude * declination + level * sine(days + longitude_deg / 360.0 - 0.25)
    result: Floats = np.maximum(elevation, 0.0)
    return result
