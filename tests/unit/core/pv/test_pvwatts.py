"""Modules and inverter against pvlib, bit for bit, and by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pvlib import inverter, pvsystem

from pvsim.core.pv.pvwatts import ac_w, dc_w


@given(
    st.lists(st.tuples(st.floats(0, 1_400), st.floats(-40, 90)), min_size=1, max_size=20),
    st.floats(10, 1e6),
    st.floats(-0.01, 0),
)
def test_dc_power_is_pvlibs(points, pdc0, gamma_pdc):
    irradiance, temp_cell = map(np.array, zip(*points, strict=True))
    expected = pvsystem.pvwatts_dc(irradiance, temp_cell, pdc0, gamma_pdc)
    np.testing.assert_array_equal(dc_w(irradiance, temp_cell, pdc0, gamma_pdc), expected)


@given(
    st.lists(st.just(0.0) | st.floats(1e-3, 1e6), min_size=1, max_size=20), st.floats(10, 1e6), st.floats(0.5, 1)
)
def test_ac_power_is_pvlibs(pdc, pdc0, efficiency):
    expected = inverter.pvwatts(np.array(pdc), pdc0, eta_inv_nom=efficiency)
    np.testing.assert_array_equal(ac_w(np.array(pdc), pdc0, efficiency), expected)


def test_a_hot_module_and_an_inverter_by_hand():
    assert dc_w(np.array([800.0]), np.array([45.0]), 5_000.0, -0.004) == pytest.approx([4_000 * 0.92])
    nothing, little, clipped = ac_w(np.array([0.0, 1.0, 6_000.0]), 5_000.0, 0.96)
    assert (nothing, little, clipped) == (0.0, 0.0, 4_800.0)
    (half,) = ac_w(np.array([2_500.0]), 5_000.0, 0.96)
    assert half == pytest.approx(0.96 / 0.9637 * (-0.0081 - 0.0118 + 0.9858) * 2_500)
