"""Each golden scenario shows the situation that it is named after, and comes to the figures expected of it."""

import csv
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pytest

from pvsim import Grid, Site, simulate
from pvsim.adapters.scenario_files import scenario_directory
from pvsim.adapters.site_file import read_site
from pvsim.app.prove import add_up
from pvsim.core.scenarios.checking import compared
from pvsim.errors import PvsimError, UsageError
from pvsim.wiring import scenarios
from pvsim.wiring.scenarios import SCENARIOS, computed_figures, read_scenario, request_of

KW = 10_000
"""So many 0.1 W are a kW."""


class Day:
    """The rows of a scenario of one meter."""

    def __init__(self):
        self.portions = []

    def add(self, samples):
        self.portions.append(samples)

    def __getattr__(self, name):
        return np.concatenate([getattr(portion, name) for portion in self.portions])

    @property
    def hour(self):
        """The hour of the local clock of each row."""
        offset_s = {t: datetime.fromtimestamp(t, ZoneInfo("Europe/Berlin")).utcoffset().seconds
                    for t in range(int(self.t_utc[0]), int(self.t_utc[-1]) + 1, 3600)}  # fmt: skip
        every_hour = np.array(list(offset_s.values()))
        return (self.t_utc + np.repeat(every_hour, 3600)) % 86_400 // 3600

    def mean_kw(self, power_dw):
        """The mean of each local hour; nan where there is none."""
        return np.array([power_dw[self.hour == h].mean() / KW if (self.hour == h).any() else np.nan
                         for h in range(24)])  # fmt: skip

    @property
    def grid_dw(self):
        found = self.meter_dw - self.pv_dw
        return found if self.portions[0].battery_dw is None else found + self.battery_dw


@cache
def made(name):
    """The rows of a scenario and its figures; of a fleet the figures alone."""
    scenario, day = read_scenario(name), Day()
    figures = computed_figures(scenario, *([] if name == "fleet-of-50" else [day]))
    return day, figures


def site_of(name) -> Site:
    return read_site(read_scenario(name).request["site"])


def without_dimming(site):
    return msgspec.structs.replace(site, grid=Grid())


@pytest.mark.parametrize("name", SCENARIOS)
def test_it_comes_to_what_is_expected(name):
    expected = read_scenario(name).expected
    assert len(expected) > 15
    differing = [each.text for each in compared(expected, made(name)[1]) if not each.agrees]
    assert not differing, "after a change of values: .venv/bin/python scripts/scenarios.py"


def test_a_figure_that_differs_is_found(monkeypatch):
    figures = {**made("uniform-meter")[1], "energy_kwh_pv": 26.71, "rows": 86_399}
    monkeypatch.setattr(scenarios, "computed_figures", lambda _: figures)
    (checked,) = scenarios.check(["uniform-meter"])
    assert [each.figure for each in checked.differing] == ["rows", "energy_kwh_pv"]


def test_a_scenario_that_cannot_be_computed_says_why_and_the_others_go_on(monkeypatch):
    def computed(scenario):
        if scenario.name == "winter":
            raise UsageError("a physical PV site needs pvlib, which is not installed", fix="./run again")
        return made("uniform-meter")[1]

    monkeypatch.setattr(scenarios, "computed_figures", computed)
    winter, uniform = scenarios.check(["winter", "uniform-meter"])
    assert winter.error == "a physical PV site needs pvlib, which is not installed; ./run again"
    assert not winter.passed
    assert uniform.passed


def test_workers_find_the_same_and_are_shown_in_order(monkeypatch):
    monkeypatch.setattr(scenarios, "_FEW", 1)
    names, shown = ["uniform-meter", "meter-gap"], []
    found = scenarios.check(names, workers=2, show=shown.append)
    assert shown == found
    assert [each.name for each in found] == names
    assert all(each.passed for each in found)


def test_a_worker_that_fails_is_the_error_of_its_scenario(monkeypatch):
    class Failing:
        def __init__(self, function, size):
            assert (function, size) == ("pvsim.wiring.scenarios:carry_out", 2)

        async def results(self, jobs):
            assert list(jobs) == [b"fleet-of-50", b"uniform-meter", b"winter", b"meter-gap"]
            for index in (3, 2, 0):
                yield index, PvsimError("3 worker processes ended", fix="free some memory")
            yield 1, scenarios.carry_out(b"uniform-meter")

    monkeypatch.setattr(scenarios, "LocalPool", Failing)
    shown = []
    names = ["uniform-meter", "winter", "fleet-of-50", "meter-gap"]
    scenarios.check(names, workers=2, show=shown.append)
    assert [each.name for each in shown] == names
    assert [each.error for each in shown] == ["", *["3 worker processes ended; free some memory"] * 3]


def test_clear_june_has_no_cloud_and_its_peak_at_noon():
    day, _ = made("clear-june")
    steps = np.abs(np.diff(day.pv_dw[day.hour == 12]))
    assert steps.max() < 0.01 * KW
    assert np.argmax(day.mean_kw(day.pv_dw)) in {12, 13}


def test_broken_clouds_come_and_go_within_seconds():
    day, _ = made("broken-clouds")
    clear, noon = made("clear-june")[0], (day.hour >= 10) & (day.hour < 16)
    assert np.abs(day.pv_dw[10:] - day.pv_dw[:-10]).max() > 2 * KW
    share = day.pv_dw[noon] / clear.pv_dw[noon]
    assert (share > 0.9).mean() > 0.1
    assert (share < 0.5).mean() > 0.1


def test_clock_change_days_have_23_and_25_hours():
    spring, autumn = made("spring-clock-change"), made("autumn-clock-change")
    assert spring[1]["rows"] == 82_800
    assert not (spring[0].hour == 2).any()
    assert autumn[1]["rows"] == 90_000
    assert (autumn[0].hour == 2).sum() == 7_200


def test_winter_has_next_to_no_pv_power_and_never_exports():
    _, figures = made("winter")
    assert figures["energy_kwh_pv"] < 0.1 * figures["energy_kwh_load"]
    assert figures["energy_kwh_import"] > 25
    assert figures["hours_with_export"] < 0.1


def test_zero_export_curtails_and_exports_nothing():
    day, figures = made("zero-export")
    assert day.grid_dw.min() >= 0
    assert figures["energy_kwh_export"] == 0
    assert figures["energy_kwh_curtailed"] > 20


def test_the_cap_of_60_percent_cuts_the_midday():
    day, figures = made("cap-60-percent")
    cap_kw = 0.6 * sum(plant.peak_kw for plant in site_of("cap-60-percent").plants)
    assert -day.grid_dw.min() == pytest.approx(cap_kw * KW)
    assert figures["energy_kwh_curtailed"] > 2
    assert (day.curtailed_dw > 0)[day.hour == 13].mean() > 0.9


def test_the_car_charges_at_noon_and_imports_in_spite_of_the_sun():
    day, _ = made("ev-at-noon")
    noon = (day.hour >= 12) & (day.hour < 14)
    charging = day.meter_dw > 10 * KW
    assert charging[noon].mean() > 0.5
    assert charging[~noon].mean() < 0.01
    assert day.pv_dw[charging].min() > 4 * KW
    assert day.grid_dw[charging].min() > 0


def test_the_full_battery_is_full_before_14_h_and_the_house_exports_after():
    day, _ = made("battery-full")
    full = np.argmax(day.soc_steps >= 9_999)  # its standby is made up for within a second
    assert day.soc_steps[full] >= 9_999
    assert day.hour[full] < 14
    after = day.grid_dw[full:]
    assert -after[after < 0].sum() / KW / 3600 > 10  # kWh


def test_the_empty_battery_is_empty_in_the_hour_of_the_largest_import():
    day, figures = made("battery-empty")
    largest = int(np.argmax(day.mean_kw(day.grid_dw)))
    assert 17 <= largest <= 22
    assert day.soc_steps[day.hour == largest].max() == 0
    assert day.soc_steps.max() > 9_500  # it was charged at noon
    assert figures["energy_kwh_battery_discharge"] > 3


def test_export_costs_in_hours_of_negative_prices():
    day, figures = made("negative-prices")
    text = (scenario_directory() / "files/negative-prices.csv").read_text()
    rows = csv.DictReader(text.splitlines())
    price = np.array([float(row["price (EUR/MWh)"]) for row in rows])
    negative = np.flatnonzero(price < 0)
    assert len(negative) >= 6
    exported_kwh = day.mean_kw(np.maximum(-day.grid_dw, 0))
    assert exported_kwh[negative].min() > 1
    earned = exported_kwh @ price / 1000
    assert earned < 0
    assert figures["money_feed_in"] == pytest.approx(earned, abs=1e-3)
    assert figures["money_feed_in"] < figures["money_saving"] < 0.3 * figures["energy_kwh_load"]


def test_dimmed_devices_take_4_2_kw_each_and_charge_later():
    day, figures = made("dimming-14a")
    window = (day.hour >= 17) & (day.hour < 19)
    assert figures["inputs_dimmed_s"] > 1_000
    assert figures["inputs_cut_kwh"] > 1
    assert figures["inputs_later_kwh"] > 0.9 * figures["inputs_cut_kwh"]
    site = read_site(read_scenario("dimming-14a").request["site"])
    request = msgspec.structs.replace(request_of(read_scenario("dimming-14a")), site=without_dimming(site))
    undimmed = Day()
    add_up(simulate(request).samples(), undimmed)
    less_dw = undimmed.meter_dw - day.meter_dw
    assert less_dw[window].max() == pytest.approx((11 - 4.2) * KW, abs=1)  # the car
    assert less_dw[~window].max() == 0
    assert -less_dw[less_dw < 0].sum() / KW / 3600 == pytest.approx(figures["inputs_later_kwh"], abs=1e-3)


def test_the_uniform_meter_is_the_default_run():
    day, figures = made("uniform-meter")
    assert scenarios.request_of(read_scenario("uniform-meter")) == scenarios.Request()
    assert (figures["rows"], figures.get("inputs_rows", 0)) == (86_400, 0)
    assert len(np.unique(day.meter_dw)) > 50_000


def test_the_measured_house_reads_a_whole_day_of_minutes():
    day, figures = made("measured-house")
    assert (figures["inputs_rows"], figures["inputs_gaps"]) == (1_440, 0)
    assert (day.meter_dw.reshape(1_440, 60) == day.meter_dw[::60, None]).all()


def test_the_fleet_has_50_meters_whose_peaks_do_not_coincide():
    _, figures = made("fleet-of-50")
    assert figures["rows"] == 50 * 86_400
    assert figures["peak_of_all_kw_import"] < 0.5 * 50 * figures["over_meters_peak_import_kw_p50"]
    assert figures["over_meters_pv_kwh_p5"] == 0 < figures["over_meters_pv_kwh_p95"]


def test_the_gap_is_filled_and_counted():
    day, figures = made("meter-gap")
    assert (figures["inputs_gaps"], figures["inputs_gap_s"], figures["inputs_rows"]) == (1, 2_400, 1_400)
    whole, first = made("measured-house")[0], 12 * 3600 + 600
    assert len(np.unique(day.meter_dw[first : first + 2_400])) == 1
    same = np.ones(86_400, dtype=bool)
    same[first : first + 2_400] = False
    assert (day.meter_dw == whole.meter_dw)[same].all()
    assert (day.meter_dw != whole.meter_dw).any()


def test_files_of_the_scenarios_are_all_used_and_have_a_source():
    directory = scenario_directory()
    sources = (directory / "SOURCES.md").read_text()
    texts = "".join(path.read_text() for path in [*directory.glob("*.toml"), *directory.glob("sites/*.toml")])
    assert {path.stem for path in directory.glob("*.toml")} == set(SCENARIOS)
    for path in directory.glob("files/*"):
        assert f"`files/{path.name}`" in sources
        assert f"files/{path.name}" in texts
    for path in directory.glob("sites/*"):
        assert f'"sites/{path.name}"' in texts
