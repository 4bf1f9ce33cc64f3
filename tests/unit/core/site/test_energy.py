"""What buildings can use in a year, and what contradicts itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.site.energy import BOUNDS_KWH, EnergyPopulation, energy_problems, plain_kwh
from pvsim.core.site.energy_text import parse_annual_kwh
from pvsim.errors import InternalError

around = EnergyPopulation(mean_kwh=4_000)


@given(kind=st.sampled_from(sorted(BOUNDS_KWH)), kwh=st.floats(0, 30_000))
def test_each_form_has_the_bounds_of_the_building(kind, kwh):
    low, high = BOUNDS_KWH[kind]
    fits = low <= kwh <= high
    for energies in (kwh, (kwh, low), EnergyPopulation(mean_kwh=kwh)):
        assert (list(energy_problems(energies, kind)) == []) == fits


@pytest.mark.parametrize(
    ("energies", "says"),
    [
        (800.0, "800 kWh is outside an office's 3,000 to 20,000 kWh"),
        ((9_000.0, float("nan")), "nan kWh is outside"),
        (10**400, "1e+300 kWh is outside"),
        (EnergyPopulation(), "needs mean_kwh, or from_kwh and to_kwh"),
        (EnergyPopulation(from_kwh=4_000), "needs mean_kwh"),
        (EnergyPopulation(cv=0.2, to_kwh=4_000), "needs mean_kwh"),
        (EnergyPopulation(mean_kwh=5_000, to_kwh=9_000), "leave one of them out"),
        (EnergyPopulation(from_kwh=4_000, to_kwh=5_000, cv=0.2), "has a cv, but no mean_kwh"),
        (EnergyPopulation(from_kwh=5_000, to_kwh=4_000), "no whole kWh from 5000 to 4000"),
        (EnergyPopulation(from_kwh=4_000.2, to_kwh=4_000.8), "no whole kWh"),
        (EnergyPopulation(from_kwh=3_000, to_kwh=21_000), "21,000 kWh is outside"),
    ],
)
def test_what_is_wrong_is_said(energies, says):
    (problem,) = energy_problems(energies, "office")
    assert says in problem


def test_what_is_right_has_no_problem():
    for energies in (4_000.0, (4_000.0, 5_000.0), around, EnergyPopulation(from_kwh=4_000.2, to_kwh=4_001)):
        assert list(energy_problems(energies, "household")) == []


def test_one_building_has_one_number():
    assert plain_kwh(4_000.0) == 4_000.0
    for energies in (around, (4_000.0,)):
        with pytest.raises(InternalError):
            plain_kwh(energies)


def test_what_is_typed_is_what_a_file_says():
    assert parse_annual_kwh("4000~30%", "annual_kwh") == EnergyPopulation(mean_kwh=4_000, cv=0.3)
