"""What dimming takes from buildings, and gives back."""

import numpy as np
import pytest
from msgspec import UNSET
from msgspec.structs import replace

from pvsim.adapters.site_file import read_site
from pvsim.config import MeterRequest, Request
from pvsim.core.site.schema import DimmingWindow, ElectricCar, HeatPump
from pvsim.wiring.build import build, plan_of
from pvsim.wiring.configure import configure
from pvsim.wiring.cuts import clipped_seconds, dimmed_energies
from pvsim.wiring.models import Models

SITE = read_site("home-battery")
LOAD = replace(SITE.load, heat_pump=HeatPump(12_000), electric_car=ElectricCar(8_000, 11.0))
EVENINGS = tuple(DimmingWindow(f"2025-01-{day}T16:00", f"2025-01-{day}T21:00", 4.2) for day in (14, 15))


def config_of(*windows, meters=1, days=3, **load):
    site = replace(SITE, load=replace(LOAD, **load), grid=replace(SITE.grid, dimming=windows))
    meter = MeterRequest(max_w=30_000)
    return configure(Request(site=site, date="2025-01-14", days=days, meters=meters, meter=meter, run_id="r"))


def loads(config, first_utc, n):
    return [load.power_dw(first_utc, n) for load in build(config).loads]


def test_what_is_cut_is_the_difference_of_the_rows():
    dimmed, free = config_of(*EVENINGS), config_of()
    timeline = plan_of(dimmed).timeline
    ((before,), (after,)) = (loads(each, timeline.start_utc, timeline.seconds) for each in (free, dimmed))
    less = before - after
    found = dimmed_energies(dimmed, plan_of(dimmed))["m1"]
    assert found["dimmed_s"] == np.count_nonzero(less > 0) > 0
    assert found["cut_kwh"] == pytest.approx(less[less > 0].sum() / 3.6e7, abs=1e-6)
    assert found["unserved_kwh"] == pytest.approx(less.sum() / 3.6e7, abs=1e-6)
    assert found["cut_kwh"] - found["later_kwh"] == pytest.approx(found["unserved_kwh"], abs=2e-6)
    in_windows = np.zeros(timeline.seconds, dtype=np.bool_)
    for each in dimmed.dimming:
        in_windows[each.start_utc - timeline.start_utc : each.end_utc - timeline.start_utc] = True
    assert (less[~in_windows] <= 0).all()  # what is made up is made up afterwards
    assert dimmed_energies(free, plan_of(free)) == {}


@pytest.mark.parametrize("hours", ["18-22", "15-18", "17:30-24"])
def test_a_part_of_a_day_counts_from_the_beginning_of_its_day(hours):
    """What it takes later was cut before it: else more would be taken later than was cut."""
    config = replace(config_of(EVENINGS[0], days=1, heat_pump=None), hours=hours)
    plan = plan_of(config)
    midnight = plan_of(replace(config, hours=UNSET)).timeline.start_utc
    n = plan.timeline.end_utc - midnight
    ((before,), (after,)) = (loads(each, midnight, n) for each in (replace(config, dimming=()), config))
    found = dimmed_energies(config, plan)["m1"]
    assert found["dimmed_s"] == np.count_nonzero(before > after)
    assert found["unserved_kwh"] == pytest.approx((before - after).sum() / 3.6e7, abs=1e-6)
    assert found["unserved_kwh"] > -1e-6


def test_a_dimmed_load_is_the_same_in_any_portions():
    """A run that is resumed in the middle of a window goes on with the same bytes (I2)."""
    config = config_of(*EVENINGS)
    start = config.dimming[0].start_utc
    ((whole,), *parts) = (loads(config, start - 100 + at, n) for at, n in ((0, 5_000), (0, 1_700), (1_700, 3_300)))
    assert np.concatenate([part for (part,) in parts]).tolist() == whole.tolist()


def test_a_heat_pump_and_a_charger_below_the_limit_are_not_dimmed():
    config = config_of(*EVENINGS, heat_pump=None, electric_car=ElectricCar(8_000, 3.7))
    assert dimmed_energies(config, plan_of(config)) == {}


def test_a_heat_pump_makes_nothing_up():
    cold = config_of(DimmingWindow("2025-01-14T00:00", "2025-01-15T00:00", 4.2), electric_car=None, days=2)
    reduced = replace(cold, dimming=(replace(cold.dimming[0], limit_kw=0.5),))
    found = dimmed_energies(reduced, plan_of(reduced))["m1"]
    assert found["later_kwh"] == 0
    assert found["cut_kwh"] == found["unserved_kwh"] > 1


def test_cuts_are_told_by_meter():
    config = config_of(*EVENINGS, meters=2)
    plan = plan_of(config)
    dimmed = dimmed_energies(config, plan)
    assert Models(config).cuts(clipped=False) == dimmed
    low = replace(config, meter_max_w=3_000)
    both = Models(low).cuts(clipped=True)
    assert all(
        both[name]["clipped_s"] == each["clipped_s"] for name, each in clipped_seconds(low, plan_of(low)).items()
    )
    assert set(both) == {"m1", "m2"}


def test_seconds_above_the_maximum_are_counted_for_buildings_only():
    meters = MeterRequest(source=("a=household", "b=uniform"), max_w=1_000)
    config = configure(Request(meter=meters))
    plan = plan_of(config)
    (name,) = counted = clipped_seconds(config, plan)
    assert name == "a"
    assert 0 < counted["a"]["clipped_s"] < 86_400


def test_what_was_computed_once_in_order_is_counted_once():
    config = configure(Request(meter=MeterRequest(source=("a=household", "b=uniform"), max_w=500), days=2))
    models, timeline = Models(config), plan_of(config).timeline
    counted = clipped_seconds(config, models.plan)
    assert models.cuts(clipped=True) == counted  # nothing was computed yet
    for _ in range(2):
        for first in range(timeline.start_utc, timeline.end_utc, 7_200):
            for load in models.loads():
                load.power_dw(first, 7_200)
        assert models.cuts(clipped=True) == counted
    models.loads()[0].power_dw(timeline.end_utc, 86_400)
    assert models.cuts(clipped=True) == counted
