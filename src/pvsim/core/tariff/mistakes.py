"""What no single value of a tariff shows: what is missing, given twice, or in another unit."""

from collections.abc import Iterator

from msgspec import UNSET, UnsetType

from pvsim.core.site.schema import Site
from pvsim.core.site.spending import is_by_size
from pvsim.core.site.tariff import Co2, DataSeries, Tariff, series_of
from pvsim.core.tariff.units import Quantity, unit_of
from pvsim.core.tariff.windows import window_problems

__all__ = ["tariff_problems"]

_LETTERS = 3
_CENTS = dict.fromkeys(("EUR", "USD", "CAD", "AUD", "NZD"), "ct") | {
    "CHF": "Rp.",
    "GBP": "p",
    "DKK": "øre",
    "NOK": "øre",
    "SEK": "öre",
    "PLN": "gr",
}
"""What hundredths are called, in currencies in which the price of a kWh is often given in them."""


def tariff_problems(site: Site) -> list[str]:
    """What is wrong with the tariff, cost and CO2 of a site, each with its path."""
    found: list[str] = []
    if not isinstance(site.tariff, UnsetType):
        found += _of_tariff(site.tariff)
    elif not isinstance(site.cost, UnsetType):
        found.append("cost: there is no [tariff], so that nothing is known of what PV saves")
    homes = (site.homes, site.homes_file) != (UNSET, UNSET)
    if homes and not isinstance(site.cost, UnsetType) and not is_by_size(site.cost):
        what = "cost.capital: it is what PV and battery of one site cost, but the homes differ"
        found.append(f"{what}; write capital_per_kwp and capital_per_kwh besides, 0 for nothing")
    if not isinstance(site.co2, UnsetType):
        found += _of_co2(site.co2)
    for path, series in series_of(site.tariff, site.co2).items():
        found += _of_series(path, series, "co2" if path.startswith("co2") else "price")
    return found


def _of_tariff(tariff: Tariff) -> list[str]:
    found = []
    currency = tariff.currency
    if not (len(currency) == _LETTERS and currency.isascii() and currency.isalpha() and currency.isupper()):
        found.append(f"tariff.currency: {currency[:40]!r} is not three capital letters, such as EUR")
    ways = {
        "import_per_kwh": tariff.import_per_kwh is not None,
        "windows": bool(tariff.windows),
        "import_series": tariff.import_series is not None,
    }
    given = [name for name, is_given in ways.items() if is_given]
    if len(given) != 1:
        said = f"{' and '.join(given)} are given" if given else "there is no price of import"
        found.append(f"tariff: {said}; write one of {', '.join(ways)}")
    feed_in = {
        "feed_in_per_kwh": tariff.feed_in_per_kwh is not None,
        "feed_in_series": tariff.feed_in_series is not None,
        "feed_in_by_rules": tariff.feed_in_by_rules,
    }
    if len(earned := [name for name, is_given in feed_in.items() if is_given]) > 1:
        found.append(f"tariff: {' and '.join(earned)} are given; write one of them")
    if tariff.feed_in_by_rules and tariff.currency != "EUR":
        found.append(f"tariff.feed_in_by_rules: the rates of rules are in EUR, the tariff is in {tariff.currency}")
    if tariff.zero_at_negative_prices and not (
        tariff.market_series or tariff.feed_in_series or tariff.import_series
    ):
        found.append("tariff.zero_at_negative_prices: no market price is known; add [tariff.market_series]")
    if tariff.market_series is not None and not (tariff.zero_at_negative_prices or tariff.feed_in_by_rules):
        found.append("tariff.market_series: it is only used with zero_at_negative_prices = true")
    return [*found, *_in_other_units(tariff), *window_problems(tariff.windows)]


def _of_co2(co2: Co2) -> Iterator[str]:
    if (co2.grams_per_kwh is None) == (co2.series is None):
        given = "neither is" if co2.series is None else "both are"
        yield f"co2: {given} given; write grams_per_kwh or [co2.series]"
    if co2.grams_per_kwh is not None and 0 < co2.grams_per_kwh < 1:
        what = f"{co2.grams_per_kwh:g} g is less than 1 for a kWh"
        meant = f"{co2.grams_per_kwh * 1_000:g}"
        yield f"co2.grams_per_kwh: {what}; did you mean {meant}? Write {meant}, or 0 for none"


def _in_other_units(tariff: Tariff) -> Iterator[str]:
    """Prices that are probably cents, and a VAT that is probably a fraction."""
    if 0 < tariff.vat_percent < 1:
        meant = f"{tariff.vat_percent * 100:g}"
        what = f"{tariff.vat_percent:g} % is less than 1 %"
        yield f"tariff.vat_percent: {what}; did you mean {meant}? Write {meant}, or 0 for none"
    cents = _CENTS.get(tariff.currency)
    prices = {
        "tariff.import_per_kwh": tariff.import_per_kwh,
        "tariff.surcharge_per_kwh": tariff.surcharge_per_kwh,
        "tariff.feed_in_per_kwh": tariff.feed_in_per_kwh,
        **{f"tariff window {i}: per_kwh": window.per_kwh for i, window in enumerate(tariff.windows, start=1)},
    }
    for path, price in prices.items():
        if price is not None and abs(price) > tariff.highest_per_kwh:
            what = f"{price:g} {tariff.currency} is more than {tariff.highest_per_kwh:g}"
            higher = f"a highest_per_kwh above {abs(price):g}"
            hint = (
                f"write {higher}" if cents is None else f"did you mean {cents}? Write {price / 100:g}, or {higher}"
            )
            yield f"{path}: {what} for a kWh; {hint}"


def _of_series(path: str, series: DataSeries, quantity: Quantity) -> list[str]:
    found = []
    if "\0" in series.path:
        found.append(f"{path}.path: a path cannot contain the character NUL")
    if series.unit is not None and unit_of(series.unit, quantity) is None:
        known = "EUR/MWh, EUR/kWh or ct/kWh" if quantity == "price" else "g/kWh, kg/MWh, kg/kWh or t/MWh"
        found.append(f"{path}.unit: {series.unit[:40]!r} is not known; write {known}")
    return found
