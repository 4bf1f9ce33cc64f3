"""Rows of a table of homes: what a cell says, what an empty one says, and what a missing column says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET, convert

from pvsim.core.site.home_rows import COLUMNS, home_of_row
from pvsim.core.site.schema import Battery, Site

PLACE = {"latitude_deg": 48.14, "longitude_deg": 11.58, "tz": "Europe/Berlin"}
EAST, WEST = ({"tilt_deg": 30, "azimuth_deg": azimuth, "peak_kw": kw} for azimuth, kw in ((90, 2), (270, 6)))
PLAIN = {"name": "s", "location": PLACE, "plants": [EAST, {**WEST, "inverter_kw": 3}]}
BARE = convert(PLAIN, Site)
FULL = convert(
    {
        **PLAIN,
        "battery": {"capacity_kwh": 10, "charge_kw": 4, "discharge_kw": 5, "standby_w": 3},
        "load": {
            "kind": "household",
            "annual_kwh": 3500,
            "electric_car": {"annual_kwh": 2000, "charger_kw": 11},
            "heat_pump": {"annual_kwh": 3000},
        },
    },
    Site,
)


def home(site=BARE, **cells):
    found, problems = home_of_row(cells, site)
    assert problems == []
    return found


@given(st.sets(st.sampled_from(COLUMNS[1:])))
def test_empty_cells_are_none_of_an_amount_and_else_the_sites_own(columns):
    found = home(FULL, **dict.fromkeys(columns))
    for name, setting, none in (
        ("pv_kw", found.plants, ()),
        ("battery_kwh", found.battery, "none"),
        ("car_kwh", found.electric_car, "none"),
        ("heat_pump_kwh", found.heat_pump, "none"),
    ):
        assert (setting == none) == (name in columns)
    assert (found.annual_kwh, found.people) == (UNSET, UNSET)


def test_a_row_by_hand():
    cells = {"annual_kwh": 4_100.0, "people": 4.0, "pv_kw": 9.9, "tilt_deg": 40.0, "azimuth_deg": 200.0}
    found = home(
        BARE, **cells, battery_kwh=8.0, battery_kw=5.0, car_kwh=1_500.0, charger_kw=11.0, heat_pump_kwh=0.0
    )
    (plant,) = found.plants
    assert (plant.peak_kw, plant.tilt_deg, plant.azimuth_deg) == (9.9, 40, 200)
    assert (found.annual_kwh, found.people, found.heat_pump, found.count) == (4_100, 4, "none", 1)
    assert (found.battery.capacity_kwh, found.battery.charge_kw) == (8, 5)
    assert (found.electric_car.annual_kwh, found.electric_car.charger_kw) == (1_500, 11)


def test_without_tilt_and_azimuth_the_roofs_of_the_site_are_kept_in_proportion():
    east, west = home(pv_kw=4.0).plants
    assert (east.peak_kw, west.peak_kw, west.inverter_kw, west.azimuth_deg) == (1, 3, 1.5, 270)
    assert [plant.peak_kw for plant in home(tilt_deg=None).plants] == [2, 6]
    (turned,) = home(azimuth_deg=180.0).plants  # all of the site's modules in one plane
    assert (turned.peak_kw, turned.tilt_deg, turned.azimuth_deg) == (8, 30, 180)
    dark = convert({**PLAIN, "plants": [{**EAST, "peak_kw": 0}]}, Site)
    assert [plant.peak_kw for plant in home(dark, pv_kw=4.0).plants] == [4]
    assert [plant.peak_kw for plant in home(dark, pv_kw=4.0, tilt_deg=10.0).plants] == [4]


def test_power_that_is_not_said_is_in_proportion_to_the_sites():
    small = home(FULL, battery_kwh=5.0).battery
    assert (small.charge_kw, small.discharge_kw, small.standby_w) == (2, 2.5, 3)
    assert home(BARE, battery_kwh=5.0).battery == Battery(5.0, 2.5)
    assert home(FULL, battery_kw=3.0).battery.capacity_kwh == 10
    assert home(BARE, battery_kw=None).battery == "none"
    assert home(FULL, car_kwh=900.0).electric_car.charger_kw == 11
    assert home(BARE, car_kwh=900.0).electric_car.charger_kw == 3.7
    assert home(FULL, charger_kw=3.7).electric_car.annual_kwh == 2_000
    assert home(BARE, charger_kw=None).electric_car == "none"


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({"pv_kw": None, "tilt_deg": 30.0}, "tilt_deg: it is given, but pv_kw is not"),
        ({"battery_kwh": None, "battery_kw": 3.0}, "battery_kw: it is given, but battery_kwh is not"),
        ({"pv_kw": 5.0, "tilt_deg": 130.0}, "tilt_deg: 130 is outside 0..90"),
        ({"pv_kw": -5.0}, "pv_kw: -5 is outside"),
        ({"people": 2.5}, "people: 2.5 is not a whole number"),
        ({"battery_kwh": 99_999.0}, "battery_kwh: 99999 is outside"),
        ({"car_kwh": 5.0}, "car_kwh: 5 is outside"),
        ({"heat_pump_kwh": 5.0}, "heat_pump_kwh: 5 is outside"),
    ],
)
def test_a_problem_begins_with_its_column(cells, says):
    _, problems = home_of_row(cells, BARE)
    assert any(problem.startswith(says) for problem in problems), problems


@pytest.mark.parametrize(
    ("site", "cells", "problems"),
    [
        (
            BARE,
            {"battery_kw": 7.0},
            ["battery_kw: it is given, but the site has no battery; add a column battery_kwh, or leave it out"],
        ),
        (
            BARE,
            {"charger_kw": 11.0},
            ["charger_kw: it is given, but the site has no car; add a column car_kwh, or leave it out"],
        ),
        (FULL, {"battery_kw": 7.0, "charger_kw": 11.0}, []),
        (BARE, {"battery_kwh": -1.0}, ["battery_kwh: -1 is outside 0.001..10,000"]),
        (FULL, {"annual_kwh": -3_000.0}, ["annual_kwh: -3,000 kWh is outside a household's 1,000 to 12,000 kWh"]),
        (BARE, {"annual_kwh": -3_000.0}, ["annual_kwh: -3000 is outside 0..1,000,000"]),
    ],
)
def test_a_value_is_wrong_once_and_never_dropped(site, cells, problems):
    assert home_of_row(cells, site)[1] == problems
