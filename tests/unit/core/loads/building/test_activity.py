"""How much a household does in each week: mean 1, homes differ in spread, any window alike."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.loads.building.activity import Activity


@given(st.integers(0, 2**64), st.integers(0, 500_000), st.integers(1, 120), st.data())
def test_any_weeks_equal_those_of_a_longer_window(stream, first, count, data):
    """I7; and nobody does less than nothing."""
    skip = data.draw(st.integers(0, count - 1))
    factors = Activity(stream).of_weeks(first, count)
    np.testing.assert_array_equal(Activity(stream).of_weeks(first + skip, count - skip), factors[skip:])
    assert (factors >= 100).all()


def test_the_mean_is_one_and_homes_differ():
    homes = [Activity(stream) for stream in range(60)]
    factors = np.stack([home.of_weeks(105_000, 520) for home in homes]) / 1_000
    assert factors.mean() == pytest.approx(1, abs=0.01)
    np.testing.assert_allclose(factors.std(axis=1), [home.spread for home in homes], rtol=0.12)
    assert min(home.spread for home in homes) < 0.23
    assert max(home.spread for home in homes) > 0.33


def test_weeks_by_hand():
    assert Activity(1).of_weeks(105_600, 4).tolist() == [1247, 1024, 991, 1157]
