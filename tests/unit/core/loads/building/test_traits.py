"""What sets homes apart: drawn from seed and name only."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.loads.building.traits import traits_of

NAMES = [f"m{number}" for number in range(1, 401)]


def homes(kinds, kwh=4_674.0, **given):
    return [traits_of(kinds["household"], seed=1, meter=name, annual_kwh=kwh, **given) for name in NAMES]


@given(
    seed=st.integers(0, 2**63),
    meter=st.text(max_size=8),
    kwh=st.floats(1_000, 12_000),
    people=st.none() | st.integers(1, 12),
)
def test_a_home_is_the_same_each_time_and_its_people_are_those_that_were_named(kinds, seed, meter, kwh, people):
    kind = kinds["household"]
    one, two = (traits_of(kind, seed=seed, meter=meter, annual_kwh=kwh, people=people) for _ in range(2))
    assert one == two
    assert one.people == people if people else 1 <= one.people <= 5
    assert len(one.occupations) == one.people
    assert 1 <= one.weeks_away <= 4
    assert one.later_min % 15 == 0
    assert one.later_quarters * 15 == one.later_min
    assert one.by_day > 0
    assert one.owned <= set(kind.shares(one.people))


def test_the_people_do_not_change_what_else_a_home_is_like(kinds):
    """The user's number replaces one draw, not the others."""
    drawn, named = homes(kinds), homes(kinds, people=2)
    for one, other in zip(drawn, named, strict=True):
        assert (one.later_min, one.weeks_away, one.base_factor) == (
            other.later_min,
            other.weeks_away,
            other.base_factor,
        )


def test_homes_differ(kinds):
    found = homes(kinds)
    for values in ([home.weeks_away for home in found], [home.base_factor for home in found]):
        assert len(set(values)) == len(found)
    assert np.mean([home.base_factor for home in found]) == pytest.approx(1, abs=0.1)
    assert np.std([home.base_factor for home in found]) > 0.4
    assert np.mean([home.weeks_away for home in found]) == pytest.approx(2.5, abs=0.15)
    assert np.std([home.later_min for home in found]) == pytest.approx(50, abs=12)
    assert len({home.owned for home in found}) > 200
    assert len({home.by_day for home in found}) > 8


def test_shares_are_those_of_the_table(kinds):
    kind, found = kinds["household"], homes(kinds, people=2)
    for thing, share in kind.shares(2).items():
        assert np.mean([thing in home.owned for home in found]) == pytest.approx(share, abs=0.08), thing
    assert np.mean([home.occupations == ("home", "home") for home in found]) == pytest.approx(0.32, abs=0.08)


@pytest.mark.parametrize(
    ("kwh", "mean", "most_often"),
    [(500, 1.1, 1), (1_000, 1.1, 1), (2_890, 2.2, 2), (4_674, 2.9, 2), (12_000, 4.3, 5)],
)
def test_more_energy_is_used_by_more_people(kinds, kwh, mean, most_often):
    people = [home.people for home in homes(kinds, kwh)]
    assert np.mean(people) == pytest.approx(mean, abs=0.2)
    assert Counter(people).most_common(1)[0][0] == most_often


def test_one_home(kinds):
    home = traits_of(kinds["household"], seed=1, meter="m1", annual_kwh=4_674)
    assert home.occupations == ("work", "part-time", "school", "school")
    assert "electric hob" in home.owned
    assert "electric shower" not in home.owned


@pytest.mark.parametrize("kind", ["office", "depot"])
def test_nobody_is_away_where_nobody_lives(kinds, kind):
    traits = traits_of(kinds[kind], seed=1, meter="m1", annual_kwh=9_000)
    assert (traits.people, traits.weeks_away, traits.owned) == (0, 0.0, frozenset())
    assert 0.7 <= traits.base_factor <= 1.3
    assert all(traits.has(device, 9_000) for device in (*kinds[kind].devices, *kinds[kind].cold))
