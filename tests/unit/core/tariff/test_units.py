import pytest

from pvsim.core.tariff.units import unit_in, unit_of


@pytest.mark.parametrize(
    ("header", "nano_per_kwh", "currency"),
    [
        ("Day-ahead Price [EUR/MWh]", 10**6, "EUR"),
        ("Deutschland/Luxemburg [€/MWh] Originalauflösungen", 10**6, "EUR"),
        ("Preis in ct/kWh", 10**7, ""),
        ("price_eur_per_kwh", 10**9, "EUR"),
        ("price_ct_per_kwh", 10**7, ""),
        ("spotpris (öre/kWh)", 10**7, ""),
        ("total NOK/kWh", 10**9, "NOK"),
    ],
)
def test_units_of_prices_in_headers(header, nano_per_kwh, currency):
    unit = unit_in(header, "price")
    assert (unit.nano_per_kwh, unit.currency) == (nano_per_kwh, currency)


@pytest.mark.parametrize(
    ("header", "nano_per_kwh"),
    [
        ("Carbon intensity gCO₂eq/kWh (direct)", 10**6),
        ("co2 [kg/MWh]", 10**6),
        ("t CO2/MWh", 10**9),
        ("kg CO2e per kWh", 10**9),
        ("grams_per_kwh", 10**6),
    ],
)
def test_units_of_emissions_in_headers(header, nano_per_kwh):
    assert unit_in(header, "co2").nano_per_kwh == nano_per_kwh


@pytest.mark.parametrize("header", ["price", "EUR", "kWh", "temperature °C", "total", "kWh/h"])
def test_headers_without_a_unit(header):
    assert unit_in(header, "price") is None
    assert unit_in(header, "co2") is None


@pytest.mark.parametrize(("text", "quantity"), [("EUR/MWh", "price"), ("ct/kWh", "price"), ("g CO2/kWh", "co2")])
def test_a_setting_is_a_unit_and_nothing_else(text, quantity):
    assert unit_of(text, quantity) is not None
    assert unit_of(f"about {text}", quantity) is None


@pytest.mark.parametrize("text", ["EUR", "kWh", "g/kWh", "euro/kWh", ""])
def test_what_is_no_unit_of_a_price(text):
    assert unit_of(text, "price") is None
