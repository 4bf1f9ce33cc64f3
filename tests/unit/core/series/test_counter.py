import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.series.counter import increments_of, looks_like_counter

HOUR = 3600


def hours(count):
    return np.full(count, HOUR, np.int64)


def increments(*reading):
    return increments_of(np.array(reading, np.float64), hours(len(reading) - 1))


@given(st.lists(st.integers(1, 20), min_size=2, max_size=60), st.integers(0, 900), st.data())
def test_growth_is_found_across_a_rollover_and_a_reset(growth, start, data):
    """A counter of three digits that also begins again at zero once: its growth is what was put in."""
    readings, begun_again = [start], data.draw(st.integers(0, len(growth) - 1))
    expected = []
    for index, grown in enumerate(growth):
        if index == begun_again and readings[-1] > 100 and readings[-1] + grown < 900:
            readings.append(min(grown, max(growth)))
            expected.append(readings[-1])
        else:
            readings.append((readings[-1] + grown) % 1000)
            expected.append(grown)
    found = increments_of(np.array(readings, np.float64), hours(len(growth)))
    if found.falls:  # nothing grows as fast as what the fall hides: it is refused, not guessed
        return
    np.testing.assert_array_equal(found.energy, expected)


def test_a_counter_that_passes_its_last_digit():
    found = increments(99999.5, 99999.7, 99999.9, 0.1, 0.3)
    np.testing.assert_allclose(found.energy, 0.2, rtol=1e-6)
    assert (found.resets, found.rollovers, found.falls) == ((), (2,), ())
    assert found.resolution == pytest.approx(0.2)


def test_a_counter_that_begins_again_at_zero():
    found = increments(53210.0, 53210.4, 0.0, 0.4, 0.8)
    np.testing.assert_allclose(found.energy, [0.4, 0, 0.4, 0.4], rtol=1e-6)
    assert (found.resets, found.rollovers, found.falls) == ((1,), (), ())


@pytest.mark.parametrize(
    "reading",
    [(100.2, 100.7, 100.1, 100.6), (500.0, 501.0, 1.0, -1.0), (53210.0, 53211.0, 1200.0, 1201.0), (3.0, 3.4, 3.2)],
    ids=["back a little", "below zero", "another meter", "back a little while it is young"],
)
def test_any_other_fall_is_named(reading):
    assert len(increments(*reading).falls) == 1


def test_a_counter_that_stands_still_has_no_resolution():
    found = increments(7.0, 7.0, 7.0)
    assert found.resolution == 0
    assert found.energy.tolist() == [0, 0]


DAY = np.arange(25) * 400.0


@pytest.mark.parametrize(
    ("energy_wh", "expected"),
    [
        (DAY, True),
        (DAY + 12_345_678, True),
        (np.concatenate([DAY[:-1], DAY[:-1], DAY]), True),
        (DAY + 7_654_321 - DAY * 0.99, True),
        (100 + np.arange(48.0), False),
        (np.full(24, 250.0), False),
        (DAY[::-1], False),
        (DAY - 1, False),
        (DAY[:11], False),
        (np.tile([100.0, 900, 0, 400, 1200, 300], 4), False),
        (np.concatenate([DAY, DAY + 3000]), False),
        (np.concatenate([DAY[:6], [700.0], DAY[:12] + 800]), False),
    ],
    ids=[
        "one day from zero",
        "a long life behind it",
        "reset each midnight",
        "hardly any use, but far too much for intervals",
        "energies that grow all day",
        "steady energies",
        "falling",
        "negative",
        "too few",
        "a load",
        "falls, but not to zero",
        "falls to less than half, but not near zero",
    ],
)
def test_what_looks_like_a_counter(energy_wh, expected):
    assert looks_like_counter(energy_wh, hours(len(energy_wh) - 1)) == expected
