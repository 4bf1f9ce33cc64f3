"""Who is at home and awake."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.core.loads.building.presence import Persons

OCCUPATIONS = ["work", "part-time", "shifts", "home office", "home", "school"]
MONDAYS = range(738_000, 738_700, 7)  # 738,000 is a Monday


@given(
    st.integers(0, 2**64),
    st.lists(st.sampled_from(OCCUPATIONS), min_size=1, max_size=12),
    st.integers(-7, 8),
    st.integers(700_000, 760_000),
    st.sampled_from([0, 1, 2]),
)
@settings(max_examples=100, deadline=None)
def test_people_sleep_at_night_and_are_up_in_the_evening(stream, occupations, later, ordinal, kind):
    active = Persons(stream, tuple(occupations), later).active(ordinal, kind)
    assert active.shape == (96,)
    assert active.any()
    assert not active[:14].any()
    if kind or "shifts" not in occupations:
        assert active[84 : 88 + min(later // 2, 0)].all()


def shares(*occupations, later=0):
    """How often somebody is at home and awake at each quarter hour of a Monday."""
    return np.mean([Persons(3, occupations, later).active(day, 0) for day in MONDAYS], axis=0)


@pytest.mark.parametrize(
    ("occupation", "at_11", "at_15"),
    [("work", 0, 0.05), ("part-time", 0, 1), ("home", 0.8, 0.8), ("school", 0, 0.7), ("shifts", 0.5, 0.3)],
)
def test_occupations_say_who_is_at_home_by_day(occupation, at_11, at_15):
    share = shares(occupation)
    assert share[44] == pytest.approx(at_11, abs=0.2)
    assert share[60] == pytest.approx(at_15, abs=0.25)


def test_who_works_at_home_does_so_on_half_of_the_workdays_at_least():
    assert 0.5 <= shares("home office")[44] < 1
    assert shares("home office", "home")[44] > 0.6


def test_shifts_change_by_week():
    shift = Persons(3, ("shifts",))
    weeks = [shift.active(day, 0)[80] for day in MONDAYS]
    assert weeks == [weeks[0], not weeks[0]] * (len(weeks) // 2)


def test_more_people_are_in_more_often_and_late_people_later():
    alone, family = shares("work"), shares("work", "home", "school")
    assert (family >= alone).all()
    assert family.mean() > alone.mean() + 0.1
    late = shares("work", later=6)
    assert late[94] > alone[94]
    assert late[26] < alone[26]


def test_a_working_day():
    day = Persons(3, ("work",)).active(738_000, 0)
    awake = "." * 29 + "#" * 4 + "." * 35 + "#" * 22 + "." * 6  # 07:15 to 08:15, 17:00 to 22:30
    assert "".join("#" if quarter else "." for quarter in day) == awake
