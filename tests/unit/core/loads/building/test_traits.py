"""What sets homes apart: drawn from seed and name only."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.loads.building.traits import traits_of

NAMES = [f"m{number}" for number in range(1, 301)]


@given(seed=st.integers(0, 2**63), meter=st.text(max_size=8), people=st.none() | st.integers(1, 12))
def test_a_home_is_the_same_each_time_and_its_people_are_those_that_were_named(kinds, seed, meter, people):
    one, two = (traits_of(kinds["household"], seed=seed, meter=meter, people=people) for _ in range(2))
    assert one == two
    assert one.people == (people or kinds["household"].people)
    assert 1 <= one.weeks_away <= 4


def test_homes_differ(kinds):
    homes = [traits_of(kinds["household"], seed=1, meter=name) for name in NAMES]
    for values in ([home.weeks_away for home in homes], [home.base_factor for home in homes]):
        assert len(set(values)) == len(homes)
    assert np.mean([home.base_factor for home in homes]) == pytest.approx(1, abs=0.03)
    assert np.mean([home.weeks_away for home in homes]) == pytest.approx(2.5, abs=0.15)


@pytest.mark.parametrize("kind", ["office", "depot"])
def test_nobody_is_away_where_nobody_lives(kinds, kind):
    traits = traits_of(kinds[kind], seed=1, meter="m1")
    assert (traits.people, traits.weeks_away) == (0, 0.0)
