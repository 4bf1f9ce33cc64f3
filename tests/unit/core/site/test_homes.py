"""A street: a home is the same in a street of any length (I7), shares are kept, and contradictions are named."""

from math import sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET, convert
from msgspec.structs import replace

from pvsim.core.site.energy import EnergyPopulation
from pvsim.core.site.homes import counted, home_problems, most_of, site_of_home, takes_any
from pvsim.core.site.schema import Battery, Site

PLACE = {"latitude_deg": 48.14, "longitude_deg": 11.58, "tz": "Europe/Berlin"}
ROOF = {"tilt_deg": 30, "azimuth_deg": 180, "peak_kw": 8}
SITE = {"name": "s", "location": PLACE, "plants": [ROOF], "load": {"kind": "household", "annual_kwh": 3500}}
RANGES = {
    "tilt_deg": {"from": 20, "to": 45},
    "azimuth_deg": {"from": 90, "to": 270},
    "peak_kw": {"from": 3, "to": 12},
}


def street(*homes, **changes):
    return convert({**SITE, **changes, "homes": list(homes)}, Site)


def problems_of(*homes, **changes):
    return [problem for _, found, _ in home_problems(street(*homes, **changes)) for problem in found]


@given(
    seed=st.integers(0, 50), place=st.integers(0, 300), shares=st.lists(st.floats(0.1, 9), min_size=1, max_size=4)
)
def test_a_home_depends_on_its_name_alone(seed, place, shares):
    homes = [{"share": share, "plants": [RANGES], "people": 1 + i} for i, share in enumerate(shares)]
    site = street(*homes)
    one = site_of_home(site, seed, f"m{place + 1}", place)
    assert one == site_of_home(site, seed, f"m{place + 1}", place + 500)
    (plant,) = one.plants
    assert 20 <= plant.tilt_deg <= 45
    assert 90 <= plant.azimuth_deg <= 270
    assert 3 <= plant.peak_kw <= 12
    assert one.homes is UNSET


@pytest.mark.parametrize("seed", range(8))
def test_shares_are_kept_over_a_thousand_homes(seed):
    """Within four standard deviations of the binomial distribution, as the ranges' means are of theirs."""
    site = street(
        {"share": 45, "group": "roof", "plants": [RANGES]},
        {"share": 55, "group": "roof", "plants": []},
        {"share": 1, "group": "people", "people": 1},
        {"share": 3, "group": "people", "people": 4},
    )
    homes = [site_of_home(site, seed, f"m{i + 1}", i) for i in range(1_000)]
    with_pv = [home for home in homes if home.plants]
    for found, share in ((len(with_pv), 0.45), (sum(home.load.people == 4 for home in homes), 0.75)):
        assert abs(found - 1_000 * share) < 4 * sqrt(1_000 * share * (1 - share))
    both = sum(home.load.people == 4 for home in with_pv)  # the groups are independent
    assert abs(both - 0.75 * len(with_pv)) < 4 * sqrt(len(with_pv) * 0.75 * 0.25)
    peaks = [home.plants[0].peak_kw for home in with_pv]
    assert abs(sum(peaks) / len(peaks) - 7.5) < 4 * 9 / sqrt(12 * len(peaks))


def test_counted_homes_come_first_and_the_others_are_drawn():
    site = street({"count": 2, "people": 1}, {"share": 1, "people": 5}, {"count": 1, "people": 2})
    homes = [site_of_home(site, 1, f"m{i + 1}", i) for i in range(5)]
    assert [home.load.people for home in homes] == [1, 1, 2, 5, 5]
    assert (counted(site.homes), takes_any(site.homes)) == (3, True)
    fixed = street({"count": 2, "group": "a", "people": 1}, {"count": 3, "group": "b", "plants": []})
    assert (counted(fixed.homes), takes_any(fixed.homes), most_of(fixed.homes)) == (2, False, 2)


def test_what_is_not_said_is_the_sites_own_and_none_is_none():
    battery = {"capacity_kwh": 5, "charge_kw": 2.5}
    load = {"kind": "household", "annual_kwh": 3500, "heat_pump": {"annual_kwh": 3000}}
    site = street(
        {"count": 1},
        {"count": 1, "battery": "none", "heat_pump": "none", "plants": []},
        {"count": 1, "electric_car": {"annual_kwh": 2000}, "battery": {"capacity_kwh": 9, "charge_kw": 4}},
        battery=battery,
        load=load,
    )
    own, none, other = (site_of_home(site, 1, f"m{i + 1}", i) for i in range(3))
    assert (own.battery, own.plants) == (Battery(5.0, 2.5), site.plants)
    assert own.load.heat_pump.annual_kwh == 3_000
    assert (none.battery, none.load.heat_pump, none.plants) == (None, None, ())
    assert (other.battery.capacity_kwh, other.load.electric_car.annual_kwh) == (9, 2_000)


def test_the_energy_of_one_home_is_exact_and_that_of_a_kind_of_home_is_a_mean():
    site = street({"count": 1, "annual_kwh": 2_000}, {"count": 1, "people": 2}, {"share": 1, "annual_kwh": 4_000})
    loads = [site_of_home(site, 1, f"m{i + 1}", i).load.annual_kwh for i in range(3)]
    assert loads[0] == EnergyPopulation(mean_kwh=2_000, cv=0.0)
    assert loads[1] == EnergyPopulation(mean_kwh=3_500, cv=0.3)
    assert loads[2] == EnergyPopulation(mean_kwh=4_000, cv=0.3)
    ranged = {"from_kwh": 2_000, "to_kwh": 3_000}
    drawn = site_of_home(street({"share": 1, "annual_kwh": ranged}), 1, "m1", 0)
    assert drawn.load.annual_kwh == EnergyPopulation(from_kwh=2_000, to_kwh=3_000)
    office = {"kind": "office", "annual_kwh": 9_000}
    assert site_of_home(street({"share": 1, "load": office}), 1, "m1", 0).load.annual_kwh == 9_000
    bare = replace(street({"share": 1, "plants": []}), load=None)
    assert site_of_home(bare, 1, "m1", 0).load is None


@settings(max_examples=20)
@given(st.sampled_from(["tilt_deg", "azimuth_deg", "peak_kw"]))
def test_a_range_rises(name):
    (found,) = problems_of({"share": 1, "plants": [{**ROOF, name: {"from": 40, "to": 30}}]})
    assert found.startswith(f"plant 1: {name}: from 40 is above to, 30")
    assert ("north" in found) == (name == "azimuth_deg")


@pytest.mark.parametrize(
    ("homes", "says"),
    [
        ([{"people": 2}], "give either share or count"),
        ([{"share": 1, "count": 2}], "not both"),
        (
            [{"share": 1, "annual_kwh": 3e3, "load": {"kind": "household", "annual_kwh": 4e3}}],
            "annual_kwh: load says it too",
        ),
        (
            [{"share": 1, "people": 3, "load": {"kind": "office", "annual_kwh": 4e3}}],
            "for a load of kind household, and this one is office",
        ),
        (
            [{"share": 1, "group": "a", "people": 2}, {"share": 1, "group": "b", "people": 3}],
            "people is also said by home 1, of another group ('a' and 'b')",
        ),
        (
            [
                {"share": 1, "load": {"kind": "household", "annual_kwh": 4e3}},
                {"share": 1, "group": "b", "people": 3},
            ],
            "people is also said by home 1, of another group (none and 'b')",
        ),
    ],
)
def test_contradictions_are_named(homes, says):
    (found,) = problems_of(*homes)
    assert says in found


@given(
    st.lists(
        st.tuples(
            st.sampled_from("abc"), st.sets(st.sampled_from(["people", "plants", "annual_kwh"]), max_size=2)
        ),
        min_size=1,
        max_size=8,
    )
)
def test_the_first_contradiction_of_two_groups_is_named(kinds):
    """The first pair, as if each entry were held against each other one."""
    values = {"people": 2, "plants": [], "annual_kwh": 3_000}
    homes = [{"count": 1, "group": group} | {name: values[name] for name in said} for group, said in kinds]
    pairs = [
        (first, second)
        for first in range(len(kinds))
        for second in range(first + 1, len(kinds))
        if kinds[first][0] != kinds[second][0] and kinds[first][1] & kinds[second][1]
    ]
    found = [(index, told) for index, told, _ in home_problems(street(*homes)) if told]
    assert [index for index, _ in found] == [second for _, second in pairs[:1]]
    assert all(f"said by home {pairs[0][0] + 1}, of another" in told[0] for _, told in found)


def test_what_uses_energy_needs_a_load():
    (found,) = problems_of({"share": 1, "people": 2}, load=None)
    assert found.startswith("people: the site has no load")
    (found,) = problems_of({"share": 1, "plants": []}, load={"kind": "household", "annual_kwh": [2e3, 3e3]})
    assert "a list is for meters" in found
    assert problems_of({"share": 1, "plants": []}, load=None) == []


def test_the_site_with_an_entry_has_the_upper_ends_of_ranges():
    ((index, found, with_home),) = home_problems(street({"share": 1, "plants": [RANGES]}))
    assert (index, found, with_home.plants[0].peak_kw) == (0, [], 12)
