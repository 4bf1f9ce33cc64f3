"""The expected index against sums over the parts of the field, one by one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.core.weather.clouds import REGIMES
from pvsim.core.weather.clouds.mean import expected_index, thresholds
from pvsim.core.weather.clouds.regimes import rms

NAMES = sorted(REGIMES)


def nodes(count, spread):
    units = np.linspace(-5, 5, count)
    weights = np.exp(-units * units / 2)
    return units * spread, weights / weights.sum()


def summed(kind, threshold):
    fast, fast_weight = nodes(4_001 if kind.slow else 40_001, rms(kind.fast))
    if not kind.slow:
        return (kind.profile.index(fast - threshold, kind.profile.thin) * fast_weight).sum()
    slow, slow_weight = nodes(61, rms(kind.slow))
    total = 0.0
    for lively, weight in zip(*nodes(25, 1.0), strict=True):
        depth = fast * kind.gain(lively) + slow[:, None] - threshold
        index = kind.profile.index(depth, kind.thin(lively, slow)[:, None])
        total += ((index * fast_weight).sum(axis=1) * slow_weight).sum() * weight
    return total


@given(name=st.sampled_from([name for name in NAMES if name != "climate"]), threshold=st.floats(-6, 8))
@settings(max_examples=30, deadline=None)
def test_the_expected_index_is_the_sum_over_a_steady_field(name, threshold):
    assert expected_index(REGIMES[name], threshold) == pytest.approx(summed(REGIMES[name], threshold), abs=3e-4)


@pytest.mark.parametrize("threshold", [-2.0, 1.326, 5.0])
def test_the_expected_index_is_the_sum_over_fast_slow_and_lively_parts(threshold):
    assert expected_index(REGIMES["climate"], threshold) == pytest.approx(
        summed(REGIMES["climate"], threshold), abs=3e-4
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_regimes_own_threshold_is_that_of_its_own_mean(name):
    kind = REGIMES[name]
    assert thresholds(kind, None) == (kind.threshold,)
    assert thresholds(kind, expected_index(kind, kind.threshold)) == pytest.approx((kind.threshold,), abs=1e-5)


def test_each_month_has_the_threshold_that_its_mean_alone_would_have():
    means = tuple(0.4 + month * 0.03 for month in range(12))
    found = thresholds(REGIMES["climate"], means)
    assert found == tuple(thresholds(REGIMES["climate"], mean)[0] for mean in means)
    assert (np.diff(found) < 0).all()
