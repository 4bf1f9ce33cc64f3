from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.results.amounts import Amounts

ENERGIES = st.integers(0, 10**14 - 1)
PRICES = st.integers(-(10**13), 10**13)


def exact(energy, price):
    return Fraction(energy * price, 36_000_000 * 1_000)


@given(st.lists(st.tuples(ENERGIES, PRICES), min_size=1, max_size=20))
def test_sums_of_products_are_exact_and_rounded_once(pairs):
    energies, prices = (np.array(column) for column in zip(*pairs, strict=True))
    amounts = Amounts.of(energies, prices)
    each = [exact(energy, price) for energy, price in pairs]
    assert amounts.rounded().tolist() == [round(value) for value in each]
    assert int(amounts.summed().rounded()) == round(sum(each))
    added = Amounts.zeros(())
    for i in range(len(pairs)):
        added = added + amounts[i : i + 1].summed()
    assert (int(added.micro), int(added.rest)) == (int(amounts.summed().micro), int(amounts.summed().rest))


def test_a_kwh_at_30_cents():
    assert Amounts.of(np.array([36_000_000]), np.array([300_000_000])).rounded().tolist() == [300_000]


def test_halves_go_to_the_even_millionth():
    halves = Amounts.of(np.array([18_000_000] * 3), np.array([1_000, 3_000, -1_000]))
    assert halves.rounded().tolist() == [0, 2, 0]
