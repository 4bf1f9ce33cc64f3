"""Peaks of groups are those of a plain walk, whatever the portions and the order of merges."""

from itertools import groupby, pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.results.group_peaks import GroupPeaks


def spread(sums):
    """The highest and the lowest mean: sums are of values and of their number."""
    mean = sums[:, :1] / sums[:, 1:]
    return np.concatenate([mean, -mean], axis=1)


def peaks_of(rows):
    """Rows are (group, value), in order."""
    found = GroupPeaks(spread, np.zeros(2))
    add(found, rows)
    return found


def add(found, rows):
    groups = [(group, [value for _, value in those]) for group, those in groupby(rows, key=lambda row: row[0])]
    if groups:
        number = np.array([group for group, _ in groups])
        found.add(number, np.array([(sum(values), len(values)) for _, values in groups]))


def walked(rows):
    by_group = {}
    for group, value in rows:
        by_group.setdefault(group, []).append(value)
    means = [sum(values) / len(values) for values in by_group.values()]
    return [max(0, *means, 0), max(0, *(-mean for mean in means), 0)]


@given(
    st.lists(st.tuples(st.sampled_from([0, 0, 0, 1, 2]), st.integers(-9, 9)), min_size=1, max_size=40), st.data()
)
def test_any_parts_and_portions_in_any_order_give_the_same(steps, data):
    rows = list(zip(np.cumsum([step for step, _ in steps]).tolist(), [value for _, value in steps], strict=True))
    cuts = st.lists(st.integers(0, len(rows)), max_size=5)
    parts = []
    for start, end in pairwise(sorted({0, len(rows), *data.draw(cuts)})):
        part = GroupPeaks(spread, np.zeros(2))
        for first, after in pairwise(sorted({start, end, *(c for c in data.draw(cuts) if start < c < end)})):
            add(part, rows[first:after])
            part.peaks()  # to ask changes nothing
        parts.append(part)
    parts = data.draw(st.permutations(parts))
    while len(parts) > 1:
        taken = parts.pop(data.draw(st.integers(1, len(parts) - 1)))
        parts[data.draw(st.integers(0, len(parts) - 1))].merge(taken)
    assert parts[0].peaks().tolist() == walked(rows)


def test_a_group_that_is_cut_twice_is_one():
    """Mean 3 of a group whose rows are 1, 2 and 6, in three parts that are merged out of order."""
    first, middle, last = peaks_of([(0, 0), (7, 1)]), peaks_of([(7, 2)]), peaks_of([(7, 6), (8, 0)])
    last.merge(first)
    assert last.peaks().tolist() == [3.5, 0]  # so far of 1 and 6
    last.merge(middle)
    assert last.peaks().tolist() == [3, 0]


def test_what_is_added_after_a_merge_is_a_part_of_its_own():
    found = peaks_of([(0, 4), (1, 9)])
    found.merge(peaks_of([(3, 9), (4, 0)]))
    add(found, [(1, 1), (2, 0), (2, 0), (3, 1)])
    assert found.peaks().tolist() == [5, 0]


def test_nothing_has_the_lowest_peaks():
    assert GroupPeaks(spread, np.array([0.0, 1.0])).peaks().tolist() == [0, 1]
