"""The air over a place against pvlib, bit for bit, and by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pvlib import atmosphere

from pvsim.core.weather.atmosphere import absolute_airmass, alt2pres


@given(st.floats(-500, 9_000), st.lists(st.floats(0, 90), min_size=1, max_size=20))
def test_pressure_and_air_mass_are_pvlibs(altitude_m, zenith):
    pressure_pa = alt2pres(altitude_m)
    assert pressure_pa == atmosphere.alt2pres(altitude_m)
    expected = atmosphere.get_absolute_airmass(atmosphere.get_relative_airmass(np.array(zenith)), pressure_pa)
    np.testing.assert_array_equal(absolute_airmass(np.array(zenith), pressure_pa), expected)


def test_the_standard_atmosphere_by_hand():
    assert alt2pres(0.0) == pytest.approx(101_325, rel=1e-4)
    assert alt2pres(5_500.0) == pytest.approx(50_500, rel=0.01)  # half of it
    overhead, slant, horizon = absolute_airmass(np.array([0.0, 60.0, 90.0]), 101_325.0)
    assert (overhead, slant) == (pytest.approx(1.0, abs=0.001), pytest.approx(2.0, abs=0.01))
    assert horizon == pytest.approx(38, abs=0.5)
