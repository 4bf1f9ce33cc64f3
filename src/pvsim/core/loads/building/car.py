"""An electric car at its charger: arrival, energy, plugged in until it leaves."""

import msgspec

from pvsim.core.loads.building.devices import Device, Phase
from pvsim.errors import UsageError

__all__ = ["CHARGER_KW", "electric_car"]

CHARGER_KW = (3.7, 11.0, 22.0)
"""Usual chargers: one phase of 16 A, three of 16 A, three of 32 A. Above 9 kW the meter's range clips."""

_SESSION_KWH = (3.0, 6.0, 10.0, 16.0, 32.0)
_IDLE_W = 3.0
_IDLE_S = (3_600.0, 18_000.0, 36_000.0)
_MOST_A_YEAR_KWH = 8_000.0
_J_PER_KWH = 3_600_000


def electric_car(charger_kw: float, annual_kwh: float, *, shape: str = "arrival") -> Device:
    """A car that charges `annual_kwh` a year, in sessions of 3 to 32 kWh that begin when it arrives.

    It charges at once and at full power, then draws 3 W until it leaves. A car that arrives while the session
    before is not over waits for it. The energy is that before the meter's range clips 11 and 22 kW to 9 kW.

    Args:
        charger_kw: 3.7, 11 or 22.
        annual_kwh: Energy at the meter in a year, without what the user names for the building.
        shape: The building's shape of arrivals.

    Raises:
        UsageError: for another charger, or an energy outside 100..8,000 kWh.
    """
    if charger_kw not in CHARGER_KW:
        chargers = ", ".join(f"{kw:g}" for kw in CHARGER_KW)
        what = f"load.electric_car.charger_kw is one of {chargers}, not {charger_kw:g}"
        raise UsageError(what, where="load.electric_car.charger_kw", fix="for example 3.7")
    if not 100 <= annual_kwh <= _MOST_A_YEAR_KWH:  # noqa: PLR2004 - a car that hardly drives
        what = f"load.electric_car.annual_kwh is 100 to {_MOST_A_YEAR_KWH:,g}, not {annual_kwh:,g}"
        raise UsageError(
            what, where="load.electric_car.annual_kwh", fix="for example 2000, which is about 11,000 km"
        )
    seconds = tuple(kwh * _J_PER_KWH / (charger_kw * 1_000) for kwh in _SESSION_KWH)
    phases = (Phase(w=(charger_kw * 1_000,), s=seconds), Phase(w=(_IDLE_W,), s=_IDLE_S))
    car = Device(
        name="car",
        per_year=1.0,
        shape=shape,
        phases=phases,
        winter=0.15,
        days=(10, 8, 7),
        needs="home",
        scaled=False,
    )
    return msgspec.structs.replace(car, per_year=annual_kwh / car.energy_kwh(0.5))
