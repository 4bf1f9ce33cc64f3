"""What a site's connection to the grid comes to, and what is wrong with one."""

from collections.abc import Sequence
from datetime import date
from math import fsum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from msgspec import UNSET

from pvsim.core.site.dimming import dimming_problems
from pvsim.core.site.schema import Grid, Plant, Site

__all__ = ["Installed", "connection_problems", "fuse_kw", "installed_kwp", "installed_of", "kwp_of"]

_PHASES = (1, 3)
_VOLTS = 230


class Installed(NamedTuple):
    """The plants of a home, as rules see them.

    Attributes:
        kwp: Peak power of the modules.
        commissioned: The day on which they went into operation.
    """

    kwp: float
    commissioned: date


def installed_of(site: Site, first_date: date) -> Installed:
    """The plants of a site; where it does not say when they went into operation, on the run's first day."""
    return Installed(installed_kwp(site), first_date if site.commissioned is UNSET else site.commissioned)


def installed_kwp(site: Site) -> float:
    """Peak power of the modules of all plants of a site."""
    return kwp_of(site.plants)


def kwp_of(plants: Sequence[Plant]) -> float:
    """Peak power of the modules of some plants."""
    return round(fsum(plant.peak_kw for plant in plants), 6)


def fuse_kw(grid: Grid) -> float | None:
    """The power at which the main fuses carry their rated current: A × phases × 230 V; None without fuses."""
    if grid.fuse_a is UNSET:
        return None
    return round(grid.fuse_a * (grid.fuse_phases or _PHASES[-1]) * _VOLTS / 1_000, 6)


def connection_problems(site: Site) -> list[str]:
    """What no single value of `grid`, `rules` and `commissioned` shows."""
    found, grid = [], site.grid
    if grid.fuse_phases is not UNSET and grid.fuse_phases not in _PHASES:
        found.append(f"grid.fuse_phases: {grid.fuse_phases} is not 1 or 3")
    if grid.fuse_phases is not UNSET and grid.fuse_a is UNSET:
        found.append("grid.fuse_phases: there is no fuse_a; give the rated current, for example fuse_a = 35")
    if grid.dimming is not UNSET:
        found += dimming_problems(grid.dimming, ZoneInfo(site.location.tz))
    if grid.dimming_file is not UNSET and "\0" in grid.dimming_file:
        found.append("grid.dimming_file: a path cannot contain the character NUL")
    if site.commissioned is not UNSET and site.rules is UNSET:
        found.append('commissioned: nothing depends on it without rules; add rules = "de", or leave it out')
    if site.rules is not UNSET and "\0" in site.rules:
        found.append("rules: a path cannot contain the character NUL")
    return found
