import pytest
from msgspec.structs import replace

from pvsim.adapters.site_file import read_site
from pvsim.core.site.tariff import Co2, Cost, DataSeries, PriceWindow, Tariff, series_of
from pvsim.core.tariff.mistakes import tariff_problems

HOME = read_site("home")
FILE = DataSeries("prices.csv")
FLAT = Tariff(import_per_kwh=0.3)


def said(**changes):
    return tariff_problems(replace(HOME, **changes))


def test_examples_have_no_problems():
    assert tariff_problems(HOME) == []
    assert tariff_problems(read_site("home-tariff")) == []
    assert said(tariff=FLAT, cost=Cost(1, 1, 0), co2=Co2(380)) == []
    assert said(tariff=Tariff(import_series=FILE, zero_at_negative_prices=True), co2=Co2(series=FILE)) == []


@pytest.mark.parametrize(
    ("tariff", "problem"),
    [
        (Tariff(), "there is no price of import; write one of import_per_kwh, windows, import_series"),
        (Tariff(import_per_kwh=0.3, import_series=FILE), "import_per_kwh and import_series are given"),
        (replace(FLAT, currency="eur"), "tariff.currency: 'eur' is not three capital letters, such as EUR"),
        (replace(FLAT, currency="euro"), "tariff.currency: 'euro' is not three capital letters, such as EUR"),
        (
            replace(FLAT, vat_percent=0.19),
            "tariff.vat_percent: 0.19 % is less than 1 %; did you mean 19? Write 19, or",
        ),
        (Tariff(currency="GBP", import_per_kwh=28), "did you mean p? Write 0.28, or a highest_per_kwh above 28"),
        (replace(FLAT, feed_in_per_kwh=0.1, feed_in_series=FILE), "feed_in_per_kwh and feed_in_series are given"),
        (
            replace(FLAT, feed_in_per_kwh=0.1, feed_in_by_rules=True),
            "feed_in_by_rules are given",
        ),
        (
            replace(FLAT, currency="CHF", feed_in_by_rules=True),
            "rules are in EUR, the tariff is in CHF",
        ),
        (replace(FLAT, zero_at_negative_prices=True), "no market price is known; add [tariff.market_series]"),
        (replace(FLAT, market_series=FILE), "tariff.market_series: it is only used with zero_at_negative_prices"),
        (Tariff(import_per_kwh=32), "32 EUR is more than 2 for a kWh; did you mean ct? Write 0.32, or a highest"),
        (Tariff(windows=(PriceWindow(-30),)), "tariff window 1: per_kwh: -30 EUR is more than 2"),
        (replace(FLAT, feed_in_per_kwh=7.78), "tariff.feed_in_per_kwh: 7.78 EUR is more than 2"),
        (Tariff(windows=(PriceWindow(0.3, to="12:00"),)), "tariff.windows: no window has 12:00 to 24:00"),
        (
            Tariff(import_series=DataSeries("a\0b")),
            "tariff.import_series.path: a path cannot contain the character",
        ),
        (
            Tariff(import_series=DataSeries("a", unit="euro")),
            "tariff.import_series.unit: 'euro' is not known; write",
        ),
    ],
)
def test_what_no_single_value_shows(tariff, problem):
    (found,) = said(tariff=tariff)
    assert problem in found


def test_a_currency_without_hundredths_has_another_fix():
    (found,) = said(tariff=Tariff(currency="JPY", import_per_kwh=32))
    assert found == ("tariff.import_per_kwh: 32 JPY is more than 2 for a kWh; write a highest_per_kwh above 32")


@pytest.mark.parametrize("vat", [0, 1, 2.5, 25])
def test_a_vat_of_no_or_some_percent(vat):
    assert said(tariff=replace(FLAT, vat_percent=vat)) == []


def test_co2_in_kilograms_is_refused():
    assert said(co2=Co2(0.363)) == [
        "co2.grams_per_kwh: 0.363 g is less than 1 for a kWh; did you mean 363? Write 363, or 0 for none"
    ]
    assert said(co2=Co2(0)) == said(co2=Co2(1)) == []


def test_a_high_price_may_be_declared():
    assert said(tariff=Tariff(currency="JPY", import_per_kwh=32, highest_per_kwh=100)) == []


def test_co2_is_a_number_or_a_file():
    assert said(co2=Co2()) == ["co2: neither is given; write grams_per_kwh or [co2.series]"]
    assert said(co2=Co2(380, FILE)) == ["co2: both are given; write grams_per_kwh or [co2.series]"]
    (found,) = said(co2=Co2(series=DataSeries("a", unit="EUR/MWh")))
    assert found == "co2.series.unit: 'EUR/MWh' is not known; write g/kWh, kg/MWh, kg/kWh or t/MWh"


def test_what_was_paid_says_nothing_without_prices():
    assert said(cost=Cost(1, 1, 0)) == ["cost: there is no [tariff], so that nothing is known of what PV saves"]


def test_files_are_known_by_their_settings():
    assert series_of(Tariff(import_series=FILE), Co2(series=FILE)) == {
        "tariff.import_series": FILE,
        "co2.series": FILE,
    }
    assert series_of(None, None) == {}
