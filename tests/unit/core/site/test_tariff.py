import msgspec
import pytest

from pvsim.core.site.problems import problems
from pvsim.core.site.tariff import MAX_PER_KWH, PriceWindow, Tariff


def test_all_mistakes_of_a_tariff_are_found_with_their_paths():
    data = {
        "curency": "EUR",
        "currency": 1,
        "windows": [{"per_kwh": 0.3, "days": "sundays"}, {"from": 6, "months": [0]}],
        "demand": {"price_per_kw": -1, "rule": "week"},
        "vat_percent": 190,
    }
    assert problems(data, Tariff) == [
        "curency: there is no such setting; did you mean currency?",
        "currency: 1 is not a text",
        'window 1: days: "sundays" is not known; write one of all, weekdays, weekend',
        "window 2: from: 6 is not a text",
        "window 2: months: value 1: 0 is outside 1..12",
        "window 2: per_kwh: missing",
        "demand.price_per_kw: -1 is outside 0..1,000,000,000",
        'demand.rule: "week" is not known; write one of flanders, month, year',
        "vat_percent: 190 is outside 0..100",
    ]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -2_001, 2_001])
def test_no_price_is_larger_than_its_products_can_be(value):
    assert abs(value) <= MAX_PER_KWH or problems({"import_per_kwh": value}, Tariff)


def test_a_window_is_written_with_from_and_to():
    window = msgspec.convert({"per_kwh": 0.3, "from": "06:00", "to": "22:00"}, PriceWindow)
    assert window == PriceWindow(0.3, "06:00", "22:00", "all", None)
