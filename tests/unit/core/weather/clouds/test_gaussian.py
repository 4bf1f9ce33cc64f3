"""I7: the field is a pure function of seed, place and second."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.core.weather.clouds.gaussian import Octave, Position, field, sampled, slow_field

BOUNDED = settings(max_examples=60, deadline=None)
OCTAVES = tuple(Octave(2**k, 1.0) for k in range(1, 20))
MIDNIGHT = 1_718_928_000  # 2024-06-21 UTC
PLACES = st.builds(Position, st.floats(-2_000, 2_000), st.floats(-2_000, 2_000))


@given(first=st.integers(-(10**10), 10**11), n=st.integers(0, 6_000), place=PLACES, data=st.data())
@BOUNDED
def test_any_window_has_the_bits_of_a_longer_one(first, n, place, data):
    """I7."""
    start = data.draw(st.integers(0, n))
    stop = data.draw(st.integers(start, n))
    whole = field(1, "a", OCTAVES, place, first_utc=first, n=n)
    part = field(1, "a", OCTAVES, place, first_utc=first + start, n=stop - start)
    assert whole.shape == (n,)
    np.testing.assert_array_equal(part, whole[start:stop])


def test_seconds_and_hours_around_midnight_are_those_of_the_days():
    """I7."""
    whole = field(1, "a", OCTAVES, Position(0.3, 7.0), first_utc=MIDNIGHT - 90_000, n=180_000)
    for start, n in [(89_999, 2), (90_000, 1), (90_000, 86_400), (86_400, 3_600), (0, 180_000)]:
        part = field(1, "a", OCTAVES, Position(0.3, 7.0), first_utc=MIDNIGHT - 90_000 + start, n=n)
        np.testing.assert_array_equal(part, whole[start : start + n])


@given(delay=st.integers(-5_000, 5_000), across=st.floats(-500, 500))
@BOUNDED
def test_a_place_downwind_has_the_same_values_later(delay, across):
    here = field(2, "a", OCTAVES[:10], Position(0.0, across), first_utc=MIDNIGHT, n=200)
    there = field(2, "a", OCTAVES[:10], Position(float(delay), across), first_utc=MIDNIGHT + delay, n=200)
    np.testing.assert_array_equal(here, there)


@given(first=st.integers(-(10**9), 10**10), n=st.integers(1, 400), data=st.data())
@BOUNDED
def test_the_slow_part_is_the_same_field_whatever_else_is_asked(first, n, data):
    """I7, and within what straight lines cost of the field second by second."""
    slow = (Octave(2**15, 1.0), Octave(2**17, 0.5))
    whole = slow_field(1, "a", slow, first + np.arange(n) * 1_800)
    some = data.draw(st.permutations(range(n)))[: data.draw(st.integers(1, n))]
    np.testing.assert_array_equal(slow_field(1, "a", slow, first + np.array(some) * 1_800), whole[some])
    seconds = field(1, "a", slow, Position(), first_utc=first, n=1)
    assert abs(seconds[0] - whole[0]) < 0.01


def test_half_a_second_downwind_lies_between_the_seconds():
    here = field(2, "a", (Octave(64, 1.0),), Position(), first_utc=MIDNIGHT, n=1_000)
    there = field(2, "a", (Octave(64, 1.0),), Position(0.5), first_utc=MIDNIGHT + 1, n=999)
    np.testing.assert_allclose(there, (here[:-1] + here[1:]) / 2, atol=2e-4)


def test_the_mean_is_0_and_each_octave_has_its_rms():
    for step in (2, 16, 256):
        values = field(3, "a", (Octave(step, 0.5),), Position(0.0, 0.4 * step), first_utc=0, n=4_000 * step)
        assert abs(values.mean()) < 0.04
        assert abs(values.std() - 0.5) < 0.02


def test_long_octaves_are_joined_by_lines_that_nobody_sees():
    values = field(3, "a", (Octave(2_048, 1.0),), Position(), first_utc=0, n=20_000)
    bends = np.abs(np.diff(values, 2))
    assert np.abs(np.diff(values)).max() < 0.003
    assert bends.max() < 2e-4


def test_names_seeds_and_lanes_are_independent():
    octaves = (Octave(4, 1.0),)
    one = field(1, "a", octaves, Position(), first_utc=0, n=40_000)
    for other in (
        field(2, "a", octaves, Position(), first_utc=0, n=40_000),
        field(1, "b", octaves, Position(), first_utc=0, n=40_000),
        field(1, "a", octaves, Position(0.0, 16.0), first_utc=0, n=40_000),
    ):
        assert abs(np.corrcoef(one, other)[0, 1]) < 0.05
    near = field(1, "a", octaves, Position(0.0, 4.0), first_utc=0, n=40_000)
    assert 0.4 < np.corrcoef(one, near)[0, 1] < 0.6


def test_an_octave_of_no_height_and_no_octaves_are_nothing():
    assert not field(1, "a", (Octave(2, 0.0), Octave(4_096, 0.0)), Position(), first_utc=5, n=9).any()
    assert field(1, "a", OCTAVES, Position(), first_utc=5, n=0).shape == (0,)


@given(
    first=st.integers(-(10**7), 10**8),
    n=st.integers(1, 300),
    every_s=st.sampled_from((64, 256, 512, 2_048)),
    place=PLACES,
    data=st.data(),
)
@BOUNDED
def test_any_samples_have_the_bits_of_more_of_them(first, n, every_s, place, data):
    """I7."""
    start = data.draw(st.integers(0, n - 1))
    whole = sampled(1, "a", OCTAVES, place, first_utc=first * every_s, n=n, every_s=every_s)
    part = sampled(1, "a", OCTAVES, place, first_utc=(first + start) * every_s, n=n - start, every_s=every_s)
    assert whole.shape == (n,)
    np.testing.assert_array_equal(part, whole[start:])


def test_samples_of_slow_octaves_are_the_field():
    slow = OCTAVES[6:]
    first = MIDNIGHT // 256 * 256
    found = sampled(3, "a", slow, Position(), first_utc=first, n=40, every_s=256)
    here = [field(3, "a", slow, Position(), first_utc=first + 256 * i, n=1)[0] for i in range(40)]
    np.testing.assert_allclose(found, here, atol=0.01)  # straight lines over 64 s


def test_samples_of_quick_octaves_have_their_variance():
    quick = (Octave(2, 0.3), Octave(16, 0.2), Octave(64, 0.6), Octave(128, 0.0))
    found = sampled(3, "a", quick, Position(), first_utc=0, n=40_000, every_s=256)
    assert abs(found.std() - 0.7) < 0.015
    assert abs(found.mean()) < 0.015
    assert sampled(3, "a", (), Position(), first_utc=0, n=3, every_s=256).tolist() == [0.0, 0.0, 0.0]
