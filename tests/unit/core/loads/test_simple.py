"""I7: load models are pure functions of seed, meter and second."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.core.loads.simple import UniformLoad, WalkLoad, _reflected
from pvsim.core.quantities import noise
from pvsim.core.quantities.timeline import HOUR_S
from pvsim.core.quantities.types import METER_MAX_DW

KINDS = [UniformLoad, WalkLoad]
MIDSUMMER = 1_718_920_800  # 2024-06-21 in Berlin
TEN_DAYS = 10 * 86_400


@given(
    kind=st.sampled_from(KINDS),
    first=st.integers(-(10**9), 4 * 10**9),
    n=st.integers(0, 5_000),
    data=st.data(),
)
@settings(max_examples=40, deadline=None)
def test_any_slice_equals_the_slice_of_the_whole(kind, first, n, data):
    """I7."""
    model = kind(noise.key(3, "load", "m1"))
    start = data.draw(st.integers(0, n))
    stop = data.draw(st.integers(start, n))
    whole = model.power_dw(first, n)
    assert whole.dtype == np.int64
    assert whole.shape == (n,)
    np.testing.assert_array_equal(model.power_dw(first + start, stop - start), whole[start:stop])
    assert ((whole >= 0) & (whole <= METER_MAX_DW)).all()


@pytest.mark.parametrize("kind", KINDS)
def test_slices_around_the_edges_of_hours(kind):
    """I7."""
    model = kind(noise.key(1, "load", "m1"))
    whole = model.power_dw(MIDSUMMER - 1, 2 * HOUR_S + 2)
    for start, n in [
        (0, 0),
        (0, 1),
        (1, 0),
        (1, 1),
        (1, HOUR_S),
        (0, HOUR_S + 2),
        (HOUR_S, 1),
        (HOUR_S + 1, HOUR_S),
    ]:
        np.testing.assert_array_equal(model.power_dw(MIDSUMMER - 1 + start, n), whole[start : start + n])


@pytest.mark.parametrize("kind", KINDS)
def test_other_meters_and_seeds_read_something_else(kind):
    """I7."""
    keys = [noise.key(1, "load", "m1"), noise.key(1, "load", "m2"), noise.key(2, "load", "m1")]
    values = [kind(key).power_dw(MIDSUMMER, TEN_DAYS // 10).astype(float) for key in keys]
    for one, other in [(0, 1), (0, 2), (1, 2)]:
        limit = 0.02 if kind is UniformLoad else 0.4  # the walk has about 70 independent values a day
        assert abs(np.corrcoef(values[one], values[other])[0, 1]) < limit


@pytest.mark.parametrize(
    ("model", "first_values"),
    [
        (
            UniformLoad(noise.key(1, "load", "uniform", "m1")),
            [41566, 79308, 34500, 47601, 81, 53254, 55554, 3186],
        ),
        (
            WalkLoad(noise.key(1, "load", "walk", "m1")),
            [41265, 42027, 40976, 42385, 41636, 40574, 41263, 40913],
        ),
    ],
)
def test_the_first_values_are_pinned(model, first_values):
    """I2: a NumPy that gave other bits would change every result: this test says so first."""
    assert model.power_dw(MIDSUMMER, 8).tolist() == first_values


def test_uniform_is_uniform_over_0_to_9000_w():
    """The brief's meter: chi-square over 101 bins of 0.1 W values, by residue and by size."""
    values = UniformLoad(noise.key(1, "load", "uniform", "m1")).power_dw(MIDSUMMER, TEN_DAYS)
    for bins in (values // 900, values % 100):
        counts = np.bincount(bins)[:100]  # the 101st bin of sizes holds 90000 alone
        expected = TEN_DAYS / 100
        assert ((counts - expected) ** 2 / expected).sum() < 170
    assert values.min() == 0
    assert values.max() == METER_MAX_DW
    assert abs(values.mean() - METER_MAX_DW / 2) < 150


@pytest.mark.parametrize(("bits", "value"), [(0, 0), (2**64 - 1, METER_MAX_DW)])
def test_uniform_reaches_both_ends_and_never_more(monkeypatch, bits, value):
    monkeypatch.setattr(noise, "raw", lambda _key, _first, n: np.full(n, bits, dtype=np.uint64))
    assert UniformLoad(0).power_dw(0, 2).tolist() == [value, value]


def test_walk_equals_the_plain_recursion_across_hours():
    """I7: hours are computed apart, yet join without a seam."""
    stream = noise.key(5, "load", "walk", "m1")
    warm_up, n = 30 * WalkLoad.MEMORY_S, 3 * HOUR_S
    rho = 1 - 1 / 600
    x, expected = 0.0, []
    for kick in noise.near_normal(stream, MIDSUMMER - warm_up, warm_up + n).tolist():
        x = rho * x + 15_000 * (1 - rho**2) ** 0.5 * kick
        expected.append(abs((round(x + 25_000) + 90_000) % 180_000 - 90_000))
    values = WalkLoad(stream).power_dw(MIDSUMMER, n)
    assert np.abs(values - np.array(expected[warm_up:])).max() <= 1


def test_walk_is_continuous_bounded_and_of_plausible_mean_and_spread():
    values = WalkLoad(noise.key(1, "load", "walk", "m1")).power_dw(MIDSUMMER, TEN_DAYS)
    largest_step = 15_000 * (1 - (1 - 1 / 600) ** 2) ** 0.5 * 12**0.5 + 2 * METER_MAX_DW / 600
    assert np.abs(np.diff(values)).max() <= largest_step
    assert values.min() >= 0
    assert values.max() <= METER_MAX_DW
    assert 23_500 < values.mean() < 27_500
    assert 12_000 < values.std() < 16_000


@given(value=st.integers(-(10**7), 10**7))
@settings(max_examples=100, deadline=None)
def test_two_mirrors_keep_neighbours_together(value):
    one, other = _reflected(np.array([value, value + 1], dtype=float)).tolist()
    assert abs(one - other) == 1
    assert 0 <= one <= METER_MAX_DW


def test_reflection_by_hand():
    values = np.array([-5.0, 0, 5, 89_999, 90_000, 90_001, 180_005, -90_001, 0.5, 1.5])
    assert _reflected(values).tolist() == [5, 0, 5, 89_999, 90_000, 89_999, 5, 89_999, 0, 2]


@pytest.mark.parametrize("load", [UniformLoad, WalkLoad])
def test_another_maximum_is_kept(load):
    values = load(noise.key(1, "load", "m1"), 20_000).power_dw(MIDSUMMER, 20_000)
    assert (values.min() >= 0, values.max() <= 20_000, values.max() > 19_900) == (True, True, True)
