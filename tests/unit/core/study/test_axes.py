"""The values of a setting: every one once, exact, and none made before it is asked for."""

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.study.axes import Listed, axis_of, bounds_of, combination, combinations
from pvsim.errors import UsageError


def values_of(given):
    axis = axis_of("x", given)
    return [axis.at(number) for number in range(axis.count)]


decimals = st.decimals(-1000, 1000, places=3).filter(bool)


@given(st.decimals(-1000, 1000, places=3), decimals, st.integers(1, 50))
def test_a_range_has_the_decimals_that_are_written(first, step, steps):
    expected = [float(first + step * n) for n in range(steps + 1)]
    given = {"from": float(first), "to": float(first + step * steps)}
    assert values_of(given | {"step": float(step)}) == expected
    assert values_of(given | {"n": steps + 1}) == expected
    assert all(isinstance(value, float) for value in expected)


@given(st.lists(st.lists(st.integers(), min_size=1, max_size=4, unique=True), max_size=4))
def test_combinations_are_those_of_itertools_in_its_order(lists):
    axes = [Listed(values) for values in lists]
    assert combinations(axes) == len(list(product(*lists)))
    assert [combination(axes, n) for n in range(combinations(axes))] == list(product(*lists))


@pytest.mark.parametrize(
    ("given", "values"),
    [
        ({"from": 0.1, "to": 0.5, "step": 0.1}, [0.1, 0.2, 0.3, 0.4, 0.5]),
        ({"from": 10, "to": 60, "step": 25}, [10, 35, 60]),
        ({"from": 60, "to": 10, "step": -25}, [60, 35, 10]),
        ({"from": 1, "to": 2, "step": 0.5}, [1.0, 1.5, 2.0]),
        ({"from": 0, "to": 10, "n": 3}, [0, 5, 10]),
        ({"from": 0, "to": 1, "n": 3}, [0.0, 0.5, 1.0]),
        ([0, 5, 10.5], [0, 5, 10.5]),
        ([[1, 2], [3, 4]], [[1, 2], [3, 4]]),
        ([True, False, 1, 0, "1", "from 1 to 2"], [True, False, 1, 0, "1", "from 1 to 2"]),
        ([{"kind": "clear"}, {"kind": "clouds"}], [{"kind": "clear"}, {"kind": "clouds"}]),
    ],
)
def test_the_values_of_an_axis(given, values):
    found = values_of(given)
    assert found == values
    assert [type(value) for value in found] == [type(value) for value in values]


def test_ten_to_the_twelve_values_cost_nothing():
    axis = axis_of("x", {"from": 0, "to": 10**12 - 1, "step": 1})
    assert axis.count == 10**12
    assert axis.at(10**11) == 10**11
    assert combination([axis, axis], 10**23 + 7) == (10**11, 7)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ([], "the list is empty"),
        ([1, 2, 1.0], "1.0 is in the list twice, as value 1 and value 3"),
        (["a", "a"], "twice"),
        ([float("nan"), float("nan")], "twice"),
        ([{"a": 1}, {"a": 1}], "twice"),
        (5, "5 is neither a list of values nor a range"),
        ("1..5", "'1..5' is neither a list"),
        ({}, "neither a list"),
        ({"kind": "clear"}, "neither a list"),
        ("x" * 80, "… is neither a list"),
        ({"from": 1, "step": 1}, "a range needs to"),
        ({"n": 1}, "a range needs from and to"),
        ({"from": 1, "to": 2}, "neither a step nor a number of points"),
        ({"from": 1, "to": 2, "step": 1, "n": 2}, "has a step and a number of points"),
        ({"from": 1, "to": 2, "step": 0}, "step 0 does not lead from 1 to 2"),
        ({"from": 1, "to": 2, "step": -1}, "step -1 does not lead"),
        ({"from": 1, "to": 1, "step": 1}, "from and to are both 1"),
        ({"from": 1, "to": 1, "n": 2}, "from and to are both 1"),
        ({"from": 10, "to": 60, "step": 7}, "does not hit 60 from 10: the last value before it is 59"),
        ({"from": 0, "to": 1e15, "step": 1e-3}, "more than 1,000,000,000,000 values"),
        ({"from": 1, "to": 2, "n": 1}, "n is 1, not a whole number of points from 2"),
        ({"from": 1, "to": 2, "n": 2.5}, "n is 2.5"),
        ({"from": 1, "to": 2, "n": True}, "n is True"),
        ({"from": "1", "to": 2, "n": 2}, "from is '1', not a number"),
        ({"from": 1, "to": float("inf"), "n": 2}, "to is inf, not a number"),
        ({"from": 1, "to": float("nan"), "n": 2}, "to is nan, not a number"),
        ({"from": False, "to": 2, "n": 2}, "from is False, not a number"),
        ({"from": 1.0, "to": 1.0000000000000002, "n": 5}, "too small to tell one value from the next"),
    ],
)
def test_what_is_no_axis_is_refused(given, told):
    with pytest.raises(UsageError) as caught:
        axis_of("site.x", given)
    assert told in str(caught.value)
    assert caught.value.field == "site.x"
    assert caught.value.fix


def test_the_fix_of_a_step_that_misses_the_end_is_right():
    with pytest.raises(UsageError) as caught:
        axis_of("x", {"from": 10, "to": 60, "step": 7})
    assert caught.value.fix == "write to = 59, or another step"
    assert values_of({"from": 10, "to": 59, "step": 7})[-1] == 59


def test_a_range_to_draw_from_has_two_ends_in_order():
    assert bounds_of("x", {"from": 0.1, "to": 12}) == (Decimal("0.1"), 12)
    for ends, told in (({"from": 1}, "has from and to, not from"), ({"from": 2, "to": 1}, "is empty")):
        with pytest.raises(UsageError, match=told):
            bounds_of("x", ends)
