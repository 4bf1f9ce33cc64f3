"""Light on tilted modules against pvlib, bit for bit, and by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pvlib import iam, irradiance

from pvsim.core.pv.transposition import aoi_projection, ground_diffuse, haydavies, iam_physical

POINTS = st.lists(
    st.tuples(
        st.floats(0, 90), st.floats(0, 360), st.floats(0, 1_100), st.floats(0, 600), st.floats(1_310, 1_420)
    ),
    min_size=1,
    max_size=20,
)
TILT, AZIMUTH = st.floats(0, 90), st.floats(0, 360)


@given(POINTS, TILT, AZIMUTH, st.floats(0, 1))
def test_beam_sky_and_ground_are_pvlibs(points, tilt, surface_azimuth, albedo):
    zenith, azimuth, dni, dhi, extra = map(np.array, zip(*points, strict=True))
    projection = aoi_projection(tilt, surface_azimuth, zenith, azimuth)
    np.testing.assert_array_equal(projection, irradiance.aoi_projection(tilt, surface_azimuth, zenith, azimuth))
    up = np.cos(np.radians(zenith))
    np.testing.assert_array_equal(
        haydavies(tilt, dhi, dni, extra, np.maximum(projection, 0) / np.maximum(up, 0.01745)),
        irradiance.haydavies(tilt, surface_azimuth, dhi, dni, extra, zenith, azimuth),
    )
    np.testing.assert_array_equal(
        ground_diffuse(tilt, dhi, albedo), irradiance.get_ground_diffuse(tilt, dhi, albedo)
    )


@given(st.lists(st.floats(0, 180), min_size=1, max_size=20))
def test_the_glass_is_pvlibs(aoi):
    np.testing.assert_array_equal(iam_physical(np.array(aoi)), iam.physical(np.array(aoi)))


def test_the_sun_on_the_axis_of_the_modules_by_hand():
    zenith, azimuth = np.array([30.0]), np.array([180.0])
    projection = aoi_projection(30.0, 180.0, zenith, azimuth)
    assert projection == pytest.approx([1.0])
    ratio = projection / np.cos(np.radians(zenith))
    half = haydavies(30.0, np.array([100.0]), np.array([700.0]), np.array([1_400.0]), ratio)
    assert half == pytest.approx([50 / 0.8660254 + 50 * 0.9330127])
    assert ground_diffuse(90.0, np.array([500.0]), 0.2) == pytest.approx([50.0])


def test_glass_lets_all_in_at_right_angles_and_nothing_along_itself():
    straight, sixty, along, behind = iam_physical(np.array([0.0, 60.0, 90.0, 135.0]))
    assert (straight, along, behind) == (pytest.approx(1.0), pytest.approx(0.0), pytest.approx(0.0))
    assert sixty == pytest.approx(0.95, abs=0.01)
