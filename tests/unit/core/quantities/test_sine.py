"""I2: a sine that is within its bound."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.core.quantities.sine import sine


@given(st.floats(-1e4, 1e4))
@settings(max_examples=200)
def test_the_sine_is_within_its_bound(turns):
    assert abs(float(sine(np.array([turns]))[0]) - np.sin(2 * np.pi * (turns % 1))) < 0.00165


def test_quarters_of_a_turn_are_exact():
    assert sine(np.array([0.0, 0.25, 0.5, 0.75, 1.0, -0.25])) == pytest.approx([0, 1, 0, -1, 0, -1], abs=1e-12)
