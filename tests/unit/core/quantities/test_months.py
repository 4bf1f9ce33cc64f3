"""A year of monthly means."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.core.quantities.months import monthly

MIDSUMMER = 1_718_920_800  # 2024-06-21 in Berlin


@given(offset=st.integers(0, 400 * 86_400), n=st.integers(1, 100))
@settings(max_examples=40, deadline=None)
def test_a_climate_stays_between_its_months_and_does_not_depend_on_the_window(offset, n):
    """I7."""
    values = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8]
    t_utc = MIDSUMMER + offset + np.arange(n) * 3_600
    whole = monthly(values, t_utc)
    assert ((whole >= 1) & (whole <= 9)).all()
    assert monthly(values, t_utc[-1:])[0] == whole[-1]


def test_the_middle_of_a_month_has_its_value():
    # 16 June 2024, 00:00: the middle of 30 days
    assert monthly(range(12), np.array([1_718_496_000]))[0] == pytest.approx(5.0)
    # half way from the middle of December to that of January, across the turn of the year
    assert monthly([4] + [0] * 10 + [2], np.array([1_704_067_200]))[0] == pytest.approx(3.0)
