"""Bills of small runs, by hand."""

from datetime import date
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.core.quantities.timeline import Timeline
from pvsim.core.quantities.types import MeterRange
from pvsim.core.results.bill import Bill
from pvsim.core.results.money import Amount, MeterAmount, PeriodAmount
from pvsim.core.results.samples import Samples
from pvsim.core.run.plan import RunPlan
from pvsim.core.site.spending import Size
from pvsim.core.site.tariff import Cost, DataSeries, Demand, PriceWindow, Tariff
from pvsim.core.tariff.prices import Prices
from pvsim.core.tariff.valuation import HomeRate, prices_of

BERLIN = ZoneInfo("Europe/Berlin")
FLAT = Tariff(import_per_kwh=0.3, feed_in_per_kwh=0.08)


def plan_of(*meters, day="2024-06-21", days=1, every_s=900, **more):
    timeline = Timeline.of_days(date.fromisoformat(day), days, BERLIN)
    return RunPlan("r", timeline, meters or ("a",), every_s=every_s, **more)


def bill_of(plan, tariff, samples, cost=None):
    bill = Bill(plan, tariff, prices_of(tariff, {}, plan.timeline), cost)
    bill.add(samples)
    return bill


def steady(plan, load_kw, pv_kw):
    """The same powers in all rows."""
    powers = (np.full(plan.rows, round(kw * 10_000)) for kw in (load_kw, pv_kw))
    return Samples.of_rows(plan, np.arange(plan.rows), *powers)


def test_a_day_at_a_flat_price():
    plan = plan_of()
    money = bill_of(plan, FLAT, steady(plan, 1, 0.25)).result()
    assert money.total == money.energy == 5.4
    assert (money.fees, money.demand, money.feed_in, money.demand_kw) == (0, 0, 0, None)
    assert money.references == {
        "no_pv_no_battery": Amount(7.2, 0, 0, 0, 7.2),
        "pv_without_battery": Amount(5.4, 0, 0, 0, 5.4),
    }
    assert (money.saving, money.saving_by_battery) == (1.8, 0)
    assert (money.days, money.months, money.meters) == (None, None, None)


def test_a_day_that_exports():
    plan = plan_of()
    money = bill_of(plan, FLAT, steady(plan, 1, 3)).result()
    assert (money.energy, money.feed_in, money.total) == (0, 3.84, -3.84)
    assert money.saving == 7.2 + 3.84


@pytest.mark.parametrize(("day", "night_h"), [("2024-03-31", 7), ("2024-06-21", 8), ("2024-10-27", 9)])
def test_windows_on_days_on_which_the_clock_changes(day, night_h):
    windows = (PriceWindow(0.3, "06:00", "22:00"), PriceWindow(0.2, "22:00", "06:00"))
    plan = plan_of(day=day)
    money = bill_of(plan, Tariff(windows=windows), steady(plan, 1, 0)).result()
    assert money.energy == round(16 * 0.3 + night_h * 0.2, 6)


def test_vat_is_on_all_but_feed_in():
    tariff = Tariff(
        import_per_kwh=0.2,
        surcharge_per_kwh=0.1,
        vat_percent=19,
        feed_in_per_kwh=0.08,
        base_fee_per_month=30,
        base_fee_per_year=366,
        demand=Demand(30, "month"),
    )
    plan = plan_of()
    half = np.arange(plan.rows) < plan.rows // 2
    samples = Samples.of_rows(plan, np.arange(plan.rows), np.where(half, 10_000, 0), np.where(half, 0, 10_000))
    money = bill_of(plan, tariff, samples).result()
    assert money.energy == round(12 * 0.3 * 1.19, 6)
    assert money.fees == round(2 * 1.19, 6)
    assert money.demand == 1.19
    assert money.demand_kw == 1
    assert money.feed_in == 0.96
    assert money.total == round(money.energy + money.fees + money.demand - money.feed_in, 6)
    assert money.references["no_pv_no_battery"].fees == money.fees


def test_a_run_over_the_end_of_a_month():
    plan = plan_of(day="2024-06-30", days=2)
    load = np.where(np.arange(plan.rows) < 96, 10_000, 20_000)
    samples = Samples.of_rows(plan, np.arange(plan.rows), load, np.zeros_like(load))
    tariff = Tariff(import_per_kwh=0.1, base_fee_per_month=31, demand=Demand(3, "month"))
    money = bill_of(plan, tariff, samples).result()
    june = PeriodAmount(
        2.4, 1.033333, 0.1, 0, 3.533333, period="2024-06", references=dict.fromkeys(money.references, 3.533333)
    )
    july = PeriodAmount(
        4.8, 1.0, 0.193548, 0, 5.993548, period="2024-07", references=dict.fromkeys(money.references, 5.993548)
    )
    assert money.months == (june, july)
    assert [day.period for day in money.days] == ["2024-06-30", "2024-07-01"]
    assert money.total == round(3.533333 + 5.993548, 6)
    assert money.demand_kw == 2


def test_each_meter_has_its_own_contract():
    plan = plan_of("a", "b")
    load = np.where(np.arange(plan.rows) % 2, 20_000, 10_000)
    samples = Samples.of_rows(plan, np.arange(plan.rows), load, np.full(plan.rows, 15_000))
    tariff = Tariff(import_per_kwh=0.1, feed_in_per_kwh=0.05, base_fee_per_month=30, demand=Demand(30, "month"))
    money = bill_of(plan, tariff, samples).result()
    references = {"no_pv_no_battery": 2.4 + 1 + 1, "pv_without_battery": 0.4}
    assert money.meters == {
        "a": MeterAmount(0, 1, 0, 0.6, 0.4, references=references),
        "b": MeterAmount(1.2, 1, 0.5, 0, 2.7, references={"no_pv_no_battery": 7.8, "pv_without_battery": 2.7}),
    }
    assert (money.energy, money.fees, money.demand, money.feed_in, money.total) == (1.2, 2, 0.5, 0.6, 3.1)
    assert money.saving == round(4.4 + 7.8 - 3.1, 6)


def test_behind_a_grid_meter_nothing_is_known_of_savings():
    plan = plan_of(meter_range=MeterRange.up_to(9_000, grid=True))
    money = bill_of(plan, FLAT, steady(plan, -1, 0), Cost(1, 1, 0)).result()
    assert (money.total, money.references, money.saving, money.saving_by_battery) == (-1.92, None, None, None)


def test_a_year_says_whether_it_pays():
    plan = plan_of(day="2023-01-01", days=365, every_s=3_600)
    cost = Cost(1_000, 20, 0, upkeep_per_year=100)
    money = bill_of(plan, FLAT, steady(plan, 1, 0.25), cost).result()
    assert money.years == 1
    assert money.saving_per_year == money.saving == 657
    assert money.payback_years == round(1_000 / 557, 6)
    assert money.npv == 20 * 557 - 1_000
    assert money.capital == 1_000
    assert (len(money.days), len(money.months)) == (365, 12)


def test_homes_of_a_street_pay_by_their_own_sizes_by_hand():
    """A year of a home with 5 kWp and 8 kWh, one with 2 kWp, and one with nothing.

    Each uses 1 kW all the time, 2,628 EUR a year at 0.30. PV of 0.5 and 0.25 kW saves 1,314 and 657 EUR. They cost
    1,000 + 5 · 1,200 + 8 · 500 = 11,000 EUR, 3,400 EUR and nothing, and 50 EUR a year where there is something.
    """
    plan = plan_of("a", "b", "c", day="2023-01-01", days=365, every_s=3_600)
    cost = Cost(1_000, 20, 0, upkeep_per_year=50, capital_per_kwp=1_200, capital_per_kwh=500)
    bill = Bill(plan, FLAT, prices_of(FLAT, {}, plan.timeline), cost, [Size(5, 8), Size(2), Size()])
    pv = np.tile([5_000, 2_500, 0], plan.rows // 3)
    bill.add(Samples.of_rows(plan, np.arange(plan.rows), np.full(plan.rows, 10_000), pv))
    money = bill.result()
    found = [(each.capital, each.saving_per_year, each.payback_years, each.npv) for each in money.meters.values()]
    assert found == [
        (11_000, 1_314, round(11_000 / 1_264, 6), 20 * 1_264 - 11_000),
        (3_400, 657, round(3_400 / 607, 6), 20 * 607 - 3_400),
        (0, 0, None, 0),
    ]
    assert (money.capital, money.saving_per_year) == (14_400, 1_971)
    assert (money.payback_years, money.npv) == (round(14_400 / 1_871, 6), 20 * 1_871 - 14_400)


def test_a_year_that_lacks_a_row_is_no_year():
    plan = plan_of(day="2023-01-01", days=365, every_s=3_600)
    samples = steady(plan, 1, 0.25)
    money = bill_of(plan, FLAT, samples.where(slice(1, None)), Cost(1, 1, 0)).result()
    assert (money.years, money.saving_per_year, money.npv) == (0, None, None)


def test_days_without_rows_bear_no_fee():
    plan = plan_of(days=3)
    tariff = Tariff(import_per_kwh=0.1, base_fee_per_month=30)
    samples = steady(plan, 1, 0)
    money = bill_of(plan, tariff, samples.where(samples.t_utc < plan.timeline.midnights_utc[2])).result()
    assert [day.period for day in money.days] == ["2024-06-21", "2024-06-22"]
    assert money.fees == 2


def test_no_rows_cost_nothing():
    plan = plan_of()
    money = bill_of(plan, FLAT, Samples.none()).result()
    assert (money.total, money.saving, money.years) == (0, 0, 0)


TARIFF = Tariff(
    windows=(PriceWindow(0.3, "06:00", "22:00"), PriceWindow(0.2, "22:00", "06:00")),
    vat_percent=7,
    feed_in_per_kwh=0.081,
    base_fee_per_month=10,
    demand=Demand(50, "flanders"),
)


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 2), st.lists(st.integers(0, 1_000), max_size=4), st.data())
def test_any_parts_in_any_order_come_to_the_same_bill(meters, cuts, data):
    plan = plan_of(*"ab"[:meters], day="2024-03-29", days=4, every_s=300)
    rng = np.random.Generator(np.random.Philox(meters))
    samples = Samples.of_rows(plan, np.arange(plan.rows), *(rng.integers(0, 90_000, plan.rows) for _ in range(2)))
    whole = bill_of(plan, TARIFF, samples).result()
    bounds = [0, *sorted(min(cut, plan.rows) for cut in cuts), plan.rows]
    parts = [samples.where(slice(first, end)) for first, end in pairwise(bounds)]
    merged = bill_of(plan, TARIFF, Samples.none())
    for part in data.draw(st.permutations(parts)):
        merged.merge(bill_of(plan, TARIFF, part))
    assert merged.result() == whole
    for each in ("energy", "fees", "demand", "feed_in", "total"):
        assert getattr(whole, each) == round(sum(getattr(day, each) for day in whole.days), 6)


def test_homes_that_are_paid_differently_by_hand():
    """Each exports 1 kW all day; b is paid nothing while the market is negative, from 12 to 18 h, and c never."""
    plan = plan_of("a", "b", "c")
    midnight = plan.timeline.start_utc
    market = Prices.of(midnight + 3_600 * np.array([0, 12, 18]), np.array([40, -5, 40]))
    tariff = Tariff(import_per_kwh=0.3, feed_in_by_rules=True, market_series=DataSeries("prices.csv"))
    rates = [HomeRate(0.0794), HomeRate(0.0687, None), HomeRate(0.0)]
    bill = Bill(plan, tariff, prices_of(tariff, {"tariff.market_series": market}, plan.timeline, homes=rates))
    bill.add(steady(plan, 0, 1))
    money = bill.result()
    assert [each.feed_in for each in money.meters.values()] == [24 * 0.0794, 18 * 0.0687, 0.0]
    assert money.feed_in == round(24 * 0.0794 + 18 * 0.0687, 6)
