"""Where the energy of a run came from and where it went: PV, grid and battery to building, export and battery."""

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from pvsim.core.quantities.rounding import rounded

if TYPE_CHECKING:
    from pvsim.core.results.summary import BatteryUse, Energies

__all__ = ["Flow", "Place", "flows_of"]

Place: TypeAlias = Literal["pv", "grid", "battery_out", "building", "export", "battery_in", "curtailed"]


class Flow(NamedTuple):
    """Energy from one place to another."""

    source: Place
    target: Place
    kwh: float


def flows_of(energy: "Energies", battery: "BatteryUse | None" = None) -> tuple[Flow, ...]:
    """The flows of a run that are not zero; none where the load is not known.

    PV power serves the building first and then the battery, and the battery serves the building: so
    battery to export = `to_grid_kwh` of a battery with a delay, where that is not given max(export − pv, 0),
    pv to export = export − battery to export,
    pv to battery = charge − `from_grid_kwh`, where that is not given min(charge, pv − pv to export),
    pv to building = pv − pv to export − pv to battery, grid to battery = charge − pv to battery,
    grid to building = import − grid to battery, battery to building = discharge − battery to export. The sums of
    each place are those of the summary (I8).

    Args:
        energy: The energies.
        battery: Its use in rows of a second, whose energies are those of its seconds too; None does without.
    """
    if energy.self_consumed is None:
        return ()
    charge, discharge = energy.battery_charge or 0.0, energy.battery_discharge or 0.0
    known, given = (None, None) if battery is None else (battery.from_grid_kwh, battery.to_grid_kwh)
    given_back = max(-energy.self_consumed, 0.0) if given is None else given
    used = energy.self_consumed + given_back
    grid_stored = charge - min(charge, used) if known is None else known
    pv_stored = charge - grid_stored
    candidates = (
        Flow("pv", "building", used - pv_stored),
        Flow("pv", "battery_in", pv_stored),
        Flow("pv", "export", energy.export - given_back),
        Flow("pv", "curtailed", energy.curtailed or 0.0),
        Flow("battery_out", "building", discharge - given_back),
        Flow("battery_out", "export", given_back),
        Flow("grid", "building", energy.import_ - grid_stored),
        Flow("grid", "battery_in", grid_stored),
    )
    flows = (flow._replace(kwh=rounded(flow.kwh)) for flow in candidates)
    return tuple(flow for flow in flows if flow.kwh > 0)
