"""Runs beside each other: the figures of their summaries, and how far each is from the first run's."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from pvsim.core.quantities.rounding import rounded
from pvsim.core.results.summary import Summary

__all__ = ["Comparison", "Figure", "compared"]

_ENERGIES = (
    ("load", "load"),
    ("meter", "grid meter"),
    ("pv", "PV"),
    ("self_consumed", "self-consumed"),
    ("import", "import"),
    ("export", "export"),
    ("battery_charge", "battery charge"),
    ("battery_discharge", "battery use"),
    ("curtailed", "curtailed"),
    ("inverter_clipped", "above inverter"),
)
_RARE = "inverter_clipped"
_SHARES = (
    ("self_consumption", "self-consumption"),
    ("self_sufficiency", "self-sufficiency"),
)
_BATTERY = (
    ("full_cycles", "battery full cycles", ""),
    ("losses_kwh", "battery losses", "kWh"),
    ("stored_change_kwh", "change of stored energy", "kWh"),
    ("hours_empty", "battery empty", "h"),
    ("hours_full", "battery full", "h"),
)
_LATE = (
    ("from_grid_kwh", "grid to battery", "kWh"),
    ("to_grid_kwh", "battery to grid", "kWh"),
)
"""Of batteries with a delay."""
_PEAKS = (
    ("load", "peak of the load"),
    ("meter", "peak of the grid meter"),
    ("pv", "peak of the PV"),
    ("import", "peak of the import"),
    ("import_15min", "15-min peak of the import"),
    ("export", "peak of the export"),
    ("export_15min", "15-min peak of the export"),
)
_MONEY = (
    ("total", "cost"),
    ("energy", "cost of the import"),
    ("fees", "fees"),
    ("demand", "demand charge"),
    ("feed_in", "feed-in earnings"),
    ("saving", "saving"),
    ("saving_by_battery", "saving by the battery"),
    ("saving_per_year", "saving in a year"),
    ("npv", "net present value"),
)
_EMISSIONS = (
    ("import_kg", "CO2 of the import"),
    ("saving_kg", "CO2 saved"),
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of all runs.

    Attributes:
        field: Where it is in `summary.json`: `energy_kwh.import`.
        label: What it is called.
        unit: Of the values; `%` of shares, whose values are 0 to 1; a currency of money.
        values: Of each run; None where the run has none.
        differences: Each value minus the first run's; None where either is not there, 0 for the first run.
        relative: The differences as shares of the first run's value; None also where that is 0, and of shares,
            whose differences are percentage points.
    """

    field: str
    label: str
    unit: str
    values: tuple[float | None, ...]
    differences: tuple[float | None, ...]
    relative: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Figures of runs; the first run is what the others are compared with.

    Attributes:
        names: What the runs are called.
        figures: Those that any of them has.
    """

    names: tuple[str, ...]
    figures: tuple[Figure, ...]


def compared(names: Sequence[str], summaries: Sequence[Summary]) -> Comparison:
    """The summaries of runs beside each other."""
    plain = [msgspec.to_builtins(summary) for summary in summaries]
    figures = (_figure(field, label, unit, plain) for field, label, unit in _wanted(plain))
    return Comparison(tuple(names), tuple(figure for figure in figures if figure is not None))


def _wanted(summaries: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str, str]]:
    """The figures by field, label and unit."""
    for field, label in _ENERGIES:
        if field != _RARE or any(summary["energy_kwh"].get(field) for summary in summaries):
            yield f"energy_kwh.{field}", label, "kWh"
    for field, label in _SHARES:
        yield field, label, "%"
    yield "generation_multiple", "PV over load", ""
    late = any((summary["battery"] or {}).get(_LATE[0][0]) is not None for summary in summaries)
    for field, label, unit in (*_BATTERY, *(_LATE if late else ())):
        yield f"battery.{field}", label, unit
    yield "hours_with_export", "hours with export", "h"
    # totals beside the peaks of one meter would mislead
    together = all(summary.get("peak_of_all_kw") is not None for summary in summaries)
    for field, label in _PEAKS:
        yield f"{'peak_of_all_kw' if together else 'peak_kw'}.{field}", label, "kW"

    yield from _money(summaries)
    for field, label in _EMISSIONS:
        yield f"emissions.{field}", label, "kg"


def _money(summaries: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str, str]]:
    """What the runs cost, where all that say it do so in one currency."""
    bills = [summary["money"] for summary in summaries if summary.get("money") is not None]
    currencies = {bill["currency"] for bill in bills}
    if len(currencies) != 1:
        return
    (currency,) = currencies
    for field, label in _MONEY:
        if any(bill.get(field) for bill in bills):  # no row for a fee that nobody pays
            yield f"money.{field}", label, currency
    yield "money.payback_years", "payback time", "years"


def _figure(field: str, label: str, unit: str, summaries: Sequence[Mapping[str, Any]]) -> Figure | None:
    values = tuple(_value(summary, field) for summary in summaries)
    if all(value is None for value in values):
        return None
    base = values[0]
    differences = tuple(None if base is None or value is None else rounded(value - base) for value in values)
    relative = tuple(
        None if difference is None or not base or unit == "%" else rounded(difference / abs(base))
        for difference in differences
    )
    return Figure(field, label, unit, values, differences, relative)


def _value(summary: Mapping[str, Any], field: str) -> float | None:
    """A number by its path; None where the summary, perhaps an older one, has none."""
    found: Any = summary
    for name in field.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return None if found is None else float(found)
