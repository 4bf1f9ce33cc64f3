"""The expected index against sums over the parts of the field, one by one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.core.weather.clouds import REGIMES
from pvsim.core.weather.clouds.mean import Thresholds, expected_index, thresholds
from pvsim.core.weather.clouds.regimes import rms

NAMES = sorted(REGIMES)


def nodes(count, spread):
    units = np.linspace(-5, 5, count)
    weights = np.exp(-units * units / 2)
    return units * spread, weights / weights.sum()


def summed(kind, threshold, heat=0.0):
    fast, fast_weight = nodes(4_001 if kind.slow else 40_001, rms(kind.fast))
    if not kind.slow:
        return (kind.profile.index(fast - threshold, kind.profile.thin) * fast_weight).sum()
    slow, slow_weight = nodes(61, rms(kind.slow))
    total = 0.0
    for lively, weight in zip(*nodes(25, 1.0), strict=True):
        stirred = kind.convection(lively, slow[:, None], heat)
        quick = np.hypot(1.0, rms(kind.small) / rms(kind.fast) * stirred) * fast
        depth = quick * kind.gain(lively, stirred) + slow[:, None] - threshold
        thick, far = np.reshape(kind.thick(slow), (-1, 1)), kind.far(lively)
        profile = kind.profile.at(thick, far, kind.cloud_scale(heat))
        index = profile.index(depth, kind.thin(lively, slow, heat)[:, None])
        total += ((index * fast_weight).sum(axis=1) * slow_weight).sum() * weight
    above, weight = nodes(4_001, 1.0)
    return total * (kind.high_cloud(above) * weight).sum()


@given(name=st.sampled_from([name for name in NAMES if name != "climate"]), threshold=st.floats(-6, 8))
@settings(max_examples=30, deadline=None)
def test_the_expected_index_is_the_sum_over_a_steady_field(name, threshold):
    assert expected_index(REGIMES[name], threshold) == pytest.approx(summed(REGIMES[name], threshold), abs=3e-4)


@pytest.mark.parametrize(("threshold", "heat"), [(-2.0, 0.0), (1.326, 0.5), (5.0, 1.0)])
def test_the_expected_index_is_the_sum_over_fast_slow_and_lively_parts(threshold, heat):
    climate = REGIMES["climate"]
    assert expected_index(climate, threshold, heat) == pytest.approx(summed(climate, threshold, heat), abs=1e-3)


@pytest.mark.parametrize("name", NAMES)
def test_a_regimes_own_threshold_is_that_of_its_own_mean(name):
    kind = REGIMES[name]
    own = thresholds(kind, None)
    assert own.steady == (name != "climate")
    found = thresholds(kind, expected_index(kind, kind.threshold, 0.5 if kind.heated else 0.0))
    assert found.heats == own.heats
    np.testing.assert_allclose(found.by_heat, own.by_heat, atol=1e-5)
    assert found.by_heat[3 if kind.heated else 0] == pytest.approx((kind.threshold,), abs=1e-5)


@pytest.mark.parametrize("mean", [0.4, 0.65])
@pytest.mark.parametrize("heat", [0.0, 0.1, 0.37, 0.62, 0.9, 1.0])
def test_the_mean_is_kept_at_each_height_of_the_sun(mean, heat):
    climate = REGIMES["climate"]
    threshold = thresholds(climate, mean).at(np.array([0]), np.array([heat]))
    assert expected_index(climate, float(threshold[0]), heat) == pytest.approx(mean, abs=0.007)


def test_each_month_has_the_thresholds_that_its_mean_alone_would_have():
    means = tuple(0.4 + month * 0.03 for month in range(12))
    found = np.array(thresholds(REGIMES["climate"], means).by_heat)
    alone = [np.array(thresholds(REGIMES["climate"], mean).by_heat)[:, 0] for mean in means]
    np.testing.assert_array_equal(found, np.transpose(alone))
    assert (np.diff(found) < 0).all()


def test_thresholds_between_heights_of_the_sun_and_months_by_hand():
    steady, rising = (0.0,) * 12, (1.0,) * 12
    both = Thresholds((steady, rising, (3.0,) * 12), (0.0, 0.5, 1.0))
    t_utc = np.arange(5, dtype=np.int64)
    np.testing.assert_allclose(both.at(t_utc, np.array([0.0, 0.25, 0.5, 0.75, 1.0])), [0, 0.5, 1, 2, 3])
    assert not both.steady
    assert Thresholds(((1.5,),)).at(t_utc, np.zeros(5)).tolist() == [1.5] * 5
