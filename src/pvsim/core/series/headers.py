"""What the header of a column says: the unit of a power or energy, or that the column is something else."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from pvsim.core.series.types import ENERGY_UNITS, Unit

__all__ = ["Heading", "heading_of"]

_UNITS: Final[dict[str, Unit]] = {
    **dict.fromkeys(("w", "watt", "watts"), "W"),
    **dict.fromkeys(("kw", "kilowatt", "kilowatts"), "kW"),
    **dict.fromkeys(("mw", "megawatt", "megawatts"), "MW"),
    **dict.fromkeys(("wh", "whr", "wattstunden"), "Wh"),
    **dict.fromkeys(("kwh", "kwhr", "kwhrs", "kilowattstunden"), "kWh"),
    **dict.fromkeys(("mwh", "megawattstunden"), "MWh"),
}
_POWER_OF: Final[dict[Unit, Unit]] = {"Wh": "W", "kWh": "kW", "MWh": "MW"}
_UNIT: Final = re.compile(rf"(?<![^\W\d_])({'|'.join(sorted(_UNITS, key=len, reverse=True))})(?![^\W\d_])")
_CAMEL: Final = re.compile(r"(?<=[a-z]{2})((?:[kKM]?W(?:h|att)?(?![A-Za-z]))|(?=[A-Z][a-z]))")
_SPELT: Final = (
    (re.compile(r"(?:(k)ilo|(m)ega)?watts?[\s-]*hours?\b"), r"\1\2wh"),
    (re.compile(r"\b([km]?w)[\s.·*-]?h(?:rs?)?\b"), r"\1h"),
)
_BRACKETED: Final = re.compile(r"[\[(]([^\[\]()]*)[\])]")
_PER: Final = re.compile(r"\s*(?:/|\bper\b|\bpro\b|\bje\b)\s*([^\W_]*)")
_PRICED: Final = re.compile(r"(?:/|\bper|\bpro|\bje)\s*$")
_AREA: Final = re.compile(r"[\s_·*/]*(?:m\^?-?[2²]|m\*\*-?2|qm|sqm)(?!\w)")
_HOUR: Final = frozenset({"h", "hour", "std", "stunde"})
_NO_INTERVAL: Final = frozenset(
    {"kwp", "kw", "wp", "mwp", "m", "m2", "m²", "qm", "sqm", "kg", "day", "d", "tag", "month", "monat", "year"}
    | {"a", "yr", "jahr", "person", "s", "sec", "o"}
)

_MONEY: Final = re.compile(r"[£€$¢¥]|[\[(]\s*(?:p|c|pence|cents?)\s*[\])]")
_MONEY_WORDS: Final = (
    "price prices cost costs tariff bill fee eur euro euros gbp usd chf sek nok dkk aud nzd cad inr pence cent"
    " cents ct preis kosten betrag tarif gebühr gebuehr arbeitspreis revenue earnings savings income"
)
_REACTIVE_WORDS: Final = (
    "reactive apparent var kvar mvar varh kvarh mvarh va kva mva vah kvah blindleistung blindarbeit scheinleistung"
    " qload"
)
_LIGHT_WORDS: Final = "irradiance irradiation radiation insolation ghi dni dhi poa einstrahlung strahlung"
_STATE_WORDS: Final = "humidity soc co2"
_ALWAYS_OTHER: Final = frozenset(
    f"{_MONEY_WORDS} {_REACTIVE_WORDS} {_LIGHT_WORDS} {_STATE_WORDS}".split(),
)
_ENDINGS: Final = (
    "kosten",
    "preis",
    "tarif",
    "gebühr",
    "strahlung",
    "temperatur",
    "spannung",
    "frequenz",
    "faktor",
)
_WORDS_WITHOUT_UNIT: Final = (
    "rate amount charge standing tax vat steuer temp temperature temperatur celsius fahrenheit degc percent"
    " prozent pct ratio factor pf cos phi cosphi volt volts voltage current amps amp ampere amperes strom"
    " frequency freq hz wind pressure rain clouds cloudiness azimuth elevation altitude id nr no number status"
    " state error quality flag comment note season weekday start end ende beginn von bis until interval period"
    " duration"
)
_OTHER_WITHOUT_UNIT: Final = frozenset(_WORDS_WITHOUT_UNIT.split())
_OTHER_UNIT: Final = re.compile(r"[\[(]\s*(?:%|°\s*\w*|k?v|m?a|hz|c|f|k|deg\w*)\s*[\])]|_(?:v|a|hz|degc|pct)$|%|°")
_NOT_MEAN: Final = (
    "max min maximum minimum maximal minimal peak spitze rated nominal installed capacity limit setpoint std stdev"
    " stddev nennleistung"
)
_ASIDE_WORDS: Final = frozenset(_NOT_MEAN.split())
_MINUTES: Final = re.compile(r"\d+[\s_-]*min(?![^\W\d_])|(?:/|\bper)\s*min(?![^\W\d_])")
_POWER_WORDS: Final = frozenset({"power", "p", "leistung", "wirkleistung"})
_ENERGY_WORDS: Final = frozenset({"energy", "energie", "wirkarbeit", "yield", "ertrag"})


@dataclass(frozen=True, slots=True)
class Heading:
    """What a header says of its column.

    Args:
        words: Its words in lower case.
        unit: The unit of a power or energy; None if it states none, or several.
        other: It is neither power nor energy: money, temperature, reactive power, ...
        aside: It is not the mean over time: a maximum, a rating, a limit.
    """

    words: frozenset[str]
    unit: Unit | None
    other: bool
    aside: bool = False

    @property
    def quantity(self) -> bool:
        """Whether the header names a power or an energy."""
        return not self.other and (self.unit is not None or bool(self.words & (_POWER_WORDS | _ENERGY_WORDS)))

    @property
    def energy(self) -> bool:
        """Whether the header names an energy."""
        if self.unit is not None:
            return self.unit in ENERGY_UNITS
        return bool(self.words & _ENERGY_WORDS) and not self.words & _POWER_WORDS


@lru_cache(maxsize=4096)
def heading_of(header: str) -> Heading:
    """Read a header; a unit in brackets goes before one elsewhere."""
    parted = _CAMEL.sub(r"_\1", header)
    text = parted.lower()
    for spelt, short in _SPELT:
        text = spelt.sub(short, text)
    words = frozenset(re.findall(r"[^\W\d_]+", text))
    unit, priced = _unit_in(text)
    milli = re.search(r"(?<![^\W\d_])mWh?(?![^\W\d_])", parted) is not None
    unit = None if milli else unit
    other = (
        priced or bool(_MONEY.search(text) or words & _ALWAYS_OTHER) or any(w.endswith(_ENDINGS) for w in words)
    )
    if unit is None:
        other = other or bool(words & _OTHER_WITHOUT_UNIT or _OTHER_UNIT.search(text))
        other = other and not (words & _POWER_WORDS and words & {"current", "strom"})
    aside = bool(_ASIDE_WORDS.intersection(re.findall(r"[^\W\d_]+", _MINUTES.sub(" ", text))))
    return Heading(words, unit, other, aside)


def _unit_in(text: str) -> tuple[Unit | None, bool]:
    """The unit, None if there is none or more than one; and whether a unit is what something is counted per."""
    priced = False
    for part in (" ".join(_BRACKETED.findall(text)), text):
        found = set[Unit | None]()
        for match in _UNIT.finditer(part):
            if _PRICED.search(part[: match.start()]):
                priced = True
            else:
                found.add(_with_interval(_UNITS[match[1]], part[match.end() :]))
        if found:
            unit = found.pop()
            per_area = unit is None and not found
            return (None if found else unit), priced or per_area
    return None, priced


def _with_interval(unit: Unit, rest: str) -> Unit | None:
    """A unit with what is written after it: kWh/h is kW, kWh/15min stays, W/m² is no power."""
    per = _PER.match(rest)
    if _AREA.match(rest) or (per and per[1] in _NO_INTERVAL):
        return None
    return _POWER_OF.get(unit) if per and per[1] in _HOUR else unit
