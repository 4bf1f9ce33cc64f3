"""Each building of a run has its own energy, and how those of several came about is told."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET
from msgspec.structs import replace

from pvsim.adapters.site_file import read_site
from pvsim.config import BuildingMeter, MeterRequest, Request, digest
from pvsim.config.run_config import AnnualEnergies
from pvsim.core.site.energy import EnergyPopulation
from pvsim.errors import ConfigurationError, UsageError
from pvsim.wiring.configure import configure

HOME = read_site("home")


def run_of(source="household", meters=None, **more):
    return configure(Request(meter=MeterRequest(source=source), meters=meters, **more))


def energies(config):
    return [meter.source.load.annual_kwh for meter in config.meters if isinstance(meter.source, BuildingMeter)]


def site_with(annual_kwh):
    return replace(HOME, load=replace(HOME.load, annual_kwh=annual_kwh))


@given(
    few=st.integers(2, 12),
    more=st.integers(0, 110),
    seed=st.integers(0, 2**40),
    said=st.sampled_from(
        [None, 3_000.0, EnergyPopulation(from_kwh=2_000, to_kwh=6_000), EnergyPopulation(mean_kwh=5_000)]
    ),
)
@settings(max_examples=25, deadline=None)
def test_the_first_homes_use_the_same_however_many_there_are(few, more, seed, said):
    some, all_ = (energies(run_of(meters=n, seed=seed, annual_kwh=said)) for n in (few, few + more))
    assert some == all_[:few]


def test_several_households_differ_around_a_number_and_one_is_that_number():
    assert energies(run_of()) == [4_500.0]
    several = run_of(meters=3, annual_kwh=4_000.0)
    assert energies(several) == [4_476.0, 4_471.0, 2_572.0]
    around = EnergyPopulation(mean_kwh=4_000, cv=0.3)
    mean_kwh = sum(energies(several)) / 3
    assert several.annual_energies == (
        AnnualEnergies("household", 3, 2_572, mean_kwh, 4_476, around, around=True),
    )


@pytest.mark.parametrize(
    ("source", "meters", "annual_kwh", "wanted"),
    [
        ("household", 3, EnergyPopulation(mean_kwh=4_000.5, cv=0), [4_000.5] * 3),
        ("household", 2, (3_200.0, 4_100.0), [3_200.0, 4_100.0]),
        ("household:3200", 2, None, [3_200.0] * 2),
        ("office", 2, 9_000.0, [9_000.0] * 2),
        (("household:3200", "household"), None, 5_000.0, [3_200.0, 5_000.0]),
        (("household", "office"), None, 5_000.0, [5_000.0, 5_000.0]),
        (("household", "walk", "office"), None, (5_000.0, 9_000.0), [5_000.0, 9_000.0]),
        ("household", None, EnergyPopulation(mean_kwh=4_000), [4_476.0]),
        ("household:4000~30%", None, None, [4_476.0]),
    ],
)
def test_what_is_said_is_what_is_used(source, meters, annual_kwh, wanted):
    assert energies(run_of(source, meters, annual_kwh=annual_kwh)) == wanted


def test_a_list_is_a_tuple_to_whoever_asks_in_python():
    assert energies(run_of(meters=2, annual_kwh=[3_200, 4_100])) == [3_200.0, 4_100.0]
    with pytest.raises(UsageError, match="lists 1 energy, one for each meter, but there are 2"):
        run_of(meters=2, annual_kwh=[3_200])


def test_a_site_says_it_too():
    assert energies(run_of(None, 2, site=site_with((3_000.0, 4_000.0)))) == [3_000.0, 4_000.0]
    drawn = run_of(None, 3, site=site_with(EnergyPopulation(mean_kwh=4_000)))
    assert energies(drawn) == [4_476.0, 4_471.0, 2_572.0]
    assert not drawn.annual_energies[0].around


@pytest.mark.parametrize(
    ("asked", "field", "what", "fix"),
    [
        ({"meters": 2, "annual_kwh": (3_000.0,) * 3}, "annual_kwh", "there are 2 households", "list 2"),
        ({"annual_kwh": (3_000.0,) * 3}, "annual_kwh", "but there is 1 household", "give one number"),
        ({"site": site_with((3_000.0,) * 3)}, "site", "load.annual_kwh of the site", "add `meters` 3"),
        ({"source": ("household", "office"), "annual_kwh": (9_000.0,)}, "annual_kwh", "2 buildings", "list 2"),
        ({"source": "household:99999"}, "meter.source", "household:99999: 99,999 kWh", "household:2000"),
        ({"source": "household:3000", "annual_kwh": 4_000.0}, "annual_kwh", "each has its own", "leave it out"),
        ({"source": "household=3200"}, "meter.source", "neither", "household:3200"),
        ({"source": "household=3200", "meters": 2}, "meter.source", "neither", "household:3200"),
        ({"annual_kwh": EnergyPopulation(mean_kwh="x")}, "annual_kwh.mean_kwh", "is not a number", "see pv"),
        ({"annual_kwh": EnergyPopulation()}, "annual_kwh", "needs mean_kwh", ""),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said(asked, field, what, fix):
    with pytest.raises(UsageError) as caught:
        run_of(**asked)
    assert (caught.value.field, what in caught.value.what, fix in caught.value.fix) == (field, True, True)


def test_all_that_is_wrong_is_said():
    with pytest.raises(ConfigurationError) as caught:
        run_of(("household:1", "office:1"))
    assert len(caught.value.problems) == 2


def test_how_energies_came_about_changes_no_digest():
    several = run_of(meters=2)
    assert digest(several) == digest(replace(several, annual_energies=()))
    assert all(meter.source.home is UNSET for meter in several.meters)
