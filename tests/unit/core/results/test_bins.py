"""Counts in pages of the narrowest type: the same counts as in one long array, and small where they can be."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.results.bins import PAGE, Bins

counts = st.dictionaries(
    st.integers(0, 5 * PAGE), st.sampled_from([1, 2, 255, 256, 65_535, 65_536, 2**32]), max_size=9
)


def _dense(found: dict[int, int]) -> np.ndarray:
    array = np.zeros(max(found, default=-1) + 1, dtype=np.int64)
    array[list(found)] = list(found.values())
    return array


@given(st.lists(counts, max_size=5), st.lists(counts, max_size=3), st.integers(1, 5))
def test_pages_count_as_one_long_array_does(added, others, times):
    """Added, merged with others and made coarser; what is merged from stays as it was."""
    expected = np.zeros(6 * PAGE, dtype=np.int64)
    bins, other = Bins(), Bins()
    for into, some in ((bins, added), (other, others)):
        for each in some:
            array = _dense(each)
            into.add(array)
            expected[: len(array)] += array
    before = other.counts().tolist()
    bins.merge(other)
    bins.add(np.array([1]))
    expected[0] += 1
    assert np.trim_zeros(bins.counts(), "b").tolist() == np.trim_zeros(expected, "b").tolist()
    assert other.counts().tolist() == before
    padded = np.concatenate([expected, np.zeros(-len(expected) % times, dtype=np.int64)])
    wider = padded.reshape(-1, times).sum(axis=1)
    assert np.trim_zeros(bins.coarser(times).counts(), "b").tolist() == np.trim_zeros(wider, "b").tolist()


def test_none_are_no_counts():
    """Without any bin there is none of a wider one either."""
    assert Bins().coarser(2).counts().tolist() == []


def test_a_page_takes_a_byte_a_bin_until_it_needs_more():
    """A page of nothing takes none; 255 fit into a byte, 256 into two, and only that page grows."""
    bins = Bins()
    few = np.zeros(3 * PAGE, dtype=np.int64)
    few[[0, -1]] = 255
    bins.add(few)
    assert bins.nbytes == 2 * PAGE
    bins.add(np.array([1]))
    assert bins.nbytes == 3 * PAGE
    assert bins.counts()[[0, 1, -1]].tolist() == [256, 0, 255]
