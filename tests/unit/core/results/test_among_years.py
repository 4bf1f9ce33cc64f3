"""The place of a year's yield among those of others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.results.among_years import among_years

YIELDS = st.floats(0, 3_000).map(lambda value: round(value, 2))


@given(st.lists(YIELDS, min_size=1, max_size=60), YIELDS, YIELDS)
def test_more_yield_has_no_lower_place_and_the_order_of_the_others_does_not_matter(others, one, other):
    low, high = (among_years(each, others) for each in sorted((one, other)))
    assert 0 <= low.percentile <= high.percentile <= 100
    assert among_years(one, others[::-1]) == among_years(one, others)
    assert low.years == len(others)
    assert min(others) <= low.p10 <= low.p50 <= low.p90 <= max(others)
    assert min(others) - 0.01 <= low.mean <= max(others) + 0.01


def test_by_hand():
    """Of 1 to 40: less than 8 are 7, one is as much; nearest ranks 4, 20 and 36."""
    found = among_years(8.0, [float(each) for each in range(40, 0, -1)])
    assert (found.percentile, found.years) == (18.75, 40)
    assert (found.mean, found.p10, found.p50, found.p90) == (20.5, 4.0, 20.0, 36.0)


@pytest.mark.parametrize(("own", "percentile"), [(0.0, 0.0), (99.0, 100.0), (1.5, 50.0)])
def test_less_than_all_and_more_than_all(own, percentile):
    assert among_years(own, [1.0, 2.0]).percentile == percentile
