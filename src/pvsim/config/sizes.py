"""The sizes of PV and battery at each meter of a run, for what they cost."""

from msgspec import UNSET, UnsetType

from pvsim.config.run_config import NoPvConfig, RunConfig, SitePvConfig
from pvsim.core.site.connection import Installed, installed_of, kwp_of
from pvsim.core.site.schema import Battery, Site
from pvsim.core.site.spending import Size
from pvsim.errors import UsageError

__all__ = ["installed_at_homes", "refuse_unknown_sizes", "sizes_of"]


def sizes_of(config: RunConfig) -> tuple[Size, ...]:
    """What there is at the site of each meter."""
    count = len(config.meters)
    batteries = (config.battery,) * count if isinstance(config.batteries, UnsetType) else config.batteries
    return tuple(Size(kwp, _kwh(battery)) for kwp, battery in zip(_kwps(config), batteries, strict=True))


def _kwps_of_homes(config: RunConfig) -> tuple[float, ...]:
    """Peak power of the modules at each home, where homes differ; else none."""
    if not isinstance(config.pv, SitePvConfig) or isinstance(config.pv.homes, UnsetType):
        return ()
    return tuple(kwp_of(home.plants) for home in config.pv.homes)


def installed_at_homes(config: RunConfig, site: Site) -> tuple[Installed, ...]:
    """The plants of each home as rules see them, where homes differ; else none.

    Args:
        config: Of the run.
        site: What says when plants went into operation whose homes do not say it themselves.
    """
    kwps = _kwps_of_homes(config)
    days = config.connection.commissioned_homes if config.connection is not None else UNSET
    if isinstance(days, UnsetType):
        days = (installed_of(site, config.first_date).commissioned,) * len(kwps)
    return tuple(Installed(*each) for each in zip(kwps, days, strict=True)) if kwps else ()


def refuse_unknown_sizes(config: RunConfig) -> RunConfig:
    """The configuration, if the sizes that its cost depends on are known.

    Raises:
        UsageError: if PV power comes from no plants, and cost is by their peak power.
    """
    cost = config.cost
    if cost is not None and cost.capital_per_kwp and any(size.kwp is None for size in sizes_of(config)):
        what = "cost.capital_per_kwp: a curve or a file of PV power does not say the peak power of its modules"
        fix = "leave `pv.source` out, or write what all costs as capital, and capital_per_kwp = 0"
        raise UsageError(what, field="pv.source", fix=fix)
    return config


def _kwps(config: RunConfig) -> tuple[float | None, ...]:
    """Peak power of the modules at each meter; None where it is not known."""
    pv, count = config.pv, len(config.meters)
    if isinstance(pv, NoPvConfig):
        return (0.0,) * count
    if not isinstance(pv, SitePvConfig):
        return (None,) * count
    return _kwps_of_homes(config) or (kwp_of(pv.site.plants),) * count


def _kwh(battery: Battery | None) -> float:
    return 0.0 if battery is None else battery.capacity_kwh
