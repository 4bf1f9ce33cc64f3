"""From a request to the configuration of a run: all checks, and all mistakes at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import UNSET, UnsetType, convert, to_builtins
from msgspec.structs import replace

from pvsim.config.combinations import check_missing, check_partitions_fit, is_external, refuse_no_grid_meter
from pvsim.config.connection import ConnectionConfig, connection_of
from pvsim.config.dimming import DimmedTime, dimming_of
from pvsim.config.homes import Street, street_of
from pvsim.config.meters import home_sites, meters_of, sources_of
from pvsim.config.mistakes import Mistakes
from pvsim.config.ports import Outside
from pvsim.config.prices import prices_of_site
from pvsim.config.pv import pv_of, source_of
from pvsim.config.request import Request
from pvsim.config.run_config import (
    AnnualEnergies,
    CurveConfig,
    HomePlants,
    MeterConfig,
    PvConfig,
    RunConfig,
    SitePvConfig,
    digest,
)
from pvsim.config.single_settings import check_batch, check_days, check_meter_max_w, check_seed, parse_formats
from pvsim.config.sizes import refuse_unknown_sizes
from pvsim.config.typed_request import typed
from pvsim.config.zones import zone_of
from pvsim.core.quantities.timeline import Timeline, parse_period
from pvsim.core.quantities.typed import parse_date
from pvsim.core.rules.schema import Rules
from pvsim.core.run.plan import check_names
from pvsim.core.site.connection import installed_of
from pvsim.core.site.schema import Battery, DimmingWindow, Grid, Site
from pvsim.errors import InternalError, UsageError

__all__ = ["DEFAULT_ZONE", "run_config"]

DEFAULT_ZONE = "Europe/Berlin"
_DIMMING = "de"
"""By whose rules devices are dimmed where a site names none: no other country has such windows."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request, and what it names as far as it can be read; what cannot is among the mistakes.

    Attributes:
        request: The request.
        site: Its site.
        rules: The rules that the site names.
        first_date: The first day.
        tz: The name of the time zone.
        hours: The part of the day; None is the whole one.
        street: The homes of the site, where they differ.
        texts: What each meter is said to be.
        homes: What the site is at the home of each meter, where homes differ.
    """

    request: Request
    site: Site | None
    rules: Rules | None
    first_date: date | None
    tz: str | None
    hours: int | str | None
    street: Street | None
    texts: tuple[str, ...]
    homes: tuple[Site, ...]

    @property
    def site_is_known(self) -> bool:
        """As `_is_known`."""
        return _is_known(self.request, self.site)


@dataclass(frozen=True, slots=True)
class _Models:
    """What the rows of a run come from.

    Attributes:
        meters: The meters.
        annual_energies: How their annual energies came about.
        pv: Their PV power; None where it is wrong.
        site: The site, without what is in the fields below.
        connection: The limits at the connection to the grid.
        dimming: The times in which devices are dimmed.
        prices: Fields of the configuration about tariff, cost and CO2.
    """

    meters: tuple[MeterConfig, ...]
    annual_energies: tuple[AnnualEnergies, ...]
    pv: PvConfig | None
    site: Site | None
    connection: ConnectionConfig | None
    dimming: tuple[DimmedTime, ...]
    prices: dict[str, Any]


def run_config(request: Request, outside: Outside) -> RunConfig:
    """The configuration that a request describes.

    Args:
        request: What is asked for.
        outside: Where files and sites are.

    Raises:
        ConfigurationError: if several things are wrong.
        UsageError: if one thing is wrong, or does not fit another.
        BadInputError: if it is the site's file.
    """
    mistakes = Mistakes()
    asked = _asked(typed(request), outside, mistakes)  # what has another type cannot be looked at
    models = _models(asked, outside, mistakes)
    mistakes.raise_any()
    return refuse_unknown_sizes(_config(asked, models))


def _is_known(request: Request, site: Site | None) -> bool:
    """Whether there is a site that could be read, or none is asked for."""
    return request.site is None or site is not None


def _asked(request: Request, outside: Outside, mistakes: Mistakes) -> _Asked:
    """Read what a request names."""
    site = mistakes.attempt(lambda: _site(request, outside))
    rules = mistakes.attempt(lambda: _rules(site, outside))
    known = _is_known(request, site)
    first_date, tz, hours = _period(request, site, mistakes, known=known)
    street = mistakes.attempt(lambda: street_of(site, request, outside))
    said = known or request.meter.source is not None
    texts = mistakes.attempt(lambda: sources_of(request, site, street) if said else ()) or ()
    homes = (mistakes.attempt(partial(home_sites, texts, request, street)) if street and texts else None) or ()
    if street is not None and request.meter.source is None:
        request = replace(request, meters=None)  # there are as many texts
    return _Asked(request, site, rules, first_date, tz, hours, street, texts, homes)


def _models(asked: _Asked, outside: Outside, mistakes: Mistakes) -> _Models:
    """Make of it what a run is made of, and check that it fits."""
    request, texts = asked.request, asked.texts
    connected = mistakes.attempt(lambda: _connected(asked, outside))
    connection, dimming = connected if connected is not None else (None, ())
    days = request.days if connected is not None else 1  # it may leave the calendar, which is said already
    prices = mistakes.attempt(lambda: _prices(asked, days, outside)) or {}
    site = None if asked.site is None else _plain(asked.site)  # the plants do not depend on them
    _check_each(request, mistakes)
    street = asked.street if asked.homes else None
    meters, annual_energies = meters_of(texts, request, site, outside, mistakes, street=street)
    names = [meter.name for meter in meters] or ["m1"]  # there are none where they are mistakes themselves
    mistakes.attempt(lambda: check_names(request.run_id, names, request.partitions))
    mistakes.attempt(lambda: check_partitions_fit(request))
    mistakes.attempt(lambda: check_missing(texts, request))
    if request.meter.kind == "grid" and asked.site_is_known:
        mistakes.attempt(lambda: refuse_no_grid_meter(meters, request, site, connection))
    pv = None
    if asked.site_is_known or source_of(request) != "site":
        pv = pv_of(request, site, len(texts) if request.meters is None else request.meters, outside, mistakes)
    if asked.homes and isinstance(pv, SitePvConfig):
        pv = replace(pv, homes=tuple(HomePlants(home.plants) for home in asked.homes))
    return _Models(meters, annual_energies, pv, site, connection, dimming, prices)


def _config(asked: _Asked, models: _Models) -> RunConfig:
    """The configuration of a run in which nothing is wrong."""
    request, site, homes = asked.request, models.site, asked.homes
    if asked.first_date is None or asked.tz is None or models.pv is None:
        raise InternalError("a part of the configuration is missing without a mistake")
    config = _as_read_back(
        RunConfig(
            run_id=request.run_id or "",
            first_date=asked.first_date,
            days=request.days,
            tz=asked.tz,
            seed=request.seed,
            every_s=1,
            meters=models.meters,
            pv=CurveConfig(),
            meter_max_w=request.meter.max_w,
            meter_kind="grid" if request.meter.kind == "grid" else "load",
            missing=(request.meter.missing or "skip") if any(map(is_external, asked.texts)) else "stop",
            batch=request.batch,
            dimming=models.dimming,
            annual_energies=models.annual_energies,
            hours=UNSET if asked.hours is None else asked.hours,
            partitions=UNSET if request.partitions is None else request.partitions,
        )
    )
    if request.run_id is None:  # from the meters' side, so that meter and simulator that are asked alike meet
        config = replace(config, run_id=f"{asked.first_date:%Y%m%d}-{digest(config).hex()[:8]}")
    return _as_read_back(
        config,
        every_s=parse_period(request.every, "every"),
        pv=models.pv,
        battery=site.battery if site is not None and not homes else None,
        batteries=_batteries(homes),
        homes_file=asked.street.file if asked.street is not None else UNSET,
        export_limit_kw=site and site.grid.export_limit_kw,
        split=request.split,
        connection=models.connection,
        **models.prices,
        formats=parse_formats(request.format),
    )


def _check_each(request: Request, mistakes: Mistakes) -> None:
    """Check what can be wrong whatever else is asked for."""
    mistakes.attempt(lambda: check_seed(request.seed))
    mistakes.attempt(lambda: check_meter_max_w(request.meter.max_w))
    mistakes.attempt(lambda: check_batch(request.batch))
    mistakes.attempt(lambda: parse_formats(request.format))


def _batteries(homes: Sequence[Site]) -> tuple[Battery | None, ...] | UnsetType:
    """The battery of each home; unset where none has one."""
    batteries = tuple(home.battery for home in homes)
    return batteries if any(batteries) else UNSET


def _as_read_back(config: RunConfig, **changes: Any) -> RunConfig:
    """The configuration with `changes`, as a manifest gives it back: 5 kW are 5.0, for the digest too."""
    return convert(to_builtins(replace(config, **changes)), RunConfig)


def _site(request: Request, outside: Outside) -> Site | None:
    if request.site is None:
        return None
    if isinstance(request.site, Site):
        return outside.check_site(request.site)
    return outside.read_site(request.site)


def _rules(site: Site | None, outside: Outside) -> Rules | None:
    """The rules that a site names."""
    return outside.read_rules(site.rules) if site is not None and site.rules is not UNSET else None


def _windows(site: Site, outside: Outside) -> tuple[DimmingWindow, ...]:
    """The windows of a site in which devices are dimmed, those of its file too."""
    grid, zone = site.grid, zone_of(site.location.tz)
    return (*(grid.dimming or ()), *(outside.read_dimming(grid.dimming_file, zone) if grid.dimming_file else ()))


def _connected(asked: _Asked, outside: Outside) -> tuple[ConnectionConfig | None, tuple[DimmedTime, ...]]:
    """The limits of a run at the connection to the grid, and the times in which devices are dimmed."""
    site, rules, first_date, days = asked.site, asked.rules, asked.first_date, asked.request.days
    if site is None:
        return None, ()
    windows = _windows(site, outside)
    if first_date is None:
        return None, ()
    timeline = Timeline.of_days(first_date, days, zone_of(site.location.tz))
    connection = connection_of(site, rules, first_date, days, dimming_windows=len(windows), homes=asked.homes)
    if not windows:
        return connection, ()
    by = outside.read_rules(_DIMMING) if rules is None else rules
    return connection, dimming_of(windows, timeline, by, named=rules is not None)


def _prices(asked: _Asked, days: int, outside: Outside) -> dict[str, Any]:
    """Fields of the configuration about tariff, cost and CO2, of so many days."""
    site, first_date = asked.site, asked.first_date
    if site is None or first_date is None:
        return {}
    plants = [installed_of(home, first_date) for home in asked.homes]
    return prices_of_site(site, asked.rules, first_date, days, outside, homes=plants)


def _plain(site: Site) -> Site:
    """The site without what is written into fields of the configuration of its own."""
    grid = Grid(site.grid.export_limit_kw)
    said = ("rules", "commissioned", "tariff", "cost", "co2", "homes", "homes_file")
    return replace(site, grid=grid, **dict.fromkeys(said, UNSET))


def _period(
    request: Request, site: Site | None, mistakes: Mistakes, *, known: bool
) -> tuple[date | None, str | None, int | str | None]:
    """First day, zone and part of the day, where they are right; the zone of an unknown site stays open."""
    first_date = mistakes.attempt(lambda: parse_date(request.date, "date"))
    every_s = mistakes.attempt(lambda: parse_period(request.every, "every"))
    days = mistakes.attempt(lambda: check_days(request.days))
    zone = mistakes.attempt(lambda: zone_of(_tz(request, site))) if known else None
    if first_date is None or days is None or zone is None:
        return None, None, None
    timeline = mistakes.attempt(lambda: _timeline(first_date, days, request.hours, zone))
    if timeline is not None and every_s is not None:
        mistakes.attempt(lambda: timeline.check_period(every_s))
    return first_date, zone.key, None if timeline is None else timeline.hours


def _timeline(first_date: date, days: int, hours: int | str | None, zone: ZoneInfo) -> Timeline:
    timeline = Timeline.of_days(first_date, days, zone)
    return timeline if hours is None else timeline.part(hours)


def _tz(request: Request, site: Site | None) -> str:
    if site is None:
        return DEFAULT_ZONE if request.tz is None else request.tz
    if request.tz not in {None, site.location.tz}:
        what = f"site {site.name} is in {site.location.tz}"
        raise UsageError(what, field="tz", fix="leave it out, or change location.tz in the site file")
    return site.location.tz
