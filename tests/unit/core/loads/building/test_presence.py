"""Who is at home and awake."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.core.loads.building.presence import Persons


@given(st.integers(0, 2**64), st.integers(1, 12), st.integers(700_000, 760_000), st.sampled_from([0, 1, 2]))
@settings(max_examples=100, deadline=None)
def test_people_sleep_at_night_and_are_up_in_the_evening(stream, people, ordinal, kind):
    active = Persons(stream, people).active(ordinal, kind)
    assert active.shape == (96,)
    assert not active[:23].any()
    assert active[84:87].all()


def test_workers_are_out_and_more_people_are_in_more_often():
    days = range(738_000, 738_100)
    alone = np.mean([Persons(3, 1).active(day, 0) for day in days], axis=0)
    family = np.mean([Persons(3, 4).active(day, 0) for day in days], axis=0)
    assert alone[44] == 0
    assert (family >= alone).all()
    assert family.mean() > alone.mean() + 0.1
