"""From a site to the source of its PV power."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec.structs import replace

from pvsim.adapters.turbidity import linke_turbidity
from pvsim.core.pv.site_pv import SitePv
from pvsim.core.quantities.physics import physics_extra
from pvsim.core.site.schema import FileWeather, Plant, Site
from pvsim.core.weather.clear_sky import LightOutside
from pvsim.core.weather.outdoor_air import by_month, climate_of
from pvsim.core.weather.sky import CloudIndices, Sky
from pvsim.core.weather.sun import Place

if TYPE_CHECKING:
    from pvsim.core.series.findings import FileReading
    from pvsim.core.weather.gaps import Coverage

__all__ = ["SitePower", "clear_light", "site_pv", "with_horizon"]


@dataclass(frozen=True, slots=True)
class SitePower:
    """A site's PV power, and what its weather file lacked.

    Attributes:
        source: The power.
        coverage: None where the weather comes from no file.
        reading: How the file was read, and what it lacked.
    """

    source: SitePv
    coverage: "Coverage | None"
    reading: "FileReading | None" = None


def site_pv(
    site: Site,
    start_utc: int,
    end_utc: int,
    clouds: Sequence[CloudIndices | None] = (None,),
    *,
    seed: int = 1,
    homes: Sequence[Sequence[Plant]] | None = None,
) -> SitePower:
    """The PV power of a site over a run; of several like it, where there are several clouds or homes.

    Args:
        site: As checked by `read_site`.
        start_utc: First second of the run (Unix time): a weather file must cover the run.
        end_utc: The second after its last.
        clouds: Over each site, None for a clear sky. A weather file takes their place.
        seed: Of the simulation: of warm and cold spells.
        homes: The plants of each of several sites; None is the site's own. They are under one sky, or as many.

    Raises:
        UsageError: pvlib is missing.
        BadInputError: the weather file cannot be read or does not cover the run.
    """
    outside, weather, place = clear_light(site), site.weather, site.location
    at = place.latitude_deg, place.longitude_deg
    skies: tuple[Sky, ...]
    coverage = reading = None
    if isinstance(weather, FileWeather):
        from pvsim.core.weather.file_sky import FileSky  # noqa: PLC0415 - most sites read no file
        from pvsim.core.weather.gaps import covering  # noqa: PLC0415
        from pvsim.wiring.weather import weather_at  # noqa: PLC0415

        series = weather_at(weather, *at)
        fresh = FileSky(outside, series, climate_of(weather, *at, seed=seed), weather.fill)
        sky, coverage = covering(fresh, start_utc, end_utc, weather.gaps)
        reading = coverage.of_reading(series.reading_over(start_utc, end_utc), weather.gaps)
        skies = (sky,)
    else:
        skies = tuple(climate_of(weather, *at, seed=seed, clouds=each) for each in clouds)
    if homes is None:
        homes = [site.plants] * len(skies)
    elif len(skies) == 1:
        skies *= len(homes)
    plants = tuple(with_horizon(each, site) for each in homes)
    return SitePower(SitePv(outside, plants, skies), coverage, reading)


def with_horizon(plants: Sequence[Plant], site: Site) -> tuple[Plant, ...]:
    """Plants of a site, each with its horizon, or the site's."""
    return tuple(plant if plant.horizon is not None else replace(plant, horizon=site.horizon) for plant in plants)


def clear_light(site: Site) -> LightOutside:
    """The site's place with its turbidity: the site's own numbers, else the world table.

    Raises:
        UsageError: pvlib is missing.
    """
    physics_extra()  # before the table, whose message would only help until the next
    place = Place(site.location.latitude_deg, site.location.longitude_deg, site.location.altitude_m)
    given = site.weather.linke_turbidity
    if given is None:
        return LightOutside(place, _turbidity(place.latitude_deg, place.longitude_deg))
    return LightOutside(place, by_month(given))


@lru_cache(maxsize=64)  # opening its file takes 5 ms, and the homes of a study are at one place
def _turbidity(latitude_deg: float, longitude_deg: float) -> tuple[float, ...]:
    return linke_turbidity(latitude_deg, longitude_deg)
