from datetime import date
from types import SimpleNamespace

import msgspec
import pytest

from pvsim.cli.money import money_lines
from pvsim.config.feed_in import HomeFeedIn, UnpaidSpan
from pvsim.core.results.emissions import Emissions
from pvsim.core.results.money import Amount, Money
from pvsim.core.site.tariff import Cost, Tariff

REFERENCES = {"no_pv_no_battery": Amount(9, 1, 0, 0, 10), "pv_without_battery": Amount(4, 1, 0, 1, 4)}
COST = Cost(2_000, 20, 3)
SAVED = {"references": REFERENCES, "saving": 6.5, "saving_by_battery": 0.5}


def lines_of(money=None, emissions=None, **more):
    said = {"tariff": None, "cost": None, "unpaid": None, "feed_in": msgspec.UNSET} | more
    return money_lines(SimpleNamespace(money=money, emissions=emissions), SimpleNamespace(**said))


def test_a_site_without_prices_says_nothing():
    assert lines_of() == []


def test_a_day():
    money = Money(3.25, 1, 0, 0.75, 3.5, currency="EUR", **SAVED)
    assert lines_of(money) == [
        "cost 3.50 EUR (energy 3.25, fees 1.00, feed-in -0.75)",
        "without PV and battery 10.00 EUR · saved 6.50 EUR, 0.50 of it by the battery",
    ]
    assert (
        lines_of(money, cost=COST)[2]
        == "no payback time: this is no whole year (--days 365 or 366 with every row)"
    )


@pytest.mark.parametrize(("payback", "said"), [(5.25, "pays back in 5.2 years"), (None, "never pays back")])
def test_a_year(payback, said):
    year = {"saving_per_year": 400.0, "payback_years": payback, "npv": 3951.0}
    money = Money(3, 0, 2, -0.25, 5.25, currency="EUR", demand_kw=4.5, **SAVED, **year)
    assert lines_of(money, cost=COST) == [
        "cost 5.25 EUR (energy 3.00, demand 2.00 for 4.50 kW, feed-in +0.25)",
        "without PV and battery 10.00 EUR · saved 6.50 EUR, 0.50 of it by the battery",
        f"saved in a year 400.00 EUR · {said} · net present value over 20 years 3,951 EUR",
    ]
    assert lines_of(Money(3, 0, 0, 0, 3, currency="EUR", **SAVED, saving_per_year=400.0))[2] == (
        "saved in a year 400.00 EUR"
    )


def test_what_is_paid_by_size_is_told():
    by_size = msgspec.structs.replace(COST, capital_per_kwp=1_000)
    money = Money(3, 0, 0, 0, 3, currency="EUR", **SAVED, capital=14_400.0)
    assert lines_of(money, cost=by_size)[2:] == [
        "PV and battery cost 14,400 EUR, by their sizes",
        "no payback time: this is no whole year (--days 365 or 366 with every row)",
    ]


@pytest.mark.parametrize(
    ("saving", "battery", "said"),
    [
        (-7.03, None, "costs 7.03 EUR more"),
        (-7.03, 1.5, "costs 7.03 EUR more; the battery saves 1.50 EUR"),
        (7.03, -1.5, "saved 7.03 EUR; the battery costs 1.50 EUR more"),
    ],
)
def test_what_saves_nothing_costs_more(saving, battery, said):
    found = lines_of(
        Money(3, 0, 0, 0, 3, currency="EUR", references=REFERENCES, saving=saving, saving_by_battery=battery)
    )
    assert found == ["cost 3.00 EUR (energy 3.00)", f"without PV and battery 10.00 EUR · {said}"]


def test_a_year_that_costs_more():
    money = Money(3, 0, 0, 0, 3, currency="EUR", **SAVED, saving_per_year=-20.0)
    assert lines_of(money)[2] == "costs 20.00 EUR more in a year"


@pytest.mark.parametrize(
    ("unpaid", "said"),
    [
        ([UnpaidSpan(date(2025, 2, 25), date(2025, 2, 27))], " from 2025-02-25 to 2025-02-27"),
        (None, ""),
    ],
)
def test_the_days_on_which_negative_prices_pay_nothing(unpaid, said):
    tariff = Tariff(feed_in_by_rules=True, feed_in_per_kwh=0.0794, zero_at_negative_prices=True)
    found = lines_of(tariff=tariff, unpaid=unpaid)
    assert found == [f"feed-in by the rules: 0.0794 EUR a kWh, nothing at negative prices{said}"]


def test_behind_a_grid_meter():
    assert lines_of(Money(3, 0, 0, 1, 2, currency="CHF"), Emissions(12.34, 1)) == [
        "cost 2.00 CHF (energy 3.00, feed-in -1.00)",
        "the meter is at the grid: what PV saves is not known",
        "CO2 of the import 12.3 kg",
    ]


def test_emissions():
    assert lines_of(emissions=Emissions(1.5, 1, saving_kg=1_234.5)) == [
        "CO2 of the import 1.5 kg · 1,234.5 kg less than without PV"
    ]
    assert lines_of(emissions=Emissions(1.5, 1, saving_kg=-2.0)) == [
        "CO2 of the import 1.5 kg · 2.0 kg more than without PV"
    ]


@pytest.mark.parametrize(("zero", "more"), [(False, ""), (True, ", nothing at negative prices")])
def test_a_rate_that_rules_gave_is_told(zero, more):
    tariff = Tariff(feed_in_by_rules=True, feed_in_per_kwh=0.0794, zero_at_negative_prices=zero)
    assert lines_of(tariff=tariff) == [f"feed-in by the rules: 0.0794 EUR a kWh{more}"]


@pytest.mark.parametrize(
    ("rates", "said"),
    [
        ((0.0794, 0.0, 0.0687), "0.0687 to 0.0794 EUR a kWh, by each home's plants"),
        (
            (0.0794, 0.0794),
            "0.0794 EUR a kWh, by each home's plants, nothing at negative prices where they say so",
        ),
    ],
)
def test_homes_that_the_rules_pay_differently(rates, said):
    feed_in = tuple(HomeFeedIn(rate, i == 1 and "negative" in said) for i, rate in enumerate(rates))
    assert lines_of(tariff=Tariff(feed_in_by_rules=True), feed_in=feed_in) == [f"feed-in by the rules: {said}"]
