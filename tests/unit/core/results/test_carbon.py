from datetime import date
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.core.quantities.timeline import Timeline
from pvsim.core.quantities.types import MeterRange
from pvsim.core.results.carbon import CarbonSum
from pvsim.core.results.emissions import Emission, PeriodEmission
from pvsim.core.results.samples import Samples
from pvsim.core.run.plan import RunPlan
from pvsim.core.site.tariff import Co2
from pvsim.core.tariff.prices import Prices, nano
from pvsim.core.tariff.valuation import Valuation, emissions_of

BERLIN = ZoneInfo("Europe/Berlin")


def plan_of(days=1, **more):
    timeline = Timeline.of_days(date(2024, 6, 30), days, BERLIN)
    return RunPlan("r", timeline, ("a",), every_s=900, **more)


def sum_of(plan, valuation, samples):
    carbon = CarbonSum(plan, valuation)
    carbon.add(samples)
    return carbon


def test_a_day_by_hand():
    plan = plan_of()
    half = np.arange(plan.rows) < 48
    samples = Samples.of_rows(plan, np.arange(plan.rows), np.full(plan.rows, 10_000), np.where(half, 0, 30_000))
    found = sum_of(plan, emissions_of(Co2(380), {}), samples).result()
    assert (found.import_kg, found.export_kg) == (4.56, 9.12)
    assert found.references == {
        "no_pv_no_battery": Emission(9.12, 0),
        "pv_without_battery": Emission(4.56, 9.12),
    }
    assert found.saving_kg == 4.56
    assert (found.days, found.months) == (None, None)


def test_days_and_months():
    plan = plan_of(days=2)
    samples = Samples.of_rows(
        plan, np.arange(plan.rows), np.full(plan.rows, 10_000), np.zeros(plan.rows, dtype=int)
    )
    found = sum_of(plan, emissions_of(Co2(100), {}), samples).result()
    assert found.days == (PeriodEmission(2.4, 0, period="2024-06-30"), PeriodEmission(2.4, 0, period="2024-07-01"))
    assert [month.period for month in found.months] == ["2024-06", "2024-07"]


@pytest.mark.parametrize("rows", [0, 96])
def test_behind_a_grid_meter_nothing_is_saved(rows):
    plan = plan_of(meter_range=MeterRange.up_to(9_000, grid=True))
    samples = Samples.of_rows(plan, np.arange(rows), np.full(rows, 10_000), np.zeros(rows, dtype=int))
    found = sum_of(plan, emissions_of(Co2(100), {}), samples).result()
    assert (found.import_kg, found.references, found.saving_kg) == (2.4 if rows else 0, None, None)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 200), max_size=4), st.data())
def test_any_parts_in_any_order_come_to_the_same(cuts, data):
    plan = plan_of(days=2)
    rng = np.random.Generator(np.random.Philox(3))
    hours = np.arange(plan.timeline.start_utc, plan.timeline.end_utc, 3_600)
    factor = Prices.of(hours, rng.integers(0, nano(0.7), len(hours)))
    valuation = Valuation(factor, factor)
    samples = Samples.of_rows(plan, np.arange(plan.rows), *(rng.integers(0, 90_000, plan.rows) for _ in range(2)))
    bounds = [0, *sorted(min(cut, plan.rows) for cut in cuts), plan.rows]
    merged = CarbonSum(plan, valuation)
    for part in data.draw(st.permutations([samples.where(slice(a, b)) for a, b in pairwise(bounds)])):
        merged.merge(sum_of(plan, valuation, part))
    assert merged.result() == sum_of(plan, valuation, samples).result()
