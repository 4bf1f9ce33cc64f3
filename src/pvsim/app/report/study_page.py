"""The page of a study: the best combination in words, what it depends on, and all that was tried."""

from collections.abc import Iterator

import numpy as np

from pvsim.app.report.forms import Forms
from pvsim.app.report.page import Cell, Chart, Figure, Page, Section, Table
from pvsim.app.report.study_data import study_data
from pvsim.app.report.study_facts import StudyFacts
from pvsim.app.report.study_found import StudyFound, study_found
from pvsim.app.report.study_tables import (
    best_tables,
    effects_tables,
    failed_table,
    hours_table,
    made_table,
    map_table,
)
from pvsim.core.study.collected import Collected
from pvsim.core.study.ranking import lead_of

__all__ = ["study_notes", "study_page"]

_PERIOD = ("date", "days", "hours")
_LONGEST_TEXT = 20_000
_POOR_PLANE = 0.9
_FEW_SEEDS = 5
"""Of two that do not differ, one is better for each of five seeds with a chance of one in 16."""
_TONES = {
    "self_sufficiency": "load",
    "self_consumption": "pv",
    "energy_kwh_import": "import",
    "energy_kwh_export": "export",
    "peak_kw_import_15min": "import",
}
_STORED = "battery_stored_change_kwh"
_COST, _VALUE = "money_total", "money_npv"


def study_page(cases: Collected, facts: StudyFacts, forms: Forms) -> Page:
    """The page of a study.

    Args:
        cases: Its cases.
        facts: How it was made.
        forms: The language.
    """
    found = study_found(cases, facts, forms)
    first, days = facts.period
    subtitle = forms.say(
        "study.subtitle",
        combinations=forms.number(len(cases.combinations)),
        seeds=forms.number(found.seeds),
        first=first,
        days=forms.number(days),
    )
    return Page(
        title=forms.counted("study.title", len(cases.ids), name=facts.name),
        subtitle=subtitle,
        notices=tuple(_notices(found)),
        headline=" ".join(_headline(found)),
        figures=tuple(_tiles(found)),
        sections=tuple(_sections(found)),
        data=study_data(found),
        words={**forms.words, "page.skip": forms.words["study.skip"]},
    )


def study_notes(cases: Collected, facts: StudyFacts, forms: Forms) -> tuple[str, ...]:
    """What must be known of a comparison by whoever reads its headline alone; arguments as of `study_page`."""
    found = study_found(cases, facts, forms)
    return (*_of_comparison(found), *_given_by_batteries(found))


def _notices(found: StudyFound) -> Iterator[str]:
    cases, forms, facts = found.cases, found.forms, found.facts
    if facts.missing:
        yield forms.say("study.notice.missing", n=forms.number(facts.missing))
    if cases.failed:
        numbers = {"n": forms.number(len(cases.failed)), "cases": forms.number(len(cases.ids))}
        yield forms.say("study.notice.failed", **numbers)
    if found.ranking.incomplete:
        yield forms.say("study.notice.incomplete", n=forms.number(len(found.ranking.incomplete)))
    yield from _of_comparison(found)
    if found.cells.left_out:
        yield forms.say("study.notice.cells", what=", ".join(found.cells.left_out))


def _of_comparison(found: StudyFound) -> Iterator[str]:
    """What limits a comparison of cases that all have figures."""
    cases, forms, facts = found.cases, found.forms, found.facts
    if without := _without(found):
        yield forms.say("study.notice.without", n=forms.number(without), figure=found.figure.label)
    if periods := [each.path for each in found.factors if each.path in _PERIOD]:
        yield forms.say("study.notice.period", what=", ".join(periods))
    different = {each.path for each in found.factors}
    yield from (forms.words[f"study.notice.{path}"] for path in ("every", "meters") if path in different)
    if facts.objective is not None and facts.objective.figure != found.figure.name:
        mixed = ".mixed" if facts.objective.figure in cases.figures else ""
        yield forms.say(f"study.notice.figure{mixed}", wanted=facts.objective.figure, figure=found.figure.label)
    currencies = sorted(cases.texts.get("money_currency", ()))
    if len(currencies) > 1:
        yield forms.say("study.notice.currencies", which=", ".join(currencies))


def _without(found: StudyFound) -> int:
    """Combinations that lack the figure although a case of theirs is done, such as cycles of no battery."""
    failed, known = set(found.cases.failed), ~np.isnan(found.ranking.means)
    pairs = zip(found.cases.combinations, known.tolist(), strict=True)
    return sum(not has and not failed.issuperset(each.cases) for each, has in pairs)


def _headline(found: StudyFound) -> Iterator[str]:
    """The best combination, the second, and whether chance may have decided between them."""
    forms, form, ranking = found.forms, found.figure, found.ranking
    if not ranking.order:
        yield forms.words["study.nothing"]
        return
    best = ranking.order[0]
    parts = {
        "figure": form.label,
        "best": found.naming.combination(best),
        "value": form.full(float(ranking.means[best]), forms, like=found.largest),
    }
    if len(ranking.order) == 1:
        yield forms.say("study.best.alone", **parts)
        return
    goal = ranking.objective.goal
    if ranking.ties > 1:
        yield forms.say(f"study.best.{goal}.tie", **parts)
        yield forms.say("study.tie", n=forms.number(ranking.ties))
        return
    second = ranking.order[1]
    behind = abs(float(ranking.means[second] - ranking.means[best]))
    parts["second"] = found.naming.combination(second)
    if form.vanishes(behind, like=found.largest):
        yield forms.say(f"study.best.{goal}.tie", **parts)
        yield forms.say("study.same", second=parts["second"], least=form.precision(forms, like=found.largest))
        return
    difference = form.difference(behind, forms, like=found.largest)
    yield forms.say(f"study.best.{goal}", **parts, difference=difference)
    yield from _certainty(found, best, second)


def _certainty(found: StudyFound, best: int, second: int) -> Iterator[str]:
    """Whether the difference is larger than its spread over the seeds."""
    forms, form = found.forms, found.figure
    lead = lead_of(found.matrix, found.ranking.objective, best, second)
    if lead is None or lead.by.cases == 1:
        yield forms.words["study.lead.one"]
        return
    low, high = (form.difference(each, forms, like=found.largest) for each in (lead.by.p5, lead.by.p95))
    key = "unclear" if not lead.clear else "all" if lead.better_in == lead.by.cases else "most"
    numbers = {"k": forms.number(lead.better_in), "n": forms.number(lead.by.cases)}
    yield forms.say(f"study.lead.{key}", low=low, high=high, **numbers)
    if lead.clear and lead.by.cases <= _FEW_SEEDS:
        chance = forms.number(2 ** (lead.by.cases - 1))
        yield forms.say("study.lead.few", n=forms.number(lead.by.cases), chance=chance)


def _tiles(found: StudyFound) -> Iterator[Figure]:
    """The main figures of the best combination."""
    forms, order = found.forms, found.ranking.order
    for name in found.matrices if order else ():
        form, band = found.naming.figure(name), found.band(name, order[0])
        value = None if band is None else band.mean
        note = forms.words["study.tile.one"]
        if band is not None and found.seeds > 1:
            edges = (form.text(each, forms, like=band.mean) for each in (band.p5, band.p95))
            note = forms.say("study.tile.band", **dict(zip(("low", "high"), edges, strict=True)))
        unit = "" if form.share else form.unit
        cell = Cell(form.text(value, forms), value, f"{order[0]}.{name}")
        yield Figure(form.label, cell, unit, note, _TONES.get(name, "load"))


def _sections(found: StudyFound) -> Iterator[Section]:
    """The parts of the page; what the study has nothing for is left out."""
    forms = found.forms

    def section(
        name: str, *texts: str, chart: bool = False, of: tuple[Table | None, ...] = (), command: str = ""
    ) -> Section:
        charts = (Chart(name, forms.words[f"study.chart.{name}.label"]),) if chart else ()
        tables = tuple(table for table in of if table is not None)
        return Section(name, forms.words[f"study.section.{name}"], texts, charts, tables, command)

    if found.ranking.order:
        if len(found.cells.axes) > 1:
            yield section("map", *_map_texts(found), chart=True, of=(map_table(found),))
        elif found.factors:
            text = "study.text.profile" if found.seeds > 1 else "study.text.profile.one"
            yield section("profile", forms.words[text], chart=True)
        yield section("best", *_best_texts(found), of=best_tables(found))
        if found.sensitivity.effects:
            yield section("effects", *_effect_texts(found), chart=True, of=effects_tables(found))
        elif found.sensitivity.unknown:
            yield section("effects", *_effect_texts(found))
    if found.facts.hours:
        first = next(iter(found.facts.hours))
        text = "study.text.hours" if found.seeds > 1 else "study.text.hours.one"
        yield section("hours", forms.words[text], chart=True, of=(hours_table(found, first),))
    if found.cases.failed:
        yield section("failed", forms.words["study.text.failed"], of=(failed_table(found),))
    text = found.facts.text
    cut = (forms.words["study.text.cut"],) if len(text) > _LONGEST_TEXT else ()
    yield section("made", *cut, of=(made_table(found),), command=text[:_LONGEST_TEXT])


def _map_texts(found: StudyFound) -> Iterator[str]:
    yield found.forms.words["study.text.map"]
    if any(axis.binned for axis in found.cells.axes):
        yield found.forms.words["study.text.binned"]


def _best_texts(found: StudyFound) -> Iterator[str]:
    forms = found.forms
    yield forms.words["study.text.best" if found.seeds > 1 else "study.text.best.one"]
    if found.figure.name == _COST:
        yield forms.words["study.text.cost"]
        if _VALUE in found.cases.figures:
            yield forms.words["study.text.npv"]
    yield from _given_by_batteries(found)


def _given_by_batteries(found: StudyFound) -> Iterator[str]:
    """Energy that batteries had at the beginning and not at the end."""
    stored = found.cases.values(_STORED)
    stored = stored[~np.isnan(stored)]
    if len(stored) and min(stored) < 0:
        yield found.forms.say("study.text.stored", kwh=found.forms.number(-float(min(stored)), 2))


def _effect_texts(found: StudyFound) -> Iterator[str]:
    forms, kinds = found.forms, {effect.kind for effect in found.sensitivity.effects}
    for kind in ("swept", "drawn", "variant"):
        if kind in kinds:
            yield forms.words[f"study.text.{kind}"]
    plane = found.sensitivity.plane
    if plane is not None and plane.r2 is not None:
        key = "study.text.plane" if plane.r2 >= _POOR_PLANE else "study.text.plane.poor"
        yield forms.say(key, share=forms.percent(plane.r2), n=forms.number(plane.points))
    if found.sensitivity.unknown:
        by_path = {factor.path: factor for factor in found.factors}
        names = ", ".join(found.naming.factor(by_path[path]) for path in found.sensitivity.unknown)
        yield forms.say("study.text.unknown", which=names)
