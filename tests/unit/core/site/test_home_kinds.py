"""Which entries a home takes: by its place where they are counted, else drawn by its name alone."""

from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.run.plan import MAX_FLEET
from pvsim.core.site.energy import MAX_HOMES
from pvsim.core.site.home_kinds import HomeKinds, groups_of, share_of
from pvsim.core.site.schema import Home


@given(counts=st.lists(st.integers(1, 9), min_size=1, max_size=9), place=st.integers(0, 90))
def test_counted_homes_come_in_the_order_of_the_entries(counts, place):
    kinds = HomeKinds([*(Home(count=count, people=1) for count in counts), Home(share=1, people=9)])
    (entry,) = kinds.entries(1, f"m{place}", place)
    ends = list(accumulate(counts))
    taken = sum(end <= place for end in ends)
    assert entry == (Home(share=1, people=9) if taken == len(counts) else Home(count=counts[taken], people=1))


@given(home=st.text("abcxyz", min_size=1, max_size=6), place=st.integers(0, 500))
def test_a_shared_home_depends_on_its_name_alone(home, place):
    kinds = HomeKinds([Home(share=i + 1, group=group, people=i + 1) for group in "ab" for i in range(4)])
    assert kinds.entries(3, home, place) == kinds.entries(3, home, 0)
    assert [entry.group for entry in kinds.entries(3, home, place)] == ["a", "b"]


@pytest.mark.parametrize("name", ["m1", "m2"])
def test_shares_are_where_a_home_is_among_all(name):
    few, many = Home(share=1, people=1), Home(share=3, people=4)
    (entry,) = HomeKinds([few, many]).entries(1, name, 0)
    assert entry == (few if share_of(1, name, "home ") < 0.25 else many)


def test_entries_are_grouped_in_order():
    one, two, three = Home(share=1, group="b"), Home(share=1), Home(share=2, group="b")
    assert groups_of([one, two, three]) == {"b": [one, three], "": [two]}


def test_a_street_may_have_as_many_homes_as_a_fleet_has_meters():
    assert MAX_HOMES == MAX_FLEET
