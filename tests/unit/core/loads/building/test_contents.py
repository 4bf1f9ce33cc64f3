"""What a home contains, scaled to its annual energy."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.core.loads.building import electric_car
from pvsim.core.loads.building.contents import contents_of
from pvsim.core.loads.building.traits import traits_of
from pvsim.core.quantities import noise


def contents(kinds, kwh, *, seed=1, meter="m1", people=None, extra=(), **traits):
    kind = kinds["household"]
    drawn = replace(traits_of(kind, seed=seed, meter=meter, annual_kwh=kwh, people=people), **traits)

    def key_of(*component):
        return noise.key(seed, "building", meter, *component)

    return contents_of(kind, drawn, key_of, annual_kwh=kwh, extra=extra)


def kwh_of(found):
    uses = sum(used.per_year / 1e6 * used.device.energy_kwh(used.power_q) for used in found.used)
    return uses + (found.base_dw / 10 + sum(cold.mean_w for cold in found.cold)) * 8.76


@given(
    kwh=st.floats(1_000, 12_000),
    seed=st.integers(0, 2**32),
    people=st.none() | st.integers(1, 12),
    traits=st.fixed_dictionaries(
        {"base_factor": st.floats(0.05, 5)}, optional={"owned": st.just(frozenset({"sauna", "oven"}))}
    ),
)
@settings(max_examples=150, deadline=None)
def test_any_home_takes_its_energy_and_none_is_absurd(kinds, kwh, seed, people, traits):
    found = contents(kinds, kwh, seed=seed, people=people, **traits)
    assert kwh_of(found) == pytest.approx(kwh, rel=1e-3)
    assert found.base_dw > 0
    assert 0.02 < found.scale <= 1.5 * 1.46 + 0.01
    for used in found.used:  # the habit is at most 2.2
        assert used.per_year / 1e6 <= 2.2 * 1.5 * 1.46 * used.device.per_year + 1


def test_what_a_home_does_not_own_is_not_used(kinds):
    found = contents(kinds, 4_674, owned=frozenset({"electric hob", "freezer"}))
    names = {used.device.name for used in found.used}
    assert {"hob, large plate", "hob, small plate", "hob, several plates", "lamps"} <= names
    assert not {"oven", "dryer", "dishwasher", "electric shower", "television"} & names
    assert len(found.cold) == 2
    assert kwh_of(found) == pytest.approx(4_674, rel=1e-3)


def test_small_homes_have_no_large_things(kinds):
    every = frozenset(kinds["household"].shares(1))
    names = {used.device.name for used in contents(kinds, 1_400, owned=every).used}
    assert not {"sauna", "electric shower", "aquarium"} & names
    assert len(contents(kinds, 1_400, owned=every).cold) == 1


def test_the_base_load_takes_what_few_people_cannot_use(kinds):
    alone, many = (contents(kinds, 9_000, people=people, base_factor=0.5) for people in (1, 5))
    assert alone.base_dw > 2 * many.base_dw
    assert alone.scale == pytest.approx(1.5 * 0.51, rel=1e-3)


def test_what_runs_by_itself_is_not_scaled(kinds):
    every = frozenset(kinds["household"].shares(1))
    for kwh in (2_200, 11_000):
        found = contents(kinds, kwh, owned=every)
        a_year = {used.device.name: used.per_year / 1e6 for used in found.used}
        assert (a_year["aquarium"], a_year["pond pump"]) == (365, 200)
        assert kwh_of(found) == pytest.approx(kwh, rel=1e-3)


def test_extra_devices_come_on_top(kinds):
    car = electric_car(3.7, 2_000)
    alone, with_car = contents(kinds, 4_674), contents(kinds, 4_674, extra=[car])
    assert [used.device.name for used in with_car.used] == [used.device.name for used in alone.used] + ["car"]
    assert kwh_of(with_car) - kwh_of(alone) == pytest.approx(2_000, rel=1e-3)
