"""I9: a figure is 0.0, never −0.0."""

import math

from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.quantities.rounding import rounded


@given(st.floats(-1e9, 1e9) | st.floats(-1e-6, 1e-6), st.integers(0, 6))
def test_it_is_what_round_gives_with_a_sign_only_where_there_is_something(value, digits):
    found = rounded(value, digits)
    assert found == round(value, digits)
    assert found != 0 or math.copysign(1, found) == 1


def test_a_little_less_than_nothing_is_nothing():
    assert str(rounded(-4e-7)) == "0.0"
    assert str(rounded(-0.0)) == "0.0"
    assert rounded(-6e-7) == -1e-6
