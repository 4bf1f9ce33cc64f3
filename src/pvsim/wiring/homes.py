"""What there is at the home of each meter: what it was given, and what it has drawn."""

from typing import TYPE_CHECKING, Any, cast

from msgspec import Struct

from pvsim.config import BuildingMeter, FileConfig, RunConfig, SyntheticMeter
from pvsim.config.sizes import sizes_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pvsim.core.loads.building import BuildingLoad
    from pvsim.core.quantities.types import PowerSource

__all__ = ["HomeFacts", "homes_of"]


class HomeFacts(Struct, frozen=True, omit_defaults=True):
    """What there is at a home; what it does not have, or is not known of it, is left out.

    Attributes:
        kind: Of its load: `household`, `office`, `depot`, `uniform`, `walk`, or `file`.
        pv_kwp: Peak power of the modules.
        battery_kwh: Capacity of the battery.
        annual_kwh: What it uses in a year, without heat pump and cars.
        heat_pump_kwh: What its heat pump uses in a year.
        electric_car_kwh: What its cars charge in a year.
        people: Persons who live there; the rest is what a household has drawn, see `Traits`.
        occupations: Where each of them is on workdays.
        owned: What it has of the things that not every home has.
        later_min: How much later its evenings are than the average home's, in minutes.
        by_day: How much more it uses its devices from 9 to 17, where it may choose.
        weeks_away: Weeks of a year in which nobody sleeps there.
        base_factor: Its base load, relative to the average one's of its annual energy.
    """

    kind: str
    pv_kwp: float | None = None
    battery_kwh: float | None = None
    annual_kwh: float | None = None
    heat_pump_kwh: float | None = None
    electric_car_kwh: float | None = None
    people: int | None = None
    occupations: tuple[str, ...] = ()
    owned: tuple[str, ...] = ()
    later_min: int | None = None
    by_day: float | None = None
    weeks_away: float | None = None
    base_factor: float | None = None


def homes_of(config: RunConfig, loads: "Sequence[PowerSource]") -> dict[str, HomeFacts]:
    """What there is at the home of each meter; none where no meter is a building.

    Args:
        config: Of a run none of whose meters is somebody else's.
        loads: Of each meter, as they were built.
    """
    if not any(isinstance(meter.source, BuildingMeter) for meter in config.meters):
        return {}
    found = {}
    for meter, load, size in zip(config.meters, loads, sizes_of(config), strict=True):
        facts: dict[str, Any] = {"kind": _kind(meter.source)}
        if isinstance(meter.source, BuildingMeter):
            facts = _building(meter.source, cast("BuildingLoad", load))
        found[meter.name] = HomeFacts(**facts, pv_kwp=size.kwp or None, battery_kwh=size.kwh or None)
    return found


def _building(source: BuildingMeter, building: "BuildingLoad") -> dict[str, Any]:
    load, traits = source.load, building.traits
    found: dict[str, Any] = {"kind": load.kind, "annual_kwh": load.annual_kwh}
    if load.heat_pump is not None:
        found["heat_pump_kwh"] = load.heat_pump.annual_kwh
    if load.electric_car is not None:
        found["electric_car_kwh"] = load.electric_car.annual_kwh
    if traits.people:
        found |= {
            name: getattr(traits, name)
            for name in ("people", "occupations", "later_min", "by_day", "weeks_away", "base_factor")
        }
        found["owned"] = tuple(sorted(traits.owned))
    return found


def _kind(source: Struct) -> str:
    if isinstance(source, SyntheticMeter):
        return source.model
    return "file" if isinstance(source, FileConfig) else str(source.__struct_config__.tag)
