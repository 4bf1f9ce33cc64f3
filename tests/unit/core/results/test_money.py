"""The bill of a week against a table as a person would make it in a spreadsheet, row by row."""

from datetime import UTC, date, datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from pvsim.core.quantities.timeline import Timeline
from pvsim.core.results.bill import Bill
from pvsim.core.results.money import Money
from pvsim.core.results.samples import Samples
from pvsim.core.run.plan import RunPlan
from pvsim.core.site.tariff import Demand, PriceWindow, Tariff
from pvsim.core.tariff.valuation import prices_of

BERLIN = ZoneInfo("Europe/Berlin")
TARIFF = Tariff(
    windows=(
        PriceWindow(0.3127, "06:00", "22:00", days="weekdays"),
        PriceWindow(0.2216, "22:00", "06:00", days="weekdays"),
        PriceWindow(0.2049, days="weekend"),
    ),
    surcharge_per_kwh=0.0205,
    vat_percent=19,
    feed_in_per_kwh=0.0778,
    base_fee_per_month=9.95,
    base_fee_per_year=12.5,
    demand=Demand(61.9, "year", floor_kw=1),
)
WEEK = 7 * 96 + 4  # quarters of an hour, with the hour that autumn has twice


def spreadsheet(load, pv, start_utc):
    """One line for each quarter of an hour: local time, kWh, prices; then sums by day, and the total."""
    days, peak = {}, Fraction(0)
    for quarter in range(WEEK):
        local = datetime.fromtimestamp(start_utc + 900 * quarter, UTC).astimezone(BERLIN)
        kwh = Fraction(int(load[quarter]) - int(pv[quarter]), 10_000) / 4
        night = not 6 <= local.hour < 22
        price = "0.2049" if local.weekday() >= 5 else "0.2216" if night else "0.3127"
        gross = round((Fraction(price) + Fraction("0.0205")) * Fraction("1.19"), 9)
        energy, feed_in = days.get(local.date(), (Fraction(0), Fraction(0)))
        days[local.date()] = (energy + max(kwh, 0) * gross, feed_in + max(-kwh, 0) * Fraction("0.0778"))
        peak = max(peak, kwh * 4)
    total = {"energy": Fraction(0), "feed_in": Fraction(0), "fees": Fraction(0), "demand": Fraction(0)}
    for day, (energy, feed_in) in days.items():
        month_days = {10: 31, 11: 30}[day.month]
        total["energy"] += round(energy, 6)
        total["feed_in"] += round(feed_in, 6)
        total["fees"] += round((Fraction("9.95") / month_days + Fraction("12.5") / 366) * Fraction("1.19"), 6)
        total["demand"] += round(Fraction("61.9") * max(peak, 1) / 366 * Fraction("1.19"), 6)
    return {name: float(value) for name, value in total.items()} | {"days": len(days)}


def test_a_week_costs_what_a_spreadsheet_says():
    timeline = Timeline.of_days(date(2024, 10, 26), 7, BERLIN)
    plan = RunPlan("r", timeline, ("a",), every_s=900)
    hour = np.arange(WEEK) / 4 % 24
    rng = np.random.Generator(np.random.Philox(2024))
    load = np.rint(3_000 + 8_000 * (np.abs(hour - 19) < 2) + rng.integers(0, 4_000, WEEK)).astype(np.int64)
    pv = np.rint(np.maximum(0, 25_000 * np.sin((hour - 7) / 10 * np.pi)) * rng.random(WEEK)).astype(np.int64)
    bill = Bill(plan, TARIFF, prices_of(TARIFF, {}, timeline))
    bill.add(Samples.of_rows(plan, np.arange(WEEK), load, pv))
    money, by_hand = bill.result(), spreadsheet(load, pv, timeline.start_utc)
    assert len(money.days) == by_hand.pop("days")
    assert {name: getattr(money, name) for name in by_hand} == by_hand
    without = spreadsheet(load, np.zeros_like(pv), timeline.start_utc)
    reference = money.references["no_pv_no_battery"]
    assert (reference.energy, reference.demand) == (without["energy"], without["demand"])


def test_money_is_read_back_as_it_was_written():
    money = Money(1.5, 0.25, 0.0, 0.75, 1.0, currency="EUR")
    assert msgspec.json.decode(msgspec.json.encode(money), type=Money) == money
