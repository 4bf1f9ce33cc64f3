"""The data of the charts."""

import msgspec
import numpy as np
import pytest
from tests.made_pages import a_plan, figures_of
from tests.unit.app.report.test_packing import unpacked

from pvsim.app.report import charts
from pvsim.app.report.charts import chart_data, days_of_note
from pvsim.core.devices.balance import Balance
from pvsim.core.devices.battery import BatteryModel
from pvsim.core.results.summary import Energies, Peaks, PeriodEnergies, Summary

BATTERY = Balance((BatteryModel(5.0, 2.5, 2.5),), export_limit_dw=100)


def battery_rows(plan):
    steps = np.arange(plan.rows) % 10_000
    return {"battery_dw": steps * 0, "soc_steps": steps, "curtailed_dw": steps * 0}


def of_days(shares):
    energy = Energies(1.0, 1.0, 1.0, 0.0, 0.0)
    days = [
        PeriodEnergies(1.0, 1.0, 1.0, 0.0, 0.0, period=f"2024-06-{i + 1:02}", self_sufficiency=share)
        for i, share in enumerate(shares)
    ]
    peaks = Peaks(1.0, 1.0, 0.0, 0.0, None, None)
    return Summary(1, 1, energy, None, None, None, peaks, days=tuple(days))


@pytest.mark.parametrize(
    ("shares", "chosen"),
    [
        ([0.5, 0.1, 0.9, 0.2, 0.7], ("03", "01", "02")),
        ([0.5, 0.5, 0.5, 0.5], ("01", "02", "04")),
        ([0.5, None, 0.4, 0.1], ("01", "03", "04")),
        ([0.5, None, 0.4], None),
    ],
)
def test_days_of_note_are_the_best_the_median_and_the_worst(shares, chosen):
    expected = (
        {}
        if chosen is None
        else {kind: f"2024-06-{day}" for kind, day in zip(("best", "median", "worst"), chosen, strict=True)}
    )
    assert days_of_note(of_days(shares)) == expected


def test_one_day_of_one_meter_has_each_row_without_what_follows_from_the_others():
    plan = a_plan(every_s=30)
    data = chart_data(plan, *figures_of(plan))
    arrays = unpacked(data["packed"])
    assert len(arrays["mean.load"]) == 1_440
    assert set(unpacked(data["detail"])["detail.load"].tolist()) == {5_000}
    assert set(unpacked(data["detail"])) == {"detail.load", "detail.pv"}
    assert data["flows"][0][:2] == ["pv", "building"]
    assert (data["days"], data["months"], data["fleet"], data["shapes"]) == (None, None, None, [])
    msgspec.json.encode(data)


def test_a_fleet_has_its_own_import_and_the_shares_of_each_meter():
    plan = a_plan(every_s=30, meters=("a", "b"))
    data = chart_data(plan, *figures_of(plan))
    assert set(unpacked(data["detail"])) == {"detail.load", "detail.pv", "detail.import"}
    assert data["fleet"]["names"] == ["a", "b"]
    msgspec.json.encode(data)


@pytest.mark.parametrize("days", [1, 3])
def test_a_battery_has_a_state_of_charge(days):
    plan = a_plan(days=days, every_s=30, balance=BATTERY)
    summary, profile = figures_of(plan, **battery_rows(plan))
    shares = tuple(msgspec.structs.replace(day, self_sufficiency=0.1) for day in summary.days or ())
    data = chart_data(plan, msgspec.structs.replace(summary, days=shares or None), profile)
    arrays = unpacked(data["packed"])
    assert ("best.soc" in arrays) == (days == 3)
    assert data["battery"]
    assert data["curtailed"]
    assert {"mean.battery_charge", "mean.curtailed", "mean.soc"} <= set(arrays)
    assert ("detail.soc" in unpacked(data["detail"])) if days == 1 else data["detail"] is None
    assert len(data["days"]["names"]) == 3 if days == 3 else data["days"] is None


@pytest.mark.parametrize(("most", "unit"), [(700_000, 1), (26_500, 10), (1_000, None)])
def test_rows_that_are_too_long_for_a_page_are_rounded_to_watts_and_then_left_out(monkeypatch, most, unit):
    monkeypatch.setattr(charts, "MAX_DETAIL_BYTES", most)
    plan = a_plan(every_s=10)
    noise = np.random.Generator(np.random.PCG64(1)).integers(0, 60_000, plan.rows)
    detail = chart_data(plan, *figures_of(plan, load_dw=noise))["detail"]
    assert (detail and detail["unit"]) == unit


def test_several_days_show_three_of_them():
    plan = a_plan(days=3)
    summary, profile = figures_of(plan)
    days = [msgspec.structs.replace(day, self_sufficiency=0.1 * i) for i, day in enumerate(summary.days)]
    data = chart_data(plan, msgspec.structs.replace(summary, days=tuple(days)), profile)
    assert data["shapes"] == [["best", "2024-06-23"], ["median", "2024-06-22"], ["worst", "2024-06-21"]]
    assert len(unpacked(data["packed"])["best.load"]) == 96


def test_days_of_a_long_run_have_no_shape():
    plan = a_plan(days=1_101, every_s=86_400 // 24)
    summary, profile = figures_of(plan)
    days = [msgspec.structs.replace(day, self_sufficiency=0.1) for day in summary.days]
    data = chart_data(plan, msgspec.structs.replace(summary, days=tuple(days)), profile)
    assert data["shapes"] == []
    assert not any(name.startswith("best") for name in unpacked(data["packed"]))


def test_a_duration_curve_is_passed_on():
    plan = a_plan()
    summary, profile = figures_of(plan)
    without = msgspec.structs.replace(summary, duration=None)
    assert chart_data(plan, without, profile)["duration"] is None
