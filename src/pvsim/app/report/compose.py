"""A page about a run: its headline and its main figures; the parts below them are in `sections`."""

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from pvsim.app.report.charts import chart_data
from pvsim.app.report.forms import Forms
from pvsim.app.report.page import Cell, Figure, Page
from pvsim.app.report.quality import notices
from pvsim.app.report.sections import sections
from pvsim.core.quantities.timeline import HOUR_S

if TYPE_CHECKING:
    from pvsim.app.report.facts import RunFacts
    from pvsim.core.quantities.timeline import Timeline
    from pvsim.core.results.profile import ProfileResult
    from pvsim.core.results.summary import Summary
    from pvsim.core.run.plan import RunPlan

__all__ = ["page_of", "period_text"]


def page_of(
    plan: "RunPlan", summary: "Summary", profile: "ProfileResult", facts: "RunFacts", forms: Forms
) -> Page:
    """The page about a run.

    Args:
        plan: The run.
        summary: What it comes to: the page shows its figures, and computes none.
        profile: Its powers over its time.
        facts: How it was made.
        forms: The language.
    """
    when = period_text(plan, forms)
    subtitle = " · ".join(part for part in _subtitle(plan, summary, facts, forms) if part)
    about = "" if facts.pv else ".grid_alone" if plan.meter_range.grid else ".no_pv"
    return Page(
        title=forms.say(f"page.title{about}", when=when),
        subtitle=subtitle,
        notices=notices(plan, facts, forms),
        headline=_headline(plan, summary, facts, forms),
        figures=_figures(plan, summary, facts, forms),
        sections=tuple(sections(plan, summary, profile, facts, forms)),
        data={**chart_data(plan, summary, profile), "pv": facts.pv, **_for_charts(forms)},
        words=forms.words,
    )


def _subtitle(plan: "RunPlan", summary: "Summary", facts: "RunFacts", forms: Forms) -> Iterator[str]:
    """Place, time zone, meters and rows; a part that says nothing is empty."""
    yield facts.site
    yield plan.timeline.zone
    if len(plan.meters) > 1:
        meters, with_pv = "subtitle.meters" if facts.pv else "subtitle.meters.no_pv", facts.homes_with_pv
        if with_pv is not None:
            meters = "subtitle.homes"
        yield forms.say(meters, n=forms.number(len(plan.meters)), pv=forms.number(with_pv or 0))
    rows = "subtitle.rows.partial" if facts.status == "partial" else "subtitle.rows"
    yield forms.say(rows, rows=forms.number(summary.rows), planned=forms.number(plan.rows))


def _for_charts(forms: Forms) -> dict[str, object]:
    """The language of the charts."""
    shown = ("chart.", "number.", "date.", "energy.", "figure.", "note.")
    return {"words": {key: text for key, text in forms.words.items() if key.startswith(shown)}}


def period_text(plan: "RunPlan", forms: Forms) -> str:
    """The days of a run, or its part of a day."""
    first, days = plan.timeline.first_date, plan.timeline.days
    if plan.timeline.clock is not None:
        return forms.say("period.part", first=forms.date(first), clock=_clock_text(plan.timeline, forms))
    if not plan.timeline.is_whole:
        hours = forms.number(plan.timeline.seconds // HOUR_S)
        return forms.say("period.hours", first=forms.date(first), hours=hours)
    if days == 1:
        return forms.date(first)
    last = first + timedelta(days=days - 1)
    return forms.say("period.days", first=forms.date(first), last=forms.date(last), days=forms.number(days))


def _clock_text(timeline: "Timeline", forms: Forms) -> str:
    """Beginning and end of a part of a day, each with its offset where the clock of the day shows it twice."""
    offsets = (forms.offset(timedelta(seconds=timeline.offsets_s[end])) for end in (0, -1))
    ends = zip(str(timeline.clock).split("-"), timeline.twice, offsets, strict=True)
    return "–".join(f"{time}\u00a0{offset}" if twice else time for time, twice, offset in ends)


def _headline(plan: "RunPlan", summary: "Summary", facts: "RunFacts", forms: Forms) -> str:
    energy = summary.energy_kwh
    kind = "building"
    if energy.load is None:
        kind = "grid" if facts.pv else "grid_alone"
    elif energy.pv == 0:
        kind = "no_pv"
    elif energy.load == 0:
        kind = "no_load"
    who = "many" if len(plan.meters) > 1 else "one"
    return forms.say(
        f"headline.{kind}.{who}",
        load=forms.energy(energy.load),
        pv=forms.energy(energy.pv),
        used=forms.energy(energy.self_consumed),
        consumption=forms.percent(summary.self_consumption),
        sufficiency=forms.percent(summary.self_sufficiency),
        imported=forms.energy(energy.import_),
        exported=forms.energy(energy.export),
    )


def _figures(plan: "RunPlan", summary: "Summary", facts: "RunFacts", forms: Forms) -> tuple[Figure, ...]:
    """Six figures, each with its unit; fewer where there is no PV."""
    energy, of_all = summary.energy_kwh, summary.peak_of_all_kw
    peak, where = (summary.peak_kw, "peak_kw") if of_all is None else (of_all, "peak_of_all_kw")

    def kwh(name: str, value: float | None, note: str, tone: str) -> Figure:
        cell = Cell(forms.energy(value), value, f"energy_kwh.{name}")
        return Figure(forms.words[f"energy.{name}"], cell, "kWh", note, tone)

    def share(name: str, value: float | None, tone: str) -> Figure:
        cell = Cell(forms.percent(value), value, name)
        return Figure(forms.words[f"figure.{name}"], cell, "", forms.words[f"figure.{name}.note"], tone)

    def power(name: str, kw: float | None, tone: str) -> Figure:
        cell = Cell(forms.number(kw, 2), kw, f"{where}.{name}")
        return Figure(forms.words[f"figure.peak_{name}"], cell, "kW", forms.words["figure.peak.note"], tone)

    def at_most(kw: float | None, key: str = "figure.at_most") -> str:
        return forms.say(key, kw=forms.number(kw, 2))

    net_of_all = "figure.at_most_net" if of_all is not None and energy.export else "figure.at_most"
    net = (
        kwh("import", energy.import_, at_most(peak.import_, net_of_all), "import"),
        kwh("export", energy.export, at_most(peak.export, net_of_all), "export"),
    )
    pv = kwh("pv", energy.pv, at_most(peak.pv), "pv")
    if plan.meter_range.grid:
        meter = kwh("meter", energy.meter, at_most(peak.meter), "load")
        peaks = power("import", peak.import_, "import"), power("export", peak.export, "export")
        return (meter, pv, *net, *peaks) if facts.pv else (meter, *net, *peaks)
    load = kwh("load", energy.load, at_most(peak.load), "load")
    if not facts.pv:
        return load, net[0], power("import", peak.import_, "import")
    return (
        load,
        pv,
        share("self_consumption", summary.self_consumption, "pv"),
        share("self_sufficiency", summary.self_sufficiency, "load"),
        *net,
    )
