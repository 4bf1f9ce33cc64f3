"""The configuration that the options of a command make."""

import re
from collections.abc import Sequence
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pvsim.errors import InternalError, UsageError

if TYPE_CHECKING:
    from pvsim.config import (
        BuildingMeter,
        ExternalMeter,
        FileConfig,
        MeterConfig,
        PvConfig,
        RunConfig,
        SitePvConfig,
        SyntheticMeter,
    )
    from pvsim.core.site.schema import Site, Weather

__all__ = ["config_of"]

FILE_OPTIONS = (
    "column",
    "time_column",
    "tz",
    "date_order",
    "stamp",
    "decimal",
    "unit",
    "kind",
    "sign",
    "scale",
    "annual_kwh",
    "fill",
    "gaps",
    "start",
)
"""How to read a file of measured data: each is an option of meter and PV."""

_USUAL = {"scale": "a factor such as 0.5", "annual_kwh": "kWh such as 4000", "peak_kw": "kW such as 8"}

DEFAULT_ZONE = "Europe/Berlin"
MODELS = ("uniform", "walk")
BUILDINGS = {"household": "home", "office": "office", "depot": "depot"}
"""Kinds of buildings, each with the example site whose load it takes where the site has none of the kind."""

_DEFAULT_SITE = "home"
_SPREAD_KM = 1.0  # a neighbourhood
_KINDS = (*MODELS, *BUILDINGS, "external")
_TAKEN = ("pv", "weather", "places_m")
_NAMED = re.compile(r"([A-Za-z0-9][A-Za-z0-9_-]{0,31})=(.+)", re.DOTALL)


def config_of(options: dict[str, Any], run_id: str | None = None) -> "RunConfig":
    """The configuration that the options say.

    Args:
        options: The command's parameters; PV options may be missing.
        run_id: Name of the run; None makes one from the meters' side of the options, so that meter and
            simulator that are given the same options meet.

    Raises:
        UsageError: if an option is wrong or does not fit another.
    """
    from msgspec.structs import replace  # noqa: PLC0415

    from pvsim.config import CurveConfig, RunConfig, digest, parse_date  # noqa: PLC0415
    from pvsim.core.quantities.timeline import parse_period  # noqa: PLC0415
    from pvsim.core.quantities.types import METER_MAX_W  # noqa: PLC0415

    site = _site(options)
    texts = options["meter"] or (site.load.kind if site is not None and site.load is not None else "uniform",)
    config = RunConfig(
        run_id=run_id or "",
        first_date=parse_date(options["date"], "--date"),
        days=options["days"],
        tz=_zone(options, site),
        seed=options["seed"],
        every_s=1,
        meters=_meters(texts, options, site),
        pv=CurveConfig(),
        meter_max_w=options.get("meter_max_w", METER_MAX_W),
        meter_kind="grid" if options.get("meter_kind") == "grid" else "load",
        missing=_missing(texts, options),
    )
    if config.meter_kind == "grid":
        _refuse_no_grid_meter(config, site, options)
    if run_id is None:
        config = replace(config, run_id=f"{config.first_date:%Y%m%d}-{digest(config).hex()[:8]}")
    _refuse_unused(options, "meter", used=any(_is_file(text) for text in texts))
    return replace(
        config,
        every_s=parse_period(options.get("every", "1s")),
        pv=_pv(options, site, len(config.meters)),
        battery=site and site.battery,
        export_limit_kw=site and site.grid.export_limit_kw,
        split=options.get("split", "none"),
    )


def _missing(texts: Sequence[str], options: dict[str, Any]) -> Literal["skip", "hold", "stop"]:
    """What becomes of readings that are missing: our own meter loses none."""
    external = any(text == "external" or text.endswith("=external") for text in texts)
    if external:
        return options.get("missing") or "skip"
    for name in ("missing", "meter_timeout"):
        if options.get(name) is not None:
            option = f"--{name.replace('_', '-')}"
            what = f"{option} is about readings of an external meter, but there is none"
            raise UsageError(what, where=option, fix="add --meter external, or leave it out")
    return "stop"


def _site(options: dict[str, Any]) -> "Site | None":
    if options["site"] is None:
        return None
    from pvsim.adapters.site_file import read_site  # noqa: PLC0415 - most runs have none

    return read_site(options["site"])


def _zone(options: dict[str, Any], site: "Site | None") -> str:
    if site is None:
        return DEFAULT_ZONE if options["tz"] is None else str(options["tz"])
    if options["tz"] not in {None, site.location.tz}:
        what = f"site {site.name} is in {site.location.tz}"
        raise UsageError(what, where="--tz", fix="leave it out, or change location.tz in the site file")
    return site.location.tz


def _pv(options: dict[str, Any], site: "Site | None", meters: int) -> "PvConfig":
    from pvsim.config import CurveConfig, NoPvConfig  # noqa: PLC0415

    kind = options.get("pv")
    if kind is None:
        kind = "none" if options.get("meter_kind") == "grid" else "curve" if site is None else "site"
    peak_kw = options.get("pv_peak_kw")
    _refuse_unused(options, "pv", used=kind not in {"curve", "site", "none"})
    if peak_kw is not None and kind in {"site", "none"}:
        what = "--pv-peak-kw scales the curve or a file; "
        what += "a site's plants have their own peak_kw" if kind == "site" else "this run has no PV"
        raise UsageError(what, where="--pv-peak-kw", fix="leave it out")
    if kind == "site":
        return _site_pv(site, options, meters)
    if options.get("spread_km") is not None:
        what = "--spread-km scatters sites under clouds; a curve and a file are the same everywhere"
        raise UsageError(what, where="--spread-km", fix="add --site, or leave it out")
    if kind == "none":
        return NoPvConfig()
    return CurveConfig(peak_kw) if kind == "curve" else _file(kind, "pv", options)


def _refuse_no_grid_meter(config: "RunConfig", site: "Site | None", options: dict[str, Any]) -> None:
    """Refuse what a meter at the grid connection cannot be, or can mean in two ways."""
    from pvsim.config import ExternalMeter, FileConfig  # noqa: PLC0415

    where = "--meter-kind"
    if not all(isinstance(meter.source, FileConfig | ExternalMeter) for meter in config.meters):
        fix = "give a FILE.csv or external as --meter, or leave --meter-kind out"
        what = "grid says what a file or an external meter measures; the others are loads"
        raise UsageError(what, where=where, fix=fix)
    if site is None or "pv" not in options:
        return
    if options["pv"] is None:
        what = f"a grid meter holds the PV that is there already: does site {site.name} add to it?"
        raise UsageError(what, where=where, fix="add --pv site if its plants are new ones, else --pv none")
    if site.grid.export_limit_kw is not None:
        what = f"the PV behind a grid meter cannot be curtailed to the export limit of site {site.name}"
        raise UsageError(what, where=where, fix="leave export_limit_kw out of the site file")


def _site_pv(site: "Site | None", options: dict[str, Any], meters: int) -> "SitePvConfig":
    from pvsim.adapters.site_file import read_site  # noqa: PLC0415 - as in `_site`
    from pvsim.config import SitePvConfig  # noqa: PLC0415

    site = site or read_site(_DEFAULT_SITE)
    return SitePvConfig(site, _weather_sha256(site.weather), _spread_km(site, options, meters))


def _spread_km(site: "Site", options: dict[str, Any], meters: int) -> float:
    from pvsim.core.site.schema import CloudyWeather  # noqa: PLC0415

    given: float | None = options.get("spread_km")
    scattered = isinstance(site.weather, CloudyWeather) and meters > 1
    if given is None:
        return _SPREAD_KM if scattered else 0.0
    if not scattered:
        what = "--spread-km scatters the sites of several meters, but there is one"
        fix = "add --meters N, or leave it out"
        if meters > 1:
            what = f"--spread-km scatters sites under pvsim's clouds, which site {site.name} does not have"
            fix = 'leave it out, or write kind = "clouds" under [weather]'
        raise UsageError(what, where="--spread-km", fix=fix)
    return given


def _weather_sha256(weather: "Weather | None") -> str | None:
    from pvsim.core.site.schema import FileWeather  # noqa: PLC0415
    from pvsim.wiring.models import file_sha256  # noqa: PLC0415

    return file_sha256(Path(weather.path)) if isinstance(weather, FileWeather) else None


def _is_file(text: str) -> bool:
    named = _NAMED.fullmatch(text)
    return (named.group(2) if named else text) not in _KINDS


def _refuse_unused(options: dict[str, Any], prefix: str, *, used: bool) -> None:
    """An option that says how to read a file is a mistake where there is none."""
    for name in FILE_OPTIONS:
        if not used and options.get(f"{prefix}_{name}") not in {None, "load", "grid"}:  # those are of any meter
            option = f"--{prefix}-{name.replace('_', '-')}"
            raise UsageError(
                f"{option} says how to read a file, but none is given", where=option, fix=f"add --{prefix} FILE"
            )


def _meters(texts: Sequence[str], options: dict[str, Any], site: "Site | None") -> tuple["MeterConfig", ...]:
    from pvsim.config import BuildingMeter, MeterConfig  # noqa: PLC0415
    from pvsim.core.run.plan import MAX_METERS  # noqa: PLC0415

    count = options["meters"]
    if count is not None:
        if len(texts) != 1:
            raise UsageError(
                "--meters multiplies one --meter, not several", where="--meters", fix="give --meter once"
            )
        if not 1 <= count <= MAX_METERS:
            raise UsageError(f"--meters is 1 to {MAX_METERS:,} meters, not {count:,}", where="--meters")
        texts = list(texts) * count
    for text in texts:
        _refuse_bad_name(text, counted=count is not None)
    width = len(str(len(texts)))
    meters = []
    for number, text in enumerate(texts, start=1):
        named = _NAMED.fullmatch(text)
        name, kind = named.groups() if named and count is None else (f"m{number:0{width}}", text)
        meters.append(MeterConfig(name, _source(kind, options, site)))
    if options["annual_kwh"] is not None and not any(isinstance(m.source, BuildingMeter) for m in meters):
        fix = f"add --meter {' or '.join(BUILDINGS)}, or leave it out; a file is scaled by --meter-annual-kwh"
        raise UsageError(
            "--annual-kwh says what a building uses, but there is none", where="--annual-kwh", fix=fix
        )
    return tuple(meters)


def _source(
    kind: str, options: dict[str, Any], site: "Site | None"
) -> "SyntheticMeter | BuildingMeter | FileConfig | ExternalMeter":
    from pvsim.config import ExternalMeter, SyntheticMeter  # noqa: PLC0415

    if kind in MODELS:
        return SyntheticMeter(kind)  # type: ignore[arg-type]  # checked by `in`
    if kind in BUILDINGS:
        return _building(kind, options, site)
    return ExternalMeter() if kind == "external" else _file(kind, "meter", options)


def _building(kind: str, options: dict[str, Any], site: "Site | None") -> "BuildingMeter":
    from msgspec.structs import replace  # noqa: PLC0415

    from pvsim.adapters.site_file import read_site  # noqa: PLC0415 - as in `_site`
    from pvsim.config import BuildingMeter  # noqa: PLC0415

    has_kind = site is not None and site.load is not None and site.load.kind == kind
    example = site if site is not None and has_kind else read_site(BUILDINGS[kind])
    load, location = example.load, (site or example).location
    if load is None:
        raise InternalError(f"the site {example.name} has no load")
    if options["annual_kwh"] is not None:
        load = replace(load, annual_kwh=options["annual_kwh"])
    weather = (site or example).weather if load.heat_pump else None
    return BuildingMeter(load, location.latitude_deg, location.longitude_deg, weather, _weather_sha256(weather))


def _refuse_bad_name(text: str, *, counted: bool) -> None:
    """`NAME=KIND` where NAME cannot be one, or where the meters are numbered."""
    name, equals, kind = text.rpartition("=")
    if not equals or Path(text).exists():
        return
    if counted and _NAMED.fullmatch(text):
        fix = f"leave the name out: --meter {kind}"
        raise UsageError(f"with --meters the meters are numbered, not called {name!r}", where="--meter", fix=fix)
    if kind in _KINDS and not _NAMED.fullmatch(text):
        fix = "use up to 32 letters, digits, - and _, beginning with a letter or digit"
        raise UsageError(f"--meter: {name!r} cannot be a name", where="--meter", fix=fix)
    if name in _TAKEN:  # a meter's report would hide that one
        what = f"{name!r} is what the manifest calls another input"
        raise UsageError(what, where="--meter", fix=f"choose another name, for example {name}1={kind}")


def _file(text: str, prefix: str, options: dict[str, Any]) -> "FileConfig":
    from difflib import get_close_matches  # noqa: PLC0415 - only where there is a file

    from msgspec import UNSET  # noqa: PLC0415

    from pvsim.config import FileConfig, parse_date, zone_of  # noqa: PLC0415
    from pvsim.wiring.models import file_sha256  # noqa: PLC0415

    kinds = "curve, site, none" if prefix == "pv" else ", ".join(_KINDS)
    path = Path(text)
    if not text.strip() or (not path.suffix and not path.exists()):
        near = get_close_matches(text, kinds.split(", "), n=1)
        fix = f"did you mean {near[0]}?" if near else f"give {kinds}, or the path of a CSV file"
        raise UsageError(f"{text!r} is neither {kinds} nor a file", where=f"--{prefix}", fix=fix)
    start, tz = options[f"{prefix}_start"], options[f"{prefix}_tz"]
    if options[f"{prefix}_stamp"] and options[f"{prefix}_fill"] == "interpolate":
        what = f"--{prefix}-stamp says which interval a sample is of; with --{prefix}-fill interpolate it has none"
        raise UsageError(what, where=f"--{prefix}-stamp", fix="leave one of the two out")
    path = path.absolute()
    return FileConfig(
        path=str(path),
        sha256=file_sha256(path),
        column=options[f"{prefix}_column"],
        time_column=options[f"{prefix}_time_column"],
        unit=options[f"{prefix}_unit"],
        fill=options[f"{prefix}_fill"] or "hold",
        gaps=options[f"{prefix}_gaps"],
        start=None if start is None else parse_date(start, f"--{prefix}-start"),
        tz=UNSET if tz is None else zone_of(tz, f"--{prefix}-tz").key,
        date_order=options[f"{prefix}_date_order"] or UNSET,
        stamp=options[f"{prefix}_stamp"] or UNSET,
        decimal=options[f"{prefix}_decimal"] or UNSET,
        **_said(prefix, options),
    )


def _said(prefix: str, options: dict[str, Any]) -> dict[str, Any]:
    """What the user said of kind, sign and scale; what he did not say stays unset."""
    kind, sign = options.get(f"{prefix}_kind"), options.get(f"{prefix}_sign")
    said = {"measures": kind, "sign": sign if sign == "negative" else None}
    ways = ["scale", "annual_kwh", *(["peak_kw"] if prefix == "pv" else [])]
    for name in ways:
        value = said[name] = options.get(f"{prefix}_{name}")
        if value is not None and not 0 < value < inf:
            option = f"--{prefix}-{name.replace('_', '-')}"
            raise UsageError(
                f"{option} is {value:g}, not a number above 0", where=option, fix=f"give {_USUAL[name]}"
            )
    given = [f"--{prefix}-{name.replace('_', '-')}" for name in ways if said[name] is not None]
    if len(given) > 1:
        what = f"{' and '.join(given)} each scale the file"
        raise UsageError(what, where=given[1], fix=f"give one of them: leave {given[1]} out, for example")
    return {name: value for name, value in said.items() if value is not None}
