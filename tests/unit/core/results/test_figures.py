"""Energies, shares and peaks against sums by hand (I8)."""

from datetime import date, datetime
from fractions import Fraction
from itertools import pairwise
from unittest import mock
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.core.results.runs import merged

from pvsim.core.devices.balance import NO_BATTERY, Balance
from pvsim.core.devices.battery import BatteryModel
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.quantities.types import MeterRange
from pvsim.core.results import figures
from pvsim.core.results.figures import Figures
from pvsim.core.results.samples import Samples
from pvsim.core.run.plan import RunPlan

DAY = Timeline.of_days(date(2024, 6, 21), 1, ZoneInfo("Europe/Berlin"))
power = st.integers(0, 90_000)
NO_DEVICES = dict.fromkeys(("battery_charge", "battery_discharge", "curtailed", "meter", "inverter_clipped"))


def plan(*meters: str, every_s: int = 1) -> RunPlan:
    return RunPlan("run", DAY, meters or ("m1",), every_s)


def samples(run: RunPlan, rows: list[tuple[int, int, int]]) -> Samples:
    row, meter, pv = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    return Samples.of_rows(run, row, meter, pv)


@given(st.lists(st.tuples(power, power), min_size=1, max_size=200), st.integers(1, 3), st.integers(1, 50))
def test_i8_the_identities_hold_for_any_rows_in_any_portions(values, n_meters, portion):
    names = tuple(f"m{i}" for i in range(n_meters))
    tally = Figures(plan(*names))
    rows = [(i, load, pv) for i, (load, pv) in enumerate(values)]
    for start in range(0, len(rows), portion):
        tally.add(samples(tally.plan, rows[start : start + portion]))
    summary = tally.result()
    energy = summary.energy_kwh

    def kwh(powers: list[int]) -> float:
        return float(Fraction(sum(powers), 36_000_000))

    assert energy.load == pytest.approx(kwh([load for load, _ in values]), abs=1e-6)
    assert energy.pv == pytest.approx(kwh([pv for _, pv in values]), abs=1e-6)
    assert energy.self_consumed == pytest.approx(kwh([min(pair) for pair in values]), abs=1e-6)
    assert energy.import_ == pytest.approx(energy.load - energy.self_consumed, abs=2e-6)
    assert energy.export == pytest.approx(energy.pv - energy.self_consumed, abs=2e-6)
    assert summary.rows == len(values)
    assert summary.peak_kw.import_ == max(max(load - pv, 0) for load, pv in values) / 10_000
    assert summary.peak_kw.export == max(max(pv - load, 0) for load, pv in values) / 10_000
    if n_meters > 1:
        assert summary.meters is not None
        loads = [meter.energy_kwh.load for meter in summary.meters.values()]
        assert sum(loads) == pytest.approx(energy.load, abs=3e-6)
        together = [values[i : i + n_meters] for i in range(0, len(values), n_meters)]
        grid = [sum(load - pv for load, pv in each) for each in together]
        of_all = summary.peak_of_all_kw
        assert of_all.load == max(sum(load for load, _ in each) for each in together) / 10_000
        assert of_all.pv == max(sum(pv for _, pv in each) for each in together) / 10_000
        assert (of_all.import_, of_all.export) == (
            max(0, *grid, 0) / 10_000,
            max(0, *(-g for g in grid), 0) / 10_000,
        )
    else:
        assert summary.peak_of_all_kw is None


@given(st.lists(st.tuples(st.integers(0, 1_000), power, power), min_size=1, max_size=300), st.integers(1, 90))
def test_the_days_and_months_add_up_to_the_run(values, portion):
    """Rows of 15 min over 60 days with a day of 23 hours, many of them missing, in any portions."""
    span = RunPlan("run", Timeline.of_days(date(2024, 3, 1), 60, ZoneInfo("Europe/Berlin")), ("m1",), 900)
    numbers = np.minimum(np.cumsum([1 + skip // 50 for skip, _, _ in values]), span.rows) - 1
    rows = [(n, load, pv) for n, (_, load, pv) in zip(dict.fromkeys(numbers.tolist()), values, strict=False)]
    tally = Figures(span)
    for start in range(0, len(rows), portion):
        tally.add(samples(tally.plan, rows[start : start + portion]))
    summary = tally.result()
    expected: dict[str, int] = {}
    for n, load, _ in rows:
        local = datetime.fromtimestamp(span.timeline.start_utc + 900 * n, ZoneInfo("Europe/Berlin"))
        expected[f"{local:%Y-%m-%d}"] = expected.get(f"{local:%Y-%m-%d}", 0) + load
    if summary.days is None:
        assert len(expected) == 1
        return
    found = {each.period: each.load for each in summary.days}
    assert found == {day: pytest.approx(dw * 900 / 36e6, abs=1e-6) for day, dw in expected.items()}
    if summary.months is not None:
        assert [each.period for each in summary.months] == sorted({day[:7] for day in expected})
        total = sum(each.self_consumed + each.import_ for each in summary.months)
        assert total == pytest.approx(summary.energy_kwh.load, abs=1e-5)


@given(
    n_meters=st.integers(1, 3),
    every_s=st.sampled_from([60, 300, 900, 1800]),
    batteries=st.sampled_from([None, (BatteryModel(10, 5, 5),) * 3, (BatteryModel(10, 5, 5), None, None)]),
    data=st.data(),
)
@settings(max_examples=60, deadline=None)
def test_i9_any_split_of_a_run_in_any_order_of_merges_gives_the_same(n_meters, every_s, batteries, data):
    """Rows of two days, some of them missing, cut anywhere: within quarters, days and the meters of one time."""
    days = Timeline.of_days(date(2024, 3, 30), 2, ZoneInfo("Europe/Berlin"))
    devices = batteries and Balance(batteries[:n_meters], export_limit_dw=1_000)
    run = RunPlan("run", days, ("a", "b", "c")[:n_meters], every_s, devices)
    seed, lost = data.draw(st.integers(0, 2**32 - 1)), data.draw(st.sets(st.integers(0, run.rows - 1), max_size=9))
    row = np.array([number for number in range(run.rows) if number not in lost])
    random = np.random.Generator(np.random.Philox(seed))
    load, pv, battery, soc, curtailed = random.integers(0, 90_000, (5, len(row)))
    battery, soc = np.where(battery % 2, -np.minimum(battery, load), battery), soc // 9  # it feeds nothing in
    if batteries:
        has = np.array([each is not None for each in batteries])[row % n_meters]
        battery, soc = np.where(has, battery, 0), np.where(has, soc, NO_BATTERY)
    more = {"battery_dw": battery, "soc_steps": soc, "curtailed_dw": curtailed} if devices else {}
    rows = Samples.of_rows(run, row, load, pv, **more)
    whole = Figures(run)
    whole.add(rows)
    gathered = data.draw(st.sampled_from([1, 50, figures.ROWS]))
    cuts = st.lists(st.integers(0, len(row)), max_size=6)
    parts = []
    for start, end in pairwise(sorted({0, len(row), *data.draw(cuts)})):
        parts.append(Figures(run))
        for first, after in pairwise(sorted({start, end, *(c for c in data.draw(cuts) if start < c < end)})):
            with mock.patch.object(figures, "ROWS", gathered):
                parts[-1].add(rows.where(slice(first, after)))
        parts[-1].result()
    assert merged(data, parts).result() == whole.result()


def test_a_quarter_that_two_parts_share_is_one():
    """9 kW for its first minute, 3 kW for another one in the next part: (9 + 3) · 60 / 900 = 0.8 kW."""
    run = plan()
    first, second = Figures(run), Figures(run)
    first.add(samples(run, [(i, 90_000 if i < 60 else 0, 0) for i in range(450)]))
    second.add(samples(run, [(i, 30_000 if i < 510 else 0, 0) for i in range(450, 900)]))
    second.merge(first)
    assert second.result().peak_kw.import_15min == pytest.approx(0.8)
    assert second.result().rows == 900


def test_a_period_that_two_parts_share_is_one():
    """Two meters of 9 kW at one time, one row in each part, and a ramp of 18 kW from the second before."""
    run = plan("a", "b")
    first, second, third = Figures(run), Figures(run), Figures(run)
    first.add(samples(run, [(0, 0, 0), (1, 0, 0), (2, 90_000, 0)]))
    second.add(samples(run, [(3, 90_000, 0), (4, 0, 0), (5, 0, 0), (6, 90_000, 0)]))
    third.add(samples(run, [(7, 90_000, 0)]))
    first.merge(third)
    first.merge(second)
    for _ in range(2):  # to ask changes nothing
        summary = first.result()
        assert (summary.rows, summary.peak_of_all_kw.load, summary.duration.grid_kw[50]) == (8, 18.0, 18.0)
        assert [(ramp.changes, ramp.p50_kw) for ramp in summary.ramps if ramp.lag_s == 1] == [
            (3, 18.0),
            (3, 0.0),
            (3, 18.0),
        ]


def test_two_days_by_hand():
    """1 kW on the last hour of a day, 2 kW on the first of the next: another month, too."""
    span = RunPlan("run", Timeline.of_days(date(2024, 6, 30), 2, ZoneInfo("UTC")), ("m1",), 3600)
    tally = Figures(span)
    tally.add(samples(tally.plan, [(23, 10_000, 0), (24, 20_000, 5_000)]))
    summary = tally.result()
    assert [(each.period, each.load, each.pv) for each in summary.days] == [
        ("2024-06-30", 1.0, 0.0),
        ("2024-07-01", 2.0, 0.5),
    ]
    assert [(each.period, each.import_) for each in summary.months] == [("2024-06", 1.0), ("2024-07", 1.5)]


def test_an_hour_by_hand():
    """30 min import of 2 kW with 0.5 kW PV, then 30 min export of 3 kW with 1 kW load."""
    rows = [(i, 20_000, 5_000) if i < 1800 else (i, 10_000, 40_000) for i in range(3600)]
    tally = Figures(plan())
    tally.add(samples(tally.plan, rows))
    found = msgspec.to_builtins(tally.result())
    assert {name: found[name] for name in list(found)[:11]} == {
        "rows": 3600,
        "resolution_s": 1,
        "energy_kwh": {"load": 1.5, "pv": 2.25, "self_consumed": 0.75, "import": 0.75, "export": 1.5} | NO_DEVICES,
        "self_consumption": round(0.75 / 2.25, 6),
        "self_sufficiency": 0.5,
        "generation_multiple": 1.5,
        "peak_kw": {
            "load": 2.0,
            "pv": 4.0,
            "import": 1.5,
            "export": 3.0,
            "import_15min": 1.5,
            "export_15min": 3.0,
            "meter": None,
        },
        "peak_of_all_kw": None,
        "meters": None,
        "days": None,
        "months": None,
    }


def test_peaks_of_all_meters_are_those_of_their_sum():
    """Two meters take 3 kW one after the other for a minute each, and give 2 kW at the same time."""
    rows = []
    for second in range(900):
        first = 30_000 if second < 60 else 0
        other = 30_000 if 60 <= second < 120 else 0
        given = 20_000 if 300 <= second < 360 else 0
        rows += [(2 * second, first, given), (2 * second + 1, other, given)]
    tally = Figures(plan("a", "b"))
    for start in range(0, len(rows), 7):
        tally.add(samples(tally.plan, rows[start : start + 7]))
    summary = tally.result()
    assert summary.peak_of_all_kw.load == summary.peak_kw.load == 3.0
    assert (summary.peak_kw.export, summary.peak_of_all_kw.export) == (2.0, 4.0)
    assert summary.peak_of_all_kw.import_15min == pytest.approx((2 * 60 * 3 - 60 * 4) / 900, abs=1e-6)
    assert summary.meters["a"].peak_of_all_kw is None


def test_a_quarter_hour_peak_is_a_mean_on_the_clock():
    """One minute of 9 kW lasts longer than no quarter: (60 · 9 kW) / 900 s = 0.6 kW."""
    rows = [(i, 90_000 if 930 <= i < 990 else 0, 0) for i in range(1800)]
    tally = Figures(plan())
    tally.add(samples(tally.plan, rows[:950]))
    tally.add(samples(tally.plan, rows[950:]))
    assert tally.result().peak_kw.import_15min == pytest.approx(0.6)


def test_shares_are_none_where_nothing_can_be_shared():
    tally = Figures(plan())
    tally.add(samples(tally.plan, [(0, 0, 0)]))
    tally.add(Samples.none())
    summary = tally.result()
    assert (summary.self_consumption, summary.self_sufficiency, summary.generation_multiple) == (None, None, None)


def test_rows_longer_than_a_quarter_have_no_quarter_peaks():
    tally = Figures(plan(every_s=1800))
    tally.add(samples(tally.plan, [(0, 20_000, 0), (1, 40_000, 0)]))
    summary = tally.result()
    assert (summary.peak_kw.import_15min, summary.peak_kw.export_15min) == (None, None)
    assert summary.energy_kwh.load == 3.0


def test_i8_a_battery_is_part_of_the_balance():
    """An hour of 2 kW surplus of which 1.5 kW are charged, then an hour of 1 kW of which 0.6 kW are discharged."""
    battery = BatteryModel(10, 5, 5, 0.95, 0.95, 0)
    run = RunPlan("run", DAY, ("m1",), balance=Balance((battery,)))
    tally = Figures(run)
    columns = np.array([(0, 20_000, 15_000, 0), (10_000, 0, -6_000, 0)], dtype=np.int64).repeat(3600, axis=0).T
    names = ("meter_dw", "pv_dw", "battery_dw", "soc_steps")
    tally.add(Samples.of_rows(run, np.arange(7200), **dict(zip(names, columns, strict=True))))
    summary = tally.result()
    assert msgspec.to_builtins(summary.energy_kwh) == {
        "load": 1.0, "pv": 2.0, "self_consumed": 1.5, "import": 0.4, "export": 0.5,
        "battery_charge": 1.5, "battery_discharge": 0.6, "curtailed": None, "meter": None,
        "inverter_clipped": None,
    }  # fmt: skip
    assert (summary.self_consumption, summary.self_sufficiency) == (0.75, 0.6)
    assert (summary.peak_kw.import_, summary.peak_kw.export) == (0.4, 0.5)


def test_i8_what_was_curtailed_is_added_up_by_meter_and_day():
    """The last hour of a day, then the first of the next: the second of two meters is curtailed by 1 and 3 kW."""
    days = Timeline.of_days(date(2024, 6, 21), 2, ZoneInfo("UTC"))
    run = RunPlan("run", days, ("a", "b"), 3600, Balance(export_limit_dw=0))
    tally = Figures(run)
    row, pv, curtailed = np.array([46, 47, 48, 49]), np.array([0, 5_000] * 2), np.array([0, 10_000, 0, 30_000])
    tally.add(Samples.of_rows(run, row, np.full(4, 10_000), pv, curtailed_dw=curtailed))
    summary = tally.result()
    assert (summary.energy_kwh.curtailed, summary.energy_kwh.battery_charge) == (4.0, None)
    assert {name: each.energy_kwh.curtailed for name, each in summary.meters.items()} == {"a": 0.0, "b": 4.0}
    assert [each.curtailed for each in summary.days] == [1.0, 3.0]


@given(st.lists(st.tuples(st.integers(-90_000, 90_000), power), min_size=1, max_size=50))
def test_i8_of_a_grid_meter_only_what_is_known_is_said(values):
    tally = Figures(RunPlan("run", DAY, ("m1",), meter_range=MeterRange.up_to(9_000, grid=True)))
    tally.add(samples(tally.plan, [(i, meter, pv) for i, (meter, pv) in enumerate(values)]))
    summary = tally.result()
    energy = summary.energy_kwh
    assert (energy.load, energy.self_consumed, summary.peak_kw.load) == (None, None, None)
    assert (summary.self_consumption, summary.self_sufficiency, summary.generation_multiple) == (None, None, None)
    assert energy.meter == round(sum(meter for meter, _ in values) / 36_000_000, 6)
    assert energy.import_ - energy.export == pytest.approx(energy.meter - energy.pv, abs=3e-6)
    assert summary.peak_kw.meter == max(0, *(meter for meter, _ in values), 0) / 10_000
