"""The sun against SPA at each second, at any place and time, poles and zenith included."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pvlib import irradiance, spa

from pvsim.core.weather.sun import Place, sun_up

MIDSUMMER = 1_718_920_800  # 2024-06-21 in Berlin
MOST_OFF_DEG = 2e-4


def unit_vectors(zenith_deg, azimuth_deg):
    zenith, azimuth = np.radians(zenith_deg), np.radians(azimuth_deg)
    return np.stack([np.sin(zenith) * np.sin(azimuth), np.sin(zenith) * np.cos(azimuth), np.cos(zenith)])


@given(
    latitude=st.floats(-90, 90),
    longitude=st.floats(-180, 180),
    first=st.integers(-5 * 10**9, 10**10),
    n=st.integers(1, 4_000),
)
@example(latitude=90.0, longitude=0.0, first=MIDSUMMER, n=120)
@example(latitude=-90.0, longitude=180.0, first=MIDSUMMER, n=120)  # no sun at all
@example(latitude=23.436, longitude=0.0, first=MIDSUMMER + 51_000, n=200)  # through the zenith, almost
@example(latitude=48.0, longitude=11.0, first=MIDSUMMER, n=86_400)
@settings(max_examples=40, deadline=None)
def test_the_sun_is_up_when_spa_has_it_so_and_where_spa_has_it(latitude, longitude, first, n):
    t_utc = np.arange(first, first + n)
    up, sun = sun_up(Place(latitude, longitude, 0.0), t_utc)
    apparent, _, _, _, azimuth, _ = spa.solar_position(
        t_utc + 0.5, latitude, longitude, 0.0, 1013.25, 12.0, 67.0, 0.5667, numthreads=1
    )
    surely_up = np.flatnonzero(apparent < 90 - MOST_OFF_DEG)
    assert np.isin(surely_up, up).all()
    assert (apparent[up] < 90 + MOST_OFF_DEG).all()
    here = unit_vectors(sun.apparent_zenith, sun.azimuth) - unit_vectors(apparent[up], azimuth[up])
    assert np.degrees(np.linalg.norm(here, axis=0)).max(initial=0.0) < MOST_OFF_DEG
    assert (sun.apparent_zenith < 90).all()
    assert ((sun.azimuth >= 0) & (sun.azimuth <= 360)).all()
    assert ((sun.dni_extra > 1310) & (sun.dni_extra < 1420)).all()


def test_the_sun_of_munich_at_noon():
    """The Nautical Almanac's declination of 23.44° on 21 June: 48.14 − 23.44 = 24.70° from straight up."""
    up, sun = sun_up(Place(48.14, 11.58, 520.0), np.arange(MIDSUMMER, MIDSUMMER + 86_400))
    assert sun.apparent_zenith.min() == pytest.approx(24.70, abs=0.02)
    noon = int(sun.apparent_zenith.argmin())
    assert sun.azimuth[noon] == pytest.approx(180.0, abs=0.05)
    assert 13 * 3600 + 15 * 60 < up[noon] < 13 * 3600 + 17 * 60  # local summer time


@given(st.integers(0, 366 * 86_400 - 1))
def test_the_light_above_the_atmosphere_is_pvlibs(second_of_2024):
    under_the_sun = Place(0.0, 180.0 - second_of_2024 % 86_400 / 240, 0.0)
    _, sun = sun_up(under_the_sun, np.array([1_704_067_200 + second_of_2024]))
    assert sun.dni_extra == irradiance.get_extra_radiation(np.array([second_of_2024 / 86_400 + 1]))
