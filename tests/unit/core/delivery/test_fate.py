"""What becomes of readings that have no value: by row, held, or lost with their period (I4)."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.delivery.fate import fate_of
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.results.sampling import REJECTED_DW
from pvsim.core.run.plan import RunPlan

X = REJECTED_DW


def a_plan(missing="skip", *, meters=1, every_s=1):
    timeline = Timeline(date(1970, 1, 1), 1, "UTC", (0, 12), (0,), (0,))
    return RunPlan("r1", timeline, ("a", "b", "c")[:meters], every_s, missing=missing)


@given(
    st.lists(st.sampled_from([X, 0, 1, 90_000]), max_size=24),
    st.sampled_from(["skip", "hold", "stop"]),
    st.integers(1, 3),
    st.integers(1, 3),
)
def test_each_reading_is_written_held_or_missing(values, missing, meters, every_s):
    """I4: and a row is whole or not there."""
    plan = a_plan(missing, meters=meters, every_s=every_s)
    whole = np.array(values[: len(values) // plan.window * plan.window], dtype=np.int64)
    fate = fate_of(whole, plan, ())
    held = int((fate.rejected & ~fate.lost).sum())
    assert fate.written + fate.missing + held == len(whole)
    assert held == (fate.held_s[~fate.row_lost].sum() if missing == "hold" else 0)
    assert fate.missing == every_s * fate.row_lost.sum()
    assert not (fate.values[~fate.lost] == X).any()
    assert len(fate.last) == (meters if missing == "hold" else 0)


@pytest.mark.parametrize(
    ("values", "last", "held", "after"),
    [
        ([1, X, X, 2], (), [1, 1, 1, 2], (2,)),
        ([X, 1, X, X], (), [X, 1, 1, 1], (1,)),
        ([X, 1], (7,), [7, 1], (1,)),
        ([X, X], (X,), [X, X], (X,)),
        ([], (7,), [], (7,)),
    ],
)
def test_the_value_before_is_held(values, last, held, after):
    fate = fate_of(np.array(values, dtype=np.int64), a_plan("hold"), last)
    assert (fate.values.tolist(), fate.last) == (held, after)


def test_each_meter_holds_its_own():
    values = np.array([1, 10, X, 11, 2, X], dtype=np.int64)
    fate = fate_of(values, a_plan("hold", meters=2), ())
    assert fate.values.tolist() == [1, 10, 1, 11, 2, 11]
    assert fate.last == (2, 11)
    assert fate.held_s.tolist() == [0, 0, 1, 0, 0, 1]


def test_a_period_without_a_first_value_is_lost_with_its_neighbours():
    fate = fate_of(np.array([X, 5, X, 7], dtype=np.int64), a_plan("hold", every_s=2), ())
    assert (fate.lost.tolist(), fate.in_incomplete_periods.tolist()) == ([True, True, False, False], [1])
    assert (fate.row_lost.tolist(), fate.held_s.tolist()) == ([True, False], [1, 1])
