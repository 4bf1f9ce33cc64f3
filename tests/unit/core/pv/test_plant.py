"""A plant: its bounds, its limits, and values by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.core.pv.suns import sun_of

from pvsim.core.pv.plant import InPlane, ac_and_clipped_w, ac_power_w, cell_temperature, in_plane
from pvsim.core.site.schema import Plant
from pvsim.core.weather.clear_sky import ClearSky
from pvsim.core.weather.sky import Air

LIT = st.lists(
    st.tuples(st.floats(0, 89.9), st.floats(0, 360), st.floats(0, 1100), st.floats(0, 600)),
    min_size=1,
    max_size=20,
)


def air_of(n, temp_air=20.0):
    return Air(np.ones(n), np.ones(n), np.full(n, temp_air), np.ones(n))


def power(plant, points, temp_air=20.0):
    zenith, azimuth, dni, dhi = (np.array(part) for part in zip(*points, strict=True))
    plane = in_plane(plant, sun_of(zenith, azimuth), ClearSky(dni, dhi))
    lit = np.arange(len(zenith))
    return ac_power_w(plant, lit, plane, cell_temperature(plant, lit, plane, air_of(len(zenith), temp_air)))


@given(LIT, st.floats(0, 90), st.floats(0, 360), st.floats(0, 20), st.floats(0, 20))
@settings(max_examples=60, deadline=None)
def test_power_is_within_the_inverter_and_never_negative(points, tilt, azimuth, peak_kw, inverter_kw):
    ac = power(Plant(tilt, azimuth, peak_kw, inverter_kw=inverter_kw), points)
    assert (ac >= 0).all()
    assert ac.max() <= inverter_kw * 1000 * (1 + 1e-9)


@given(LIT, st.floats(0, 90), st.floats(0, 360), st.floats(0.1, 9))
@settings(max_examples=30, deadline=None)
def test_power_is_proportional_to_the_peak(points, tilt, azimuth, factor):
    one, many = (power(Plant(tilt, azimuth, kw), points) for kw in (1.0, factor))
    np.testing.assert_allclose(many, one * factor, rtol=1e-9, atol=1e-9)


def test_one_second_by_hand():
    """The sun on a plant's axis, 800 W/m² beam and 100 diffuse: PVWatts by pencil."""
    plant = Plant(30, 180, 1.0, losses_percent=10, albedo=0, thermal_time_constant_s=0, inverter_kw=2.0)
    dni, dhi = 800.0, 100.0
    share = dni / 1361.0
    diffuse = dhi * (share / np.cos(np.radians(30)) + (1 - share) * (1 + np.cos(np.radians(30))) / 2)
    poa = dni + diffuse
    temp_cell = 20 + poa / (25 + 6.84)
    pdc = poa * (1 - 0.0035 * (temp_cell - 25)) * 0.9
    load = pdc / (2000 / 0.96)
    pac = 0.96 / 0.9637 * (-0.0162 * load - 0.0059 / load + 0.9858) * pdc
    assert power(plant, [(30.0, 180.0, dni, dhi)]) == pytest.approx([pac], rel=1e-6)


def test_a_clipping_inverter_a_hot_day_and_no_inverter():
    noon = [(25.0, 180.0, 900.0, 120.0)]
    assert power(Plant(30, 180, 5.0, inverter_kw=3.0), noon) == pytest.approx([3000])
    plant = Plant(30, 180, 5.0)
    assert power(plant, noon, temp_air=35)[0] < power(plant, noon, temp_air=0)[0]
    assert power(Plant(30, 180, 5.0, inverter_kw=0.0), noon).tolist() == [0]


@pytest.mark.parametrize("inverter_kw", [None, 3.0, 0.0])
def test_what_the_inverter_cuts_off_is_the_power_above_its_limit(inverter_kw):
    """At noon the modules give about 4.2 kW; 96 % of that is above 3 kW by 1 kW and some."""
    zenith, lit = np.array([25.0, 80.0]), np.array([0, 1])
    plant = Plant(30, 180, 5.0, inverter_kw=inverter_kw, losses_percent=10)
    plane = InPlane(np.array([950.0, 200.0]), np.array([940.0, 190.0]))
    temp_cell = np.array([45.0, 25.0])
    power, clipped = ac_and_clipped_w(plant, lit, plane, temp_cell)
    pdc = np.array([940 * 5 * (1 - 0.0035 * 20), 190 * 5.0]) * 0.9
    limit = 5000 if inverter_kw is None else 1000 * inverter_kw
    assert len(power) == len(zenith)
    if inverter_kw is None:
        assert clipped is None
        return
    assert clipped == pytest.approx(np.maximum(0.96 * pdc - limit, 0))
    assert power[0] == pytest.approx(limit)
    assert (clipped[1] > 0) == (limit == 0)


def test_the_plant_that_looks_away_gets_no_beam():
    low = [(85.0, 90.0, 500.0, 0.0)]
    assert power(Plant(80, 270, 1.0, albedo=0), low).tolist() == [0]
    assert power(Plant(80, 90, 1.0, albedo=0), low)[0] > 300
