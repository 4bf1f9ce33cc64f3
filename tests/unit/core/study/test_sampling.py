"""Every dimension has one value in each of its equal parts, whatever else is drawn."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.study.sampling import Sample
from pvsim.errors import UsageError

ends = st.tuples(st.integers(-(10**6), 10**6), st.integers(1, 10**6), st.sampled_from([1, 10, 1000, 10**6]))


@given(st.integers(1, 60), ends, st.integers(0, 10**18 - 1))
def test_each_part_of_a_dimension_has_one_point(n, low_width_scale, seed):
    low, width, scale = low_width_scale
    first, last = low / scale, (low + width) / scale
    sample = Sample(n, {"x": {"from": first, "to": last}, "y": {"from": 0, "to": 1}}, seed)
    low, width = Fraction(low, scale), Fraction(width, scale)
    points = [sample.at(number) for number in range(n)]
    parts = sorted(int((Fraction(repr(x)) - low) / width * n) for x, _ in points)
    assert parts == list(range(n))
    assert sorted(int(Fraction(repr(y)) * n) for _, y in points) == list(range(n))


@given(st.integers(1, 60), st.integers(1, 9), st.integers(0, 1000))
def test_values_of_a_list_come_about_equally_often(n, count, seed):
    values = list(range(count))
    drawn = [Sample(n, {"x": values}, seed).at(number)[0] for number in range(n)]
    often = [drawn.count(value) for value in values]
    assert max(often) - min(often) <= 1


def test_a_point_depends_on_the_seed_and_its_path_only():
    one = Sample(5, {"x": {"from": 3, "to": 12}}, 23)
    two = Sample(5, {"y": ["a", "b"], "x": {"from": 3, "to": 12}}, 23)
    assert [one.at(n)[0] for n in range(5)] == [two.at(n)[1] for n in range(5)]
    assert [one.at(n)[0] for n in range(5)] == [7.143, 9.952, 11.804, 5.403, 3.07]
    assert [one.at(n) for n in range(5)] != [Sample(5, {"x": {"from": 3, "to": 12}}, 24).at(n) for n in range(5)]
    assert two.paths == ("y", "x")


def test_values_of_a_wide_range_have_few_digits_too():
    drawn = [Sample(3, {"x": {"from": 0, "to": 3_000_000}}, 1).at(n)[0] for n in range(3)]
    assert sorted(int(x // 1_000_000) for x in drawn) == [0, 1, 2]
    assert all(x % 1_000 == 0 for x in drawn)


def test_steps_of_a_range_are_drawn_as_a_list_is():
    drawn = [Sample(6, {"x": {"from": 1, "to": 3, "step": 1}}, 1).at(n)[0] for n in range(6)]
    assert sorted(drawn) == [1, 1, 2, 2, 3, 3]


def test_a_dimension_that_is_none_is_refused():
    for values in (5, {"from": 2, "to": 1}, [], {"from": 1}):
        with pytest.raises(UsageError):
            Sample(3, {"x": values}, 1)
