"""A module's temperature: the steady one against pvlib, its delay against the plain recursion."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pvlib import temperature

from pvsim.core.pv.thermal import faiman, lagged


@given(st.lists(st.floats(-40, 90), min_size=1, max_size=2_000), st.floats(0.5, 900))
@settings(max_examples=40, deadline=None)
def test_the_lag_is_the_plain_recursion(values, time_constant_s):
    step, followed, expected = np.exp(-1 / time_constant_s), values[0], []
    for value in values:
        followed = step * followed + (1 - step) * value
        expected.append(followed)
    np.testing.assert_allclose(lagged(np.array(values), time_constant_s), expected, atol=1e-9)


@given(st.lists(st.floats(-40, 90), min_size=2, max_size=12), st.sampled_from([2, 60, 300]), st.floats(10, 900))
@settings(max_examples=40, deadline=None)
def test_the_lag_in_longer_steps_is_that_of_straight_lines_in_short_ones(values, step_s, time_constant_s):
    fine = np.interp(np.arange((len(values) - 1) * step_s * 20 + 1) / (step_s * 20), range(len(values)), values)
    followed, expected = values[0], [values[0]]
    for value in (fine[1:] + fine[:-1]) / 2:  # steps of 1/20 s
        followed += (value - followed) * (1 - np.exp(-0.05 / time_constant_s))
        expected.append(followed)
    np.testing.assert_allclose(
        lagged(np.array(values), time_constant_s, step_s), expected[:: step_s * 20], atol=1e-3
    )


@given(st.lists(st.floats(-40, 90), min_size=2, max_size=200), st.floats(0.5, 900), st.data())
@settings(max_examples=40, deadline=None)
def test_a_lag_goes_on_where_it_was(values, time_constant_s, data):
    cut = data.draw(st.integers(1, len(values) - 1))
    whole = lagged(np.array(values), time_constant_s)
    rest = lagged(np.array(values[cut:]), time_constant_s, before=float(whole[cut - 1]))
    np.testing.assert_allclose(rest, whole[cut:], atol=1e-9)


def test_the_lag_by_hand():
    stepped = np.concatenate([np.zeros(1), np.full(420, 10.0)])
    assert lagged(stepped, 420)[-1] == pytest.approx(10 * (1 - np.exp(-1)))
    assert lagged(np.zeros(420), 420, before=10.0)[-1] == pytest.approx(10 * np.exp(-1))
    assert lagged(stepped, 0) is stepped
    assert lagged(stepped, 0.001) is stepped
    assert np.isfinite(lagged(stepped, 0.03)).all()


@given(
    st.lists(st.tuples(st.floats(0, 1_400), st.floats(-40, 50), st.floats(0, 30)), min_size=1, max_size=20),
    st.floats(1, 60),
    st.floats(0, 20),
)
def test_the_steady_temperature_is_pvlibs(points, u0, u1):
    light, air, wind = map(np.array, zip(*points, strict=True))
    np.testing.assert_array_equal(faiman(light, air, wind, u0, u1), temperature.faiman(light, air, wind, u0, u1))


def test_the_steady_temperature_by_hand():
    assert faiman(np.array([800.0]), np.array([20.0]), np.array([1.0]), 25.0, 7.0) == pytest.approx([45.0])
