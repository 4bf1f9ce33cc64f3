"""Numbers of a tariff that the rules of a country have."""

from datetime import date

import pytest
from msgspec.structs import replace

from pvsim import Request
from pvsim.adapters.site_file import read_site
from pvsim.core.site.tariff import Co2, Cost, DataSeries, Demand, Tariff
from pvsim.errors import BadInputError
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
