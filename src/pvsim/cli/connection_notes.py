"""What a user should know of the limits at the connection to the grid: which rule holds from when on."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pvsim.config import RunConfig
    from pvsim.config.connection import ExportStep

__all__ = ["connection_notes"]


def connection_notes(config: "RunConfig") -> list[str]:
    """What may be fed in, and why; nothing where the site says no more than a limit in kW."""
    connection = config.connection
    if connection is None:
        return []
    notes = []
    if connection.rules is not None:
        assumed = ", the first day of the run; commissioned = DATE in the site file sets another"
        said = "" if connection.commissioned_said else assumed
        if connection.commissioned is not None and connection.commissioned > config.first_date:
            said = "; its PV is simulated from the first day of the run on all the same"
        plant = f"a plant commissioned on {connection.commissioned}{said}"
        if connection.commissioned_homes:
            first, last = min(connection.commissioned_homes), max(connection.commissioned_homes)
            plant = f"each home's plants, commissioned from {first} to {last}"
        notes.append(f"rules of {connection.country}: for {plant}")
    if connection.homes:
        notes.append(_homes_note(config, connection.homes))
    several = len(connection.export) > 1
    for step in connection.export:
        since = f"from {step.first_date} on " if several else ""
        if step.limit_kw is not None:
            notes.append(f"{since}no more than {step.limit_kw:g} kW is fed in: {step.reason}")
        elif several or connection.rules is not None:
            notes.append(f"{since}no limit holds on what is fed in")
    return notes + ([_dimming_note(config)] if connection.dimming_windows else [])


def _homes_note(config: "RunConfig", homes: "Sequence[Sequence[ExportStep]]") -> str:
    """What homes with PV may feed in, each as its own plants say; the limits are those of the last day."""
    from pvsim.config import SitePvConfig  # noqa: PLC0415 - most runs have none

    plants = config.pv.homes if isinstance(config.pv, SitePvConfig) else None
    with_pv = [bool(each.plants) for each in plants] if plants else [True] * len(homes)
    last = [steps[-1] for steps, has_pv in zip(homes, with_pv, strict=True) if has_pv]
    limited = [step for step in last if step.limit_kw is not None]
    if not limited:
        return "no limit holds any more on what the homes feed in on the last day"
    kws = [step.limit_kw or 0.0 for step in limited]
    reason = limited[kws.index(max(kws))].reason
    least, most = (f"{each:g}" for each in (min(kws), max(kws)))
    between = least if least == most else f"{least} to {most}"
    some = f"{len(limited):,} of {len(last):,} homes with PV feed"
    return f"{some} in no more than {between} kW, each by its own plants: {reason}"


def _dimming_note(config: "RunConfig") -> str:
    """In how many windows what is dimmed."""
    from pvsim.config import BuildingMeter  # noqa: PLC0415 - most runs have none

    count = config.connection.dimming_windows if config.connection is not None else 0
    given = f"{count:,} window{'' if count == 1 else 's'}"
    sources = [meter.source for meter in config.meters]
    dimmable = any(
        source.load.heat_pump or source.load.electric_car
        for source in sources
        if isinstance(source, BuildingMeter)
    )
    if not dimmable:
        return f"dimming: {given} without effect, no meter is a building with heat pump or electric car"
    limits = sorted({each.limit_kw for each in config.dimming})
    kw = f", each device to {limits[0]:g} kW" if len(limits) == 1 else ""
    where = "on the day of this run" if config.hours else "in this run"
    return f"dimming: {len(config.dimming):,} of {given} {where}{kw}"
