"""Where the PV yield of a run of a year or more lies among other years of its site."""

from hashlib import sha256

import msgspec
from msgspec import UnsetType
from msgspec.structs import replace

from pvsim import __version__
from pvsim.config import RunConfig, SitePvConfig
from pvsim.core.results.summary import Summary
from pvsim.core.run.plan import RunPlan
from pvsim.core.site.schema import CloudyWeather, Plant, Site

__all__ = ["SEEDS", "has_years", "with_years", "yields_of"]

SEEDS = range(1, 41)
_LEAST_DAYS = 365


def has_years(config: RunConfig) -> bool:
    """Whether there are other years to compare a run with: synthetic clouds over plants, for a year or more."""
    if config.days < _LEAST_DAYS or not isinstance(config.pv, SitePvConfig):
        return False
    return isinstance(config.pv.site.weather, CloudyWeather) and _peak_kw(_plants(config.pv)) > 0


def with_years(summary: Summary, config: RunConfig, plan: RunPlan, yields: tuple[float, ...]) -> Summary:
    """The summary of a whole run, with the place of its yield; without, if rows are missing.

    Args:
        summary: Of the run.
        config: Of the run.
        plan: Of the run.
        yields: As `yields_of` gives them.
    """
    if not isinstance(config.pv, SitePvConfig) or summary.rows != plan.rows:
        return summary
    from pvsim.core.results.among_years import among_years  # noqa: PLC0415 - most runs are shorter

    energy = summary.energy_kwh
    alike = len(plan.meters) if isinstance(config.pv.homes, UnsetType) else 1
    kwh_per_kwp = (energy.pv + (energy.curtailed or 0.0)) / (_peak_kw(_plants(config.pv)) * alike)
    return replace(summary, yield_among_years=among_years(kwh_per_kwp, yields))


def yields_of(pv: SitePvConfig, plan: RunPlan) -> tuple[float, ...]:
    """The yields in kWh/kWp of a site's plants under the skies of `SEEDS`, over the days of a plan.

    Raises:
        UsageError: pvlib is missing.
    """
    from pvsim.adapters.yield_cache import cached  # noqa: PLC0415 - as above
    from pvsim.core.weather.clouds import CloudField  # noqa: PLC0415

    site, plants = pv.site, _plants(pv)
    start_utc, end_utc = plan.timeline.start_utc, plan.timeline.end_utc
    depends_on = (__version__, site.location, site.weather, plants, site.horizon, start_utc, end_utc)
    clouds = CloudField(1).sampled(0, 64, 256)[0].round(6).tolist()  # others are another model
    name = sha256(msgspec.json.encode((*depends_on, len(SEEDS), clouds))).hexdigest()[:32]
    return cached(name, lambda: _computed(site, plants, start_utc, end_utc), len(SEEDS))


def _computed(site: Site, plants: tuple[Plant, ...], start_utc: int, end_utc: int) -> tuple[float, ...]:
    from pvsim.core.pv.sampled_pv import SampledPv  # noqa: PLC0415 - as above
    from pvsim.core.weather.cloud_cover import field_over  # noqa: PLC0415
    from pvsim.core.weather.outdoor_air import climate_of  # noqa: PLC0415
    from pvsim.wiring.sites import clear_light, with_horizon  # noqa: PLC0415

    light = SampledPv.over(clear_light(site), with_horizon(plants, site), start_utc=start_utc, end_utc=end_utc)
    weather = site.weather
    if not isinstance(weather, CloudyWeather):
        return ()
    place, peak_kw = (site.location.latitude_deg, site.location.longitude_deg), _peak_kw(plants)
    found = []
    for seed in SEEDS:
        climate = climate_of(weather, *place, seed=seed)
        found.append(round(light.energy_kwh(climate, field_over(site, weather, seed).sampled) / peak_kw, 2))
    return tuple(found)


def _plants(pv: SitePvConfig) -> tuple[Plant, ...]:
    """Those of all homes, or of one where they are alike."""
    if isinstance(pv.homes, UnsetType):
        return pv.site.plants
    return tuple(plant for home in pv.homes for plant in home.plants)


def _peak_kw(plants: tuple[Plant, ...]) -> float:
    return sum(plant.peak_kw for plant in plants)
