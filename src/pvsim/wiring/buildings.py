"""Households, offices and depots from the device table that comes with pvsim."""

from datetime import tzinfo
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Literal

from pvsim.adapters.shared.shipped import shipped
from pvsim.config import BuildingMeter
from pvsim.core.devices.limits import LimitSteps
from pvsim.core.loads.building import (
    BuildingLoad,
    BuildingPlace,
    Dimmed,
    HeatPumpModel,
    Kind,
    electric_car,
    parse_kinds,
)
from pvsim.core.loads.building.presence import MAX_PEOPLE
from pvsim.core.quantities import noise
from pvsim.core.quantities.types import METER_MAX_DW
from pvsim.core.site.energy import plain_kwh
from pvsim.core.site.schema import FileWeather, HouseholdLoad, Weather
from pvsim.core.weather.outdoor_air import OutdoorAir, outdoor_air
from pvsim.errors import UsageError

if TYPE_CHECKING:
    from pvsim.core.quantities.types import PowerSource
    from pvsim.core.series.findings import FileReading

__all__ = ["BuildingKind", "building_load", "device_table", "load_of"]

BuildingKind = Literal["household", "office", "depot"]

_ARRIVALS = {"household": "arrival", "office": "arrivals", "depot": "return"}


@cache
def device_table() -> dict[str, Kind]:
    """The kinds of buildings by name."""
    with shipped("devices.json") as path:
        return parse_kinds(path.read_text(encoding="utf-8"))


def load_of(
    meter: BuildingMeter,
    *,
    zone: tzinfo,
    seed: int,
    meter_name: str,
    run_utc: tuple[int, int],
    max_dw: int = METER_MAX_DW,
    dimming: LimitSteps | None = None,
) -> BuildingLoad:
    """The load that a run's configuration describes.

    Args:
        meter: What it is.
        zone: Its clock.
        seed: Of the simulation.
        meter_name: The name of its home: the meter's, or that without the zeros of `m01`.
        run_utc: The run's first second and the one after its last (Unix time): a weather file must cover it.
        max_dw: The most that its meter shows.
        dimming: The most that heat pump and car each take.

    Raises:
        UsageError: as `building_load`.
        BadInputError: its heat pump's weather file does not serve; see `outdoor_air`.
    """
    load, place = meter.load, BuildingPlace(zone, meter.latitude_deg, meter.longitude_deg)
    pump = None
    if load.heat_pump and meter.weather:
        pump = load.heat_pump.annual_kwh, _air(meter.weather, meter.weather_sha256, place, seed, run_utc)
    return building_load(
        load.kind,
        plain_kwh(load.annual_kwh),
        place=place,
        seed=seed,
        meter=meter_name,
        people=load.people if isinstance(load, HouseholdLoad) else None,
        car=(load.electric_car.charger_kw, load.electric_car.annual_kwh) if load.electric_car else None,
        heat_pump=pump,
        max_dw=max_dw,
        dimming=dimming,
    )


def weather_reading(
    meter: BuildingMeter, *, zone: tzinfo, seed: int, run_utc: tuple[int, int]
) -> "FileReading | None":
    """How the weather file of a building's heat pump was read, None without one; arguments as of `load_of`."""
    if not meter.load.heat_pump or not isinstance(meter.weather, FileWeather):
        return None
    place = BuildingPlace(zone, meter.latitude_deg, meter.longitude_deg)
    return _air(meter.weather, meter.weather_sha256, place, seed, run_utc).reading


@lru_cache(maxsize=2)
def _air(
    weather: Weather, _sha256: str | None, place: BuildingPlace, seed: int, run_utc: tuple[int, int]
) -> OutdoorAir:
    """The air of a site, which all of its buildings share: a file is read once for them."""
    series, at = None, (place.latitude, place.longitude)
    if isinstance(weather, FileWeather):
        from pvsim.wiring.weather import weather_at  # noqa: PLC0415 - most sites read no file

        series = weather_at(weather, *at)
    return outdoor_air(weather, series, *at, zone=place.zone, seed=seed, run_utc=run_utc)


def building_load(
    kind: BuildingKind,
    annual_kwh: float,
    *,
    place: BuildingPlace,
    seed: int,
    meter: str,
    people: int | None = None,
    car: tuple[float, float] | None = None,
    heat_pump: tuple[float, OutdoorAir] | None = None,
    max_dw: int = METER_MAX_DW,
    dimming: LimitSteps | None = None,
) -> BuildingLoad:
    """The load of one building.

    Args:
        kind: What it is.
        annual_kwh: Energy of a year without car and heat pump.
        place: Its clock and coordinates.
        seed: Of the simulation.
        meter: The meter's name.
        people: Persons of a household, 1 to 12; None draws them.
        car: Charger in kW (3.7, 11 or 22) and energy in kWh a year.
        heat_pump: Its energy in kWh a year, and the air that it takes heat from.
        max_dw: The most that its meter shows, in 0.1 W.
        dimming: The most that heat pump and car each take.

    Raises:
        UsageError: if an energy, the charger, the people or the kind of building is out of range.
    """
    kinds = device_table()
    if kind not in kinds:
        what = f"{kind!r} is not a kind of building"
        raise UsageError(what, where=f"meter {meter}", fix=f"one of {', '.join(kinds)}")
    contents = kinds[kind]
    if people is not None and (not contents.people or not 1 <= people <= MAX_PEOPLE):
        what = f"{people} people do not live in this {kind}"
        raise UsageError(what, where=f"meter {meter}", fix=f"1 to {MAX_PEOPLE} in a household, none elsewhere")
    others: list[PowerSource] = []
    if heat_pump is not None:
        kwh, air = heat_pump
        stream = noise.key(seed, "building", meter, "heat pump")
        others.append(
            HeatPumpModel.of_energy(
                stream, air.temperature, annual_kwh=kwh, year_c=air.year_c, coldest_c=air.coldest_c
            )
        )
    return BuildingLoad(
        contents,
        place,
        seed=seed,
        meter=meter,
        annual_kwh=annual_kwh,
        people=people,
        extra=[] if car is None else [electric_car(*car, shape=_ARRIVALS[kind])],
        others=others if dimming is None else [Dimmed(other, dimming) for other in others],
        max_dw=max_dw,
        dimming=dimming,
    )
