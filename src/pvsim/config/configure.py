"""From a request to the configuration of a run: all checks, and all mistakes at once."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import UNSET, UnsetType, convert, to_builtins
from msgspec.structs import replace

from pvsim.config.connection import ConnectionConfig, connection_of
from pvsim.config.dimming import DimmedTime, dimming_of
from pvsim.config.homes import street_of
from pvsim.config.meters import home_sites, meters_of, sources_of
from pvsim.config.mistakes import Mistakes
from pvsim.config.ports import Outside
from pvsim.config.prices import prices_of_site
from pvsim.config.pv import pv_of, source_of
from pvsim.config.request import Request
from pvsim.config.run_config import (
    CurveConfig,
    ExternalMeter,
    FileConfig,
    HomePlants,
    MeterConfig,
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
from pvsim.core.run.partitions import check_partitions
from pvsim.core.run.plan import check_names
from pvsim.core.site.connection import installed_of
from pvsim.core.site.schema import Battery, DimmingWindow, Grid, Site
from pvsim.errors import InternalError, UsageError

__all__ = ["DEFAULT_ZONE", "run_config"]

DEFAULT_ZONE = "Europe/Berlin"
_DIMMING = "de"
"""By whose rules devices are dimmed where a site names none: no other country has such windows."""


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
    request = typed(request)  # what has another type cannot be looked at
    mistakes = Mistakes()
    site = mistakes.attempt(lambda: _site(request, outside))
    rules = mistakes.attempt(lambda: _rules(site, outside))
    known = request.site is None or site is not None
    first_date, tz, hours = _period(request, site, mistakes, known=known)
    street = mistakes.attempt(lambda: street_of(site, request, outside))
    said = known or request.meter.source is not None
    texts = mistakes.attempt(lambda: sources_of(request, site, street) if said else ()) or ()
    homes = (mistakes.attempt(partial(home_sites, texts, request, street)) if street and texts else None) or ()
    if street is not None and request.meter.source is None:
        request = replace(request, meters=None)  # there are as many texts
    connected = mistakes.attempt(lambda: _connected(request, site, rules, first_date, outside, homes=homes))
    connection, dimming = connected if connected is not None else (None, ())
    prices: dict[str, Any] | None = {}
    if site is not None and first_date is not None:
        days = request.days if connected is not None else 1  # it may leave the calendar, which is said already
        plants = [installed_of(home, first_date) for home in homes]
        prices = mistakes.attempt(partial(prices_of_site, site, rules, first_date, days, outside, homes=plants))
    site = None if site is None else _plain(site)  # the plants do not depend on them
    _check_each(request, mistakes)
    meters, annual_energies = meters_of(texts, request, site, outside, mistakes, street=street if homes else None)
    names = [meter.name for meter in meters] or ["m1"]  # there are none where they are mistakes themselves
    mistakes.attempt(lambda: check_names(request.run_id, names, request.partitions))
    mistakes.attempt(lambda: _check_partitions(request))
    mistakes.attempt(lambda: _check_missing(texts, request))
    if request.meter.kind == "grid" and known:
        mistakes.attempt(lambda: _refuse_no_grid_meter(meters, request, site, connection))
    count = len(texts) if request.meters is None else request.meters
    pv = pv_of(request, site, count, outside, mistakes) if known or source_of(request) != "site" else None
    if homes and isinstance(pv, SitePvConfig):
        pv = replace(pv, homes=tuple(HomePlants(home.plants) for home in homes))
    mistakes.raise_any()
    if first_date is None or tz is None or pv is None:
        raise InternalError("a part of the configuration is missing without a mistake")
    config = _as_read_back(
        RunConfig(
            run_id=request.run_id or "",
            first_date=first_date,
            days=request.days,
            tz=tz,
            seed=request.seed,
            every_s=1,
            meters=meters,
            pv=CurveConfig(),
            meter_max_w=request.meter.max_w,
            meter_kind="grid" if request.meter.kind == "grid" else "load",
            missing=(request.meter.missing or "skip") if any(map(_is_external, texts)) else "stop",
            batch=request.batch,
            dimming=dimming,
            annual_energies=annual_energies,
            hours=UNSET if hours is None else hours,
            partitions=UNSET if request.partitions is None else request.partitions,
        )
    )
    if request.run_id is None:  # from the meters' side, so that meter and simulator that are asked alike meet
        config = replace(config, run_id=f"{first_date:%Y%m%d}-{digest(config).hex()[:8]}")
    config = _as_read_back(
        config,
        every_s=parse_period(request.every, "every"),
        pv=pv,
        battery=site.battery if site is not None and not homes else None,
        batteries=_batteries(homes),
        homes_file=street.file if street is not None else UNSET,
        export_limit_kw=site and site.grid.export_limit_kw,
        split=request.split,
        connection=connection,
        **(prices or {}),
        formats=parse_formats(request.format),
    )
    return refuse_unknown_sizes(config)


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


def _connected(
    request: Request,
    site: Site | None,
    rules: Rules | None,
    first_date: date | None,
    outside: Outside,
    *,
    homes: Sequence[Site],
) -> tuple[ConnectionConfig | None, tuple[DimmedTime, ...]]:
    """The limits of a run at the connection to the grid, and the times in which devices are dimmed."""
    if site is None:
        return None, ()
    windows = _windows(site, outside)
    if first_date is None:
        return None, ()
    timeline = Timeline.of_days(first_date, request.days, zone_of(site.location.tz))
    connection = connection_of(site, rules, first_date, request.days, dimming_windows=len(windows), homes=homes)
    if not windows:
        return connection, ()
    by = outside.read_rules(_DIMMING) if rules is None else rules
    return connection, dimming_of(windows, timeline, by, named=rules is not None)


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


def _is_external(text: str) -> bool:
    return text == "external" or text.endswith("=external")


def _check_missing(texts: Sequence[str], request: Request) -> None:
    """Our own meter loses no reading."""
    for name in ("missing", "timeout_s"):
        if getattr(request.meter, name) is not None and not any(map(_is_external, texts)):
            field = f"meter.{name}"
            what = f"`{field}` is about readings of an external meter, but there is none"
            raise UsageError(what, field=field, fix="add `meter.source` external, or leave it out")


def _check_partitions(request: Request) -> None:
    """Refuse what a run in partitions cannot be."""
    if request.partitions is None:
        return
    check_partitions(request.partitions)
    if request.split != "none":
        what = "`partitions` gives each partition a file of rows of its own, which is not split by days as well"
        fix = "leave `split` out, or leave `partitions` out, which up to 1,000 meters do not need"
        raise UsageError(what, field="split", fix=fix)


def _refuse_no_grid_meter(
    meters: Sequence[MeterConfig], request: Request, site: Site | None, connection: ConnectionConfig | None
) -> None:
    """Refuse what a meter at the grid connection cannot be, or can mean in two ways."""
    field = "meter.kind"
    if not all(isinstance(meter.source, FileConfig | ExternalMeter) for meter in meters):
        fix = "give a FILE.csv or external as `meter.source`, or leave `meter.kind` out"
        what = "grid says what a file or an external meter measures; the others are loads"
        raise UsageError(what, field=field, fix=fix)
    if site is None:
        return
    if request.pv.source is None:
        what = f"a grid meter holds the PV that is there already: does site {site.name} add to it?"
        raise UsageError(
            what, field=field, fix="add `pv.source` site if its plants are new ones, else `pv.source` none"
        )
    limits = [step.reason for step in connection.export if step.reason] if connection is not None else []
    if site.grid.export_limit_kw is not None or limits:
        what = f"the PV behind a grid meter cannot be curtailed to the export limit of site {site.name}"
        fix = (
            f"leave it out of the site file ({limits[0]})"
            if limits
            else "leave export_limit_kw out of the site file"
        )
        raise UsageError(what, field=field, fix=fix)
