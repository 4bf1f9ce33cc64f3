"""The tables of a study's page."""

from collections.abc import Iterator
from itertools import starmap

from pvsim.app.report.forms import NOTHING
from pvsim.app.report.page import Cell, Table
from pvsim.app.report.study_cells import map_of
from pvsim.app.report.study_found import StudyFound
from pvsim.app.report.study_words import FigureForm
from pvsim.core.study.bands import hour_bands
from pvsim.core.study.factors import VARIANT
from pvsim.core.study.sensitivity import Effect
from pvsim.core.study.table import error_text, parameter_text

__all__ = ["MOST_ROWS", "best_tables", "effects_tables", "failed_table", "hours_table", "made_table", "map_table"]

MOST_ROWS = 50
"""More rows are in `cases.csv`."""

_OPEN_ROWS = 12
_COLUMNS = 5
"""So many settings and further figures fit beside each other; all figures are in `cases.csv`."""
_MOST_CELLS = 600
_POWERS = ("load", "pv", "net", "battery")


def best_tables(found: StudyFound) -> tuple[Table, ...]:
    """The best combinations with their main figures, and the command that makes the run of a case."""
    forms, order = found.forms, found.ranking.order
    shown = order[:MOST_ROWS]
    others = [name for name in found.matrices if name != found.ranking.objective.figure]
    others = others[: max(_COLUMNS - len(found.factors), 1)]
    head = ["#", *map(found.naming.factor, found.factors), _head(found.figure)]
    if found.seeds > 1:
        head.append(forms.words["study.head.band"])
    unit = "" if found.figure.share or not found.figure.unit else f", {found.figure.unit}"
    head += [forms.words["study.head.behind"] + unit, forms.words["study.head.run"]]
    head += [_head(found.naming.figure(name)) for name in others]
    rows = tuple(_best_row(found, rank, each, others) for rank, each in enumerate(shown, start=1))
    key = "study.table.best" if len(order) <= MOST_ROWS else "study.table.best.first"
    caption = forms.counted(key, len(shown), all=forms.number(len(order)))
    if len(rows) <= _OPEN_ROWS:
        return (Table(caption, tuple(head), rows),)
    first = forms.say("study.table.best.open", n=forms.number(_OPEN_ROWS), all=forms.number(len(order)))
    return Table(first, tuple(head), rows[:_OPEN_ROWS]), Table(caption, tuple(head), rows, folded=True)


def _best_row(found: StudyFound, rank: int, each: int, others: list[str]) -> tuple[Cell, ...]:
    forms, form, best = found.forms, found.figure, found.ranking.order[0]
    settings = (
        Cell(found.naming.value(factor, int(factor.codes[each])), breaks=not factor.numeric)
        for factor in found.factors
    )
    row = [Cell(forms.number(rank)), *settings, _mean(found, form, each)]
    band = found.band(form.name, each)
    if found.seeds > 1:
        row.append(Cell(NOTHING if band is None else _span(found, band.p5, band.p95)))
    behind = float(found.ranking.means[each] - found.ranking.means[best])
    difference = form.difference(behind, forms, like=found.largest, sign=True)
    row.append(Cell(difference.removesuffix(f"\u00a0{form.unit}") if each != best else "="))
    first = found.cases.combinations[each].cases[0]
    row.append(Cell(f"pvsim run --case {found.cases.ids[first]}", code=True))
    return (*row, *(_mean(found, found.naming.figure(name), each) for name in others))


def _mean(found: StudyFound, form: FigureForm, each: int) -> Cell:
    band = found.band(form.name, each)
    like = found.largest if form.name == found.figure.name else None
    value = None if band is None else band.mean
    return Cell(form.text(value, found.forms, like=like), value, f"{each}.{form.name}")


def _span(found: StudyFound, low: float, high: float) -> str:
    form, forms = found.figure, found.forms
    edges = (form.text(each, forms, like=found.largest) for each in (low, high))
    return forms.say("study.span", **dict(zip(("low", "high"), edges, strict=True)))


def _head(form: FigureForm) -> str:
    return form.label if form.share or not form.unit else f"{form.label}, {form.unit}"


def map_table(found: StudyFound) -> Table | None:
    """The heat map as a table; None where it has no two axes, or is too large."""
    axes = found.cells.axes[:2]
    if len(axes) < 2 or len(axes[0].values) * len(axes[1].values) > _MOST_CELLS:  # noqa: PLR2004 - x and y
        return None
    x, y = axes
    form, forms = found.figure, found.forms
    values = map_of(found.cells, 0, 1, form.name).tolist()
    rows = tuple(
        (Cell(name), *(Cell(form.text(value, forms, like=found.largest)) for value in row))
        for name, row in zip(y.values, values, strict=True)
    )
    caption = forms.say("study.table.map", figure=_head(form), x=x.label, y=y.label)
    return Table(caption, (f"{y.label} \\ {x.label}", *x.values), rows, folded=True)


def effects_tables(found: StudyFound) -> tuple[Table, ...]:
    """What the figure depends on; of many variants the first ones, and more of them folded."""
    forms, effects = found.forms, found.sensitivity.effects
    names = ("setting", "from", "to", "change", "lowest", "highest", "range")
    head = tuple(forms.words[f"study.head.{name}"] for name in names)
    rows = tuple(_effect_row(found, effect) for effect in effects[:MOST_ROWS])

    def table(n: int, *, folded: bool = False) -> Table:
        numbers = {"n": forms.number(n), "all": forms.number(len(effects))}
        key = "study.table.effects" if n == len(effects) else "study.table.effects.first"
        return Table(forms.say(key, figure=_head(found.figure), **numbers), head, rows[:n], folded=folded)

    if len(rows) <= _OPEN_ROWS:
        return (table(len(rows)),)
    return table(_OPEN_ROWS), table(len(rows), folded=True)


def _effect_row(found: StudyFound, effect: Effect) -> tuple[Cell, ...]:
    forms, form, naming = found.forms, found.figure, found.naming
    factor = next(each for each in found.factors if each.path == effect.path)

    def at(code: int, figure: float) -> Cell:
        text = form.text(figure, forms, like=found.largest)
        return Cell(forms.say("study.at", value=naming.value(factor, code), figure=text))

    def difference(value: float, *, sign: bool = False) -> Cell:
        return Cell(form.difference(value, forms, like=found.largest, sign=sign))

    if effect.path == VARIANT:  # there is nothing between it and the first, and its name stands in front
        ends = (form.text(each, forms, like=found.largest) for each in (effect.at_low, effect.at_high))
        nothing = (Cell(NOTHING),) * 3
        return (
            Cell(naming.setting(factor, effect.high)),
            *map(Cell, ends),
            difference(effect.change, sign=True),
            *nothing,
        )
    return (
        Cell(naming.factor(factor)),
        at(effect.low, effect.at_low),
        at(effect.high, effect.at_high),
        difference(effect.change, sign=True),
        at(effect.least_at, effect.least),
        at(effect.most_at, effect.most),
        difference(effect.range),
    )


def hours_table(found: StudyFound, combination: int) -> Table:
    """The mean day of a combination, hour by hour."""
    forms = found.forms
    bands = hour_bands(found.facts.hours[combination])
    shown = [name for name in _POWERS if name in bands]
    head = [forms.words["head.hour"], *(forms.words[f"study.power.{name}"] + ", kW" for name in shown)]
    spread = found.seeds > 1
    if spread:
        head += [f"{forms.words['study.power.net']}, P5, kW", f"{forms.words['study.power.net']}, P95, kW"]
    rows = []
    for hour in range(24):
        cells = [Cell(forms.number(bands[name].mean[hour], 3)) for name in shown]
        if spread:
            cells += [Cell(forms.number(edge[hour], 3)) for edge in (bands["net"].p5, bands["net"].p95)]
        rows.append((Cell(f"{hour:02d}:00"), *cells))
    caption = forms.say("study.table.hours", name=found.naming.combination(combination))
    return Table(caption, tuple(head), tuple(rows), folded=True)


def failed_table(found: StudyFound) -> Table:
    """The cases that have failed, with the reason."""
    forms = found.forms
    failed, all_of_them = found.facts.failed[:MOST_ROWS], len(found.cases.failed)
    head = ("case", "variant", "settings", "seed", "reason")
    rows = tuple(
        (
            Cell(f"{record.number} ({record.id})"),
            Cell(record.variant or NOTHING),
            Cell(", ".join(starmap(_setting, record.parameters.items())) or NOTHING, breaks=True),
            Cell(str(record.seed)),
            Cell("" if record.error is None else error_text(record.error)),
        )
        for record in failed
    )
    key = "study.table.failed" if len(failed) == all_of_them else "study.table.failed.first"
    caption = forms.say(key, n=forms.number(len(failed)), all=forms.number(all_of_them))
    return Table(caption, tuple(forms.words[f"study.head.{name}"] for name in head), rows, texts=True)


def _setting(path: str, value: object) -> str:
    return f"{path} = {parameter_text(value)}"


def made_table(found: StudyFound) -> Table:
    """How the study was made."""
    forms = found.forms
    rows = tuple((Cell(forms.words[key]), Cell(text, breaks=True)) for key, text in _made(found))
    caption = forms.words["study.table.made"]
    return Table(caption, (forms.words["head.what"], forms.words["head.value"]), rows, texts=True)


def _made(found: StudyFound) -> Iterator[tuple[str, str]]:
    cases, facts, forms = found.cases, found.facts, found.forms
    yield "study.made.name", facts.name
    yield "study.made.cases", forms.number(len(cases.ids))
    yield "study.made.combinations", forms.number(len(cases.combinations))
    seeds = [cases.seeds[repeat] for repeat in sorted(cases.seeds)]
    shown = ", ".join(map(str, seeds[:MOST_ROWS])) + (" …" if len(seeds) > MOST_ROWS else "")
    yield "study.made.seeds", shown
    for program, version in facts.versions.items():
        yield f"made.{program}", version
    yield "study.made.sha256", facts.sha256
