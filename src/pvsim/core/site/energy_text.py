"""Annual energies as people type them: one, one for each, or how they differ from home to home."""

import re
from fractions import Fraction

from pvsim.core.quantities.typed import ENERGY_KWH, NUMBER, PERCENT, parse_quantity
from pvsim.core.site.energy import DEFAULT_CV, AnnualKwh, EnergyPopulation
from pvsim.errors import UsageError

__all__ = ["energy_text", "parse_annual_kwh"]

_EXAMPLES = "for example 4000, 3200,4100,2500, 2000..6000 or 4000~30%"
_LEAST_LISTED_KWH = 1_000
_UNIT = re.compile(r"[km]?wh$", re.IGNORECASE)


def parse_annual_kwh(text: str, field: str) -> AnnualKwh:
    """Energies: `4000`, `3200,4100,2500`, `2000..6000` or `4000~30%`; kWh and MWh are units.

    A comma separates where each part is an energy of a building (1,000 kWh or more), else it begins decimals; a
    semicolon always separates. A unit at the end of a range or a list is that of all that have none.

    Raises:
        UsageError: if it is none of these.
    """
    if ".." in text:
        return _range(text, field)
    if "~" in text:
        return _around(text, field)
    parts = text.split(";")
    if len(parts) == 1 and _are_energies(text.split(",")):
        parts = text.split(",")
    parts = _with_unit(parts)
    energies = tuple(float(_energy(part, field)) for part in parts)
    return energies if len(energies) > 1 else energies[0]


def energy_text(annual_kwh: AnnualKwh) -> str:
    """Energies as `parse_annual_kwh` reads them."""
    if isinstance(annual_kwh, tuple):
        return ";".join(map(_shortest, annual_kwh))
    if not isinstance(annual_kwh, EnergyPopulation):
        return _shortest(annual_kwh)
    if annual_kwh.from_kwh is not None and annual_kwh.to_kwh is not None:
        return f"{_shortest(annual_kwh.from_kwh)}..{_shortest(annual_kwh.to_kwh)}"
    cv = DEFAULT_CV if annual_kwh.cv is None else annual_kwh.cv
    return f"{_shortest(annual_kwh.mean_kwh or 0.0)}~{_shortest(100 * cv)}%"


def _shortest(number: float) -> str:
    return f"{number:.12g}"


def _energy(text: str, field: str) -> Fraction:
    try:
        return parse_quantity(text, ENERGY_KWH, field)
    except UsageError as error:
        if error.fix == f"for example {ENERGY_KWH.example}":
            error.fix = _EXAMPLES
        raise


def _with_unit(parts: list[str]) -> list[str]:
    """The parts, those without a unit with that of the last."""
    unit = _UNIT.search(parts[-1].strip())
    if unit is None:
        return parts
    return [part if _UNIT.search(part.strip()) else part + unit[0] for part in parts]


def _are_energies(parts: list[str]) -> bool:
    try:
        return all(parse_quantity(part, ENERGY_KWH, "") >= _LEAST_LISTED_KWH for part in parts)
    except UsageError:
        return False


def _range(text: str, field: str) -> EnergyPopulation:
    parts = _with_unit(text.split(".."))
    if len(parts) != 2:  # noqa: PLR2004 - from and to
        raise UsageError(f"`{field}`: {text!r} is not one range", field=field, fix="for example 2000..6000")
    low, high = (_energy(part, field) for part in parts)
    if low > high:
        fix = f"write {parts[1].strip()}..{parts[0].strip()}"
        raise UsageError(f"`{field}`: {text!r} goes down", field=field, fix=fix)
    return EnergyPopulation(from_kwh=float(low), to_kwh=float(high))


def _around(text: str, field: str) -> EnergyPopulation:
    mean, _, spread = text.partition("~")
    percent = spread.strip().endswith("%")
    if not spread.strip():
        what = f"`{field}`: {text!r} lacks the coefficient of variation after ~"
        raise UsageError(what, field=field, fix=f"write {mean.strip()}~30%")
    cv = parse_quantity(spread, PERCENT if percent else NUMBER, field) / (100 if percent else 1)
    if not 0 <= cv <= 1:
        what = f"`{field}`: the coefficient of variation after ~ is 0% to 100%, not {spread.strip()}"
        raise UsageError(what, field=field, fix=f"write {mean.strip()}~30%")
    return EnergyPopulation(mean_kwh=float(_energy(mean, field)), cv=float(cv))
