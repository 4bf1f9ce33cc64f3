"""A home of a table: what the cells of one row say, beside the site that it belongs to.

An empty cell of an amount (`pv_kw`, `battery_kwh`, `car_kwh`, `heat_pump_kwh`) is none, as 0 is; an empty cell of
another column is the site's own, as is a column that the table does not have.
"""

from collections.abc import Mapping
from typing import Any

from msgspec import UNSET, convert
from msgspec.structs import asdict, replace

from pvsim.core.site.energy import energy_problems
from pvsim.core.site.problems import problems
from pvsim.core.site.schema import Battery, ElectricCar, Home, HomePlant, Plant, Site

__all__ = ["COLUMNS", "home_of_row"]

COLUMNS = (
    "name",
    "annual_kwh",
    "people",
    "pv_kw",
    "tilt_deg",
    "azimuth_deg",
    "battery_kwh",
    "battery_kw",
    "car_kwh",
    "charger_kw",
    "heat_pump_kwh",
)
"""Columns of the table, of which each may be left out."""

_HOURS_AT_FULL_POWER = 2.0
_NEEDED = {"tilt_deg": "pv_kw", "azimuth_deg": "pv_kw", "battery_kw": "battery_kwh", "charger_kw": "car_kwh"}
_COLUMN_OF = (
    ("electric_car.annual_kwh", "car_kwh"),
    ("electric_car.charger_kw", "charger_kw"),
    ("heat_pump.annual_kwh", "heat_pump_kwh"),
    ("battery.capacity_kwh", "battery_kwh"),
    ("battery.charge_kw", "battery_kw"),
)


def home_of_row(cells: Mapping[str, float | None], site: Site) -> tuple[Home, list[str]]:
    """The home of a row, and what is wrong with it: each problem begins with its column.

    Args:
        cells: The numbers of the columns that there are; None is an empty cell.
        site: The site, whose own values stand where a row says nothing.
    """
    found = [
        f"{name}: it is given, but {needed} is not; give both, or neither"
        for name, needed in _NEEDED.items()
        if cells.get(name) is not None and needed in cells and cells[needed] is None
    ]
    said = {name: value for name, value in cells.items() if value is not None}
    found += _unused(cells, said, site)
    data: dict[str, Any] = {"count": 1}
    if "annual_kwh" in said:
        data["annual_kwh"] = said["annual_kwh"]
    if "people" in said:
        data["people"] = int(said["people"]) if said["people"].is_integer() else said["people"]
    plants, wrong = _plants(cells, said, site)
    found += wrong
    data |= _battery(cells, said, site) | _car(cells, said, site)
    if "heat_pump_kwh" in cells:
        kwh = said.get("heat_pump_kwh")
        data["heat_pump"] = {"annual_kwh": kwh} if kwh else "none"
    found += _values(data, said, site)
    home = Home(count=1) if found else convert(data, Home)
    return replace(home, plants=plants), found


def _unused(cells: Mapping[str, float | None], said: Mapping[str, float], site: Site) -> list[str]:
    """Powers of what neither the table nor the site has."""
    car = site.load.electric_car if site.load is not None else None
    own = {"battery_kw": site.battery, "charger_kw": car}
    return [
        f"{name}: it is given, but the site has no {what}; add a column {_NEEDED[name]}, or leave it out"
        for name, what in (("battery_kw", "battery"), ("charger_kw", "car"))
        if name in said and own[name] is None and _NEEDED[name] not in cells
    ]


def _values(data: Mapping[str, Any], said: Mapping[str, float], site: Site) -> list[str]:
    """What is wrong with single values, each by the column that it is in."""
    found = [_by_column(problem) for problem in problems(data, Home)]
    if any(problem.startswith("battery_kwh") for problem in found) and "battery_kw" not in said:
        found = [problem for problem in found if not problem.startswith(("battery_kw:", "battery."))]
    if "annual_kwh" in said and site.load is not None:
        found = [problem for problem in found if not problem.startswith("annual_kwh:")]
        found += [f"annual_kwh: {problem}" for problem in energy_problems(said["annual_kwh"], site.load.kind)]
    return found


def _plants(cells: Mapping[str, float | None], said: Mapping[str, float], site: Site) -> tuple[Any, list[str]]:
    """The plants of a row, unset where they are the site's own, and what is wrong with them.

    With a tilt or an azimuth the home has one plant, else those of the site in proportion.
    """
    names = ("pv_kw", "tilt_deg", "azimuth_deg")
    limits = {"pv_kw": ("peak_kw", "pv_kw"), "tilt_deg": ("tilt_deg",) * 2, "azimuth_deg": ("azimuth_deg",) * 2}
    if not any(name in cells for name in names):
        return UNSET, []
    if "pv_kw" in cells and not said.get("pv_kw"):
        return (), []
    own_kw = sum(plant.peak_kw for plant in site.plants)
    peak_kw = said.get("pv_kw", own_kw)
    first = site.plants[0]
    plants: tuple[Plant, ...]
    if "tilt_deg" in said or "azimuth_deg" in said:
        turned = {name: said[name] for name in ("tilt_deg", "azimuth_deg") if name in said}
        scaled = _scaled(first, peak_kw / first.peak_kw if first.peak_kw else 1.0)
        plants = (replace(scaled, peak_kw=peak_kw, **turned),)
    elif own_kw:
        plants = tuple(_scaled(plant, peak_kw / own_kw) for plant in site.plants)
    else:
        plants = (replace(first, peak_kw=peak_kw, inverter_kw=None),)
    wrong = []
    for name in names:
        field, column = limits[name]
        checked = {field: said.get(name), **{other: 1.0 for other, _ in limits.values() if other != field}}
        if name in said:
            wrong += [f"{column}{problem.removeprefix(field)}" for problem in problems(checked, HomePlant)]
    return tuple(HomePlant(**asdict(plant)) for plant in plants), wrong


def _scaled(plant: Plant, factor: float) -> Plant:
    """The plant at another size: modules and inverter in proportion, to 1 W."""
    inverter = None if plant.inverter_kw is None else round(plant.inverter_kw * factor, 3)
    return replace(plant, peak_kw=round(plant.peak_kw * factor, 3), inverter_kw=inverter)


def _battery(cells: Mapping[str, float | None], said: Mapping[str, float], site: Site) -> dict[str, Any]:
    """The battery: its power, where it is not said, is the site's in proportion, else empties it in two hours."""
    own: Battery | None = site.battery
    if not any(name in cells for name in ("battery_kwh", "battery_kw")):
        return {}
    kwh = said.get("battery_kwh")
    if "battery_kwh" not in cells:
        kwh = own.capacity_kwh if own is not None else None
    if not kwh:
        return {"battery": "none"}
    rest = {} if own is None else _builtins(own)
    per_kwh = 1 / _HOURS_AT_FULL_POWER if own is None else own.charge_kw / own.capacity_kwh
    charge_kw = said.get("battery_kw", round(kwh * per_kwh, 3))
    rest |= {"capacity_kwh": kwh, "charge_kw": charge_kw}
    if own is not None and own.discharge_kw is not None:
        rest["discharge_kw"] = round(charge_kw * own.discharge_kw / own.charge_kw, 3)
    return {"battery": rest}


def _car(cells: Mapping[str, float | None], said: Mapping[str, float], site: Site) -> dict[str, Any]:
    """The car: its charger, where it is not said, is the site's, else the usual one."""
    own: ElectricCar | None = site.load.electric_car if site.load is not None else None
    if not any(name in cells for name in ("car_kwh", "charger_kw")):
        return {}
    kwh = said.get("car_kwh")
    if "car_kwh" not in cells:
        kwh = own.annual_kwh if own is not None else None
    if not kwh:
        return {"electric_car": "none"}
    charger = said.get("charger_kw", own.charger_kw if own is not None else None)
    return {"electric_car": {"annual_kwh": kwh} | ({} if charger is None else {"charger_kw": charger})}


def _builtins(battery: Battery) -> dict[str, Any]:
    return {name: value for name, value in asdict(battery).items() if value is not UNSET and value is not None}


def _by_column(problem: str) -> str:
    """A problem that begins with its column in place of its setting."""
    for setting, column in _COLUMN_OF:
        if problem.startswith(setting):
            return column + problem.removeprefix(setting)
    return problem
