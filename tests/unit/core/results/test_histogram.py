"""Percentiles of the nearest rank, in bounded memory, whatever the portions and merges."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.core.results.runs import merged_in_any_order

from pvsim.core.results import histogram
from pvsim.core.results.histogram import BINS, Histogram

numbers = st.lists(st.integers(-10_000_000, 10_000_000) | st.integers(-20, 20), min_size=1, max_size=60)


@given(numbers, st.data())
def test_any_parts_in_any_order_give_the_values_of_a_sorted_list(values, data):
    """Each to the step of a bin, which is 1 where all fit, and at most 1/65,536 of the largest."""
    array = np.array(values)
    counted = merged_in_any_order(data, lambda part: array[part], len(values), Histogram)
    found = counted.values_at(range(1, len(values) + 1))
    assert counted.total == len(values)
    floors = [max(value // counted.step * counted.step, min(values)) for value in sorted(values)]
    assert found == [*floors[:-1], max(values)]
    highest = max(*values, -1 - min(values))
    assert counted.step == 1 if highest < BINS else counted.step <= highest / 65_536


def test_percentiles_by_hand():
    """Of 10 values the median is the fifth, and 90 % are not above the ninth."""
    counted = Histogram()
    counted.add(np.array([7, 7, -3, 12, 0, 5, 9, 1, 2, 4]))
    assert counted.values_at([1, 5, 9, 10]) == [-3, 4, 9, 12]


def test_bins_double_when_a_value_does_not_fit(monkeypatch):
    """With four bins for a sign, 0 to 3 fit; 5 makes bins of 2, 16 bins of 8; both ends stay exact."""
    monkeypatch.setattr(histogram, "BINS", 4)
    counted = Histogram()
    counted.add(np.array([0, 3, -3]))
    assert (counted.step, counted.values_at([1, 2, 3])) == (1, [-3, 0, 3])
    counted.add(np.array([5]))
    assert (counted.step, counted.values_at([1, 2, 3, 4])) == (2, [-3, 0, 2, 5])
    counted.add(np.array([16]))
    assert (counted.step, counted.values_at([1, 2, 5])) == (8, [-3, 0, 16])


@given(st.lists(st.integers(0, 4_000), min_size=1, max_size=60), st.integers(1, 400))
def test_many_small_values_stay_small(values, times):
    """Some pages of a few bytes a bin, and not a bin for each value there could be."""
    counted = Histogram()
    for _ in range(times):
        counted.add(np.array(values))
    assert counted.total == times * len(values)
    assert sum(bins.nbytes for bins in counted.bins) <= 2 * 4_096


def test_a_high_value_costs_its_page_and_no_other():
    """A day of changes that are mostly small takes kilobytes, however far a few of them go."""
    counted = Histogram()
    counted.add(np.array([0] * 80_000 + [1] * 6_000 + [100_000]))
    assert sum(bins.nbytes for bins in counted.bins) == 4 * 4_096 + 4_096
