from datetime import date
from zoneinfo import ZoneInfo

import pytest

from pvsim.core.quantities.timeline import Timeline
from pvsim.core.results.investment import Investment, investment_of, whole_years
from pvsim.core.site.spending import Spending, sum_of
from pvsim.core.site.tariff import Cost


@pytest.mark.parametrize(
    ("first", "days", "years"),
    [
        ("2023-01-01", 365, 1),
        ("2024-01-01", 366, 1),
        ("2024-01-01", 365, 0),
        ("2023-06-21", 366, 1),
        ("2023-01-01", 365 + 366, 2),
        ("2024-02-29", 366, 1),
        ("2024-06-21", 1, 0),
    ],
)
def test_a_year_goes_from_a_date_to_the_same_date(first, days, years):
    timeline = Timeline.of_days(date.fromisoformat(first), days, ZoneInfo("Europe/Berlin"))
    assert whole_years(timeline) == years


def test_without_a_whole_year_nothing_is_said():
    cost = Cost(1_000, 20, 3)
    assert investment_of(100_000_000, 0, cost, Spending.of(cost)) == Investment()
    assert investment_of(None, 1, cost, Spending.of(cost)) == Investment()


def test_the_saving_of_a_year_needs_no_cost():
    assert investment_of(300_000_000, 2, None, None) == Investment(150.0)


def test_payback_and_net_present_value_by_hand():
    cost = Cost(2_000, 3, 10, upkeep_per_year=100)
    found = investment_of(1_100_000_000, 1, cost, Spending.of(cost))
    assert found == Investment(1_100.0, 2.0, round(-2_000 + 1_000 / 1.1 + 1_000 / 1.21 + 1_000 / 1.331, 6))


def test_each_site_of_a_fleet_costs_as_much():
    cost = Cost(2_000, 3, 10, 100)
    one, two = (
        investment_of(sites * 1_100_000_000, 1, cost, sum_of([Spending.of(cost)] * sites)) for sites in (1, 2)
    )
    assert two.payback_years == one.payback_years
    assert two.npv == pytest.approx(2 * one.npv, abs=2e-6)


def test_what_saves_nothing_never_pays_back():
    cost = Cost(1_000, 2, 0, upkeep_per_year=100)
    assert investment_of(100_000_000, 1, cost, Spending.of(cost)) == Investment(100.0, None, -1_000.0)
