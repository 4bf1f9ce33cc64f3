"""Households, offices and depots from the device table that comes with pvsim."""

from datetime import tzinfo
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal

import msgspec

from pvsim.config import BuildingMeter
from pvsim.core import noise
from pvsim.core.building import (
    BuildingLoad,
    HeatPump,
    Kind,
    OutdoorTemperature,
    Place,
    SeasonalTemperature,
    electric_car,
    parse_kinds,
)
from pvsim.core.building.presence import MAX_PEOPLE
from pvsim.core.site import HouseholdLoad
from pvsim.errors import UsageError

if TYPE_CHECKING:
    from pvsim.core.types import PowerSource

__all__ = ["BuildingKind", "building_load", "device_table", "load_of"]

REFERENCE_YEAR = 2023
"""In whose weather a heat pump uses what the user names; a year of 365 days. Not the run's: a value may not
depend on when a run begins (I7)."""

BuildingKind = Literal["household", "office", "depot"]

_ARRIVALS = {"household": "arrival", "office": "arrivals", "depot": "return"}


@cache
def device_table() -> dict[str, Kind]:
    """The kinds of buildings by name."""
    return parse_kinds((files("pvsim") / "data" / "devices.json").read_text(encoding="utf-8"))


def load_of(meter: BuildingMeter, *, zone: tzinfo, seed: int, meter_name: str) -> BuildingLoad:
    """The load that a run's configuration describes.

    Raises:
        UsageError: as `building_load`.
    """
    load = meter.load
    return building_load(
        load.kind,
        load.annual_kwh,
        place=Place(zone, meter.latitude_deg, meter.longitude_deg),
        seed=seed,
        meter=meter_name,
        year=REFERENCE_YEAR,
        people=load.people if isinstance(load, HouseholdLoad) else None,
        car=(load.electric_car.charger_kw, load.electric_car.annual_kwh) if load.electric_car else None,
        heat_pump_kwh=load.heat_pump.annual_kwh if load.heat_pump else None,
    )


def building_load(
    kind: BuildingKind,
    annual_kwh: float,
    *,
    place: Place,
    seed: int,
    meter: str,
    year: int,
    people: int | None = None,
    car: tuple[float, float] | None = None,
    heat_pump_kwh: float | None = None,
    temperature: OutdoorTemperature | None = None,
) -> BuildingLoad:
    """The load of one building.

    Args:
        kind: What it is.
        annual_kwh: Energy of a year without car and heat pump.
        place: Its clock and coordinates.
        seed: Of the simulation.
        meter: The meter's name.
        year: Calendar year that the heat pump's energy is for.
        people: Persons of a household, 1 to 12; None is 3.
        car: Charger in kW (3.7, 11 or 22) and energy in kWh a year.
        heat_pump_kwh: Energy of the heat pump in that year.
        temperature: Outdoor temperatures for the heat pump; None is a simple season with weather.

    Raises:
        UsageError: if an energy, the charger, the people or the kind of building is out of range.
    """
    kinds = device_table()
    if kind not in kinds:
        what = f"{kind!r} is not a kind of building"
        raise UsageError(what, where=f"meter {meter}", fix=f"one of {', '.join(kinds)}")
    contents = kinds[kind]
    if people is not None:
        if not contents.people or not 1 <= people <= MAX_PEOPLE:
            what = f"{people} people do not live in this {kind}"
            raise UsageError(what, where=f"meter {meter}", fix=f"1 to {MAX_PEOPLE} in a household, none elsewhere")
        contents = msgspec.structs.replace(contents, people=people)
    others: list[PowerSource] = []
    if heat_pump_kwh is not None:
        outdoors = temperature or SeasonalTemperature(noise.key(seed, "weather", "temperature"), place)
        stream = noise.key(seed, "building", meter, "heat pump")
        pump = HeatPump.of_energy(stream, outdoors, annual_kwh=heat_pump_kwh, year=year, place=place)
        others.append(pump)
    return BuildingLoad(
        contents,
        place,
        seed=seed,
        meter=meter,
        annual_kwh=annual_kwh,
        extra=[] if car is None else [electric_car(*car, shape=_ARRIVALS[kind])],
        others=others,
    )
