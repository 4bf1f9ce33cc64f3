"""Distributions over meters are those of sorted lists."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.results.distribution import Distribution
from pvsim.core.results.money import MeterAmount, Money
from pvsim.core.results.over_meters import over_meters, with_bills
from pvsim.core.results.summary import BatteryUse, Energies, Peaks, Summary


def meter(load, share=None):
    return Summary(
        1, 1, Energies(load, 2.0, 1.0, 0.5, 1.0), share, None, None, Peaks(1.0, 2.0, 3.0, 4.0, 5.0, None)
    )


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=50))
def test_so_many_percent_of_the_meters_have_no_more(loads):
    found = over_meters([meter(load) for load in loads]).load_kwh
    for value, percent in ((found.p5, 5), (found.p50, 50), (found.p95, 95)):
        assert value in loads
        assert 100 * sum(load <= value for load in loads) >= percent * len(loads)
        assert 100 * sum(load < value for load in loads) < percent * len(loads)


def test_twenty_meters_by_hand():
    """The first of 20 is P5, the tenth the median, the 19th P95; meters without a share are left out."""
    found = over_meters([meter(float(load), None if load > 2 else load / 10) for load in range(20, 0, -1)])
    assert found.load_kwh == Distribution(1.0, 10.0, 19.0)
    assert found.self_consumption == Distribution(0.1, 0.1, 0.2)
    assert found.self_sufficiency is None
    assert found.peak_import_15min_kw == Distribution(5.0, 5.0, 5.0)


def test_batteries_and_bills_are_of_the_meters_that_have_them():
    use = BatteryUse(10.0, 0.5, 0.1, 1.0, 2.0, 1.0, 3.0, 4.0)
    over = over_meters([meter(1.0), msgspec.structs.replace(meter(2.0), battery=use, load_factor=0.2)])
    assert over.full_cycles == Distribution(0.5, 0.5, 0.5)
    assert over.load_factor == Distribution(0.2, 0.2, 0.2)
    assert over.money_total is None
    bills = {"a": MeterAmount(3.0, 0.0, 0.0, 1.0, 2.0), "b": MeterAmount(5.0, 0.0, 0.0, 1.0, 4.0)}
    money = Money(8.0, 0.0, 0.0, 2.0, 6.0, currency="EUR")
    with_both = with_bills(over, msgspec.structs.replace(money, meters=bills))
    assert with_both.money_total == Distribution(2.0, 2.0, 4.0)
    assert with_bills(over, money) == with_bills(over, None) == over
    assert with_bills(None, money) is None
