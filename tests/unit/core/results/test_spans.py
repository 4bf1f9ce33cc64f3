"""Where a file has no rows, or held ones: against a plain walk over all of them."""

from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.quantities.timeline import Timeline
from pvsim.core.results.samples import Samples
from pvsim.core.results.spans import MAX_SPANS, Spans
from pvsim.core.run.plan import RunPlan

SHORT = Timeline(date(1970, 1, 1), 1, "UTC", (0, 12), (0,), (0,))
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
        spans.add(samples(spans.plan, rows[start : start + portion], held[start : start + portion]))
    spans.close()
    by_row = dict(zip(rows, held, strict=True))
    missing = [(span.meter, span.first, span.rows) for span in spans.missing]
    flagged = [(span.meter, span.first, span.rows) for span in spans.held]
    assert sorted(missing) == walked(plan, by_row, lambda rows, row: row not in rows)
    assert sorted(flagged) == walked(plan, by_row, lambda rows, row: rows.get(row, 0) > 0)
    assert (spans.missing_total, spans.held_total) == (len(missing), len(flagged))
    assert spans.held_s == sum(held) == sum(span.held_s for span in spans.held)


def test_the_report_has_local_times_and_is_bounded():
    plan = RunPlan("r1", CHANGE, ("roof",))
    spans = Spans(plan)
    spans.add(samples(spans.plan, range(0, 90_000, 2)))
    spans.close()
    report = spans.report()
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
    assert late.report()["missing"]["first"][0]["from"] == "2024-10-27T02:00:00+01:00"


def test_held_rows_are_named_with_their_seconds():
    spans = Spans(RunPlan("r1", SHORT, ("a",), 3, missing="hold"))
    spans.add(samples(spans.plan, [0, 1, 2, 3], [0, 3, 1, 0]))
    spans.close()
    assert spans.report() == {
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
    assert (spans.held_total, len(spans.held), spans.held_s) == (500, MAX_SPANS, 500)
