"""A run's connection to the grid: what may be fed in on which day, and why, and the main fuses."""

from collections.abc import Sequence
from datetime import date

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from pvsim.core.rules.holding import export_caps_over
from pvsim.core.rules.schema import Rules
from pvsim.core.site.connection import fuse_kw, installed_of
from pvsim.core.site.schema import Grid, Site

__all__ = ["ConnectionConfig", "ExportStep", "connection_of"]


class ExportStep(Struct, frozen=True):
    """What may be fed in from a day on.

    Attributes:
        first_date: The day; it begins at local midnight.
        limit_kw: None where there is no limit.
        reason: Which setting or rule limits it; empty where none does.
    """

    first_date: date
    limit_kw: float | None
    reason: str = ""


class ConnectionConfig(Struct, frozen=True):
    """What a site and the rules that it names say of its connection; a later change of either changes no run.

    Attributes:
        export: What may be fed in, the first of them from the run's first day on.
        fuse_kw: The power at which the main fuses carry their rated current; None is not known.
        rules: What the site calls the rules; None without.
        country: Their name.
        commissioned: The day on which the plants went into operation, for the rules; of homes that say it
            themselves, that of the others.
        commissioned_said: Whether the site says it; else it is the run's first day.
        installed_kwp: Peak power of the modules.
        dimming_windows: How many windows the site has in which devices are dimmed, in the run or not.
        homes: In place of `export`, what the home of each meter may feed in; unset where it is the same for all.
        commissioned_homes: The day of each home's plants; unset where it is the same for all.
    """

    export: tuple[ExportStep, ...]
    fuse_kw: float | None = None
    rules: str | None = None
    country: str | None = None
    commissioned: date | None = None
    commissioned_said: bool = False
    installed_kwp: float = 0.0
    dimming_windows: int = 0
    homes: tuple[tuple[ExportStep, ...], ...] | UnsetType = UNSET
    commissioned_homes: tuple[date, ...] | UnsetType = UNSET


def connection_of(
    site: Site,
    rules: Rules | None,
    first_date: date,
    days: int,
    *,
    dimming_windows: int = 0,
    homes: Sequence[Site] = (),
) -> ConnectionConfig | None:
    """The connection of a site; None where it has nothing but an export limit in kW that always holds.

    Args:
        site: As it was read.
        rules: Those that it names.
        first_date: First day of the run.
        days: How many days.
        dimming_windows: See `ConnectionConfig`.
        homes: The site as it is at each of its homes, where they differ.
    """
    grid = site.grid
    said = (grid.export_limit_percent, grid.fuse_a, grid.dimming, grid.dimming_file)
    if rules is None and all(each is UNSET for each in said):
        return None
    plants = [installed_of(home, first_date) for home in homes or (site,)]
    by_plants = {each: _steps(grid, *each, rules, first_date=first_date, days=days) for each in plants}
    alike = len({tuple((step.first_date, step.limit_kw) for step in steps) for steps in by_plants.values()}) == 1
    found = ConnectionConfig(
        by_plants[plants[0]] if alike else (),
        fuse_kw(grid),
        installed_kwp=plants[0].kwp if len({each.kwp for each in plants}) == 1 else 0.0,
        dimming_windows=dimming_windows,
        homes=UNSET if alike else tuple(by_plants[each] for each in plants),
    )
    if rules is None:
        return found
    days_of_homes = tuple(each.commissioned for each in plants)
    return replace(
        found,
        rules=site.rules or None,
        country=rules.name,
        commissioned=installed_of(site, first_date).commissioned,
        commissioned_said=site.commissioned is not UNSET,
        commissioned_homes=days_of_homes if len(set(days_of_homes)) > 1 else UNSET,
    )


def _steps(
    grid: Grid, kwp: float, commissioned: date, rules: Rules | None, *, first_date: date, days: int
) -> tuple[ExportStep, ...]:
    """What may be fed in with plants of so many kWp."""
    fixed: list[tuple[float, str]] = []
    if grid.export_limit_kw is not None:
        fixed.append((grid.export_limit_kw, "grid.export_limit_kw"))
    if grid.export_limit_percent is not UNSET:
        fixed.append(_share(grid.export_limit_percent, kwp, "grid.export_limit_percent"))
    if rules is None:
        return (_lowest(first_date, fixed),)
    steps: list[ExportStep] = []
    for cap in export_caps_over(rules, kwp, commissioned, first_date, days):
        held = [] if cap.rule is None else [_share(cap.rule.percent, kwp, cap.rule.source)]
        step = _lowest(cap.first_date, [*fixed, *held])
        if not steps or (steps[-1].limit_kw, steps[-1].reason) != (step.limit_kw, step.reason):
            steps.append(step)
    return tuple(steps)


def _share(percent: float, kwp: float, reason: str) -> tuple[float, str]:
    """A share of the installed power in kW, to 0.1 W."""
    return round(percent * kwp / 100, 4), f"{percent:g} % of {kwp:g} kWp, {reason}"


def _lowest(day: date, limits: list[tuple[float, str]]) -> ExportStep:
    kw, reason = min(limits, key=lambda limit: limit[0], default=(None, ""))
    return ExportStep(day, kw, reason)
