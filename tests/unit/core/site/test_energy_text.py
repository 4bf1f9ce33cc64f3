"""Annual energies as people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.site.energy import EnergyPopulation
from pvsim.core.site.energy_text import energy_text, parse_annual_kwh
from pvsim.errors import UsageError

energies = st.integers(1_000, 20_000).map(float) | st.floats(1_000, 20_000).map(lambda kwh: round(kwh, 3))


@given(
    energies
    | st.lists(energies, min_size=2, max_size=20).map(tuple)
    | st.builds(EnergyPopulation, mean_kwh=energies, cv=st.integers(0, 100).map(lambda percent: percent / 100))
    | st.tuples(energies, energies).map(lambda ends: EnergyPopulation(from_kwh=min(ends), to_kwh=max(ends)))
)
def test_what_is_written_is_read_back(annual_kwh):
    assert parse_annual_kwh(energy_text(annual_kwh), "annual_kwh") == annual_kwh


def test_a_spread_that_is_not_said_is_written_as_what_it_is():
    assert energy_text(EnergyPopulation(mean_kwh=4_000)) == "4000~30%"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("4000", 4_000.0),
        ("4.1 MWh", 4_100.0),
        ("3200,5", 3_200.5),
        ("3,2MWh", 3_200.0),
        ("3200,4100,2500", (3_200.0, 4_100.0, 2_500.0)),
        ("3200, 4100kWh", (3_200.0, 4_100.0)),
        ("3.2MWh,4100kWh", (3_200.0, 4_100.0)),
        ("3,2; 4,1 MWh", (3_200.0, 4_100.0)),
        ("2000..6000", EnergyPopulation(from_kwh=2_000, to_kwh=6_000)),
        ("2 .. 6 MWh", EnergyPopulation(from_kwh=2_000, to_kwh=6_000)),
        ("4000~30%", EnergyPopulation(mean_kwh=4_000, cv=0.3)),
        ("4 MWh ~ 0.25", EnergyPopulation(mean_kwh=4_000, cv=0.25)),
        ("4000~0%", EnergyPopulation(mean_kwh=4_000, cv=0)),
    ],
)
def test_forms_by_hand(text, wanted):
    assert parse_annual_kwh(text, "annual_kwh") == wanted


@pytest.mark.parametrize(
    ("text", "what", "fix"),
    [
        ("4,000", "may be 4000 or 4.000", "write 4000 or 4.000"),
        ("abc", "is an energy in kWh, not 'abc'", "2000..6000 or 4000~30%"),
        ("2000-6000", "not '2000-6000'", "2000..6000"),
        ("3200;abc", "not 'abc'", "3200,4100,2500"),
        ("3200,,4100", "not '3200,,4100'", "3200,4100,2500"),
        ("6000..2000", "goes down", "write 2000..6000"),
        ("1..2..3", "is not one range", "2000..6000"),
        ("..6000", "not ''", "2000..6000"),
        ("4000~", "lacks the coefficient of variation", "write 4000~30%"),
        ("4000~30", "is 0% to 100%, not 30", "write 4000~30%"),
        ("4000~-1%", "is 0% to 100%, not -1%", "write 4000~30%"),
        ("~30%", "not ''", "4000~30%"),
        ("4000~x", "is a number, not 'x'", ""),
    ],
)
def test_what_is_none_of_them_is_explained(text, what, fix):
    with pytest.raises(UsageError) as caught:
        parse_annual_kwh(text, "annual_kwh")
    assert what in caught.value.what
    assert fix in caught.value.fix
    assert "`annual_kwh`" in caught.value.what
