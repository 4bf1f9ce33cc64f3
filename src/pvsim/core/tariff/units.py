"""Units of prices and emissions: EUR/MWh, ct/kWh, g/kWh, as a setting or a header has them."""

import re
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

__all__ = ["Quantity", "Unit", "unit_in", "unit_of"]

Quantity: TypeAlias = Literal["price", "co2"]

_SIGNS: Final = {"€": "EUR", "£": "GBP", "$": "USD"}
_HUNDREDTHS: Final = frozenset({"ct", "cent", "cents", "c", "eurocent", "öre", "øre", "rp"})
_CO2: Final = re.compile(r"\s*co[2₂]\s*[-_]?\s*(?:equivalents?|eq\w*|e)?\.?", re.IGNORECASE)
_PER: Final = r"\s*(?:/|\bper\b|\bpro\b|\bje\b)\s*"
_PRICE: Final = re.compile(
    rf"(?<![^\W\d_])(€|£|\$|ct|cents?|c|eurocent|öre|øre|rp|[a-z]{{3}}){_PER}(kwh|mwh)(?![^\W\d_])", re.IGNORECASE
)
_EMISSION: Final = re.compile(rf"(?<![^\W\d_])(g|gram|grams|kg|t){_PER}(kwh|mwh)(?![^\W\d_])", re.IGNORECASE)
_NANO_KG: Final = {"g": 10**6, "kg": 10**9, "t": 10**12}


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit.

    Args:
        text: As it is written, such as `EUR/MWh`.
        nano_per_kwh: One of it in 10⁻⁹ currency units (or kg) per kWh.
        currency: Its currency; "" of cents and of emissions.
    """

    text: str
    nano_per_kwh: int
    currency: str = ""


def unit_of(text: str, quantity: Quantity) -> Unit | None:
    """The unit that a setting names; None if it is none."""
    found = unit_in(text, quantity)
    whole = _CO2.sub("", text) if quantity == "co2" else text
    return found if found is not None and len(found.text) == len(whole.strip()) else None


def unit_in(header: str, quantity: Quantity) -> Unit | None:
    """The unit that a header names, `Day-ahead Price [EUR/MWh]`, `price_ct_per_kwh`; None if it names none."""
    text = header.replace("_", " ")
    if quantity == "co2":
        match = _EMISSION.search(_CO2.sub("", text))
        if match is None:
            return None
        mass = match[1].lower()
        return Unit(match[0], _NANO_KG["g" if mass.startswith("gram") else mass] // _kwh(match[2]))
    match = _PRICE.search(text)
    if match is None:
        return None
    money = match[1]
    if money.lower() in _HUNDREDTHS:
        return Unit(match[0], 10**7 // _kwh(match[2]))
    return Unit(match[0], 10**9 // _kwh(match[2]), _SIGNS.get(money, money.upper()))


def _kwh(energy: str) -> int:
    return 1_000 if energy.lower() == "mwh" else 1
