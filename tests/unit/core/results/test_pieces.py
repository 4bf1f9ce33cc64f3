from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from pvsim.core.devices.balance import Balance
from pvsim.core.devices.battery import BatteryModel
from pvsim.core.devices.limits import LimitSteps
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.quantities.types import MeterRange
from pvsim.core.results.pieces import EXPORT, IMPORT, Cutter, variants_of
from pvsim.core.results.samples import Samples
from pvsim.core.run.plan import RunPlan
from pvsim.core.tariff.prices import Prices

BERLIN = ZoneInfo("Europe/Berlin")


def plan_of(*meters, day="2024-06-21", days=2, **more):
    timeline = Timeline.of_days(date.fromisoformat(day), days, BERLIN)
    return RunPlan("r", timeline, meters or ("a",), **more)


def samples_of(plan, first, n, **more):
    row = np.arange(first, first + n)
    return Samples.of_rows(plan, row, row % 7 * 1_000, row % 5 * 1_500, **more)


@pytest.mark.parametrize("meters", [("a",), ("a", "b", "c")])
def test_rows_are_parted_where_something_changes(meters):
    plan = plan_of(*meters, every_s=60)
    start = plan.timeline.start_utc
    prices = Prices.of(np.array([start, start + 3_600 + 120, start + 90_000]), np.array([1, 2, 3]))
    samples = samples_of(plan, 0, plan.rows)
    pieces = Cutter(plan, (prices, Prices.flat(1)), quarters=True).pieces(samples)
    quarters = set(range(start, plan.timeline.end_utc, 900))
    assert set(pieces.t_utc.tolist()) == quarters | {start + 3_720}
    assert pieces.day.tolist() == [int(t >= start + 86_400) for t in pieces.t_utc]
    assert pieces.rows.sum() == plan.rows
    assert (pieces.rows[0] == 15).all()
    grid = samples.grid_dw
    for kind, part in ((IMPORT, np.maximum(grid, 0)), (EXPORT, np.maximum(-grid, 0))):
        by_meter = [part[samples.meter == i].sum() for i in range(len(meters))]
        assert pieces.sums_dw[:, kind, 0].sum(axis=0).tolist() == by_meter
    assert pieces.sums_dw[:, EXPORT, 1].sum() == 0
    assert pieces.sums_dw[:, IMPORT, 1].sum() == samples.meter_dw.sum()


def test_quarters_are_those_of_the_local_clock():
    timeline = Timeline.of_days(date(2024, 6, 21), 1, ZoneInfo("Asia/Kathmandu"))  # 5:45 ahead of UTC
    plan = RunPlan("r", timeline, ("a",), every_s=60)
    cutter = Cutter(plan, (), quarters=True)
    assert (cutter.pieces(samples_of(plan, 0, 60)).t_utc - timeline.start_utc).tolist() == [0, 900, 1800, 2700]
    timeline = Timeline.of_days(date(1938, 6, 21), 1, ZoneInfo("Europe/Amsterdam"))  # 1:20
    plan = RunPlan("r", timeline, ("a",), every_s=60)
    cutter = Cutter(plan, (), quarters=True)
    assert (cutter.pieces(samples_of(plan, 5, 60)).t_utc - timeline.start_utc).tolist() == [
        300,
        900,
        1800,
        2700,
        3600,
    ]


def battery():
    return BatteryModel(capacity_kwh=10, charge_kw=5, discharge_kw=5)


def grid_without_battery(plan, samples):
    pieces = Cutter(plan, (Prices(samples.t_utc, samples.t_utc),), quarters=False).pieces(samples)
    return (pieces.sums_dw[:, IMPORT, 2, 0] - pieces.sums_dw[:, EXPORT, 2, 0]).tolist()


def test_without_a_battery_the_reference_is_the_run():
    plan = plan_of(balance=Balance(export_limit_dw=1_000))
    samples = samples_of(plan, 0, 3, curtailed_dw=np.array([0, 500, 500]))
    assert grid_without_battery(plan, samples) == samples.grid_dw.tolist()


def test_the_reference_without_a_battery_exports_what_was_charged_up_to_the_limit():
    load, pv, stored = np.array([500, 500, 9_000]), np.array([4_500, 6_500, 0]), np.array([4_000, 1_000, -9_000])
    t_utc = plan_of().timeline.start_utc + np.arange(3)
    zeros = np.zeros(3, dtype=np.int64)
    plan = plan_of(balance=Balance((battery(),)))
    samples = Samples(t_utc, zeros, load, pv, battery_dw=stored, soc_steps=zeros)
    assert grid_without_battery(plan, samples) == [-4_000, -6_000, 9_000]
    samples = Samples(
        t_utc, zeros, load, pv, battery_dw=stored, soc_steps=zeros, curtailed_dw=np.array([0, 1_000, 0])
    )
    plan = plan_of(balance=Balance((battery(),), export_limit_dw=5_000))
    assert grid_without_battery(plan, samples) == [-4_000, -5_000, 9_000]
    steps = LimitSteps((int(t_utc[1]),), (3_000,))
    plan = plan_of(balance=Balance((battery(),), export_limit_dw=steps))
    assert grid_without_battery(plan, samples) == [-4_000, -3_000, 9_000]


def test_behind_a_grid_meter_there_is_no_reference():
    plan = plan_of(meter_range=MeterRange.up_to(9_000, grid=True))
    assert variants_of(plan) == 1
    samples = Samples.of_rows(plan, np.arange(2), np.array([-500, 700]), np.zeros(2, dtype=np.int64))
    pieces = Cutter(plan, (), quarters=False).pieces(samples)
    assert pieces.sums_dw.tolist() == [[[[700]], [[500]]]]


def test_pieces_without_rows_are_left_out():
    plan = plan_of(every_s=60)
    samples = samples_of(plan, 0, 60).where(np.r_[0:5, 40:60])
    pieces = Cutter(plan, (), quarters=True).pieces(samples)
    assert (pieces.t_utc - plan.timeline.start_utc).tolist() == [0, 2_400, 2_700]
    assert pieces.rows.tolist() == [[5], [5], [15]]


def test_each_site_has_its_own_limit_in_the_reference():
    start = plan_of().timeline.start_utc
    steps = LimitSteps((start + 1,), (3_000,))
    balance = Balance((battery(), None, battery()), export_limit_dw=(steps, None, 5_000))
    plan = replace(plan_of(balance=None), meters=("a", "b", "c"), balance=balance)
    load, pv = np.zeros(6, dtype=np.int64), np.full(6, 9_000)
    stored = np.array([9_000, 0, 9_000] * 2)
    t_utc, meter = start + np.repeat([0, 1], 3), np.tile([0, 1, 2], 2)
    samples = Samples(t_utc, meter, load, pv, battery_dw=stored, soc_steps=load, curtailed_dw=load)
    pieces = Cutter(plan, (Prices(t_utc[::3], t_utc[::3]),), quarters=False).pieces(samples)
    assert pieces.sums_dw[:, EXPORT, 2].tolist() == [[9_000, 9_000, 5_000], [3_000, 9_000, 5_000]]
