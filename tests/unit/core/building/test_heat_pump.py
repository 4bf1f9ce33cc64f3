"""A heat pump and a car: any window (I7), their energy, and what is refused."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.core.building import CHARGER_KW, HeatPump, Place, SeasonalTemperature, electric_car
from pvsim.errors import UsageError

PLACE = Place(ZoneInfo("Europe/Berlin"), 52.5, 13.4)
START = int(datetime(2023, 1, 1, tzinfo=PLACE.zone).timestamp())
WEATHER = SeasonalTemperature(4, PLACE)
PUMP = HeatPump.of_energy(5, WEATHER, annual_kwh=4_000, year=2023, place=PLACE)
DAY = 86_400


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

    pump = HeatPump.of_energy(5, steps, annual_kwh=3_000, year=2023, place=PLACE)
    midnight = int(datetime(2023, 2, 1, tzinfo=UTC).timestamp())
    power = pump.power_dw(midnight, DAY)
    assert (power[: DAY // 2] == round(pump.greatest_w * 10)).all()
    # 20 °C: hot water alone, 1.5 K by a COP of 4.4, against 21.5 K by 2.65
    assert power[DAY // 2 :].mean() / power[0] == pytest.approx((1.5 / 4.4) / (21.5 / 2.65), rel=0.01)


def test_the_temperature_has_its_size():
    year = WEATHER(START + 3_600 * np.arange(8_760)).reshape(365, 24)
    assert year.mean() == pytest.approx(9.5, abs=0.6)
    assert year[:31].mean() < 3
    assert year[181:212].mean() > 16
    assert np.ptp(year.mean(axis=0)) == pytest.approx(7, abs=0.5)
    assert year.mean(axis=0).argmax() in {14, 15, 16}


@pytest.mark.parametrize("charger_kw", CHARGER_KW)
def test_a_car_has_its_energy(charger_kw):
    car = electric_car(charger_kw, 2_000)
    assert car.per_year * car.energy_kwh(0.5) == pytest.approx(2_000)
    assert 140 < car.per_year < 170  # sessions of about 13 kWh
    assert not car.scaled


def test_nonsense_is_refused():
    with pytest.raises(UsageError, match=r"none of 3\.7, 11, 22"):
        electric_car(7.4, 2_000)
    with pytest.raises(UsageError, match="outside"):
        electric_car(11, 20)
    with pytest.raises(UsageError, match="outside"):
        HeatPump.of_energy(5, WEATHER, annual_kwh=float("nan"), year=2023, place=PLACE)
