"""The hours of one home: those of all homes, moved and reweighted."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.loads.building.rhythm import lived


@given(
    later=st.integers(-8, 8), by_day=st.floats(0.25, 5), shape=st.sampled_from(["evening", "waking", "bathroom"])
)
def test_hours_move_and_stay_whole_numbers(kinds, later, by_day, shape):
    rates = lived(kinds["household"].shapes[shape], later, by_day)
    assert rates.shape == (2, 96)
    assert rates.dtype == np.int64
    assert rates.min() >= 0
    assert rates.max() > 0


def test_the_average_home_lives_by_the_shape_itself(kinds):
    for shape in kinds["household"].shapes.values():
        np.testing.assert_array_equal(lived(shape, 0, 1.0), shape.quarters())


def test_an_evening_an_hour_later_and_twice_as_much_by_day(kinds):
    shape = kinds["household"].shapes["evening"]
    usual, late = shape.quarters(), lived(shape, 4, 2.0)
    np.testing.assert_array_equal(late[:, 74:84], usual[:, 70:80])  # from 18:30 to 21
    np.testing.assert_array_equal(late[:, 20:32], usual[:, 18:30])  # mornings half an hour
    np.testing.assert_array_equal(late[:, :16], usual[:, np.arange(-2, 14)])  # so are nights
    np.testing.assert_array_equal(late[:, 38:44], 2 * usual[:, 36:42])  # from 9:30 to 11
