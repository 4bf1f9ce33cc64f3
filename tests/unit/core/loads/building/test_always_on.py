"""The base load and the compressors: any window, never negative, the promised mean."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.core.loads.building.always_on import Base, Compressor
from pvsim.core.loads.building.devices import ColdDevice

FRIDGE = ColdDevice("fridge", (80.0, 120.0), (1_800.0, 3_600.0), 0.3, surge_w=400.0)
START = 1_700_000_000


def base(first, n, watts=200):
    power, ripple = np.zeros(n, dtype=np.int64), np.zeros(n)
    Base((1, 2), watts * 10).add(first, power, ripple)
    return power, ripple


def home_base(first, n, stream=1, watts=200):
    power, ripple = np.zeros(n, dtype=np.int64), np.zeros(n)
    Base.of_home((stream, 2), watts * 10).add(first, power, ripple)
    return power, ripple


def cold(first, n, stream=3):
    power = np.zeros(n, dtype=np.int64)
    Compressor.of(FRIDGE, stream).add(first, power)
    return power


@given(st.integers(-(10**9), 4 * 10**9), st.integers(1, 9_000), st.data())
@settings(max_examples=40, deadline=None)
def test_any_window_equals_that_of_a_longer_one(first, n, data):
    """I7."""
    start = data.draw(st.integers(0, n - 1))
    stop = data.draw(st.integers(start + 1, n))
    for source in (lambda f, k: base(f, k)[0], lambda f, k: home_base(f, k)[0], cold):
        np.testing.assert_array_equal(source(first + start, stop - start), source(first, n)[start:stop])


@given(st.integers(0, 2**60), st.sampled_from([0, 1, 30, 400]))
@settings(max_examples=30, deadline=None)
def test_base_is_never_negative_and_wanders_slowly(first, watts):
    for power, ripple in (base(first, 4_000, watts), home_base(first, 4_000, first % 97, watts)):
        assert (power - np.ceil(3.5 * ripple) >= 0).all()
    power, ripple = base(first, 4_000, watts)
    assert (power - np.ceil(3.5 * ripple) >= 0).all()
    assert power.max() <= 17 * watts
    assert np.abs(np.diff(power)).max(initial=0) <= 0.011 * 10 * watts + 1


def test_base_has_its_mean():
    assert base(START, 30 * 86_400)[0].mean() == pytest.approx(2_000, rel=0.01)


@pytest.mark.parametrize("stream", [1, 2, 3])
def test_a_compressor_runs_its_share_of_a_year(stream):
    fridge = Compressor.of(FRIDGE, stream)
    means = [cold(START + day * 86_400, 86_400, stream).mean() for day in range(0, 365, 5)]
    assert np.mean(means) / 10 == pytest.approx(fridge.mean_w, rel=0.02)
    assert 800 <= fridge.on_dw <= 1_200
    assert 1_800 <= fridge.period_s < 3_600


def test_a_run_begins_with_a_surge():
    power = cold(START, 7_200)
    rises = np.flatnonzero((power[1:] > 0) & (power[:-1] == 0)) + 1
    assert len(rises) >= 2
    on_dw = Compressor.of(FRIDGE, 3).on_dw
    assert set(power.tolist()) == {0, on_dw, on_dw + 4_000}
    assert (power[rises] == on_dw + 4_000).all()


def test_rest_is_quiet_in_most_homes_and_noisy_in_some():
    """Half of the changes from one minute's mean to the next are below 2 to 7 W at a base of 180 W."""
    changes = []
    for stream in range(60):
        power, ripple = np.zeros(86_400, dtype=np.int64), np.zeros(86_400)
        Base.of_home((stream, 1_000), 1_800).add(START // 60 * 60, power, ripple)
        changes.append(np.median(np.abs(np.diff(power.reshape(-1, 60).mean(axis=1)))) / 10)
    low, middle, high = np.percentile(changes, (10, 50, 90))
    assert 1 < low < middle < high < 10
    assert 2 < middle < 5


@pytest.mark.parametrize("watts", [5, 40, 180, 400])
def test_a_small_base_is_noisier_beside_its_power_than_a_large_one(watts):
    """As the root of what it is made of; never more than that of an office."""
    spread = Base.of_home((7, 8), watts * 10).fast_spread
    usual = Base.of_home((7, 8), 1_000).fast_spread
    assert spread == pytest.approx(min(usual * (100 / watts) ** 0.5, 0.08))


def test_fridges_run_longer_in_the_summer_of_their_hemisphere():
    january = 1_705_276_800 // 86_400 * 86_400
    north, south, equator = (Compressor.of(FRIDGE, 3, share) for share in (1.0, -1.0, 0.0))
    means = []
    for fridge in (north, south, equator):
        power = np.zeros(20 * 86_400, dtype=np.int64)
        fridge.add(january - 10 * 86_400, power)
        means.append(power.mean() / 10 / fridge.mean_w)
    assert means == pytest.approx([0.85, 1.15, 1.0], abs=0.02)


@given(st.integers(0, 2**64), st.integers(1900, 2200))
@settings(max_examples=30, deadline=None)
def test_the_base_of_a_home_has_its_mean_in_each_calendar_year(stream, year):
    first, after = ((date(y, 1, 1) - date(1970, 1, 1)).days * 86_400 for y in (year, year + 1))
    factors = Base.of_home((stream, stream + 1), 2_000).weeks(first, after - first)
    assert factors.mean() == pytest.approx(1, abs=0.01)
    assert factors.min() > 0.2


def test_the_base_of_a_home_follows_the_season_of_its_hemisphere():
    """Of 60 homes: 16 % more in the middle of January, and weeks that differ by 13 % or so."""
    january, july = ((date(2023, month, 1) - date(1970, 1, 1)).days * 86_400 for month in (1, 7))
    for share, more in ((1.0, 0.15), (-1.0, -0.15), (0.0, 0.0)):
        homes = [Base.of_home((stream, stream + 1_000), 2_000, share) for stream in range(60)]
        means = [[home.weeks(first, 31 * 86_400).mean() for home in homes] for first in (january, july)]
        assert np.mean(means, axis=1) == pytest.approx([1 + more, 1 - more], abs=0.05)
    weeks = np.array([home.weeks(january, 364 * 86_400).reshape(52, -1).mean(axis=1) for home in homes])
    assert 0.02 < weeks.std(axis=1).min() < weeks.std(axis=1).max() < 0.2
