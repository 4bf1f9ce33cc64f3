"""From a site to the source of its PV power."""

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from pvsim.adapters.turbidity import linke_turbidity
from pvsim.adapters.weather_files import read_weather
from pvsim.core.pv_site import (
    ClimateSky,
    CloudIndices,
    Coverage,
    FileSky,
    LightOutside,
    Place,
    SitePv,
    Sky,
    covering,
    physics_extra,
)
from pvsim.core.site import FileWeather, Plant, Site, Weather

__all__ = ["SitePower", "clear_light", "site_pv"]

_MONTHS = 12


@dataclass(frozen=True, slots=True)
class SitePower:
    """A site's PV power, and what its weather file lacked.

    Attributes:
        source: The power.
        coverage: None where the weather comes from no file.
    """

    source: SitePv
    coverage: Coverage | None


def site_pv(
    site: Site, start_utc: int, end_utc: int, clouds: Sequence[CloudIndices | None] = (None,)
) -> SitePower:
    """The PV power of a site over a run; of several like it, where there are several clouds.

    Args:
        site: As checked by `read_site`.
        start_utc: First second of the run (Unix time): a weather file must cover the run.
        end_utc: The second after its last.
        clouds: Over each site, None for a clear sky. A weather file takes their place.

    Raises:
        UsageError: pvlib is missing.
        BadInputError: the weather file cannot be read or does not cover the run.
    """
    physics_extra()
    outside = clear_light(site)
    weather = site.weather
    skies: tuple[Sky, ...] = tuple(_climate(site, each) for each in clouds)
    coverage = None
    if isinstance(weather, FileWeather):
        fresh = FileSky(outside, read_weather(weather), _climate(site, None), weather.fill)
        sky, coverage = covering(fresh, start_utc, end_utc, weather.gaps)
        skies = (sky,)
    return SitePower(SitePv(outside, tuple(_with_horizon(plant, site) for plant in site.plants), skies), coverage)


def clear_light(site: Site) -> LightOutside:
    """The site's place with its turbidity: the site's own numbers, else the world table."""
    place = Place(site.location.latitude_deg, site.location.longitude_deg, site.location.altitude_m)
    given = site.weather.linke_turbidity
    if given is None:
        return LightOutside(place, linke_turbidity(place.latitude_deg, place.longitude_deg))
    return LightOutside(place, _monthly(given))


def _climate(site: Site, clouds: CloudIndices | None) -> ClimateSky:
    weather: Weather = site.weather
    return ClimateSky(
        site.location.longitude_deg,
        _monthly(weather.temp_air_c),
        weather.temp_air_swing_c,
        weather.wind_speed_ms,
        clouds,
    )


def _monthly(values: float | tuple[float, ...]) -> tuple[float, ...]:
    return values if isinstance(values, tuple) else (values,) * _MONTHS


def _with_horizon(plant: Plant, site: Site) -> Plant:
    return plant if plant.horizon is not None else replace(plant, horizon=site.horizon)
