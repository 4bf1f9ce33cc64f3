"""How often: whole uses that add up to the annual number, whatever the cuts."""

from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.core.loads.building.calendar import BuildingPlace
from pvsim.core.loads.building.devices import Device, Phase, Shape
from pvsim.core.loads.building.rates import Year, uses_before

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
    dark = YEAR.rates(device(dark=True), FLAT)
    assert dark[355] > 1.8 * dark[172]
    early = Shape((1.0,) * 6 + (0.0,) * 18, (1.0,) * 24).quarters()
    assert YEAR.rates(device(), early)[1] < 0.3 * YEAR.rates(device(), FLAT)[1]  # another shape, another rate
