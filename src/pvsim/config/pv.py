"""The PV power that a request asks for."""

from pvsim.config.measured import file_config, refuse_unused
from pvsim.config.meters import weather_sha256
from pvsim.config.mistakes import Mistakes
from pvsim.config.ports import Outside
from pvsim.config.request import Request
from pvsim.config.run_config import CurveConfig, NoPvConfig, PvConfig, SitePvConfig
from pvsim.core.site.schema import CloudyWeather, Site
from pvsim.errors import UsageError

__all__ = ["pv_of", "source_of"]

_KINDS = ("curve", "site", "none")
_DEFAULT_SITE = "home"
_SPREAD_KM = 1.0  # a neighbourhood


def source_of(request: Request) -> str:
    """What gives the PV power, if need be by what else is asked for."""
    if request.pv.source is not None:
        return request.pv.source
    if request.meter.kind == "grid":
        return "none"
    return "curve" if request.site is None else "site"


def pv_of(
    request: Request, site: Site | None, meters: int, outside: Outside, mistakes: Mistakes
) -> PvConfig | None:
    """The PV power; None where there are mistakes.

    Args:
        request: What is asked for.
        site: Its site, if it has one.
        meters: How many meters it has.
        outside: Where files and sites are.
        mistakes: Takes what is wrong.
    """
    source, peak_kw = source_of(request), request.pv.peak_kw
    if source in _KINDS:
        refuse_unused(request.pv, mistakes)
    if peak_kw is not None and source in {"site", "none"}:
        what = "`pv.peak_kw` scales the curve or a file; "
        what += "a site's plants have their own peak_kw" if source == "site" else "this run has no PV"
        mistakes.add(UsageError(what, field="pv.peak_kw", fix="leave it out"))
    if source == "site":
        return mistakes.attempt(
            lambda: _site_pv(site or outside.read_site(_DEFAULT_SITE), request, meters, outside)
        )
    if request.spread_km is not None:
        what = "`spread_km` scatters sites under clouds; a curve and a file are the same everywhere"
        mistakes.add(UsageError(what, field="spread_km", fix="add `site`, or leave it out"))
    if source == "none":
        return NoPvConfig()
    if source == "curve":
        return mistakes.attempt(lambda: CurveConfig(peak_kw))
    return file_config(source, request.pv, outside, mistakes, instead=", ".join(_KINDS))


def _site_pv(site: Site, request: Request, meters: int, outside: Outside) -> SitePvConfig:
    return SitePvConfig(site, weather_sha256(site.weather, outside), _spread_km(site, request.spread_km, meters))


def _spread_km(site: Site, given: float | None, meters: int) -> float:
    scattered = isinstance(site.weather, CloudyWeather) and meters > 1
    if given is None:
        return _SPREAD_KM if scattered else 0.0
    if not scattered:
        what = "`spread_km` scatters the sites of several meters, but there is one"
        fix = "add `meters` N, or leave it out"
        if meters > 1:
            what = f"`spread_km` scatters sites under pvsim's clouds, which site {site.name} does not have"
            fix = 'leave it out, or write kind = "clouds" under [weather]'
        raise UsageError(what, field="spread_km", fix=fix)
    return given
