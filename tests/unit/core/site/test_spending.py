"""What PV and battery cost by their sizes."""

from fractions import Fraction

import pytest
from msgspec.structs import replace

from pvsim.core.site.spending import Size, Spending, is_by_size, sum_of
from pvsim.core.site.tariff import Cost

PLAIN = Cost(2_000, 20, 3, upkeep_per_year=50)
BY_SIZE = replace(PLAIN, capital_per_kwp=1_100.5, capital_per_kwh=600)


@pytest.mark.parametrize(
    ("cost", "size", "capital", "upkeep"),
    [
        (BY_SIZE, Size(10, 5), 2_000 + 11_005 + 3_000, 50),
        (BY_SIZE, Size(8.4), 2_000 + Fraction("9244.2"), 50),
        (BY_SIZE, Size(0, 5), 5_000, 50),
        (BY_SIZE, Size(), 0, 0),
        (PLAIN, Size(), 2_000, 50),
        (PLAIN, None, 2_000, 50),
        (replace(PLAIN, capital_per_kwh=600), Size(10, 5), 5_000, 50),
        (replace(PLAIN, capital_per_kwp=0), Size(10, 5), 2_000, 50),
        (replace(PLAIN, capital_per_kwp=0), Size(), 0, 0),
        (replace(PLAIN, capital_per_kwp=0), Size(None), 2_000, 50),
    ],
)
def test_a_home_pays_for_what_it_has(cost, size, capital, upkeep):
    assert Spending.of(cost, size) == Spending(Fraction(capital), Fraction(upkeep))


def test_cost_is_by_size_where_one_is_given():
    assert [is_by_size(each) for each in (PLAIN, BY_SIZE, replace(PLAIN, capital_per_kwh=0))] == [
        False,
        True,
        True,
    ]


def test_several_homes_pay_the_sum():
    assert sum_of([Spending.of(BY_SIZE, Size(1)), Spending.of(PLAIN)]) == Spending(
        Fraction("5100.5"), Fraction(100)
    )
    assert sum_of([]) == Spending(Fraction(0), Fraction(0))
