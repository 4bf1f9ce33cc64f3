import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.scenarios.checking import Checked, Compared, compared, tolerance_of

FLOATS = st.floats(-1e6, 1e6)


@given(FLOATS, st.floats(-0.99, 0.99))
def test_within_the_tolerance_a_figure_agrees_and_beyond_it_does_not(expected, part):
    tolerance = tolerance_of(expected)
    assert tolerance >= 0.001
    near, far = expected + part * tolerance, expected + math.copysign(1.01 * tolerance + 1e-9, part)
    (one,) = compared({"energy_kwh_pv": expected}, {"energy_kwh_pv": near})
    assert one.agrees
    (other,) = compared({"energy_kwh_pv": expected}, {"energy_kwh_pv": far})
    assert not other.agrees


@given(st.integers(), st.integers())
def test_counts_must_be_equal(expected, got):
    (one,) = compared({"rows": expected}, {"rows": got})
    assert one.agrees == (expected == got)


@pytest.mark.parametrize(
    ("expected", "got", "text"),
    [
        (86_400, 86_399, "rows is 86399, expected 86400"),
        (47.762052, 47.9, "rows is 47.9, expected 47.762052 ± 0.04776"),
        (0.5, None, "rows is missing, expected 0.5 ± 0.001"),
        ("EUR", "CHF", "rows is CHF, expected EUR"),
        (1.0, "many", "rows is many, expected 1 ± 0.001"),
        (1, 1.5, "rows is 1.5, expected 1"),
    ],
)
def test_a_figure_that_differs_says_so_in_one_line(expected, got, text):
    (one,) = compared({"rows": expected}, {"rows": got, "more": 3})
    assert not one.agrees
    assert one.text == text


def test_what_is_no_single_value_counts_as_missing():
    (one,) = compared({"rows": 1}, {"rows": [1]})
    assert one.got is None


def test_a_scenario_passes_without_error_and_difference():
    good, bad = Compared("rows", 1, 1, 0.0), Compared("rows", 1, 2, 0.0)
    assert Checked("a", 0.1, (good,)).passed
    assert not Checked("a", 0.1, (good, bad)).passed
    assert Checked("a", 0.1, (good, bad)).differing == (bad,)
    assert not Checked("a", 0.1, error="no such file").passed
