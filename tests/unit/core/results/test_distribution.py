"""Percentiles of the nearest rank."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.results.distribution import nearest_rank


@given(values=st.lists(st.integers(-9, 9), min_size=1, max_size=40), percent=st.integers(1, 100))
def test_it_is_the_lowest_that_so_many_do_not_exceed(values, percent):
    found = nearest_rank(sorted(values), percent)
    enough = [value for value in values if 100 * sum(each <= value for each in values) >= percent * len(values)]
    assert found == min(enough)


@pytest.mark.parametrize(("percent", "value"), [(1, 15), (5, 15), (30, 20), (40, 20), (50, 35), (100, 50)])
def test_by_hand(percent, value):
    assert nearest_rank([15, 20, 35, 40, 50], percent) == value
