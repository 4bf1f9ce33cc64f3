"""A summary has each figure, and they agree with each other (I9)."""

from dataclasses import replace
from datetime import date

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.core.results.runs import merged_in_any_order, plan_of, samples_of, table, with_battery

from pvsim.core.devices.battery import BatteryModel
from pvsim.core.quantities.types import MeterRange
from pvsim.core.results.each_meter import EachMeter
from pvsim.core.results.meter_curves import curves_of
from pvsim.core.results.summary import Resolution
from pvsim.core.results.tally import Tally

power = st.integers(0, 90_000)


@given(
    values=st.lists(st.tuples(power, power), min_size=1, max_size=200), n_meters=st.integers(1, 2), data=st.data()
)
@settings(deadline=None)
def test_any_parts_in_any_order_give_the_same_and_longer_windows_hide_more(values, n_meters, data):
    """Rows of five minutes around a clock change; self-consumption can only rise with the window."""
    names = ("a", "b")[:n_meters]
    plan = plan_of(*names, every_s=300, first=date(2024, 3, 30), days=2)
    values = values * 4
    periods = min(len(values) // n_meters, plan.rows // n_meters) or 1
    values = (values * n_meters)[: periods * n_meters]

    def tables(part):
        numbers = range(periods)[part]
        return table(
            plan, [(i * n_meters + m, *values[i * n_meters + m]) for i in numbers for m in range(n_meters)]
        )

    summary = merged_in_any_order(data, tables, periods, lambda: Tally(plan)).summary()
    whole = Tally(plan)
    whole.add(tables(slice(None)))
    assert summary == whole.summary()
    assert [row.window_s for row in summary.resolution] == [300, 900, 3600]
    first = summary.resolution[0]
    assert (first.import_kwh, first.export_kwh) == (summary.energy_kwh.import_, summary.energy_kwh.export)
    assert first.self_consumption == summary.self_consumption
    for shorter, longer in zip(summary.resolution, summary.resolution[1:], strict=False):
        assert longer.import_kwh <= shorter.import_kwh + 1e-6
        assert longer.export_kwh <= shorter.export_kwh + 1e-6
        assert longer.peak_import_kw <= shorter.peak_import_kw + 1e-6
        assert longer.import_kwh - longer.export_kwh == pytest.approx(
            first.import_kwh - first.export_kwh, abs=3e-6
        )
    peaks = summary.peak_kw if n_meters == 1 else summary.peak_of_all_kw
    assert first.peak_import_kw == peaks.import_
    assert summary.resolution[1].peak_import_kw == peaks.import_15min
    assert summary.duration.grid_kw[0] <= peaks.import_
    if summary.days is not None:
        assert sum(day.hours_with_export for day in summary.days) == pytest.approx(summary.hours_with_export)
        assert max(day.peak_kw.import_15min for day in summary.days) == peaks.import_15min
    if n_meters > 1:
        imports = sorted(meter.energy_kwh.import_ for meter in summary.meters.values())
        assert (summary.over_meters.import_kwh.p5, summary.over_meters.import_kwh.p95) == tuple(imports)
        for i, row in enumerate(summary.resolution):
            of_meters = [meter.resolution[i].import_kwh for meter in summary.meters.values()]
            assert sum(of_meters) == pytest.approx(row.import_kwh, abs=2e-6)


def test_a_hob_under_a_plant_by_hand():
    """2 kW on 20 s of each minute, PV 1 kW, for an hour: at 1 s a third of the PV energy is used, at 1 min 2/3."""
    plan = plan_of()
    tally = Tally(plan)
    tally.add(table(plan, [(i, 20_000 if i % 60 < 20 else 0, 10_000) for i in range(3600)]))
    summary = tally.summary()
    share = round(1 / 3, 6), round(2 / 3, 6)
    assert summary.resolution == (
        Resolution(1, share[0], 0.5, round(1 / 3, 6), round(2 / 3, 6), 1.0, 1.0),
        *(Resolution(s, share[1], 1.0, 0.0, round(1 / 3, 6), 0.0, round(1 / 3, 6)) for s in (60, 900, 3600)),
    )
    assert summary.hours_with_export == round(2 / 3, 6)
    assert [(ramp.of, ramp.lag_s) for ramp in summary.ramps] == [
        (of, lag_s) for of in ("load", "pv", "grid") for lag_s in (1, 10, 60)
    ]
    assert (summary.battery, summary.over_meters, summary.days) == (None, None, None)


def test_a_window_that_is_no_whole_number_of_rows_is_left_out():
    """48 s divide an hour, and no minute or quarter of an hour; two hours divide none, a quarter itself."""
    for every_s, expected in ((48, [48, 3600]), (7200, [7200]), (900, [900, 3600]), (3600, [3600])):
        plan = plan_of(every_s=every_s)
        tally = Tally(plan)
        tally.add(table(plan, [(0, 10_000, 0)]))
        summary = tally.summary()
        assert [row.window_s for row in summary.resolution] == expected
        assert (summary.peak_kw.import_15min is None) == (every_s != 900)
        assert (summary.ramps, summary.duration.grid_kw[0]) == (None, 1.0)


def test_the_balance_of_a_battery_closes_over_days_by_hand():
    """Day one charges 2 kWh (1.9 kWh stored), day two gives 0.95 kWh back (1 kWh taken)."""
    model = BatteryModel(10, 5, 5, 0.95, 0.95, 0)
    plan = plan_of(every_s=3600, days=2, first=date(2024, 6, 30), balance=with_battery(model, 0.2))
    tally = Tally(plan)
    rows = [(23, 0, 20_000), (24, 9_500, 0)]
    tally.add(table(plan, rows, battery_dw=[20_000, -9_500], soc_steps=[3_900, 2_900]))
    summary = tally.summary()
    changes = [(day.battery.stored_change_kwh, day.battery.losses_kwh) for day in summary.days]
    assert changes == [(1.9, 0.1), (-1.0, 0.05)]
    assert [month.battery.stored_end_kwh for month in summary.months] == [3.9, 2.9]
    assert (summary.battery.losses_kwh, summary.battery.full_cycles) == (0.15, 0.095)
    energy, use = summary.energy_kwh, summary.battery
    assert energy.battery_charge - energy.battery_discharge == pytest.approx(
        use.losses_kwh + use.stored_change_kwh
    )


def test_nothing_has_no_figures_and_no_minus_zero():
    tally = Tally(plan_of("a", "b", days=2))
    empty = tally.summary()
    assert (empty.rows, empty.duration, empty.ramps, empty.days) == (0, None, None, None)
    tally.add(table(tally.plan, [(0, 10, 0), (1, 10, 0), (2 * 86_400, 10, 0), (2 * 86_400 + 1, 10, 0)]))
    assert "-0.0" not in str(msgspec.to_builtins(tally.summary()))


def test_a_fleet_that_never_exports_has_a_peak_of_export_without_a_sign():
    tally = Tally(plan_of("a", "b", every_s=900))
    tally.add(table(tally.plan, [(row, 10 + row % 3, 0) for row in range(192)]))
    text = msgspec.json.encode(tally.summary())
    assert b'"export_15min":0.0' in text
    assert b"-0.0" not in text


def test_less_energy_than_is_written_has_no_sign():
    """A battery of which floats say that it has lost −10⁻¹⁶ kWh, and a 0.1 W that goes out for a second."""
    model = BatteryModel(10, 5, 5, 1.0, 1.0, 0)
    tally = Tally(plan_of(every_s=3600, balance=with_battery(model, 0.03)))
    tally.add(table(tally.plan, [(0, 0, 1_000)], battery_dw=[1_000], soc_steps=[400]))
    assert 0.1 - (0.4 - 0.3) < 0
    assert str(tally.summary().battery.losses_kwh) == "0.0"
    plan = replace(plan_of(), meter_range=MeterRange.up_to(9_000, grid=True))
    tally = Tally(plan)
    tally.add(table(plan, [(0, -1, 0)]))
    assert b'"meter":-0.0' not in msgspec.json.encode(tally.summary())


def test_curves_of_each_meter_may_be_added_up_elsewhere():
    """Then the figures of each meter are put together when they are asked for, and are the same."""
    plan = plan_of("a", "b", every_s=10)
    rows = [(i, i * 37 % 9_000, i * 11 % 5_000) for i in range(200) if i % 7]
    together, apart, rest = Tally(plan), Tally(plan, meter_curves=False), Tally(plan, meter_curves=False)
    together.add(table(plan, rows))
    apart.add(table(plan, [each for each in rows if each[0] < 100]))
    rest.add(table(plan, [each for each in rows if each[0] >= 100]))
    rest.close()
    apart.merge(rest)
    summary = apart.summary(curves_of(plan, [samples_of(plan, rows)], len(plan.meters)))
    assert isinstance(summary.meters, EachMeter)
    assert summary == together.summary()
    without = apart.summary().meters["b"]
    assert (without.ramps, without.duration) == (None, None)
