"""Days, months and the run are counted as sorted lists are, in any parts; few of them are open at any time."""

from datetime import date, timedelta
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.core.results.runs import plan_of

from pvsim.core.results.period_counts import PeriodCounts

FIRST = date(2024, 3, 30)
DAYS = 40
PLAN = plan_of(every_s=3600, first=FIRST, days=DAYS)  # with the day of 23 hours and two month ends


def spread(counts):
    """How many values, their median and the highest, of the only kind."""
    (histogram,) = counts
    return histogram.total, *histogram.values_at([(histogram.total + 1) // 2, histogram.total])


def taken(rows):
    """The counts of some rows as one part: (row, value)."""
    counts = PeriodCounts(PLAN, 1, spread)
    t_utc = PLAN.timeline.start_utc + 3600 * np.array([row for row, _ in rows], dtype=np.int64)
    values = np.array([value for _, value in rows], dtype=np.int64)
    for day, span in counts.spans(t_utc):
        counts.close(day, int(t_utc[0]))
        counts.add(day, 0, values[span])
        assert len(counts.days) <= 2
        assert len(counts.months) <= 2
    return counts


@given(
    st.dictionaries(st.integers(0, PLAN.rows - 1), st.integers(-20_000, 20_000), min_size=1, max_size=150),
    st.lists(st.integers(0, PLAN.rows), max_size=5),
    st.data(),
)
def test_any_parts_in_any_order_give_what_sorted_lists_give(values, cuts, data):
    rows = sorted(values.items())
    bounds = sorted({0, PLAN.rows, *cuts})
    parts = [
        taken(part)
        for start, end in pairwise(bounds)
        if (part := [(row, value) for row, value in rows if start <= row < end])
    ]
    whole, *others = data.draw(st.permutations(parts))
    for other in others:
        whole.merge(other)
    expected = {}
    for row, value in rows:
        since = PLAN.timeline.start_utc + 3600 * row
        number = sum(midnight <= since for midnight in PLAN.timeline.midnights_utc) - 1
        name = (FIRST + timedelta(days=number)).isoformat()
        for period in ("run", name, name[:7]):
            expected.setdefault(period, []).append(value)
    middle = {name: sorted(each)[(len(each) + 1) // 2 - 1] for name, each in expected.items()}
    expected = {name: (len(each), middle[name], max(each)) for name, each in expected.items()}
    for _ in range(2):  # to ask changes nothing
        run, periods = whole.result()
        assert {"run": spread(run), **periods} == expected


def test_a_month_by_hand():
    """Each hour of 40 days has the number of its day: April is whole, and measured at once."""
    hours = [23 if day == 1 else 24 for day in range(DAYS)]
    numbers = np.repeat(np.arange(DAYS), hours).tolist()
    counts = taken(list(enumerate(numbers)))
    assert set(counts.measured) == {
        "2024-04",
        *((FIRST + timedelta(days=day)).isoformat() for day in range(1, DAYS - 1)),
    }
    assert (list(counts.days), list(counts.months)) == ([0, DAYS - 1], [0, 32])
    run, periods = counts.result()
    assert spread(run) == (40 * 24 - 1, 20, 39)
    assert (periods["2024-03-31"], periods["2024-03"]) == ((23, 1, 1), (47, 0, 1))
    assert (periods["2024-04"], periods["2024-05"]) == ((30 * 24, 16, 31), (8 * 24, 35, 39))


def test_one_day_has_no_periods():
    plan = plan_of()
    counts = PeriodCounts(plan, 1, spread)
    counts.add(0, 0, np.array([1, 2, 3]))
    run, periods = counts.result()
    assert (spread(run), periods) == ((3, 2, 3), {})
