"""A heat pump: any window (I7), its energy, and what is refused."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.core.loads.building import HeatPumpModel
from pvsim.core.weather.sky import ClimateSky
from pvsim.core.weather.spells import Spells
from pvsim.errors import UsageError

START = int(datetime(2022, 12, 31, 23, tzinfo=UTC).timestamp())
DAY = 86_400
HALF_HOURS = START + 900 + 1_800 * np.arange(365 * 48)
MUNICH = (1, 2, 6, 11, 15, 18, 20, 20, 15, 10, 5, 2)
WEATHER = ClimateSky(11.58, MUNICH, 9.0, 2.0, temp_air_spread_c=3.5, spells=Spells(4)).temp_air
PUMP = HeatPumpModel.of_energy(5, WEATHER, annual_kwh=4_000, year_c=WEATHER(HALF_HOURS))


@given(st.integers(0, 3 * 10**9), st.integers(0, 20_000), st.data())
@settings(max_examples=40, deadline=None)
def test_any_window_equals_that_of_a_longer_one(first, n, data):
    """I7."""
    start = data.draw(st.integers(0, n))
    stop = data.draw(st.integers(start, n))
    whole = PUMP.power_dw(first, n)
    np.testing.assert_array_equal(PUMP.power_dw(first + start, stop - start), whole[start:stop])
    assert whole.shape == (n,)
    assert (whole <= round(PUMP.greatest_w * 10)).all()


def test_a_year_has_its_energy_and_most_of_it_in_winter():
    days = [int(PUMP.power_dw(START + day * DAY, DAY).sum()) for day in range(365)]
    assert sum(days) / 3.6e7 == pytest.approx(4_000, rel=0.005)
    assert sum(days[:59]) > 8 * sum(days[181:240])
    summer = PUMP.power_dw(START + 200 * DAY, DAY)
    on = summer[summer > 0]
    assert len(on) < DAY / 3
    assert on.min() == round(PUMP.greatest_w * 3)


def test_a_given_temperature_drives_it():
    def steps(t_utc):
        return np.where(t_utc % DAY < DAY // 2, -5.0, 20.0)

    pump = HeatPumpModel.of_energy(5, steps, annual_kwh=3_000, year_c=steps(HALF_HOURS))
    midnight = int(datetime(2023, 2, 1, tzinfo=UTC).timestamp())
    power = pump.power_dw(midnight, DAY)
    assert (power[: DAY // 2] == round(pump.greatest_w * 10)).all()
    # 20 °C: hot water alone, 1.5 K by a COP of 4.4, against 21.5 K by 2.65
    assert power[DAY // 2 :].mean() / power[0] == pytest.approx((1.5 / 4.4) / (21.5 / 2.65), rel=0.01)


@given(first=st.integers(0, 3 * 10**9), colder=st.floats(0.1, 15))
@settings(max_examples=30, deadline=None)
def test_colder_air_asks_for_more_in_each_half_hour(first, colder):
    first -= first % 1_800
    cold = HeatPumpModel(5, lambda t_utc: WEATHER(t_utc) - colder, PUMP.scale_w, 10 * PUMP.greatest_w)
    usual = HeatPumpModel(5, WEATHER, PUMP.scale_w, 10 * PUMP.greatest_w)
    more, less = (pump.power_dw(first, 4 * DAY).reshape(-1, 1_800).sum(axis=1) for pump in (cold, usual))
    # a run is a whole number of seconds at 30 % of the greatest power: half of one is lost in rounding
    assert (more - less > -0.3 * usual.greatest_w * 10).all()
    assert more.sum() > less.sum()


def test_a_winter_of_other_weather_takes_other_energy():
    """The season is the same; another seed's warm and cold spells move a week, and hardly a year."""
    other = HeatPumpModel(
        5,
        ClimateSky(11.58, MUNICH, 9.0, 2.0, temp_air_spread_c=3.5, spells=Spells(6)).temp_air,
        PUMP.scale_w,
        PUMP.greatest_w,
    )
    weeks = [[int(pump.power_dw(START + w * 7 * DAY, 7 * DAY).sum()) for w in range(52)] for pump in (PUMP, other)]
    first, second = np.array(weeks) / 3.6e7
    assert np.abs(first - second)[:8].max() > 15
    assert second.sum() == pytest.approx(first.sum(), rel=0.1)


def test_an_energy_that_is_no_number_is_refused():
    with pytest.raises(UsageError, match=r"annual_kwh is \d+ to"):
        HeatPumpModel.of_energy(5, WEATHER, annual_kwh=float("nan"), year_c=WEATHER(HALF_HOURS))


def test_it_is_large_enough_for_the_coldest_of_a_file():
    larger = HeatPumpModel.of_energy(5, WEATHER, annual_kwh=4_000, year_c=WEATHER(HALF_HOURS), coldest_c=-40.0)
    assert larger.scale_w == PUMP.scale_w
    assert larger.greatest_w == pytest.approx(PUMP.scale_w * 56.5 / 1.8)
