"""What a reader must know of the data behind a page: what is missing, held, cut or rejected (I12)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pvsim.app.report.forms import Forms
from pvsim.app.report.page import Cell, Table
from pvsim.core.results.input_counts import reports_of

if TYPE_CHECKING:
    from pvsim.app.report.facts import RunFacts
    from pvsim.core.run.plan import RunPlan

__all__ = ["limits", "messages", "notices", "sources", "stretches"]

_SHOWN = 20
_OF_INPUTS = (
    "repeated_hours",
    "skipped_hours",
    "clipped_low",
    "clipped_high",
    "clipped_s",
    "dimmed_s",
    "counter_resets",
    "counter_rollovers",
    "night_intervals",
    "day_intervals",
)


def notices(plan: "RunPlan", facts: "RunFacts", forms: Forms) -> tuple[str, ...]:
    """What stands at the top of the page: nothing for a whole run."""
    missing, held = facts.counts.get("missing", 0), facts.counts.get("held", 0)
    found = []
    if missing:
        share = forms.percent(missing / plan.readings)
        total = forms.number(plan.readings)
        found.append(forms.say("notice.missing", missing=forms.number(missing), share=share, total=total))
        shown = (facts.missing or {}).get("first", [])[:3]
        found += [forms.say("notice.stretch", **_said(span, plan, forms)) for span in shown]
    if held:
        found.append(forms.say("notice.held", held=forms.number(held)))
    found += facts.not_promised
    return tuple(found)


def messages(plan: "RunPlan", facts: "RunFacts", forms: Forms) -> Table:
    """What became of the messages (I4)."""
    counts = {"sent": plan.readings, **facts.counts}
    names = ("sent", "confirmed", "received", "written", "duplicates", "rejected", "missing", "held")
    rows = tuple(
        (Cell(forms.words[f"count.{name}"]), Cell(forms.number(counts[name]))) for name in names if name in counts
    )
    head = (forms.words["head.messages"], forms.words["head.number"])
    return Table(forms.words["table.messages"], head, rows)


def stretches(plan: "RunPlan", facts: "RunFacts", forms: Forms) -> Table | None:
    """Where rows are missing or hold the value before; None if nowhere."""
    rows, some = [], False
    for kind, found in (("missing", facts.missing), ("held", facts.held)):
        spans = (found or {}).get("first", [])
        some = some or (found or {}).get("spans", len(spans)) > _SHOWN
        for span in spans[:_SHOWN]:
            texts = (forms.words[f"count.{kind}"], *_said(span, plan, forms).values())
            rows.append((*map(Cell, texts), Cell(forms.number(span["rows"]))))
    if not rows:
        return None
    head = tuple(forms.words[f"head.{key}"] for key in ("what", "meter", "from", "to", "rows"))
    title = forms.say("table.stretches.first", most=_SHOWN) if some else forms.words["table.stretches"]
    return Table(title, head, tuple(rows), texts=True)


def limits(facts: "RunFacts", forms: Forms) -> Table | None:
    """What the site and the rules that it names let be fed in; None where they set no limit."""
    if all(limit_kw is None for _, limit_kw, _ in facts.export_limits):
        return None
    rows = tuple(
        (Cell(day), Cell(forms.words["limit.none"] if kw is None else forms.number(kw, 4)), Cell(reason))
        for day, kw, reason in facts.export_limits
    )
    head = tuple(forms.words[f"head.{key}"] for key in ("from", "limit_kw", "reason"))
    return Table(forms.words["table.limits"], head, rows, texts=True)


def sources(facts: "RunFacts", forms: Forms) -> Table | None:
    """What was read from files and what had to be done with it; None where there is no file."""
    rows = [row for name, report in reports_of(facts.inputs).items() for row in _of_source(name, report, forms)]
    if not rows:
        return None
    head = tuple(forms.words[f"head.{key}"] for key in ("input", "what", "number"))
    return Table(forms.words["table.sources"], head, tuple(rows), texts=True)


def _of_source(name: str, report: Mapping[str, Any], forms: Forms) -> Iterator[tuple[Cell, ...]]:
    def row(key: str, text: str) -> tuple[Cell, ...]:
        return Cell(name), Cell(forms.words[f"source.{key}"]), Cell(text, breaks=key == "file")

    if "source" in report:
        yield row("file", str(report["source"]))
    if gaps := report.get("gaps"):
        yield row("gaps", forms.number(len(gaps)))
        yield row("gap_s", forms.number(sum(gap["seconds"] for gap in gaps)))
    for key in _OF_INPUTS:
        if found := report.get(key):  # a number, or a list of times
            yield row(key, forms.number(len(found) if isinstance(found, Sequence) else found))
    for key in ("clipped_low_kwh", "clipped_high_kwh", "cut_kwh", "later_kwh", "unserved_kwh"):
        if kwh := report.get(key):
            yield row(key, forms.number(kwh, 3))


def _said(span: Mapping[str, Any], plan: "RunPlan", forms: Forms) -> dict[str, str]:
    """A stretch in words; where the clock changes in the run, an hour can come twice."""
    twice = len(plan.timeline.offsets_s) > 1
    first, last = (forms.moment(span[key], offset=twice) for key in ("from", "to"))
    return {"meter": span["meter"], "first": first, "last": last}
