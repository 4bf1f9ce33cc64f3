"""How figures, parameters and combinations of a study are called on its page."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from pvsim.app.report.forms import NOTHING, Forms
from pvsim.core.study.factors import VARIANT, Factor, is_number
from pvsim.core.study.paths import short_names
from pvsim.core.study.table import parameter_text

__all__ = ["MAIN_FIGURES", "FigureForm", "Naming"]

MAIN_FIGURES = (
    "money_total",
    "self_sufficiency",
    "self_consumption",
    "energy_kwh_import",
    "energy_kwh_export",
    "peak_kw_import_15min",
)
"""The figures that a page shows of each combination, beside what it is ranked by."""

_UNITS = {
    "kwh": "kWh",
    "kw": "kW",
    "w": "W",
    "deg": "°",
    "percent": "%",
    "s": "s",
    "km": "km",
    "m": "m",
    "c": "°C",
    "ms": "m/s",
}
"""Units at the end of a setting's name."""

_SHARES = {"self_consumption", "self_sufficiency", "load_factor"}
_LONGEST = 40
_SIGNIFICANT = 4


@dataclass(frozen=True, slots=True)
class FigureForm:
    """How a figure is written.

    Attributes:
        name: As `pvsim query` calls it.
        label: What people call it.
        unit: Of its values; `%` of shares, whose values are 0 to 1.
    """

    name: str
    label: str
    unit: str

    @property
    def share(self) -> bool:
        """Whether it is written as percent."""
        return self.unit == "%"

    def text(self, value: float | None, forms: Forms, *, like: float | None = None) -> str:
        """A value without its unit, but that of a share; with the decimals of `like`."""
        if value is None or value != value:  # noqa: PLR0124 - NaN
            return NOTHING
        if self.share:
            return forms.percent(value)
        return forms.number(value, self.digits(value if like is None else like))

    def digits(self, value: float) -> int:
        """How many decimals a value has: cents of money, else about four significant digits."""
        if self.name.startswith("money_") and self.unit:
            return 2
        return max(_SIGNIFICANT - len(str(int(abs(value)))), 0)

    def full(self, value: float | None, forms: Forms, *, like: float | None = None) -> str:
        """A value with its unit."""
        text = self.text(value, forms, like=like)
        return text if self.share or not self.unit or text == NOTHING else f"{text}\u00a0{self.unit}"

    def difference(self, value: float, forms: Forms, *, like: float, sign: bool = False) -> str:
        """A difference with its unit, percentage points of a share; with a plus if wanted."""
        plus = "+" if sign and value >= self._half_a_digit(like) else ""
        if self.share:
            return forms.say("study.points", n=plus + forms.number(100 * value, 1))
        return plus + self.full(value, forms, like=like)

    def vanishes(self, value: float, *, like: float) -> bool:
        """Whether a difference is written as nothing."""
        return abs(value) < self._half_a_digit(like)

    def precision(self, forms: Forms, *, like: float) -> str:
        """Below which a difference is written as nothing."""
        if self.share:
            return forms.say("study.points", n=forms.number(0.05, 2))
        number = forms.number(self._half_a_digit(like), self.digits(like) + 1)
        return f"{number}\u00a0{self.unit}" if self.unit else number

    def _half_a_digit(self, like: float) -> float:
        """Half of the last decimal that is written."""
        return 0.0005 if self.share else 0.5 / 10 ** self.digits(like)


@dataclass(frozen=True)
class Naming:
    """How the things of one study are called.

    Attributes:
        forms: The language.
        factors: What its combinations differ in.
        currency: Of its money; empty where it has none, or several.
    """

    forms: Forms
    factors: Sequence[Factor]
    currency: str

    @cached_property
    def _short(self) -> Mapping[str, str]:
        return short_names([each.path for each in self.factors if each.path != VARIANT])

    @cached_property
    def _labels(self) -> Mapping[str, str]:
        """Labels of figures by their names in `pvsim query`."""
        start = "compare.field."
        found = {
            key.removeprefix(start).replace(".", "_"): text
            for key, text in self.forms.words.items()
            if key.startswith(start)
        }
        return found | {
            name.replace("peak_kw_", "peak_of_all_kw_"): found[name] for name in found if "peak" in name
        }

    def figure(self, name: str) -> FigureForm:
        """How a figure is called and written."""
        return FigureForm(name, self._labels.get(name, name), _unit_of(name, self.currency))

    def factor(self, factor: Factor) -> str:
        """What a parameter is called, with its unit."""
        if factor.path == VARIANT:
            return self.forms.words["study.variant"]
        name, unit = _named(self._short[factor.path])
        return f"{name}, {unit}" if unit and factor.numeric else name

    def value(self, factor: Factor, code: int) -> str:
        """One of the values of a parameter, without its unit."""
        return self._values[factor.path][code]

    def number(self, value: float) -> str:
        """A number with as many decimals as it has."""
        return self.forms.said(value)

    @cached_property
    def _values(self) -> Mapping[str, Sequence[str]]:
        return {factor.path: self._different(factor.values) for factor in self.factors}

    def _different(self, values: Sequence[object]) -> Sequence[str]:
        """Values in words, no two of them the same; of tables what they differ in."""
        tables = [value for value in values if isinstance(value, dict)]
        same = {key for table in tables for key in table if all(table[key] == each.get(key) for each in tables)}
        texts = [_shortened(self._text(value, same)) for value in values]
        often = Counter(texts)
        return [text if often[text] == 1 else f"{i}: {text}" for i, text in enumerate(texts, start=1)]

    def _text(self, value: object, same: Collection[str]) -> str:
        """A value in words, without quotes and brackets; of a table not what is the `same` in all."""
        if value is None:
            return self.forms.words["study.none"]
        if is_number(value):
            return self.forms.said(value)
        if isinstance(value, list):
            return ", ".join(self._text(each, ()) for each in value)
        if isinstance(value, dict):
            parts = (f"{key} {self._text(each, ())}" for key, each in value.items() if key not in same)
            return " ".join(parts) or parameter_text(value)
        return parameter_text(value)

    def setting(self, factor: Factor, code: int) -> str:
        """A parameter with one of its values: `capacity 5 kWh`; the name of a variant alone."""
        text = self.value(factor, code)
        if factor.path == VARIANT:
            return text
        name, unit = _named(self._short[factor.path])
        with_unit = unit and is_number(factor.values[code])
        return f"{name}\u00a0{text}\u00a0{unit}" if with_unit else f"{name}\u00a0{text}"

    def combination(self, position: int) -> str:
        """A combination by what it differs in from the others."""
        settings = (self.setting(each, int(each.codes[position])) for each in self.factors)
        return " · ".join(settings) or self.forms.words["study.only"]


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _named(short: str) -> tuple[str, str]:
    """The name of a setting and its unit: `capacity_kwh` is a capacity in kWh."""
    *words, last = short.split("_")
    unit = _UNITS.get(last, "")
    if words and words[-1] == "per":
        return " ".join([*words, unit or last]), ""
    return (" ".join(words), unit) if words and unit else (" ".join([*words, last]), "")


def _unit_of(name: str, currency: str) -> str:
    """The unit of a figure, by its name."""
    if name in _SHARES:
        return "%"
    if name.startswith("money_") and not name.endswith(("years", "_kw")):
        return currency
    for part, unit in (("kwh_per_kwp", "kWh/kWp"), ("kwh", "kWh"), ("kw", "kW"), ("kg", "kg"), ("hours", "h")):
        if re.search(rf"(^|_){part}(_|$)", name):
            return unit
    return ""
