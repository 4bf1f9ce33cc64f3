"""The parts of a page, in their order; a part that the run has nothing for is left out."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pvsim.app.report import tables
from pvsim.app.report.bill import bill_tables, bill_text, emission_table
from pvsim.app.report.charts import days_of_note
from pvsim.app.report.forms import Forms
from pvsim.app.report.page import Cell, Chart, Section, Table
from pvsim.app.report.quality import limits, messages, sources, stretches
from pvsim.core.quantities.timeline import HOUR_S

if TYPE_CHECKING:
    from pvsim.app.report.facts import RunFacts
    from pvsim.core.results.profile import ProfileResult
    from pvsim.core.results.summary import Summary
    from pvsim.core.run.plan import RunPlan

__all__ = ["sections"]

_HEAT_MAP_DAYS = 21
_SHARE = "self_consumption", "self_sufficiency"


def sections(
    plan: "RunPlan", summary: "Summary", profile: "ProfileResult", facts: "RunFacts", forms: Forms
) -> Iterator[Section]:
    """The parts of the page about a run."""
    yield _over_time(plan, facts, forms)
    yield from _days(plan, summary, profile, facts, forms)
    yield _energies(summary, facts, forms)
    yield from _resolution(plan, summary, facts, forms)
    yield from _money(summary, forms)
    yield from _battery(summary, forms)
    yield from _fleet(summary, facts, forms)
    yield from _grid(plan, summary, facts, forms)
    yield _hours(plan, profile, facts, forms)
    yield _quality(plan, facts, forms)
    yield _provenance(facts, forms)


def _section(
    name: str,
    forms: Forms,
    *texts: str,
    charts: tuple[str, ...] = (),
    of: tuple[Table | None, ...] = (),
    command: str = "",
) -> Section:
    return Section(
        name,
        forms.words[f"section.{name}"],
        texts,
        tuple(Chart(chart, forms.words[f"chart.{chart}.label"]) for chart in charts),
        tuple(table for table in of if table is not None),
        command,
    )


def _over_time(plan: "RunPlan", facts: "RunFacts", forms: Forms) -> Section:
    about = "grid_meter" if plan.meter_range.grid else "period" if facts.pv else "period.no_pv"
    texts = [forms.words[f"text.{about}"]]
    if facts.random_meter:
        texts.append(forms.words["text.random_meter"])
    return _section("power", forms, *texts, charts=("power",))


def _days(
    plan: "RunPlan", summary: "Summary", profile: "ProfileResult", facts: "RunFacts", forms: Forms
) -> Iterator[Section]:
    if summary.days is None:
        return
    charts: tuple[str, ...] = ("calendar",) if plan.timeline.days >= _HEAT_MAP_DAYS else ("days",)
    of = [tables.periods(summary.days, forms, "days", pv=facts.pv)]
    if summary.months is not None:
        charts = (*charts, "months")
        of.append(tables.periods(summary.months, forms, "months", pv=facts.pv))
    if facts.pv and profile.days_dw is not None and days_of_note(summary):
        charts = (*charts, "shapes")
    yield _section("days", forms, forms.words["text.days"], charts=charts, of=tuple(of))


def _energies(summary: "Summary", facts: "RunFacts", forms: Forms) -> Section:
    energy = summary.energy_kwh
    alone = not facts.pv and energy.battery_charge is None  # then all flows from the grid to the building
    charts = () if energy.self_consumed is None or alone else ("flows",)
    texts = []
    if (found := summary.yield_among_years) is not None:
        numbers = {name: forms.number(getattr(found, name), 0) for name in ("kwh_per_kwp", "mean", "p10", "p90")}
        place = {"percentile": forms.number(found.percentile, 0), "years": forms.number(found.years)}
        texts.append(forms.say("text.yield_among_years", **numbers, **place))
    return _section("energies", forms, *texts, charts=charts, of=(tables.energies(summary, forms, pv=facts.pv),))


def _resolution(plan: "RunPlan", summary: "Summary", facts: "RunFacts", forms: Forms) -> Iterator[Section]:
    """What longer windows hide: of one window, or of a load without PV, there is nothing to say."""
    found = summary.resolution or ()
    if len(found) < 2 or not (facts.pv or plan.meter_range.grid):  # noqa: PLR2004 - a comparison
        return
    shares = tuple(name for name in _SHARE if any(getattr(each, name) is not None for each in found))
    first, last = found[0], found[-1]
    parts = {
        "fine": forms.duration(first.window_s),
        "coarse": forms.duration(last.window_s),
        "fine_share": forms.percent(first.self_consumption),
        "coarse_share": forms.percent(last.self_consumption),
    }
    texts = []
    if first.self_consumption is not None:
        same = parts["fine_share"] == parts["coarse_share"]
        texts.append(forms.say("text.resolution.same" if same else "text.resolution", **parts))
        if facts.random_meter and not same:
            texts.append(forms.words["text.resolution.random"])
    rows = []
    for i, each in enumerate(found):
        cells = [Cell(forms.duration(each.window_s))]
        for name in shares:
            share = getattr(each, name)
            cells.append(Cell(forms.percent(share), share, f"resolution.{i}.{name}"))
        for name in ("import_kwh", "export_kwh", "peak_import_kw", "peak_export_kw"):
            value = getattr(each, name)
            cells.append(Cell(forms.number(value, 3), value, f"resolution.{i}.{name}"))
        rows.append(tuple(cells))
    names = ("window", *shares, "import_kwh", "export_kwh", "peak_import_kw", "peak_export_kw")
    table = Table(
        forms.words["table.resolution"], tuple(forms.words[f"head.{name}"] for name in names), tuple(rows)
    )
    yield _section("resolution", forms, *texts, of=(table,))


def _money(summary: "Summary", forms: Forms) -> Iterator[Section]:
    """Money and emissions, each where the site says its prices or factors."""
    if (money := summary.money) is not None:
        yield _section("money", forms, bill_text(money, forms), of=tuple(bill_tables(money, forms)))
    if (emissions := summary.emissions) is not None:
        texts = [forms.words["text.emissions"]]
        if emissions.saving_kg is not None:
            texts.insert(0, forms.say("text.emissions.saving", kg=forms.number(emissions.saving_kg, 2)))
        yield _section("emissions", forms, *texts, of=(emission_table(emissions, forms),))


def _battery(summary: "Summary", forms: Forms) -> Iterator[Section]:
    use = summary.battery
    if use is None:
        return
    rows = []
    for name in use.__struct_fields__:
        value = getattr(use, name)
        if value is None:
            continue
        rows.append((Cell(forms.words[f"battery.{name}"]), Cell(forms.number(value, 3), value, f"battery.{name}")))
    head = (forms.words["head.quantity"], forms.words["head.value"])
    table = Table(forms.words["table.battery"], head, tuple(rows))
    yield _section("battery", forms, forms.words["text.battery"], of=(table,))


def _fleet(summary: "Summary", facts: "RunFacts", forms: Forms) -> Iterator[Section]:
    if summary.meters is None or summary.peak_of_all_kw is None:
        return
    one, of_all = summary.peak_kw.import_, summary.peak_of_all_kw.import_
    about = "text.fleet_net" if summary.energy_kwh.export else "text.fleet"
    text = forms.say(about, one=forms.number(one, 2), all=forms.number(of_all, 2))
    charts = ("fleet",) if facts.pv and summary.energy_kwh.load is not None else ()
    homes = tables.homes(facts.homes, forms)
    of = (*(make(summary, forms, pv=facts.pv) for make in (tables.over_meters, tables.fleet)), homes)
    yield _section("fleet", forms, text, charts=charts, of=of)
    if (together := tables.coincidence(summary, forms, pv=facts.pv)) is not None:
        yield _section("coincidence", forms, forms.words["text.coincidence"], of=(together,))


def _grid(plan: "RunPlan", summary: "Summary", facts: "RunFacts", forms: Forms) -> Iterator[Section]:
    """Duration curve, and how fast powers change."""
    if summary.duration is None and summary.ramps is None and summary.fuse is None:
        return
    texts = []
    hours = summary.hours_with_export
    if hours is not None and (hours or facts.pv):
        texts.append(forms.say("text.export_hours", hours=forms.number(hours, 2)))
    if summary.fuse is not None:
        fuse = summary.fuse
        texts.append(
            forms.say("text.fuse", kw=forms.number(fuse.rated_kw, 2), seconds=forms.number(fuse.seconds_above))
        )
    table = None
    if summary.ramps:
        rows = []
        alone = not (facts.pv or plan.has_battery)  # the grid carries what the meter shows
        for i, ramp in enumerate(summary.ramps):
            if (ramp.of == "pv" and not facts.pv) or (ramp.of == "grid" and alone):
                continue
            cells = [
                Cell(forms.say("ramp.of", what=forms.words[f"ramp.{ramp.of}"], lag=forms.duration(ramp.lag_s)))
            ]
            for name in ("p50_kw", "p99_kw", "p99_9_kw", "highest_kw"):
                value = getattr(ramp, name)
                cells.append(Cell(forms.number(value, 3), value, f"ramps.{i}.{name}"))
            rows.append(tuple(cells))
        head = tuple(
            forms.words[f"head.{name}"] for name in ("ramp", "p50_kw", "p99_kw", "p99_9_kw", "highest_kw")
        )
        table = Table(forms.words["table.ramps"], head, tuple(rows))
    charts = () if summary.duration is None else ("duration",)
    yield _section("grid", forms, *texts, charts=charts, of=(table,))


def _hours(plan: "RunPlan", profile: "ProfileResult", facts: "RunFacts", forms: Forms) -> Section:
    texts = (forms.words["text.hours_days"],) if plan.timeline.days > 1 else ()
    if any(profile.hour_s[hour] != HOUR_S * plan.timeline.days for hour in tables.hours_of(plan)):
        texts = (*texts, forms.words["text.hours_mark"])
    return _section("hours", forms, *texts, of=(tables.hours(plan, profile, forms, pv=facts.pv),))


def _quality(plan: "RunPlan", facts: "RunFacts", forms: Forms) -> Section:
    of = (messages(plan, facts, forms), stretches(plan, facts, forms), sources(facts, forms), limits(facts, forms))
    return _section("quality", forms, forms.words["text.quality"], of=of)


def _provenance(facts: "RunFacts", forms: Forms) -> Section:
    made = [
        ("run", facts.run_id),
        ("status", forms.words[f"status.{facts.status}"]),
        ("created", forms.moment(facts.created_utc)),
        *((name, version) for name, version in facts.versions.items()),
        ("seed", str(facts.seed)),
        ("config", facts.config_sha256),
    ]
    rows = tuple(
        (Cell(forms.words.get(f"made.{name}", name)), Cell(text, breaks=name == "config")) for name, text in made
    )
    how = Table(forms.words["table.made"], (forms.words["head.what"], forms.words["head.value"]), rows, texts=True)
    head = tuple(forms.words[f"head.{key}"] for key in ("file", "bytes", "sha256"))
    listed = tuple(
        (Cell(name), Cell(forms.number(size)), Cell(sha, breaks=True)) for name, (size, sha) in facts.files.items()
    )
    files = Table(forms.words["table.files"], head, listed, folded=len(listed) > _HEAT_MAP_DAYS, texts=True)
    text = forms.words["text.repeat" if facts.command else "text.no_repeat"]
    return _section("provenance", forms, text, of=(how, files), command=facts.command)
