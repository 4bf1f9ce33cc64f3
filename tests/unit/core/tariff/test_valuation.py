from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from msgspec.structs import replace

from pvsim.core.quantities.timeline import Timeline
from pvsim.core.site.tariff import Co2, DataSeries, Demand, PriceWindow, Tariff
from pvsim.core.tariff.prices import Prices, nano
from pvsim.core.tariff.valuation import Valuation, emissions_of, prices_of, refuse_rows_beyond_quarters
from pvsim.errors import UsageError

TIMELINE = Timeline.of_days(date(2024, 6, 21), 1, ZoneInfo("Europe/Berlin"))
T = np.array([TIMELINE.start_utc, TIMELINE.start_utc + 3_600])
FILE = DataSeries("f.csv")
SPOT = Prices.of(T, np.array([nano(0.05), nano(-0.01)]))
OTHER = Prices.of(T, np.array([nano(-0.02), nano(0.04)]))
BY_FILE = Tariff(import_series=FILE)


def at(tariff, **series):
    found = prices_of(tariff, {f"tariff.{name}": prices for name, prices in series.items()}, TIMELINE)
    return [[price / 10**9 for price in each.at(T).tolist()] for each in (found.imported, found.exported)]


@pytest.mark.parametrize(
    ("tariff", "series", "imported", "exported"),
    [
        (Tariff(import_per_kwh=0.3), {}, [0.3, 0.3], [0, 0]),
        (Tariff(import_per_kwh=0.2, surcharge_per_kwh=0.1, vat_percent=10), {}, [0.33, 0.33], [0, 0]),
        (Tariff(windows=(PriceWindow(0.2, to="01:00"), PriceWindow(0.3, "01:00"))), {}, [0.2, 0.3], [0, 0]),
        (BY_FILE, {"import_series": SPOT}, [0.05, -0.01], [0, 0]),
        (
            replace(BY_FILE, feed_in_per_kwh=0.08, zero_at_negative_prices=True),
            {"import_series": SPOT},
            [0.05, -0.01],
            [0.08, 0],
        ),
        (
            replace(BY_FILE, feed_in_series=FILE, zero_at_negative_prices=True),
            {"import_series": SPOT, "feed_in_series": OTHER},
            [0.05, -0.01],
            [0, 0.04],
        ),
        (
            Tariff(import_per_kwh=0.3, feed_in_per_kwh=0.08, zero_at_negative_prices=True, market_series=FILE),
            {"market_series": OTHER},
            [0.3, 0.3],
            [0, 0.08],
        ),
        (
            replace(BY_FILE, feed_in_series=FILE),
            {"import_series": SPOT, "feed_in_series": SPOT},
            *[[0.05, -0.01]] * 2,
        ),
    ],
)
def test_prices_of_import_and_export(tariff, series, imported, exported):
    assert at(tariff, **series) == [imported, exported]


def test_negative_prices_pay_nothing_from_when_on_the_rule_holds():
    tariff = Tariff(import_per_kwh=0.3, feed_in_per_kwh=0.08, zero_at_negative_prices=True, market_series=FILE)
    negative = Prices.flat(nano(-0.01))
    found = prices_of(tariff, {"tariff.market_series": negative}, TIMELINE, [(int(T[1]), int(T[1]) + 60)])
    assert found.exported.at(np.array([*T, T[1] + 60])).tolist() == [80_000_000, 0, 80_000_000]


def test_emissions_of_a_number_and_of_a_file():
    assert emissions_of(Co2(380), {}).imported.at(T).tolist() == [nano(0.38)] * 2
    assert emissions_of(Co2(series=FILE), {"co2.series": SPOT}).exported is SPOT


def test_a_price_may_not_change_within_a_row():
    valuation = Valuation(Prices.flat(1), SPOT)
    valuation.refuse_changes_within_rows(TIMELINE, 3_600)
    with pytest.raises(UsageError) as caught:
        valuation.refuse_changes_within_rows(TIMELINE, 7_200)
    assert caught.value.what == "`every`: a price changes at 2024-06-21 01:00, within a row of 2 h"
    assert (caught.value.field, caught.value.exit_code) == ("every", 2)


@pytest.mark.parametrize(("every_s", "fits"), [(1, True), (900, True), (600, False), (3_600, False)])
def test_a_demand_charge_needs_rows_within_quarters(every_s, fits):
    refuse_rows_beyond_quarters(Tariff(import_per_kwh=0.3), every_s)
    tariff = Tariff(import_per_kwh=0.3, demand=Demand(50))
    if fits:
        refuse_rows_beyond_quarters(tariff, every_s)
    else:
        with pytest.raises(UsageError, match="a demand charge needs rows that divide 15 min"):
            refuse_rows_beyond_quarters(tariff, every_s)
