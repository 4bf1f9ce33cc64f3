"""How often: whole uses that add up to the annual number, whatever the cuts."""

from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.core.loads.building.calendar import BuildingPlace
from pvsim.core.loads.building.devices import Device, Phase, Shape
from pvsim.core.loads.building.rates import Year, in_the_dark, uses_before

PLACE = BuildingPlace(ZoneInfo("Europe/Berlin"), 52.5, 13.4)
FLAT = Shape((1.0,) * 24, (1.0,) * 24).quarters()
YEAR = Year.of(2024, PLACE)


def device(**changed):
    return Device("x", 1.0, "flat", (Phase((1.0,), (1.0,)),), **changed)


@given(
    weights=st.lists(st.integers(0, 10**9), min_size=1, max_size=400).filter(any),
    per_year=st.integers(0, 10**10),
    phase=st.integers(0, 999_999),
    year=st.integers(1, 9_999),
)
@settings(max_examples=200)
def test_a_year_has_its_annual_number_of_uses(weights, per_year, phase, year):
    rates = np.array(weights)
    counts = [uses_before(rates, day, year, per_year, phase) for day in range(len(rates) + 1)]
    assert counts == sorted(counts)
    assert abs((counts[-1] - counts[0]) * 10**6 - per_year) < 10**6
    other = np.array([1, 2])  # the next year goes on where this one ended
    assert uses_before(other, 0, year + 1, per_year, phase) == counts[-1]
    idle = [day for day, weight in enumerate(weights) if not weight]
    assert all(counts[day] == counts[day + 1] for day in idle)


def test_a_year_of_days_by_hand():
    """40 uses a year by flat weights: 20 by the middle of the year, half a use by 4 January."""
    flat = np.ones(365, dtype=np.int64)
    assert [uses_before(flat, day, 0, 40_000_000, 500_000) for day in (0, 5, 183, 365)] == [0, 1, 20, 40]


def test_days_weigh_by_kind_season_and_light():
    workdays = YEAR.rates(device(days=(10, 0, 0)), FLAT)
    assert np.flatnonzero(workdays)[:4].tolist() == [1, 2, 3, 4]  # 1 January 2024 is a Monday, but a holiday
    winter = YEAR.rates(device(winter=0.9), FLAT)
    assert winter[14] == pytest.approx(19 * winter[197], rel=0.05)
    dark = YEAR.rates(device(dark=1.0), FLAT)
    assert dark[355] > 1.8 * dark[172]
    dim = YEAR.rates(device(dark=0.5), FLAT)
    assert 1.1 * dim[172] < dim[355] < 0.8 * dark[355] / dark[172] * dim[172]
    early = Shape((1.0,) * 6 + (0.0,) * 18, (1.0,) * 24).quarters()
    assert YEAR.rates(device(), early)[1] < 0.3 * YEAR.rates(device(), FLAT)[1]  # another shape, another rate


def test_daylight_takes_its_share_of_the_weight():
    weights, darkness = np.array([1_000, 1_000, 1_000]), np.array([60, 530, 1_000])
    assert in_the_dark(device(dark=1.0), weights, darkness).tolist() == [60, 530, 1_000]
    assert in_the_dark(device(dark=0.25), weights, darkness).tolist() == [765, 882, 1_000]


def test_evenings_of_people_follow_the_sun_and_those_of_timers_do_not():
    """The hour from 20 to 21 is light in June by the wall clock, and dusk where it is lived later."""
    hour = Shape((0.0,) * 20 + (1.0,) + (0.0,) * 3, (0.0,) * 24).quarters()
    people, timer = (YEAR.rates(device(dark=1.0, needs=needs), hour) for needs in ("active", "nothing"))
    workdays = YEAR.kinds == 0
    june, december = (workdays & (np.arange(366) // 30 == month) for month in (5, 11))
    assert people[june].mean() > 1.2 * timer[june].mean()
    assert people[december].mean() <= timer[december].mean()
