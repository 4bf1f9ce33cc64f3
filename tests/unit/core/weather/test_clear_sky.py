"""The clear sky's light: its bounds, its horizon, and a summer's day by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pvlib import atmosphere, clearsky

from pvsim.core.quantities.months import monthly
from pvsim.core.weather.clear_sky import LightOutside, clear_sky
from pvsim.core.weather.sun import Place, Sun, sun_up

MIDSUMMER = 1_718_920_800  # 2024-06-21 in Berlin
MUNICH = Place(48.14, 11.58, 520.0)
HAZE = tuple(2.5 + month / 4 for month in range(12))


@given(
    latitude=st.floats(-90, 90),
    longitude=st.floats(-180, 180),
    altitude=st.floats(-400, 5_000),
    first=st.integers(-(10**9), 4 * 10**9),
    step=st.integers(1, 3_600),
)
@settings(max_examples=40, deadline=None)
def test_light_is_given_at_just_the_seconds_with_the_sun_up(latitude, longitude, altitude, first, step):
    place = Place(latitude, longitude, altitude)
    t_utc = first + step * np.arange(30)
    lit, sun, light = LightOutside(place, HAZE).at(t_utc)
    up, sun_there = sun_up(place, t_utc)
    np.testing.assert_array_equal(lit, up)
    np.testing.assert_array_equal(sun.azimuth, sun_there.azimuth)
    whole = clear_sky(place, sun_there, monthly(HAZE, t_utc)[up])
    np.testing.assert_allclose(light.dni, whole.dni, rtol=1e-12)
    np.testing.assert_allclose(light.dhi, whole.dhi, rtol=1e-12)
    assert ((light.dni >= 0) & (light.dni <= sun.dni_extra)).all()
    assert (light.dhi >= 0).all()


def test_light_ends_on_the_horizon_and_haze_takes_beam():
    sun = Sun(np.linspace(24.7, 120.0, 288), np.zeros(288), np.full(288, 1_321.0))  # Munich's noon, and down
    clean, hazy = (clear_sky(MUNICH, sun, np.full(288, haze)) for haze in (2.0, 6.0))
    down = sun.apparent_zenith >= 90
    assert not clean.dni[down].any()
    assert not clean.dhi[down].any()
    assert (clean.dni[~down] >= hazy.dni[~down]).all()
    assert 900 < clean.dni.max() < 1000
    assert hazy.dhi.max() > clean.dhi.max()


def test_a_polar_night_has_no_light_at_all():
    lit, sun, light = LightOutside(Place(78.2, 15.6, 0.0), HAZE).at(1_703_116_800 + np.arange(0, 86_400, 600))
    assert [len(part) for part in (lit, sun.azimuth, light.dni, light.dhi)] == [0, 0, 0, 0]
    light = LightOutside(Place(78.2, 15.6, 0.0), HAZE).at(MIDSUMMER + np.arange(0, 86_400, 600))[2]
    assert light.dhi.min() > 5
    assert light.dni.max() == pytest.approx(800, abs=100)


@given(
    st.lists(st.tuples(st.floats(0, 100), st.floats(1, 15), st.floats(1_310, 1_420)), min_size=1, max_size=20),
    st.floats(-450, 6_000),
)
def test_a_clear_sky_is_pvlibs(points, altitude):
    zenith, haze, extra = map(np.array, zip(*points, strict=True))
    light = clear_sky(Place(0.0, 0.0, altitude), Sun(zenith, np.zeros(len(zenith)), extra), haze)
    airmass = atmosphere.get_absolute_airmass(
        atmosphere.get_relative_airmass(np.minimum(zenith, 90)), atmosphere.alt2pres(altitude)
    )
    expected = clearsky.ineichen(np.minimum(zenith, 90), airmass, haze, altitude, extra)
    up = zenith < 90
    np.testing.assert_array_equal(light.dni, np.where(up, expected["dni"], 0.0))
    np.testing.assert_array_equal(light.dhi, np.where(up, expected["dhi"], 0.0))
