"""Which column of a file holds the power or energy that is wanted, found by the headers."""

from collections.abc import Sequence
from typing import Final, Literal, TypeAlias

from pvsim.core.series.headers import Heading
from pvsim.core.series.types import ENERGY_UNITS, Quantity, SeriesOptions, Unit

__all__ = ["candidates"]

Role: TypeAlias = Literal["load", "grid", "pv"]

_LOAD_WORDS: Final = "meter load pload consumption consumed usage use demand active household verbrauch lastgang"
_GRID_WORDS: Final = "meter grid net netto netz mains balance saldo"
_PV_WORDS: Final = (
    "pv solar ac generation generated gen production inverter yield photovoltaic photovoltaics photovoltaik"
    " erzeugung ertrag produktion"
)
_OWN_WORDS: Final[dict[Role, frozenset[str]]] = {
    "load": frozenset(_LOAD_WORDS.split()),
    "grid": frozenset(_GRID_WORDS.split()),
    "pv": frozenset(_PV_WORDS.split()),
}
_OWN_ENDINGS: Final[dict[Role, tuple[str, ...]]] = {
    "load": ("verbrauch",),
    "grid": (),
    "pv": ("erzeugung", "ertrag", "produktion"),
}
_OTHER_WORDS: Final = (
    "export exported feed feedin injection einspeisung surplus battery akku batterie speicher discharge self"
    " eigenverbrauch"
)
_OTHERS: Final = frozenset(_OTHER_WORDS.split())
_ANYBODYS: Final = frozenset({"meter", "active"})
"""A plant has a meter and an active power as well."""
_DEVICES: Final = frozenset({"meter", "inverter", "household"})
"""Alone and without a unit, these may head the device's number."""
_RIVALS: Final[dict[Role, tuple[Role, ...]]] = {"load": ("pv",), "grid": ("pv",), "pv": ("load",)}
_COUNTER_WORDS: Final = frozenset({"counter", "reading", "zählerstand", "zaehlerstand", "cumulative", "total"})


def candidates(
    headings: Sequence[Heading], left: Sequence[int], options: SeriesOptions, quantity: Quantity
) -> list[int]:
    """Positions of the columns that fit best: one, several that fit alike, or none.

    Columns named after the quantity go before others, power goes before energy (after it for a counter), and a
    column whose unit is known before one without. Money, temperatures, reactive power and so on never fit, nor do
    maxima and ratings; a meter takes no column that is named after PV or export for want of another.

    Args:
        headings: What each header says.
        left: Positions to choose from.
        options: Their unit stands in where a header states none.
        quantity: Meter or PV.
    """
    role: Role = "pv" if quantity == "pv" else "grid" if options.grid else "load"
    usable = [i for i in left if not (headings[i].other or headings[i].aside)]

    def unit(i: int) -> Unit | None:
        return headings[i].unit or options.unit

    own = [i for i in usable if _is_own(headings[i], role) and not _is_other(headings[i], role)]
    rivals = {i for i in usable for rival in _RIVALS[role] if _is_own(headings[i], rival, _ANYBODYS)}
    eligible = [i for i in usable if i not in rivals and not _is_other(headings[i], role)]
    devices = {i for i in own if headings[i].unit is None and headings[i].words <= _DEVICES}
    if any(i not in devices for i in eligible):
        own = [i for i in own if i not in devices]
    general = [i for i in eligible if headings[i].quantity]
    power = [i for i in usable if unit(i) is not None and unit(i) not in ENERGY_UNITS]
    energy = [i for i in usable if unit(i) in ENERGY_UNITS]
    measures = [power, energy]
    if options.kind == "counter":
        counters = [i for i in usable if headings[i].words & _COUNTER_WORDS]
        own, measures = [i for i in own if i in counters] or own, [energy, power]
    for measure in (*measures, [i for i in usable if unit(i) is None]):
        for group in (own, general):
            if found := [i for i in group if i in measure]:
                return found
    opposite = quantity == "meter" and (rivals or any(headings[i].words & _OTHERS for i in usable))
    return usable if len(usable) == 1 and not opposite else []


def _is_own(heading: Heading, role: Role, without: frozenset[str] = frozenset()) -> bool:
    if heading.words & (_OWN_WORDS[role] - without):
        return True
    return bool(_OWN_ENDINGS[role]) and any(word.endswith(_OWN_ENDINGS[role]) for word in heading.words)


def _is_other(heading: Heading, role: Role) -> bool:
    return bool(heading.words & _OTHERS) or (role != "grid" and "net" in heading.words)
