"""The kinds of sky: their octaves, and how liveliness and weather change them."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.weather.clouds.regimes import REGIMES, rms

draws = st.floats(-8, 8)


@pytest.mark.parametrize("name", REGIMES)
@given(one=draws, other=draws, slow=st.floats(-12, 12))
def test_livelier_air_has_quicker_clouds_and_edges_stay_within_the_measured(name, one, other, slow):
    regime = REGIMES[name]
    low, high = sorted((one, other))
    if low > -2 / max(regime.swing, 1e-9):  # below that the fast part is still
        assert 0 <= regime.gain(low) <= regime.gain(high)
    if regime.slow:
        edges = regime.thin(np.array([low, high]), slow)
        assert 0.25 <= edges[0] <= edges[1] <= 0.95
        assert regime.thin(low, slow) <= regime.thin(low, slow - 1)  # a clear day's clouds have harder edges


def test_gain_and_edges_by_hand():
    climate = REGIMES["climate"]
    assert climate.gain(0.0) == 1.0
    assert climate.gain(2.0) == pytest.approx(1.305**2)
    assert climate.gain(-100.0) == 0.0
    assert climate.thin(0.0, 0.0) == climate.profile.thin == 0.603
    assert climate.thin(0.1, 0.0) == pytest.approx(0.6668)
    assert climate.thin(0.0, rms(climate.slow)) == pytest.approx(0.603 - 0.166)
    assert (climate.thin(9.0, 0.0), climate.thin(-9.0, 0.0)) == (0.95, 0.25)
    assert REGIMES["broken"].gain(5.0) == 1.0


@pytest.mark.parametrize("name", REGIMES)
def test_octaves_double_and_have_the_rms_that_was_fitted(name):
    regime = REGIMES[name]
    assert regime.name == name
    assert [octave.step_s for octave in regime.fast] == [2**k for k in range(1, 11)]
    assert rms(regime.fast) == pytest.approx(1.212 if name == "climate" else 1.0, abs=1e-5)
    assert rms(regime.lively) == pytest.approx(1.0 if name == "climate" else 0.0, abs=2e-3)
    steps = [octave.step_s for octave in regime.slow]
    assert all(later == 2 * step for step, later in pairwise(steps))


def test_more_of_the_sky_is_covered_from_clear_to_overcast():
    order = [REGIMES[name].threshold for name in ("clear", "scattered", "broken", "overcast")]
    assert order == sorted(order)
