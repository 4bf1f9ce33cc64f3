"""Numbers of a tariff that the rules of a country have."""

from datetime import date

import pytest
from msgspec.structs import replace

from pvsim import Request
from pvsim.adapters.site_file import read_site
from pvsim.config.feed_in import UnpaidSpan
from pvsim.core.site.tariff import Co2, Cost, DataSeries, Demand, Tariff
from pvsim.errors import BadInputError, UsageError
from pvsim.wiring.configure import configure

HOME = replace(read_site("home"), rules="de")  # of 8 kWp
BY_RULES = Tariff(import_per_kwh=0.3, feed_in_by_rules=True)
MARKET = DataSeries("/nowhere/prices.csv")


def tariff_of(site, day="2025-06-21"):
    return configure(Request(site=site, date=day)).tariff


def test_a_site_that_says_nothing_has_none():
    config = configure(Request(site="home"))
    assert (config.tariff, config.cost, config.co2, config.series_sha256) == (None, None, None, None)


def test_what_a_site_says_is_in_the_configuration():
    site = replace(HOME, tariff=Tariff(import_per_kwh=0.3), cost=Cost(1, 1, 0), co2=Co2(series=MARKET))
    config = configure(Request(site=site))
    assert (config.tariff, config.cost, config.co2) == (site.tariff, site.cost, site.co2)
    assert config.series_sha256 == {"co2.series": ""}


@pytest.mark.parametrize(
    ("commissioned", "rate"), [("2024-03-01", 0.0811), ("2024-09-01", 0.0803), ("2025-02-10", 0.0794)]
)
def test_feed_in_by_the_day_of_commissioning(commissioned, rate):
    tariff = tariff_of(replace(HOME, commissioned=date.fromisoformat(commissioned), tariff=BY_RULES))
    assert (tariff.feed_in_per_kwh, tariff.zero_at_negative_prices) == (rate, False)


@pytest.mark.parametrize("name", ["market_series", "import_series"])
def test_new_plants_earn_nothing_at_negative_prices(name):
    tariff = replace(BY_RULES, import_per_kwh=None if name == "import_series" else 0.3, **{name: MARKET})
    found = tariff_of(replace(HOME, tariff=tariff), day="2025-08-21")
    assert (found.feed_in_per_kwh, found.zero_at_negative_prices) == (0.0786, True)


@pytest.mark.parametrize(
    ("day", "days", "unpaid"),
    [
        ("2025-02-24", 1, None),
        ("2025-02-24", 4, (UnpaidSpan(date(2025, 2, 25), date(2025, 2, 27)),)),
        ("2025-02-25", 4, None),  # all
    ],
)
def test_the_loss_at_negative_prices_begins_with_its_rule(day, days, unpaid):
    site = replace(HOME, commissioned=date(2025, 2, 25), tariff=replace(BY_RULES, market_series=MARKET))
    config = configure(Request(site=site, date=day, days=days))
    assert (config.unpaid, config.tariff.zero_at_negative_prices) == (unpaid, days > 1)
    declared = replace(site, tariff=replace(site.tariff, zero_at_negative_prices=True))
    assert configure(Request(site=declared, date=day, days=days)).unpaid is None


def test_prices_are_needed_where_the_rule_holds_on_any_day():
    site = replace(HOME, commissioned=date(2025, 2, 25), tariff=BY_RULES)
    assert configure(Request(site=site, date="2025-02-24")).tariff.feed_in_per_kwh == 0.0794
    with pytest.raises(BadInputError, match="nothing is paid at negative prices"):
        configure(Request(site=site, date="2025-02-24", days=2))


@pytest.mark.parametrize(("day", "days"), [("2025-02-24", 10**9), ("2025-02-24", 0), ("9999-12-31", 2)])
def test_days_outside_the_calendar_are_refused_with_rules_too(day, days):
    site = replace(HOME, commissioned=date(2025, 2, 25), tariff=replace(BY_RULES, market_series=MARKET))
    with pytest.raises(UsageError, match=r"days"):
        configure(Request(site=site, date=day, days=days))


@pytest.mark.parametrize(
    ("site", "fix"),
    [
        (read_site("home"), 'write rules = "de" and commissioned, or '),
        (replace(HOME, rules="be"), "write commissioned, the day on which the plants went into operation, or "),
        (replace(HOME, rules="be", commissioned=date(2025, 2, 25)), "write "),
        (HOME, "add [tariff.market_series], or write "),
    ],
)
def test_the_fix_is_one_that_is_not_there_yet(site, fix):
    with pytest.raises(BadInputError) as caught:
        tariff_of(replace(site, tariff=BY_RULES))
    assert caught.value.fix.startswith(fix + "feed_in_per_kwh")
    assert caught.value.fix.endswith("in place of feed_in_by_rules")


@pytest.mark.parametrize(
    ("site", "what"),
    [
        (replace(read_site("home"), tariff=BY_RULES), "tariff.feed_in_by_rules: the site names no rules"),
        (
            replace(HOME, rules="be", tariff=BY_RULES),
            "the rules of Belgium have no rate for 8 kWp",
        ),
        (replace(HOME, tariff=BY_RULES), "nothing is paid at negative prices (EEG 2023 § 51"),
    ],
)
def test_what_the_rules_do_not_say_is_refused(site, what):
    with pytest.raises(BadInputError) as caught:
        tariff_of(site)
    assert what in caught.value.what
    assert caught.value.fix


@pytest.mark.parametrize(("given", "floor_kw"), [(None, 2.5), (1.0, 1.0), (0.0, 0.0)])
def test_the_floor_of_flanders_is_that_of_its_rule(given, floor_kw):
    tariff = Tariff(import_per_kwh=0.3, demand=Demand(50, "flanders", floor_kw=given))
    assert tariff_of(replace(HOME, tariff=tariff)).demand.floor_kw == floor_kw


def test_flanders_had_no_such_charge_before():
    tariff = Tariff(import_per_kwh=0.3, demand=Demand(50, "flanders"))
    with pytest.raises(BadInputError, match="Flanders has no capacity tariff on 2022-06-21"):
        tariff_of(replace(HOME, tariff=tariff), day="2022-06-21")
    with_floor = replace(tariff, demand=Demand(50, "flanders", floor_kw=2.5))
    assert tariff_of(replace(HOME, tariff=with_floor), day="2022-06-21").demand.floor_kw == 2.5
