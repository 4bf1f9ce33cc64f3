"""The kinds of sky: their octaves, and how liveliness and weather change them."""

from dataclasses import replace
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


HEATED = replace(
    REGIMES["climate"],
    profile=replace(REGIMES["climate"].profile, thin=0.6),
    swing=0.4, thin_lively=0.5, thin_slow=-0.2, sun_lively=3.0, sun_thin=-0.3, shine_swing=0.5,
    sun_late=0.0, sun_swing=0.0, sun_dry=0.0,
)  # fmt: skip
SPREAD = rms(HEATED.slow)


def test_gain_and_edges_by_hand():
    assert HEATED.gain(0.0) == 1.0
    assert HEATED.gain(2.0) == pytest.approx(1.4**2)
    assert HEATED.gain(2.0, 0.5) == pytest.approx(1.7**2)
    assert HEATED.gain(2.0, 1.0) == pytest.approx(2.0**2)
    assert HEATED.gain(-100.0) == 0.0
    assert HEATED.thin(0.0, 0.0) == 0.6
    assert HEATED.thin(0.1, 0.0) == pytest.approx(0.65)
    assert HEATED.thin(0.1, 0.0, 0.5) == pytest.approx(0.5)
    assert HEATED.thin(0.0, SPREAD) == pytest.approx(0.4)
    assert (HEATED.thin(9.0, 0.0), HEATED.thin(-9.0, 0.0)) == (0.95, 0.25)
    assert REGIMES["broken"].gain(5.0) == 1.0


def test_convection_by_hand():
    """Half of the sun's heat under usual weather, all of it under a sunny one, none under a dull one."""
    assert HEATED.convection(0.0, np.array([-SPREAD, 0.0, SPREAD, 3 * SPREAD]), 0.8) == pytest.approx(
        [0.0, 0.4, 0.8, 0.8]
    )
    late = replace(HEATED, sun_late=0.5)
    assert late.convection(0.0, SPREAD, np.array([0.0, 0.5, 1.0])) == pytest.approx([0.0, 0.375, 1.0])
    dry = replace(HEATED, sun_dry=0.5, dry_at=1.0)
    assert dry.convection(0.0, np.array([1.0, 2.0, 3.0, 4.0]) * SPREAD, 1.0) == pytest.approx([1.0, 0.5, 0.0, 0.0])
    swung = replace(HEATED, sun_swing=0.5).convection(np.array([0.0, 1.0, -2.0]), SPREAD, 1.0)
    assert swung / swung[0] == pytest.approx([1.0, 2.25, 0.0])


@given(swing=st.floats(0, 1.5), late=st.floats(0, 1), slow=st.floats(-12, 12), heat=st.floats(0, 1))
def test_convection_grows_with_the_sun_and_differs_about_its_mean(swing, late, slow, heat):
    units = np.linspace(-8, 8, 20_001)
    weights = np.exp(-units * units / 2)
    regime = replace(HEATED, sun_swing=swing, sun_late=late, sun_dry=0.0)
    stirred = regime.convection(units, slow, heat)
    steady = replace(regime, sun_swing=0.0).convection(0.0, slow, heat)
    assert (stirred * np.ones(len(units)) * weights).sum() / weights.sum() == pytest.approx(
        steady, rel=1e-4, abs=1e-9
    )
    assert np.min(stirred) >= 0
    assert steady <= regime.convection(0.0, slow, min(heat + 0.1, 1.0)) * np.square(1.0 + swing) + 1e-12
    assert replace(regime, sun_dry=1.0).convection(0.0, slow, heat) <= regime.convection(0.0, slow, heat)


@given(st.lists(st.floats(-6, 6), min_size=2, max_size=20))
def test_high_cloud_is_there_half_of_the_time_and_the_thicker_the_darker(fields):
    fields = np.sort(fields)
    passed = replace(HEATED, veil_depth=2.0).high_cloud(fields)
    assert (passed[fields <= 0] == 1.0).all()
    assert (np.diff(passed) <= 0).all()
    assert passed.min() > 0


def test_high_cloud_by_hand():
    """Of optical depth 2 and 8: 2 / (2 + 0.15 τ)."""
    passed = replace(HEATED, veil_depth=2.0).high_cloud(np.array([-1.0, 1.0, 2.0]))
    assert passed == pytest.approx([1.0, 2 / 2.3, 2 / 3.2])


@given(swing=st.floats(0, 1.5))
def test_brightness_has_a_tail_and_keeps_its_mean(swing):
    units = np.linspace(-8, 8, 20_001)
    weights = np.exp(-units * units / 2)
    bright = replace(HEATED, shine_swing=swing).brightness(units)
    assert (bright * weights).sum() / weights.sum() == pytest.approx(1.0, abs=1e-5)
    assert bright.min() >= 0
    assert (np.diff(bright) >= 0).all()


@given(swing=st.floats(0, 1.0), slow=st.floats(-12, 12))
def test_thick_clouds_differ_about_their_mean_and_are_brighter_under_a_sunny_sky(swing, slow):
    units = np.linspace(-8, 8, 20_001)
    weights = np.exp(-units * units / 2)
    regime = replace(HEATED, thick_slow=0.3, thick_swing=swing)
    thick = regime.thick(slow, units) * np.ones(len(units))
    without = replace(regime, thick_swing=0.0).thick(slow)
    assert (thick * weights).sum() / weights.sum() == pytest.approx(without, rel=1e-4, abs=1e-9)
    assert thick.min() >= 0
    assert (np.diff(thick) >= 0).all()
    assert regime.thick(slow) <= regime.thick(slow + 1)


def test_thick_clouds_and_haze_by_hand():
    regime = replace(HEATED, thick_slow=0.3, far_lively=0.0, thick_swing=0.0)
    regime = replace(regime, profile=replace(HEATED.profile, thick=0.02, far=0.97))
    assert regime.thick(0.0) == pytest.approx(0.17)
    assert regime.thick(rms(regime.slow)) == pytest.approx(0.32)
    assert regime.thick(-2 * rms(regime.slow)) == pytest.approx(0.02)
    swung = replace(regime, thick_swing=0.5).thick(0.0, np.array([0.0, 1.0, -2.0]))
    assert swung / swung[0] == pytest.approx([1.0, 2.25, 0.0])
    assert regime.far(3.0) == 0.97
    hazy = replace(regime, far_lively=0.04)
    assert hazy.far(np.array([0.0, 1.0, -1.0, 9.0, -9.0])) == pytest.approx([0.97, 1.01, 0.93, 1.05, 0.85])
    assert replace(REGIMES["broken"], thick_slow=0.0).thick(5.0) == REGIMES["broken"].profile.thick


def test_clouds_are_flat_where_the_sun_does_not_warm_by_hand():
    flat = replace(HEATED, profile=replace(HEATED.profile, cloud_scale=4.0), flat_cold=0.5)
    assert flat.cloud_scale(np.array([1.0, 0.5, 0.0])) == pytest.approx([4.0, 4.5, 6.0])
    assert flat.cloud_scale(0.5) == pytest.approx(4.5)
    assert REGIMES["broken"].cloud_scale(0.0) == REGIMES["broken"].profile.cloud_scale


def test_only_the_climate_follows_the_sun():
    assert [name for name, regime in REGIMES.items() if regime.heated] == ["climate"]


@pytest.mark.parametrize("name", REGIMES)
def test_octaves_double_and_have_the_rms_that_was_fitted(name):
    regime = REGIMES[name]
    assert regime.name == name
    assert [octave.step_s for octave in regime.fast] == [2**k for k in range(1, 11)]
    assert rms(regime.fast) == pytest.approx(0.5734 if name == "climate" else 1.0, abs=1e-3)
    assert rms(regime.shine) == pytest.approx(1.0 if name == "climate" else 0.0, abs=1e-3)
    assert rms(regime.veil) == pytest.approx(1.0 if name == "climate" else 0.0, abs=1e-3)
    assert rms(regime.lively) == pytest.approx(1.0 if name == "climate" else 0.0, abs=2e-3)
    steps = [octave.step_s for octave in regime.slow]
    assert all(later == 2 * step for step, later in pairwise(steps))


def test_broken_clouds_are_many_small_ones_and_large_clusters_with_little_between():
    parts = {octave.step_s: octave.rms for octave in REGIMES["broken"].fast}
    assert parts[16] > parts[32]
    assert parts[64] < parts[128] / 3
    assert max(parts, key=parts.__getitem__) in {128, 256}
    assert REGIMES["scattered"].fast == REGIMES["broken"].fast


def test_more_of_the_sky_is_covered_from_clear_to_overcast():
    order = [REGIMES[name].threshold for name in ("clear", "scattered", "broken", "overcast")]
    assert order == sorted(order)
