"""Where a file has no rows, or held ones: against a plain walk over all of them."""

from datetime import date
from itertools import pairwise
from unittest.mock import patch
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.core.results.runs import merged

from pvsim.core.quantities.timeline import Timeline
from pvsim.core.results import spans as spans_module
from pvsim.core.results.samples import Samples
from pvsim.core.results.spans import MAX_SPANS, Spans
from pvsim.core.run.plan import RunPlan

SHORT = Timeline(date(1970, 1, 1), 1, "UTC", (0, 12), (0,), (0,))
LONG = Timeline(date(1970, 1, 1), 1, "UTC", (0, 40), (0,), (0,))
CHANGE = Timeline.of_days(date(2024, 10, 27), 1, ZoneInfo("Europe/Berlin"))


def samples(plan, rows, held=None):
    row = np.array(rows, dtype=np.int64)
    zeros = np.zeros_like(row)
    held_s = None if held is None else np.array(held, dtype=np.int64)
    return Samples.of_rows(plan, row, zeros, zeros, held_s=held_s)


def walked(plan, rows, wanted):
    """Stretches of one meter's periods that are `wanted`: meter, first period, how many."""
    found = []
    n = len(plan.meters)
    for meter in range(n):
        run = 0
        for period in range(plan.rows // n + 1):
            inside = period < plan.rows // n and wanted(rows, period * n + meter)
            if run and not inside:
                found.append((meter, period - run, run))
            run = run + 1 if inside else 0
    return sorted(found)


def walked_report(plan, rows, held):
    """Both kinds of stretches by a plain walk, in the order in which they are named."""
    by_row = dict(zip(rows, held, strict=True))
    missing = walked(plan, by_row, lambda rows, row: row not in rows)
    flagged = walked(plan, by_row, lambda rows, row: rows.get(row, 0) > 0)
    return (
        sorted(missing, key=lambda span: (span[1] + span[2], span[0])),
        sorted(flagged, key=lambda span: (span[1], span[0])),
    )


def named(found):
    return [[(span.meter, span.first, span.rows) for span in spans] for spans in (found.missing, found.held)]


@given(
    st.integers(1, 3),
    st.sampled_from([1, 2, 3]),
    st.data(),
)
def test_the_stretches_are_those_of_a_plain_walk(n_meters, every_s, data):
    plan = RunPlan("r1", SHORT, ("a", "b", "c")[:n_meters], every_s, missing="hold")
    rows = sorted(data.draw(st.sets(st.integers(0, plan.rows - 1))))
    held = [data.draw(st.integers(0, every_s)) for _ in rows]
    spans, portion = Spans(plan), data.draw(st.integers(1, 5))
    for start in range(0, len(rows), portion):
        spans.add(samples(plan, rows[start : start + portion], held[start : start + portion]))
    found = spans.result()
    missing, flagged = walked_report(plan, rows, held)
    assert named(found) == [missing, flagged]
    assert (found.missing_total, found.held_total) == (len(missing), len(flagged))
    assert found.held_s == sum(held) == sum(span.held_s for span in found.held)


@given(n_meters=st.integers(1, 3), few=st.booleans(), data=st.data())
def test_i9_any_split_of_a_run_in_any_order_of_merges_gives_the_same(n_meters, few, data):
    """Cut anywhere, also within stretches and between the meters of one time; also where not all are named."""
    with patch.object(spans_module, "MAX_SPANS", 3 if few else MAX_SPANS):
        plan = RunPlan("r1", LONG, ("a", "b", "c")[:n_meters], missing="hold")
        lost = data.draw(st.sets(st.integers(0, plan.rows - 1), max_size=plan.rows // 2))
        rows = [row for row in range(plan.rows) if row not in lost]
        held = [data.draw(st.sampled_from([0, 1])) for _ in rows]
        whole = Spans(plan)
        whole.add(samples(plan, rows, held))
        cuts = st.lists(st.integers(0, len(rows)), max_size=6)
        parts = [Spans(plan)]
        for start, end in pairwise(sorted({0, len(rows), *data.draw(cuts)})):
            parts.append(Spans(plan))
            for first, after in pairwise(sorted({start, end, *(c for c in data.draw(cuts) if start < c < end)})):
                parts[-1].add(samples(plan, rows[first:after], held[first:after]))
            parts[-1].result()
        found = merged(data, parts).result()
        assert found == whole.result()
        missing, flagged = walked_report(plan, rows, held)
        assert named(found) == [missing[: spans_module.MAX_SPANS], flagged[: spans_module.MAX_SPANS]]


def test_what_is_added_after_a_merge_is_a_part_of_its_own():
    """Rows 2 to 4 of twelve, rows 0 and 1, then row 8: 5 to 7 and 9 to 11 are missing, 1 to 3 are held."""
    plan = RunPlan("r1", SHORT, ("a",), missing="hold")
    spans, first = Spans(plan), Spans(plan)
    spans.add(samples(plan, [2, 3, 4], [1, 1, 0]))
    first.add(samples(plan, [0, 1], [0, 1]))
    spans.merge(first)
    spans.add(samples(plan, [8], [0]))
    assert named(spans.result()) == [[(0, 5, 3), (0, 9, 3)], [(0, 1, 3)]]
    assert spans.result().held[0].held_s == 3


def test_a_run_without_rows_is_missing_as_a_whole():
    plan = RunPlan("r1", SHORT, ("a", "b"))
    assert named(Spans(plan).result()) == [[(0, 0, 12), (1, 0, 12)], []]


def test_the_report_has_local_times_and_is_bounded():
    plan = RunPlan("r1", CHANGE, ("roof",))
    spans = Spans(plan)
    spans.add(samples(spans.plan, range(0, 90_000, 2)))
    report = spans.result().report()
    assert set(report) == {"missing"}
    assert (report["missing"]["spans"], len(report["missing"]["first"])) == (45_000, MAX_SPANS)
    assert report["missing"]["first"][0] == {
        "meter": "roof",
        "from": "2024-10-27T00:00:01+02:00",
        "to": "2024-10-27T00:00:02+02:00",
        "rows": 1,
    }
    late = Spans(plan)
    late.add(samples(late.plan, [*range(3 * 3_600), *range(3 * 3_600 + 5, 90_000)], [0] * (90_000 - 5)))
    late.add(samples(late.plan, [], []))
    assert late.result().report()["missing"]["first"][0]["from"] == "2024-10-27T02:00:00+01:00"


def test_held_rows_are_named_with_their_seconds():
    spans = Spans(RunPlan("r1", SHORT, ("a",), 3, missing="hold"))
    spans.add(samples(spans.plan, [0, 1, 2, 3], [0, 3, 1, 0]))
    assert spans.result().report() == {
        "held": {
            "spans": 1,
            "first": [
                {
                    "meter": "a",
                    "from": "1970-01-01T00:00:03+00:00",
                    "to": "1970-01-01T00:00:09+00:00",
                    "rows": 2,
                    "held_s": 4,
                }
            ],
        }
    }


def test_of_held_stretches_too_only_the_first_are_named():
    spans = Spans(RunPlan("r1", CHANGE, ("roof",), missing="hold"))
    spans.add(samples(spans.plan, range(1_000), [i % 2 for i in range(1_000)]))
    found = spans.result()
    assert (found.held_total, len(found.held), found.held_s) == (500, MAX_SPANS, 500)
