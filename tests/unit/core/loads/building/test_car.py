"""A car: its energy, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.loads.building.car import CHARGER_KW, electric_car
from pvsim.errors import UsageError


@given(st.sampled_from(CHARGER_KW), st.floats(100, 8_000))
def test_a_car_has_its_energy(charger_kw, annual_kwh):
    car = electric_car(charger_kw, annual_kwh)
    assert car.per_year * car.energy_kwh(0.5) == pytest.approx(annual_kwh)
    assert max(phase.w[0] for phase in car.phases) == charger_kw * 1_000
    assert not car.scaled


@pytest.mark.parametrize("charger_kw", CHARGER_KW)
def test_an_average_car_by_hand(charger_kw):
    """2,000 kWh in sessions of about 13 kWh; the median one, of 10 kWh, lasts by its charger."""
    car = electric_car(charger_kw, 2_000)
    assert 140 < car.per_year < 170
    assert car.phases[0].s[2] == pytest.approx(10 / charger_kw * 3_600)


@pytest.mark.parametrize(
    ("charger_kw", "annual_kwh", "what"),
    [
        (7.4, 2_000, "charger_kw is one of 3.7, 11, 22, not 7.4"),
        (11.0, 20, "annual_kwh is 100 to 8,000, not 20"),
        (11.0, 8_001, "annual_kwh is 100 to 8,000, not 8,001"),
        (11.0, float("nan"), "annual_kwh is 100 to 8,000, not nan"),
    ],
)
def test_a_car_that_there_is_not_is_refused(charger_kw, annual_kwh, what):
    with pytest.raises(UsageError) as caught:
        electric_car(charger_kw, annual_kwh)
    assert caught.value.what == f"load.electric_car.{what}"
    assert caught.value.where == f"load.electric_car.{what.partition(' ')[0]}"
    assert caught.value.fix.startswith("for example")
