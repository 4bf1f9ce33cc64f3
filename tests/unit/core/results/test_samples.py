"""Samples as arrays: their rows in the run, a part of them, and means over averaging periods (I3)."""

from datetime import UTC, date
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.core.quantities.timeline import Timeline
from pvsim.core.results.samples import Samples, window_means
from pvsim.core.run.plan import RunPlan

BOUNDED = settings(max_examples=100, deadline=None)
DAY = Timeline.of_days(date(2024, 1, 1), 1, UTC)
POWERS = st.integers(0, 90_000)


@given(n_meters=st.integers(1, 3), every_s=st.sampled_from([1, 60]), data=st.data())
def test_rows_have_a_time_and_a_meter_and_these_have_a_row(n_meters, every_s, data):
    plan = RunPlan("r1", DAY, ("a", "b", "c")[:n_meters], every_s)
    rows = sorted(data.draw(st.sets(st.integers(0, plan.rows - 1))))
    row = np.array(rows, dtype=np.int64)
    samples = Samples.of_rows(plan, row, row, row)
    assert samples.row(plan).tolist() == rows
    assert samples.window(plan).tolist() == [number // n_meters for number in rows]
    assert samples.t_utc.tolist() == [DAY.start_utc + number // n_meters * every_s for number in rows]


def test_some_of_the_rows_have_all_their_columns():
    plan = RunPlan("r1", DAY, ("a", "b"))
    columns = {"battery_dw": np.array([5, 6, 7]), "curtailed_dw": np.array([1, 2, 3])}
    samples = Samples.of_rows(plan, np.array([4, 5, 6]), np.array([1, 2, 3]), np.array([9, 8, 7]), **columns)
    for kept in (np.array([False, True, True]), slice(1, None)):
        part = samples.where(kept)
        assert part.row(plan).tolist() == [5, 6]
        assert (part.battery_dw.tolist(), part.curtailed_dw.tolist(), part.soc_steps) == ([6, 7], [2, 3], None)
        assert part.grid_dw.tolist() == [2 - 8 + 6, 3 - 7 + 7]
    assert len(Samples.none()) == 0


@given(
    every_s=st.sampled_from([1, 2, 3, 4, 5, 8, 900]),
    n_meters=st.integers(1, 3),
    n=st.integers(0, 3),
    data=st.data(),
)
@BOUNDED
def test_window_means_are_exact_means_rounded_half_to_even(every_s, n_meters, n, data):
    """I3: no floating point between a reading and its row."""
    plan = RunPlan("r1", Timeline.of_days(date(2024, 1, 1), 1, UTC), ("a", "b", "c")[:n_meters], every_s)
    kind = data.draw(st.sampled_from([st.integers(0, 3), POWERS]))
    size = n * every_s * n_meters
    values = [data.draw(kind) for _ in range(min(size, 40))] * (size // 40 + 1)
    values = values[:size]
    expected = [
        round(Fraction(sum(values[w * every_s * n_meters + m : (w + 1) * every_s * n_meters : n_meters]), every_s))
        for w in range(n)
        for m in range(n_meters)
    ]
    assert window_means(np.array(values, dtype=np.int64), plan.every_s, len(plan.meters)).tolist() == expected


@pytest.mark.parametrize(
    ("every_s", "values", "means"),
    [
        (2, [0, 1, 1, 2, 2, 3, 3, 4], [0, 2, 2, 4]),
        (4, [0, 0, 1, 1, 1, 1, 2, 2, 0, 0, 0, 1, 1, 1, 1, 0], [0, 2, 0, 1]),
        (3, [0, 0, 1, 0, 1, 1], [0, 1]),
        (1, [5, 7], [5, 7]),
    ],
)
def test_window_means_by_hand(every_s, values, means):
    plan = RunPlan("r1", Timeline.of_days(date(2024, 1, 1), 1, UTC), ("m1",), every_s)
    assert window_means(np.array(values), plan.every_s, len(plan.meters)).tolist() == means
