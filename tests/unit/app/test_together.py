"""What is remembered is what would be computed, and is computed once."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.app.together import Latest, RememberedLight, RememberedPower, RememberedPv, RememberedSky
from pvsim.core.quantities.types import ClippingPvSource
from pvsim.core.results.sampling import pv_and_clipped
from pvsim.core.weather.clear_sky import LightOutside
from pvsim.core.weather.sky import ClimateSky
from pvsim.core.weather.sun import Place

WINDOWS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=30)


class Counted:
    """The second itself as power; counts what it is asked for."""

    def __init__(self):
        self.asked = []

    def power_dw(self, first_utc, n):
        self.asked.append((first_utc, n))
        return np.arange(first_utc, first_utc + n)


class Clipped(Counted):
    def powers_dw(self, first_utc, n):
        return self.power_dw(first_utc, n), np.full(n, 7)


@settings(max_examples=60, deadline=None)
@given(WINDOWS, st.sampled_from([RememberedPower, RememberedPv]))
def test_any_windows_in_any_order_have_their_own_powers(windows, remembered):
    source = remembered(Counted())
    for first_utc, n in windows:
        assert source.power_dw(first_utc, n).tolist() == list(range(first_utc, first_utc + n))


@pytest.mark.parametrize("remembered", [RememberedPower, RememberedPv])
def test_runs_side_by_side_ask_once(remembered):
    counted = Counted()
    source = remembered(counted)
    for first_utc in (0, 60, 120):
        for _ in range(15):
            power = source.power_dw(first_utc, 60)
    assert counted.asked == [(0, 60), (60, 60), (120, 60)]
    with pytest.raises(ValueError, match="read-only"):
        power[0] = 1


def test_what_inverters_cut_off_is_remembered_where_it_is_known():
    power, clipped = pv_and_clipped(RememberedPv(Clipped()), 5, 2)
    assert (power.tolist(), clipped.tolist()) == ([5, 6], [7, 7])
    assert not clipped.flags.writeable
    assert pv_and_clipped(RememberedPv(Counted()), 5, 2)[1] is None
    assert isinstance(RememberedPv(Counted()), ClippingPvSource)


def test_the_latest_are_kept_and_failures_are_not():
    kept, made = Latest(2), []

    def make(value):
        made.append(value)
        return value * 10

    assert [kept.get(each, lambda each=each: make(each)) for each in (1, 2, 1, 3, 1, 2)] == [
        10,
        20,
        10,
        30,
        10,
        20,
    ]
    assert made == [1, 2, 3, 2]
    with pytest.raises(ZeroDivisionError):
        kept.get(4, lambda: 1 // 0)
    assert kept.get(4, lambda: make(4)) == 40


def test_an_hour_of_air_is_computed_once():
    """Of each hour of a block, and of the two before it."""
    asked = []

    def clouds(first_utc, n):
        asked.append(first_utc)
        return np.full(n, 0.5), np.full(n, 0.25)

    sky = ClimateSky(11.0, (10.0,) * 12, 8.0, 2.0, clouds)
    remembered, share = RememberedSky(sky), np.full(3_600, 0.7)
    for _ in range(3):
        for hour in range(8):
            air, expected = remembered.air(hour * 3_600, share), sky.air(hour * 3_600, share)
            for each in fields(air):
                np.testing.assert_array_equal(getattr(air, each.name), getattr(expected, each.name))
    assert len(asked) == 8 + 3 * 8


def test_the_clear_sky_is_that_of_the_place():
    outside = LightOutside(Place(48.0, 11.0, 500.0), (3.0,) * 12)
    remembered = RememberedLight(outside.place, outside.linke_turbidity, Latest(1))
    noon = 1_718_964_000
    each_second = np.arange(noon, noon + 120)
    first, again = remembered.at(each_second), remembered.at(each_second.copy())
    assert first is again
    assert remembered.at(each_second + 120) is not remembered.at(each_second)
    for t_utc in (each_second, each_second[::60], each_second[:1]):
        (lit, sun, clear), (its_lit, its_sun, its_clear) = remembered.at(t_utc), outside.at(t_utc)
        np.testing.assert_array_equal(lit, its_lit)
        np.testing.assert_array_equal(sun.azimuth, its_sun.azimuth)
        np.testing.assert_array_equal(clear.dni, its_clear.dni)
