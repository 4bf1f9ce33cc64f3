"""The page that compares runs: their figures with the differences, and small charts to the same scale."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pvsim.app.report.compose import period_text
from pvsim.app.report.forms import NOTHING, Forms, Phrase
from pvsim.app.report.page import Cell, Chart, Figure, Page, Section, Table
from pvsim.core.quantities.types import DW_PER_KW
from pvsim.core.results.comparison import Comparison
from pvsim.core.results.comparison import Figure as Compared
from pvsim.core.results.profile import POWERS

if TYPE_CHECKING:
    from pvsim.app.report.facts import RunFacts
    from pvsim.core.results.profile import ProfileResult
    from pvsim.core.results.summary import Summary
    from pvsim.core.run.plan import RunPlan

__all__ = ["RunOnPage", "comparison_page", "unlike_text"]

_DIGITS = {"kWh": 3, "kW": 3}
_SHARE = "%"
_LONG = {"made.config", "compare.head.command"}


@dataclass(frozen=True, slots=True)
class RunOnPage:
    """A run among those that are compared.

    Attributes:
        name: What it is called.
        plan: Its meters, seconds and rows.
        summary: What it comes to.
        profile: Its powers over time.
        facts: How it was made.
        unlike: In what it must not differ from the first run, and does: which aspect, and how.
        other_tariff: It has other prices or emission factors than the first run.
    """

    name: str
    plan: "RunPlan"
    summary: "Summary"
    profile: "ProfileResult"
    facts: "RunFacts"
    unlike: Sequence[tuple[str, Phrase]] = ()
    other_tariff: bool = False


def comparison_page(runs: Sequence[RunOnPage], comparison: Comparison, forms: Forms, *, version: str) -> Page:
    """The page; the first run is what the others are compared with.

    Args:
        runs: The runs.
        comparison: Their figures.
        forms: The language.
        version: Of pvsim, that compares them.
    """
    base = runs[0]
    when = period_text(base.plan, forms)
    alike = len({run.summary.rows for run in runs}) == 1
    subtitle = "compare.subtitle" if alike else "compare.subtitle.other"
    rows = forms.number(base.summary.rows)
    return Page(
        title=forms.say("compare.title", n=forms.number(len(runs)), when=when),
        subtitle=forms.say(subtitle, zone=base.plan.timeline.zone, rows=rows, base=base.name),
        notices=tuple(_notices(runs, forms, version)),
        headline=_headline(comparison, forms),
        figures=_tiles(comparison, forms),
        sections=tuple(_sections(runs, comparison, forms)),
        data=_data(runs, forms),
        words={**forms.words, "page.skip": forms.words["compare.skip"]},
    )


def _notices(runs: Sequence[RunOnPage], forms: Forms, version: str) -> list[str]:
    found = []
    for run in runs:
        for aspect, what in run.unlike:
            found.append(f"{unlike_text(run.name, aspect, what, forms)}.")
        if run.other_tariff:
            found.append(forms.say("compare.other_tariff", name=run.name))
        if run.facts.status == "partial":
            missing = forms.number(run.facts.counts.get("missing", 0))
            found.append(forms.say("compare.partial", name=run.name, missing=missing))
        if (made := run.facts.versions.get("pvsim", NOTHING)) != version:
            found.append(forms.say("compare.version", name=run.name, made=made, now=version))
    if any(run.unlike for run in runs):
        found.append(forms.words["compare.unlike.note"])
    return found


def unlike_text(name: str, aspect: str, what: Phrase, forms: Forms) -> str:
    """In what a run differs from the first, and must not."""
    words = forms.words[f"compare.aspect.{aspect}"]
    return forms.say("compare.unlike", name=name, aspect=words, what=forms.said(what))


def _imports(comparison: Comparison) -> Compared:
    return next(figure for figure in comparison.figures if figure.field == "energy_kwh.import")


def _headline(comparison: Comparison, forms: Forms) -> str:
    """Which run imports least; energies that every run has."""
    found, names = _imports(comparison), comparison.names
    values = [value or 0.0 for value in found.values]
    least = values.index(min(values))
    parts = {"name": names[least], "base": names[0], "kwh": forms.energy(values[least], like=_largest(found))}
    if least == 0:
        return forms.say("compare.headline.base", **parts)
    less, share = -(found.differences[least] or 0.0), -(found.relative[least] or 0.0)
    return forms.say(
        "compare.headline.least",
        **parts,
        less=forms.energy(less, like=_largest(found)),
        share=forms.percent(share),
    )


def _tiles(comparison: Comparison, forms: Forms) -> tuple[Figure, ...]:
    """The import of each run in large type."""
    found, base = _imports(comparison), comparison.names[0]
    tiles = []
    for i, name in enumerate(comparison.names):
        note = forms.words["compare.as_base"]
        if i:
            note = forms.say("compare.against", change=_change_of_energy(found, i, forms), base=base)
        cell = Cell(forms.energy(found.values[i], like=_largest(found)), found.values[i], f"{i}.{found.field}")
        tiles.append(Figure(forms.say("compare.import", name=name), cell, found.unit, note, "import"))
    return tuple(tiles)


def _sections(runs: Sequence[RunOnPage], comparison: Comparison, forms: Forms) -> list[Section]:
    base = runs[0].name

    def section(name: str, *texts: str, chart: bool = False, of: tuple[Table, ...] = ()) -> Section:
        charts = (Chart(name, forms.words[f"compare.chart.{name}.label"]),) if chart else ()
        return Section(name, forms.words[f"compare.section.{name}"], texts, charts, of)

    found = [
        section("figures", forms.say("compare.text.figures", base=base), of=_figures_tables(comparison, forms)),
        section("energies", forms.words["compare.text.energies"], chart=True),
        section("hours", forms.words["compare.text.hours"], chart=True),
    ]
    if all(run.summary.duration is not None for run in runs):
        found.append(section("duration", forms.words["compare.text.duration"], chart=True))
    return [*found, section("runs", of=tuple(_made(run, forms) for run in runs))]


def _figures_tables(comparison: Comparison, forms: Forms) -> tuple[Table, ...]:
    """Two runs fit into one table with their differences; of more the differences have their own."""
    base, *others = comparison.names
    quantity, difference = forms.words["head.quantity"], forms.words["compare.head.difference"]
    values = [
        (_label(figure, forms), *(_value(figure, i, forms) for i in range(len(comparison.names))))
        for figure in comparison.figures
    ]
    changes = [
        (_label(figure, forms), *(Cell(_change(figure, i, forms)) for i in range(1, len(comparison.names))))
        for figure in comparison.figures
    ]
    if len(others) == 1:
        caption = forms.say("compare.table.changes", base=base)
        rows = tuple((*row, change) for row, (_, change) in zip(values, changes, strict=True))
        return (Table(caption, (quantity, base, *others, difference), rows),)
    known = tuple(row for row in changes if any(cell.text != NOTHING for cell in row[1:]))
    return (
        Table(forms.words["compare.table.figures"], (quantity, base, *others), tuple(values)),
        Table(forms.say("compare.table.differences", base=base), (quantity, *others), known),
    )


def _label(figure: Compared, forms: Forms) -> Cell:
    unit = forms.words["compare.years"] if figure.unit == "years" else figure.unit
    unit = f", {unit}" if unit not in {"", _SHARE} else ""
    key = figure.field.replace("peak_of_all_kw.", "peak_kw.")
    return Cell(forms.words[f"compare.field.{key}"] + unit)


def _value(figure: Compared, i: int, forms: Forms) -> Cell:
    value = figure.values[i]
    text = forms.percent(value) if figure.unit == _SHARE else forms.number(value, _DIGITS.get(figure.unit, 2))
    return Cell(text, value, f"{i}.{figure.field}")


def _change(figure: Compared, i: int, forms: Forms) -> str:
    """A difference with its sign, and as a share of the first run's value."""
    difference, relative = figure.differences[i], figure.relative[i]
    if difference is None:
        return NOTHING
    if not difference:
        return "="
    plus = "+" if difference > 0 else ""
    if figure.unit == _SHARE:
        return forms.say("compare.points", change=plus + forms.number(100 * difference, 1))
    share = "" if relative is None else f" ({plus}{forms.percent(relative)})"
    return plus + forms.number(difference, _DIGITS.get(figure.unit, 2)) + share


def _largest(found: Compared) -> float:
    """The value whose decimals all have where they stand beside each other: then they can be subtracted."""
    return max(abs(value or 0.0) for value in found.values)


def _change_of_energy(found: Compared, i: int, forms: Forms) -> str:
    """A difference with its sign and unit, and as a share of the first run's value."""
    difference, relative = found.differences[i] or 0.0, found.relative[i]
    if not difference:
        return "="
    plus = "+" if difference > 0 else ""
    share = "" if relative is None else f" ({plus}{forms.percent(relative)})"
    return f"{plus}{forms.energy(difference, like=_largest(found))} {found.unit}{share}"


def _made(run: RunOnPage, forms: Forms) -> Table:
    """How a run was made, in the order in which somebody would ask."""
    facts = run.facts
    made = (
        ("compare.head.site", facts.site or NOTHING),
        ("made.run", facts.run_id),
        ("made.status", forms.words[f"status.{facts.status}"]),
        ("made.created", forms.moment(facts.created_utc)),
        ("made.pvsim", facts.versions.get("pvsim", NOTHING)),
        ("made.seed", str(facts.seed)),
        ("made.config", facts.config_sha256),
        ("compare.head.command", facts.command or NOTHING),
    )
    rows = tuple((Cell(forms.words[key]), Cell(text, breaks=key in _LONG)) for key, text in made)
    return Table(run.name, (forms.words["head.what"], forms.words["head.value"]), rows, folded=True, texts=True)


def _data(runs: Sequence[RunOnPage], forms: Forms) -> dict[str, Any]:
    """What the charts show."""
    shown = ("chart.", "number.", "date.", "energy.")
    return {
        "words": {key: text for key, text in forms.words.items() if key.startswith(shown)},
        "runs": [
            {
                "name": run.name,
                "grid_meter": run.plan.meter_range.grid,
                "battery": run.plan.has_battery,
                "energies": {
                    "self_consumed": run.summary.energy_kwh.self_consumed,
                    "import": run.summary.energy_kwh.import_,
                    "export": run.summary.energy_kwh.export,
                },
                "hours": _hours(run.profile),
                "duration": None if run.summary.duration is None else list(run.summary.duration.grid_kw),
            }
            for run in runs
        ],
    }


def _hours(profile: "ProfileResult") -> dict[str, list[float | None]]:
    """The mean of each power in each hour of the local clock, in kW; None in an hour without rows."""
    hours = {}
    for name, sums in zip(POWERS, profile.hour_dws.tolist(), strict=True):
        pairs = zip(sums, profile.hour_s.tolist(), strict=True)
        hours[name] = [round(dws / seconds / DW_PER_KW, 4) if seconds else None for dws, seconds in pairs]
    return hours
