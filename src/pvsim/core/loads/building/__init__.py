"""Buildings at one second: households, offices and depots made of the devices that people switch on.

A pure function of seed, place and time (I7). The layers, from what is known for years to what is known for
seconds: `rates` says how many times each device is used in each week, `presence` who is there, `events` draws
the uses of one week, `render` turns them into power, `always_on` adds what never rests, `model` joins them.
"""

from pvsim.core.loads.building.calendar import BuildingPlace
from pvsim.core.loads.building.car import CHARGER_KW, electric_car
from pvsim.core.loads.building.devices import Kind, parse_kinds
from pvsim.core.loads.building.dimming import Dimmed
from pvsim.core.loads.building.heat_pump import HeatPumpModel
from pvsim.core.loads.building.model import BuildingLoad

__all__ = [
    "CHARGER_KW",
    "BuildingLoad",
    "BuildingPlace",
    "Dimmed",
    "HeatPumpModel",
    "Kind",
    "electric_car",
    "parse_kinds",
]
