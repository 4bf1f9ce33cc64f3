"""From names and numbers to a building."""

from zoneinfo import ZoneInfo

import numpy as np
import pytest

from pvsim.core.loads.building import BuildingPlace
from pvsim.core.weather.outdoor_air import OutdoorAir
from pvsim.errors import UsageError
from pvsim.wiring.buildings import building_load

PLACE = BuildingPlace(ZoneInfo("Europe/Berlin"), 52.5, 13.4)
JANUARY = 1_673_222_400  # 2023-01-09
WEEK_S = 7 * 86_400
MILD = OutdoorAir(lambda t_utc: np.full(len(t_utc), 9.0), np.full(365 * 48, 9.0))


def load(kind="household", **extra):
    return building_load(kind, 5_000, place=PLACE, seed=1, meter="m1", **extra)


@pytest.mark.parametrize("kind", ["household", "office", "depot"])
def test_car_and_heat_pump_come_on_top(kind):
    plain = load(kind).unclipped_dw(JANUARY, WEEK_S)
    for extra in ({"car": (3.7, 2_000)}, {"heat_pump": (3_000, MILD)}):
        more = load(kind, **extra).unclipped_dw(JANUARY, WEEK_S)
        assert (more >= plain).all()
        assert 15 < (more - plain).sum() / 3.6e7 < 150


def test_a_given_temperature_is_used():
    plain = load()
    air = OutdoorAir(lambda t_utc: np.where(t_utc < JANUARY, 14.0, -10.0), np.array([14.0, -10.0] * 8_760))
    cold = load(heat_pump=(3_000, air))
    before, after = (
        (cold.unclipped_dw(first, 3_600) - plain.unclipped_dw(first, 3_600)).mean()
        for first in (JANUARY - 3_600, JANUARY)
    )
    assert after > 10 * before > 0


def test_people_live_in_households():
    assert [load(people=people).traits.people for people in (1, 6)] == [1, 6]
    assert 1 <= load().traits.people <= 5
    first = load().power_dw(JANUARY, WEEK_S)
    assert not np.array_equal(load(people=6).power_dw(JANUARY, WEEK_S), first)
    assert np.array_equal(load(people=load().traits.people).power_dw(JANUARY, WEEK_S), first)
    for kind, people in [("household", 0), ("household", 13), ("office", 3)]:
        with pytest.raises(UsageError, match="do not live"):
            load(kind, people=people)


def test_another_kind_is_refused():
    with pytest.raises(UsageError, match="'castle' is not a kind"):
        load("castle")
