"""Buildings that name what they use, and what is nearly one."""

import pytest

from pvsim.config.building_text import building_of, near_energy, own_energy
from pvsim.core.site.energy import EnergyPopulation
from pvsim.errors import UsageError


class Files:
    def __init__(self, *names):
        self.names = names

    def exists(self, path):
        return path in self.names


@pytest.mark.parametrize(
    ("text", "kind", "energy"),
    [
        ("household", "household", None),
        ("household:3200", "household", 3_200.0),
        ("office:9MWh", "office", 9_000.0),
        ("depot:5000..6000", "depot", EnergyPopulation(from_kwh=5_000, to_kwh=6_000)),
        ("household:4000~20%", "household", EnergyPopulation(mean_kwh=4_000, cv=0.2)),
    ],
)
def test_a_building_with_its_energy(text, kind, energy):
    assert building_of(text) == kind
    assert own_energy(text, Files()) == energy


@pytest.mark.parametrize("text", ["uniform", "h.csv", "Household:3200", "./household:3200", "households:1", ""])
def test_what_is_no_building(text):
    assert building_of(text) is None


@pytest.mark.parametrize(
    ("text", "what", "fix"),
    [
        ("household:abc", "after the colon is an energy in kWh, not 'abc'", "household:4000"),
        ("office:4,000", "after the colon '4,000' may be 4000 or 4.000", "office:4000"),
        ("household: ", "lacks the energy after the colon", "or leave the colon out"),
        ("household:3200,4100", "lists several energies", "`annual_kwh` 3200,4100"),
        ("household:5000", "is a file here, and a household that uses so much", "write ./household:5000"),
    ],
)
def test_what_follows_the_colon_is_an_energy(text, what, fix):
    with pytest.raises(UsageError) as caught:
        own_energy(text, Files("household:5000"))
    assert what in caught.value.what
    assert fix in caught.value.fix


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("household=3200", "did you mean household:3200?"),
        ("Household:3.2MWh", "did you mean household:3.2MWh?"),
        ("houshold: 3200", "did you mean household:3200?"),
        ("home:3200", "did you mean household:3200?"),
        ("office 9000", "did you mean office:9000?"),
        ("uniform:3200", "use uniform, or for example household:3200"),
    ],
)
def test_what_is_nearly_a_building_with_its_energy(text, fix):
    near = near_energy(text, Files(), ("uniform", "external"))
    assert near.fix == fix
    assert near_energy(text, Files(text), ("uniform", "external")) is None  # a file of that name is a file


@pytest.mark.parametrize("text", ["house.csv", "household:abc", "uniform 3200", "C:3200", "household:3 apples"])
def test_what_is_not_near(text):
    assert near_energy(text, Files(), ("uniform", "external")) is None
