"""Percentiles of each meter are near those of a sorted list, as near as the bins say."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pvsim.core.results.meter_counts import FEW, MeterCounts

value = st.integers(-1, 1) | st.integers(-2_500, 2_500) | st.integers(-(2**25), 2**25)


@given(
    st.lists(st.tuples(value, value, st.booleans()), min_size=1, max_size=80),
    st.sampled_from([2, FEW + 1]),
    st.data(),
)
@example([(127, 128, True), (129, 130, True), (-2_049, 2_047, False)], FEW + 1, None)
def test_each_value_is_found_in_a_narrow_bin(rows, n_meters, data):
    width = 1 / (1_024 if n_meters == 2 else 64)
    values, there = np.zeros((len(rows), n_meters), dtype=np.int64), np.ones((len(rows), n_meters), dtype=bool)
    values[:, :2] = [row[:2] for row in rows]
    there[:, 1] = [row[2] for row in rows]
    cut = data.draw(st.integers(0, len(rows))) if data else 1
    parts = [MeterCounts(2, n_meters) for _ in range(2)]
    parts[0].add(1, values[:cut], there[:cut])
    parts[1].add(1, values[cut:], there[cut:])
    first, second = data.draw(st.permutations(parts)) if data else parts
    first.merge(second)
    for meter in (0, 1):
        exact = sorted(values[there[:, meter], meter].tolist())
        counted = first.of(1, meter)
        assert (counted.total, first.of(0, meter).total) == (len(exact), 0)
        if not exact:
            continue
        found = counted.values_at(range(1, len(exact) + 1))
        assert (found[0], found[-1]) == (exact[0], exact[-1])
        for near, true in zip(found, exact, strict=True):
            assert true - abs(true) * width <= near <= true


def test_bins_by_hand():
    """Of 21 meters 12.8 W is the first power that shares its bin; below zero its lowest is the farthest."""
    counts = MeterCounts(1, FEW + 1)
    rows = np.repeat(np.array([127, 128, 129, 130, 131, -1, -128, -129])[:, None], FEW + 1, axis=1)
    counts.add(0, rows)
    counts.add(0, rows[:0])
    last = counts.of(0, FEW)
    assert last.values_at(range(1, 9)) == [-129, -129, -1, 127, 128, 128, 130, 131]
    assert counts.of(0, 0).values_at([2]) == [-129]


def test_a_thousand_meters_have_room():
    counts = MeterCounts(1, 1_000)
    counts.add(0, np.full((1, 1_000), 2**17 - 1))
    assert sum(each.nbytes for each in counts.counts) == pytest.approx(3.1e6, rel=0.01)
    few = MeterCounts(1, 1)
    few.add(0, np.array([[2**17 - 1]]))
    assert sum(each.nbytes for each in few.counts) == pytest.approx(33e3, rel=0.01)
