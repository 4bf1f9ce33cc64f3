"""Every number is one place, and more repeats change none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.study.case import Case, Order, Place

few = st.integers(1, 5)


@given(few, few, few, few)
def test_every_place_has_one_number(repeats, variants, samples, combinations):
    order = Order(repeats, variants, samples, combinations)
    places = [order.place(number) for number in range(order.count)]
    assert places == sorted(places)
    assert len(set(places)) == len(places) == repeats * order.each_seed
    more = Order(repeats + 1, variants, samples, combinations)
    assert [more.place(number) for number in range(order.count)] == places


def test_the_last_setting_is_the_fastest_and_the_seed_the_slowest():
    order = Order(repeats=2, variants=2, samples=1, combinations=3)
    assert [order.place(number) for number in (0, 1, 3, 6)] == [
        Place(0, 0, 0, 0),
        Place(0, 0, 0, 1),
        Place(0, 1, 0, 0),
        Place(1, 0, 0, 0),
    ]


@pytest.mark.parametrize("number", [-1, 12])
def test_there_is_no_place_outside(number):
    with pytest.raises(IndexError):
        Order(repeats=2, variants=2, combinations=3).place(number)


def test_a_case_says_what_differs():
    case = Case(3, "0123456789", "south", {"seed": 1}, 0, 23)
    assert (case.id, case.variant, case.seed) == ("0123456789", "south", 23)
