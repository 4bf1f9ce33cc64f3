"""The meters that a request asks for."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from msgspec.structs import replace

from pvsim.config.building_text import building_of, near_energy, own_energy
from pvsim.config.homes import Street
from pvsim.config.measured import file_config, refuse_unused
from pvsim.config.mistakes import Mistakes
from pvsim.config.population import Building, Said, over_all, with_energies
from pvsim.config.ports import Outside
from pvsim.config.request import Request
from pvsim.config.run_config import (
    AnnualEnergies,
    BuildingMeter,
    ExternalMeter,
    FileConfig,
    MeterConfig,
    SyntheticMeter,
)
from pvsim.core.run.plan import NAME, NAME_RULE, TAKEN_NAMES, check_count
from pvsim.core.site.energy import BOUNDS_KWH, BuildingName
from pvsim.core.site.schema import FileWeather, Site, Weather
from pvsim.errors import InternalError, UsageError

__all__ = ["BUILDINGS", "SYNTHETIC", "home_sites", "meters_of", "sources_of", "weather_sha256"]

SYNTHETIC = ("uniform", "walk")
BUILDINGS: Mapping[BuildingName, str] = {"household": "home", "office": "office", "depot": "depot"}
"""Kinds of buildings, each with the example site whose load it takes where the site has none of the kind."""

_KINDS = (*SYNTHETIC, *BUILDINGS, "external")
_Source: TypeAlias = SyntheticMeter | BuildingMeter | FileConfig | ExternalMeter
_NAMED = re.compile(rf"({NAME.pattern})=(.+)", re.DOTALL)
_FIELD = "meter.source"


def sources_of(request: Request, site: Site | None, street: Street | None = None) -> tuple[str, ...]:
    """What each meter is said to be, with a name or without.

    Raises:
        UsageError: if there are not so many homes in a street.
    """
    source = request.meter.source
    if source:
        return (source,) if isinstance(source, str) else source
    if source == "":
        return ("",)
    if street is not None:
        return street.sources(request.meters)
    return (site.load.kind if site is not None and site.load is not None else "uniform",)


def meters_of(
    texts: Sequence[str],
    request: Request,
    site: Site | None,
    outside: Outside,
    mistakes: Mistakes,
    *,
    street: Street | None = None,
) -> tuple[tuple[MeterConfig, ...], tuple[AnnualEnergies, ...]]:
    """The meters, and how their annual energies came about; some are left out where there are mistakes."""
    counted = request.meters is not None
    bad = {text: found for text in texts if (found := _bad_name(text, outside, counted=counted)) is not None}
    for mistake in bad.values():
        mistakes.add(mistake)
    texts = [_stand_in(text) if text in bad else text for text in texts]
    texts = _counted(texts, request, mistakes)
    named = _named(texts, counted=counted)
    kinds = dict.fromkeys(kind for _, _, kind in named)
    if not any(map(_is_file, kinds)):
        refuse_unused(request.meter, mistakes)
    sources = {kind: _source(kind, request, site, outside, mistakes) for kind in kinds}
    if request.annual_kwh is not None and kinds and not any(kind in BOUNDS_KWH for kind in kinds):
        mistakes.add(_no_building(kinds))
    buildings = []
    for place, (name, home, kind) in enumerate(named):
        source = sources[kind]
        if street is not None and isinstance(source, BuildingMeter):
            source = _source(kind, request, street.site_of(home, place), outside, mistakes)
        if isinstance(source, BuildingMeter):
            buildings.append(Building(name, home, source, _said(kind, source, request)))
    resolved, energies = with_energies(buildings, request.seed, mistakes)
    if street is not None and request.annual_kwh is None:
        energies = over_all(resolved.values())
    meters = [
        MeterConfig(name, _at_home(resolved[name], home, name) if name in resolved else source)
        for name, home, kind in named
        if (source := sources[kind]) is not None
    ]
    return tuple(meters), energies


def home_sites(texts: Sequence[str], request: Request, street: Street) -> tuple[Site, ...]:
    """What the site is at the home of each meter.

    Raises:
        UsageError: if there are not so many homes, or none of a meter's name.
    """
    counted = request.meters is not None and len(texts) == 1
    named = _named(list(texts) * (request.meters or 1) if counted else texts, counted=counted)
    street.check([home for _, home, _ in named], counted=counted)
    return tuple(street.site_of(home, place) for place, (_, home, _) in enumerate(named))


def weather_sha256(weather: Weather | None, outside: Outside) -> str | None:
    """Digest of the weather file, where there is one."""
    return outside.sha256(weather.path) if isinstance(weather, FileWeather) else None


def _named(texts: Sequence[str], *, counted: bool) -> list[tuple[str, str, str]]:
    """Of each meter its name, the name of its home, and its kind."""
    parts = [None if counted else _NAMED.fullmatch(text) for text in texts]
    chosen = {part[1] for part in parts if part}
    width = len(str(len(texts)))
    named: list[tuple[str, str, str]] = []
    for number, (text, part) in enumerate(zip(texts, parts, strict=True), start=1):
        home = f"m{number}"
        name, kind = part.groups() if part else (f"m{number:0{width}}", text)
        named.append((name, name if part or home in chosen else home, kind))
    return named


def _at_home(source: _Source, home: str, name: str) -> _Source:
    """The source with the name of its home, where that is not the meter's."""
    return replace(source, home=home) if isinstance(source, BuildingMeter) and home != name else source


def _counted(texts: Sequence[str], request: Request, mistakes: Mistakes) -> Sequence[str]:
    """The one text as often as there are meters."""
    count = request.meters
    if count is None or not texts:  # of a site that is wrong nothing is known
        return texts
    if len(texts) != 1:
        what = f"`meters` multiplies one `{_FIELD}`, not several"
        mistakes.add(UsageError(what, field="meters", fix=f"give `{_FIELD}` once"))
        return texts
    allowed = mistakes.attempt(lambda: check_count(count, request.partitions))
    return texts if allowed is None else list(texts) * allowed


def _is_file(kind: str) -> bool:
    return kind not in _KINDS and building_of(kind) is None


def _source(
    kind: str, request: Request, site: Site | None, outside: Outside, mistakes: Mistakes
) -> _Source | None:
    if kind in SYNTHETIC:
        return SyntheticMeter("walk" if kind == "walk" else "uniform")
    if (building := building_of(kind)) is not None:
        return mistakes.attempt(lambda: _building(building, kind, site, outside))
    if (near := near_energy(kind, outside, (*SYNTHETIC, "external"))) is not None:
        mistakes.add(near)
        return None
    if kind == "external":
        return ExternalMeter()
    return file_config(kind, request.meter, outside, mistakes, instead=", ".join(_KINDS))


def _building(kind: BuildingName, text: str, site: Site | None, outside: Outside) -> BuildingMeter:
    own = own_energy(text, outside)
    has_kind = site is not None and site.load is not None and site.load.kind == kind
    example = site if site is not None and has_kind else outside.read_site(BUILDINGS[kind])
    load, location = example.load, (site or example).location
    if load is None:
        raise InternalError(f"the site {example.name} has no load")
    if own is not None:
        load = replace(load, annual_kwh=own)
    weather = (site or example).weather if load.heat_pump else None
    digest = weather_sha256(weather, outside)
    return BuildingMeter(load, location.latitude_deg, location.longitude_deg, weather, digest)


def _said(text: str, source: BuildingMeter, request: Request) -> Said:
    """What was said of a building's energy: by itself, by the request, else by its site."""
    _, colon, _ = text.partition(":")
    if colon:
        return Said(source.load.annual_kwh, "meter.source", text)
    if (said := request.annual_kwh) is not None:
        return Said(tuple(said) if isinstance(said, list) else said, "annual_kwh")
    return Said(source.load.annual_kwh, "site")


def _no_building(kinds: Iterable[str]) -> UsageError:
    """`annual_kwh` of a run without a building that it could be of."""
    what = "`annual_kwh` says what a building uses, but there is none"
    fix = f"add `{_FIELD}` {' or '.join(BUILDINGS)}, or leave it out; a file is scaled by `meter.annual_kwh`"
    if any(building_of(kind) for kind in kinds):
        what = "`annual_kwh` says what buildings use, but each has its own energy after its colon"
        fix = "leave it out"
    return UsageError(what, field="annual_kwh", fix=fix)


def _stand_in(text: str) -> str:
    """What is looked at further of a text with a mistake in its name."""
    name, _, kind = text.rpartition("=")
    return name if name in BUILDINGS else kind


def _bad_name(text: str, outside: Outside, *, counted: bool) -> UsageError | None:
    """`NAME=KIND` where NAME cannot be one, or where the meters are numbered."""
    name, equals, kind = text.rpartition("=")
    if not equals or outside.exists(text):
        return None
    if name in BUILDINGS and not outside.exists(kind) and (near := near_energy(text, outside, ())) is not None:
        return near  # household=3200
    if counted and _NAMED.fullmatch(text):
        fix = f"leave the name out: `{_FIELD}` {kind}"
        what = f"with `meters` the meters are numbered, not called {name!r}"
        return UsageError(what, field=_FIELD, fix=fix)
    if not _is_file(kind) and not _NAMED.fullmatch(text):
        return UsageError(f"`{_FIELD}`: {name!r} cannot be a name", field=_FIELD, fix=NAME_RULE)
    if name in TAKEN_NAMES:
        what = f"{name!r} is what the manifest calls another input"
        return UsageError(what, field=_FIELD, fix=f"choose another name, for example {name}1={kind}")
    return None
