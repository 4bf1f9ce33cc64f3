"""Which columns of a file hold its times and its prices or emissions, and in which unit."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pvsim.core.series.findings import Known
from pvsim.core.series.time_columns import TimeColumns, find_time_columns
from pvsim.core.site.tariff import DataSeries
from pvsim.core.tables import Layout
from pvsim.core.tariff.units import Quantity, Unit, unit_in, unit_of
from pvsim.errors import BadInputError

__all__ = ["ValueColumns", "choose_value_columns"]

_PRICE_WORDS: Final = (
    "price prices preis preise marketprice marktpreis spotprice spotpreis spotpris tariff tarif arbeitspreis"
    " prijs prix"
)
_CO2_WORDS: Final = "co2 co2eq carbon intensity emission emissions emissionen ghg"
_WORDS: Final = {"price": frozenset(_PRICE_WORDS.split()), "co2": frozenset(_CO2_WORDS.split())}
_EXAMPLES: Final = {"price": "EUR/MWh", "co2": "g/kWh"}


@dataclass(frozen=True, slots=True)
class ValueColumns:
    """Where to read.

    Args:
        times: The columns that tell the times.
        value: Position of the values.
        name: Header of the values.
        unit: Their unit.
        unit_from: How the unit was known.
        ignored: Headers of other columns of the same quantity.
    """

    times: TimeColumns
    value: int
    name: str
    unit: Unit
    unit_from: Known
    ignored: tuple[str, ...] = ()


def choose_value_columns(
    layout: Layout, series: DataSeries, quantity: Quantity, *, currency: str, setting: str, source: str
) -> ValueColumns:
    """Choose by what the site file says, else by the headers.

    Args:
        layout: Of the table.
        series: What the site file says.
        quantity: What the values are.
        currency: That of the tariff; a file in another one is refused.
        setting: Path of the series in the site file, for messages.
        source: The file's name.

    Raises:
        BadInputError: no column fits, or several; the unit is not known, or said in two ways.
    """
    where = f"{source}:{layout.header_line or 1}"
    if not layout.names:
        what, fix = "the file has no header line", f"add a first line such as time,price [{_EXAMPLES[quantity]}]"
        raise BadInputError(what, where=where, fix=fix)

    def several(found: Sequence[int]) -> BadInputError:
        names = _listed([layout.names[i] for i in found])
        return BadInputError(
            f"several columns would fit: {names}", where=where, fix="leave one of them in the file"
        )

    times = find_time_columns(layout.names, layout.times, None, several)
    taken = {*layout.times, *times.places, times.zone, times.end}
    units = {
        i: unit
        for i in range(len(layout.names))
        if i not in taken and (unit := unit_in(layout.label(i), quantity)) is not None
    }
    free = [i for i, name in enumerate(layout.names) if name and i not in taken]
    value = _value_column(layout, series, quantity, units, free, setting=setting, where=where)
    unit, unit_from = _unit(units.get(value), layout.label(value), series, quantity, setting=setting, where=where)
    if currency and unit.currency not in {"", currency}:
        what = f"column {layout.names[value]!r} is in {unit.text}, the tariff in {currency}"
        raise BadInputError(what, where=where, fix=f"convert the file, or set tariff.currency to {unit.currency}")
    ignored = tuple(layout.names[i] for i in units if i != value)
    return ValueColumns(times, value, layout.names[value], unit, unit_from, ignored)


def _value_column(
    layout: Layout,
    series: DataSeries,
    quantity: Quantity,
    units: dict[int, Unit],
    free: Sequence[int],
    *,
    setting: str,
    where: str,
) -> int:
    names = layout.names
    if series.column is not None:
        if names.count(series.column) == 1:
            return names.index(series.column)
        said = "no column is" if series.column not in names else "several columns are"
        what = f"{said} called {series.column!r}; the columns are {_listed(names)}"
        raise BadInputError(what, where=where, fix=f"correct column under [{setting}]")
    worded = [i for i in free if _WORDS[quantity] & set(re.findall(r"[^\W_]+", names[i].lower()))]
    found = next((those for those in (list(units), worded, free) if those), [])
    if len(found) == 1:
        return found[0]
    if not found:
        what = f"there is no column of values beside the times; the columns are {_listed(names)}"
        raise BadInputError(what, where=where, fix="give a file with times and values")
    what = f"several columns would fit: {_listed([names[i] for i in found])}"
    fix = f"choose one under [{setting}], for example column = {_toml(names[found[0]])}"
    raise BadInputError(what, where=where, fix=fix)


def _unit(
    shown: Unit | None, label: str, series: DataSeries, quantity: Quantity, *, setting: str, where: str
) -> tuple[Unit, Known]:
    said = None if series.unit is None else unit_of(series.unit, quantity)
    if said is None:
        if shown is None:
            what = f"the unit of column {label!r} cannot be told from its header"
            fix = f'write unit = "{_EXAMPLES[quantity]}" under [{setting}], or the unit that it is'
            raise BadInputError(what, where=where, fix=fix)
        return shown, "header"
    if shown is not None and said.nano_per_kwh != shown.nano_per_kwh:
        what = f"the header says {shown.text}, but {setting}.unit says {said.text}"
        raise BadInputError(what, where=where, fix=f"leave out unit under [{setting}], or correct the header")
    return said, "site file"


def _toml(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _listed(names: Sequence[str]) -> str:
    return ", ".join(repr(name) for name in names)
