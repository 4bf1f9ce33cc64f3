"""The sun against SPA at each second, at any place and time, poles and zenith included."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pvlib import irradiance, spa

from pvsim.core.weather.sun import Place, sun_at, sun_up

MIDSUMMER = 1_718_920_800  # 2024-06-21 in Berlin


def unit_vectors(zenith_deg, azimuth_deg):
    zenith, azimuth = np.radians(zenith_deg), np.radians(azimuth_deg)
    return np.stack([np.sin(zenith) * np.sin(azimuth), np.sin(zenith) * np.cos(azimuth), np.cos(zenith)])


@given(
    latitude=st.floats(-90, 90),
    longitude=st.floats(-180, 180),
    first=st.integers(-5 * 10**9, 10**10),
    n=st.integers(1, 200),
)
@example(latitude=90.0, longitude=0.0, first=MIDSUMMER, n=120)
@example(latitude=-90.0, longitude=180.0, first=MIDSUMMER, n=120)
@example(latitude=23.436, longitude=0.0, first=MIDSUMMER + 51_000, n=200)  # through the zenith, almost
@settings(max_examples=40, deadline=None)
def test_the_interpolated_sun_is_where_spa_has_it_at_each_second(latitude, longitude, first, n):
    t_utc = np.arange(first, first + n)
    sun = sun_at(Place(latitude, longitude, 0.0), t_utc)
    apparent, _, _, _, azimuth, _ = spa.solar_position(
        t_utc + 0.5, latitude, longitude, 0.0, 1013.25, 12.0, 67.0, 0.5667, numthreads=1
    )
    off = np.degrees(
        np.linalg.norm(unit_vectors(sun.apparent_zenith, sun.azimuth) - unit_vectors(apparent, azimuth), axis=0)
    )
    near_refraction_edge = np.abs(apparent - 90.5) < 1.5  # refraction begins with a step of 0.5° below the horizon
    assert off[~near_refraction_edge].max(initial=0.0) < 2e-4
    assert ((sun.azimuth >= 0) & (sun.azimuth <= 360)).all()
    assert ((sun.dni_extra > 1310) & (sun.dni_extra < 1420)).all()


def test_the_sun_of_munich_at_noon():
    """The Nautical Almanac's declination of 23.44° on 21 June: 48.14 − 23.44 = 24.70° from straight up."""
    day = sun_at(Place(48.14, 11.58, 520.0), np.arange(MIDSUMMER, MIDSUMMER + 86_400))
    assert day.apparent_zenith.min() == pytest.approx(24.70, abs=0.02)
    noon = int(day.apparent_zenith.argmin())
    assert day.azimuth[noon] == pytest.approx(180.0, abs=0.05)
    assert 13 * 3600 + 15 * 60 < noon < 13 * 3600 + 17 * 60  # local summer time


@given(st.integers(0, 366 * 86_400 - 1))
def test_the_light_above_the_atmosphere_is_pvlibs(second_of_2024):
    sun = sun_at(Place(0.0, 0.0, 0.0), np.array([1_704_067_200 + second_of_2024]))
    assert sun.dni_extra == irradiance.get_extra_radiation(np.array([second_of_2024 / 86_400 + 1]))


@given(
    latitude=st.floats(-90, 90),
    longitude=st.floats(-180, 180),
    first=st.integers(-5 * 10**9, 10**10),
    n=st.integers(1, 40_000),
)
@example(latitude=48.0, longitude=11.0, first=MIDSUMMER, n=86_400)
@example(latitude=89.0, longitude=11.0, first=MIDSUMMER - 183 * 86_400, n=100)  # no sun at all
@settings(max_examples=20, deadline=None)
def test_the_sun_that_is_up_is_that_of_all_seconds_above_the_horizon(latitude, longitude, first, n):
    place, t_utc = Place(latitude, longitude, 100.0), np.arange(first, first + n)
    up, sun = sun_up(place, t_utc)
    everywhere = sun_at(place, t_utc)
    np.testing.assert_array_equal(up, np.flatnonzero(everywhere.apparent_zenith < 90.0))
    for name in ("apparent_zenith", "azimuth", "dni_extra"):
        np.testing.assert_array_equal(getattr(sun, name), getattr(everywhere, name)[up])
