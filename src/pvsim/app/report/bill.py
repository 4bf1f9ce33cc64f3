"""What a run costs and what the grid emits for it, beside the same building without PV or battery."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pvsim.app.report.forms import Forms
from pvsim.app.report.page import Cell, Table

if TYPE_CHECKING:
    from pvsim.core.results.emissions import Emissions
    from pvsim.core.results.money import Money, PeriodAmount

__all__ = ["bill_tables", "bill_text", "emission_table"]

_PARTS = ("energy", "fees", "demand", "feed_in", "total")
_SAVINGS = ("saving", "saving_by_battery", "saving_per_year", "capital", "payback_years", "npv", "demand_kw")
_NO_MONEY = {"payback_years", "demand_kw"}


def bill_text(money: "Money", forms: Forms) -> str:
    """The bill in a sentence."""
    parts = {"total": forms.number(money.total, 2), "currency": money.currency}
    references = money.references or {}
    if money.saving is None or "no_pv_no_battery" not in references:
        return forms.say("text.bill", **parts)
    without = forms.number(references["no_pv_no_battery"].total, 2)
    if money.saving < 0:
        return forms.say("text.bill.more", without=without, more=forms.number(-money.saving, 2), **parts)
    return forms.say("text.bill.beside", without=without, saving=forms.number(money.saving, 2), **parts)


def bill_tables(money: "Money", forms: Forms) -> Iterator[Table]:
    """The bill beside its references, what is saved, and the bill of each month or day."""
    unit = f", {money.currency}"
    yield _beside(money, money.references or {}, _PARTS, forms, unit=unit, path="money", words="bill")
    rows = []
    for name in _SAVINGS:
        value = getattr(money, name)
        if value is not None:
            suffix = "" if name in _NO_MONEY else unit
            rows.append(
                (Cell(forms.words[f"money.{name}"] + suffix), Cell(forms.number(value, 2), value, f"money.{name}"))
            )
    if rows:
        head = (forms.words["head.quantity"], forms.words["head.value"])
        yield Table(forms.words["table.saving"], head, tuple(rows))
    for kind, periods in (("months", money.months), ("days", money.days)):
        if periods is not None:
            yield _by_period(kind, periods, money.currency, forms)


def emission_table(emissions: "Emissions", forms: Forms) -> Table:
    """Emissions of the grid beside their references, in kg of CO2 equivalents."""
    parts = ("import_kg", "export_kg")
    return _beside(
        emissions, emissions.references or {}, parts, forms, unit="", path="emissions", words="emissions"
    )


def _beside(
    run: Any,
    references: Mapping[str, Any],
    parts: Sequence[str],
    forms: Forms,
    *,
    unit: str,
    path: str,
    words: str,
) -> Table:
    """A row for each part: of the run, and of each reference."""
    columns = [(path, run), *((f"{path}.references.{name}", each) for name, each in references.items())]
    rows = []
    for part in parts:
        cells = [Cell(forms.words[f"{words}.{part}"] + unit)]
        for at, each in columns:
            value = getattr(each, part)
            cells.append(Cell(forms.number(value, 2), value, f"{at}.{part}"))
        rows.append(tuple(cells))
    head = ("quantity", "run", *references)
    return Table(forms.words[f"table.{words}"], tuple(forms.words[f"head.{name}"] for name in head), tuple(rows))


def _by_period(kind: str, periods: "Sequence[PeriodAmount]", currency: str, forms: Forms) -> Table:
    rows = []
    for i, period in enumerate(periods):
        cells = [Cell(forms.day(period.period))]
        for part in _PARTS:
            value = getattr(period, part)
            cells.append(Cell(forms.number(value, 2), value, f"money.{kind}.{i}.{part}"))
        rows.append(tuple(cells))
    head = (forms.words[f"head.{kind}"], *(f"{forms.words[f'bill.{part}']}, {currency}" for part in _PARTS))
    return Table(forms.words[f"table.bill_{kind}"], head, tuple(rows), folded=True)
