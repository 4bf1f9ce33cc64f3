"""What a user should know of the annual energies of several buildings: how they differ, and why."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pvsim.config import RunConfig
    from pvsim.config.run_config import AnnualEnergies

__all__ = ["energy_notes"]


def energy_notes(config: "RunConfig") -> list[str]:
    """How the annual energies of several buildings came about: a line for those that have them from one place."""
    by_rows = bool(config.homes_file)
    return [_note(each, by_rows=by_rows) for each in config.annual_energies]


def _note(energies: "AnnualEnergies", *, by_rows: bool) -> str:
    least, most = energies.lowest_kwh, energies.highest_kwh
    of = f"{energies.count:,} {energies.kind}s" if energies.count > 1 else f"the {energies.kind}"
    if least == most:
        each = " each" if energies.count > 1 else ""
        return f"annual energy of {of}: {least:,.10g} kWh{each}{_from(energies)}"
    spread = f"{least:,.10g} to {most:,.10g} kWh, mean {energies.mean_kwh:,.0f}"
    return f"annual energy of {of}: {spread}{_from(energies) or _said(energies, by_rows=by_rows)}"


def _said(energies: "AnnualEnergies", *, by_rows: bool) -> str:
    if not energies.by_home:
        return " (as listed)"
    return f" (as its {'file' if by_rows else 'kinds'} of homes {'says' if by_rows else 'say'})"


def _from(energies: "AnnualEnergies") -> str:
    """What they were drawn from."""
    from pvsim.core.site.energy import DEFAULT_CV  # noqa: PLC0415 - most runs have none

    population = energies.population
    if population is None:
        return ""
    if population.mean_kwh is None:
        return f" (drawn between {population.from_kwh:,.10g} and {population.to_kwh:,.10g})"
    cv = DEFAULT_CV if population.cv is None else population.cv
    same = f"; --annual-kwh {population.mean_kwh:.10g}~0% makes all the same" if energies.around else ""
    return f" (lognormal around {population.mean_kwh:,.10g}, CV {cv:.2f}{same})"
