"""From a site's weather to its clouds."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from pvsim.core.quantities import noise
from pvsim.core.quantities.physics import Floats
from pvsim.core.quantities.timeline import HOUR_S
from pvsim.core.site.schema import CloudyWeather, Site, Weather
from pvsim.core.weather.clouds.field import CloudField, CloudSky
from pvsim.core.weather.clouds.regimes import REGIMES
from pvsim.core.weather.sky import CloudIndices
from pvsim.core.weather.spells import Sunniness

__all__ = ["PORTION_S", "clouds_over", "field_over", "scattered", "sunniness_over"]

PORTION_S = 6 * HOUR_S


@dataclass(slots=True)
class _InPortions:
    """The clouds of a place, computed for some hours at once: by the hour a day takes twice as long."""

    field: CloudField
    portion_s: int
    _first_utc: int = 0
    _sky: CloudSky | None = None

    def __call__(self, first_utc: int, n: int) -> tuple[Floats, Floats]:
        """As `CloudIndices`."""
        sky, start = self._sky, first_utc - self._first_utc
        if sky is None or start < 0 or start + n > len(sky.index):
            self._first_utc = first_utc // self.portion_s * self.portion_s
            start = first_utc - self._first_utc
            sky = self._sky = self.field.sky(self._first_utc, max(self.portion_s, start + n))
        return sky.index[start : start + n], sky.beam[start : start + n]


def sunniness_over(weather: Weather, seed: int) -> Sunniness | None:
    """How sunny the days of a region are by its synthetic clouds; None where no weather of days makes them."""
    if not isinstance(weather, CloudyWeather) or not REGIMES[weather.regime].slow:
        return None
    return _region(seed, weather.regime).sunniness


@lru_cache(maxsize=16)
def _region(seed: int, regime: str) -> CloudField:
    """One for all sites: what they compute of a day of it is then kept for all."""
    return CloudField(seed, regime)


def field_over(site: Site, weather: CloudyWeather, seed: int) -> CloudField:
    """The synthetic clouds over a site."""
    place = site.location
    return CloudField(
        seed,
        weather.regime,
        weather.mean_index,
        latitude_deg=place.latitude_deg,
        longitude_deg=place.longitude_deg,
    )


def clouds_over(
    site: Site, seed: int, east_m: float = 0.0, north_m: float = 0.0, *, portion_s: int = PORTION_S
) -> CloudIndices | None:
    """The synthetic clouds over a site or near it, None where its weather has none.

    Args:
        site: Its weather.
        seed: Of the simulation: one sky for all places.
        east_m: How far east of the site, in metres.
        north_m: How far north.
        portion_s: So much is computed at once and kept, 16 bytes a second; 0 keeps nothing. No value changes.
    """
    if not isinstance(site.weather, CloudyWeather):
        return None
    field = field_over(site, site.weather, seed).at(east_m, north_m)
    if portion_s:
        return _InPortions(field, portion_s)

    def indices(first_utc: int, n: int) -> tuple[Floats, Floats]:
        sky = field.sky(first_utc, n)
        return sky.index, sky.beam

    return indices


def scattered(names: Sequence[str], seed: int, spread_km: float) -> dict[str, tuple[float, float]]:
    """Where the site of each meter is, in metres east and north of the middle of a square of side `spread_km`."""
    places = {}
    for name in names:
        east, north = (noise.uniform(noise.key(seed, "place", name), 0, 2) - 0.5) * spread_km * 1_000
        places[name] = (round(float(east), 1), round(float(north), 1))
    return places
