"""What the sun's height does to clouds: its year, its day, its hemisphere."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.core.quantities.timeline import DAY_S
from pvsim.core.weather.clouds.heating import heating

YEAR = 1_672_531_200 + np.arange(0, 365 * DAY_S, 1_800)  # 2023
JULY, JANUARY = 1_689_811_200, 1_673_913_600  # 20 July and 17 January 2023, 0:00 UTC


@given(t_utc=st.integers(-(10**10), 10**11), latitude=st.floats(-90, 90), longitude=st.floats(-180, 180))
@settings(max_examples=200)
def test_it_is_a_sine_of_the_sun_above_the_horizon(t_utc, latitude, longitude):
    (heat,) = heating(np.array([t_utc]), latitude, longitude)
    assert 0 <= heat <= 1.003


@given(latitude=st.floats(0, 90), day=st.integers(0, 20_000))
@settings(max_examples=50)
def test_half_a_year_later_the_other_hemisphere_has_it(latitude, day):
    t_utc = day * DAY_S + np.arange(0, DAY_S, 3_600)
    later = t_utc + int(365.2425 / 2 * DAY_S) // DAY_S * DAY_S
    np.testing.assert_allclose(heating(t_utc, latitude, 0.0), heating(later, -latitude, 0.0), atol=0.01)


@pytest.mark.parametrize(
    ("latitude", "longitude", "day", "noon"),
    [
        (51.0, 10.0, JULY, 0.882),
        (51.0, 10.0, JANUARY, 0.275),
        (-35.0, 150.0, JANUARY, 0.978),
        (75.0, 20.0, JANUARY, 0.0),
    ],
)
def test_noon_by_hand(latitude, longitude, day, noon):
    """The sine of 90° − |latitude − declination|, the declination 16 days earlier: 22.9° and −23.1°."""
    at = day + DAY_S // 2 - int(longitude / 360 * DAY_S)
    found = heating(np.array([at - 6 * 3_600, at, at + 6 * 3_600]), latitude, longitude)
    assert found[1] == pytest.approx(noon, abs=0.006)
    assert (found[[0, 2]] < 0.6).all()
    assert found[0] == pytest.approx(found[2], abs=0.01)  # symmetric about noon


def test_the_tropics_have_no_winter_and_the_pole_no_hours():
    tropics = heating(YEAR, 0.0, 0.0).reshape(365, -1)
    assert tropics.max(axis=1).min() > 0.9
    assert (tropics.min(axis=1) == 0).all()
    pole = heating(YEAR, 90.0, 0.0).reshape(365, -1)
    assert (pole.max(axis=1) - pole.min(axis=1)).max() < 0.01
    assert (pole.max(axis=1) == 0).mean() == pytest.approx(0.5, abs=0.02)
