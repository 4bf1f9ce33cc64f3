"""From a site's weather to its clouds."""

import numpy as np

from pvsim.core.clouds import CloudField, diffuse_index
from pvsim.core.pv_site import CloudIndices
from pvsim.core.pv_site.types import Floats
from pvsim.core.site import CloudyWeather, Site
from pvsim.wiring.sites import clear_light

__all__ = ["clouds_over"]


def clouds_over(site: Site, seed: int) -> CloudIndices | None:
    """The synthetic clouds of a site, None where its weather has none.

    What of the light is beam is taken from a grid of minutes: it changes by less than 0.001 in one.
    """
    if not isinstance(site.weather, CloudyWeather):
        return None
    field = CloudField(seed, site.weather.regime, site.weather.mean_index)
    outside = clear_light(site)

    def indices(first_utc: int, n: int) -> tuple[Floats, Floats]:
        sky = field.sky(first_utc, n)
        grid = np.arange(first_utc // 60 * 60, first_utc + n + 60, 60, dtype=np.int64)
        lit, sun, clear = outside.at(grid)
        on_level = clear.dni * np.cos(np.radians(sun.apparent_zenith))
        share = np.zeros(len(grid))
        share[lit] = on_level / np.maximum(on_level + clear.dhi, 1e-9)
        at_seconds = np.interp(np.arange(first_utc, first_utc + n), grid, share)
        return sky.beam, diffuse_index(sky.index, sky.beam, at_seconds)

    return indices
