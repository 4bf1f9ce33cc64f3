"""From a site's weather to its clouds."""

from collections.abc import Sequence

from pvsim.core import noise
from pvsim.core.clouds import CloudField
from pvsim.core.pv_site import CloudIndices
from pvsim.core.pv_site.types import Floats
from pvsim.core.site import CloudyWeather, Site

__all__ = ["clouds_over", "strewn"]


def clouds_over(site: Site, seed: int, east_m: float = 0.0, north_m: float = 0.0) -> CloudIndices | None:
    """The synthetic clouds over a site or near it, None where its weather has none.

    Args:
        site: Its weather.
        seed: Of the simulation: one sky for all places.
        east_m: How far east of the site, in metres.
        north_m: How far north.
    """
    if not isinstance(site.weather, CloudyWeather):
        return None
    field = CloudField(seed, site.weather.regime, site.weather.mean_index, east_m=east_m, north_m=north_m)

    def indices(first_utc: int, n: int) -> tuple[Floats, Floats]:
        sky = field.sky(first_utc, n)
        return sky.index, sky.beam

    return indices


def strewn(names: Sequence[str], seed: int, spread_km: float) -> dict[str, tuple[float, float]]:
    """Where the site of each meter is, in metres east and north of the middle of a square of side `spread_km`."""
    places = {}
    for name in names:
        east, north = (noise.uniform(noise.key(seed, "place", name), 0, 2) - 0.5) * spread_km * 1_000
        places[name] = (round(float(east), 1), round(float(north), 1))
    return places
