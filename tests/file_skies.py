"""Skies of weather files that let a share of a clear sky's beam through: light whose indices are known."""

from functools import cache

import numpy as np

from pvsim.core.quantities.timeline import DAY_S
from pvsim.core.weather.clear_sky import LightOutside
from pvsim.core.weather.file_sky import FileSky
from pvsim.core.weather.series import WeatherSeries
from pvsim.core.weather.sky import ClimateSky
from pvsim.core.weather.sun import Place

START = 1_718_928_000  # 2024-06-21T00:00Z
OUTSIDE = LightOutside(Place(48.14, 11.58, 520.0), (3.5,) * 12)
CLIMATE = ClimateSky(11.58, (15.0,) * 12, 8.0, 2.0)
DAY_COUNT = 3


def clear_at(t_utc):
    """GHI, DNI, DHI of the clear sky at each second."""
    lit, sun, light = OUTSIDE.at(t_utc)
    ghi, dni, dhi = np.zeros((3, len(t_utc)))
    dni[lit], dhi[lit] = light.dni, light.dhi
    ghi[lit] = light.dni * np.cos(np.radians(sun.apparent_zenith)) + light.dhi
    return ghi, dni, dhi


@cache
def _clear_days(days):
    return clear_at(np.arange(START, START + days * DAY_S))


def series(step_s, share=0.5, days=DAY_COUNT, **columns):
    """A sky that lets a share of the clear beam through, and its diffuse light unchanged."""
    ghi, dni, dhi = (part.reshape(-1, step_s).mean(axis=1) for part in _clear_days(days))
    light = {"ghi": (ghi - dhi) * share + dhi, "dni": dni * share, "dhi": dhi}
    kept = columns.pop("keep", ("ghi", "dni", "dhi"))
    return WeatherSeries("w.csv", step_s, START, typical=False, **{name: light[name] for name in kept}, **columns)


def sky_of(weather, fill="hold"):
    """The air after a file, at the place whose clear sky it was made from."""
    return FileSky(OUTSIDE, weather, CLIMATE, fill)


def with_hole(*intervals, step_s=3600):
    """Half of the beam, and some intervals without light."""
    weather = series(step_s, 0.5)
    for interval in intervals:
        weather.ghi[interval] = weather.dni[interval] = np.nan
    return weather
