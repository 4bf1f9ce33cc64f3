from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.tariff.prices import HomePrices, Prices, nano

WHOLE = st.integers(-2 * 10**12, 2 * 10**12)
STEPS = st.lists(st.tuples(st.integers(0, 50), WHOLE), min_size=1, unique_by=lambda step: step[0]).map(sorted)
TIMES = np.arange(-1, 52)


def prices_of(steps):
    starts, values = zip(*steps, strict=True)
    return Prices.of(np.array(starts), np.array(values))


def slow_at(steps, t):
    return next((value for start, value in reversed(steps) if start <= t), steps[0][1])


@given(STEPS)
def test_a_price_holds_until_the_next(steps):
    prices = prices_of(steps)
    assert prices.at(TIMES).tolist() == [slow_at(steps, t) for t in TIMES]
    changes = [t for t in range(1, 51) if slow_at(steps, t) != slow_at(steps, t - 1)]
    assert prices.changes(0, 51).tolist() == changes


@given(STEPS, STEPS)
def test_feed_in_is_zero_while_the_market_is_below_zero(steps, market):
    found = prices_of(steps).zero_where_negative(prices_of(market)).at(TIMES).tolist()
    shown = [t for t in TIMES if t >= min(steps[0][0], market[0][0])]
    expected = [0 if slow_at(market, t) < 0 else slow_at(steps, t) for t in shown]
    assert found[-len(shown) :] == expected


@given(STEPS, WHOLE, st.integers(0, 1_000_000))
def test_surcharge_and_vat_are_rounded_once(steps, surcharge, parts):
    taxed = prices_of(steps).with_vat(surcharge, parts / 10_000)
    exact = [round((slow_at(steps, t) + surcharge) * (1 + Fraction(parts, 1_000_000))) for t in TIMES]
    assert taxed.at(TIMES).tolist() == exact


def test_a_spot_price_with_grid_fees_and_vat():
    spot = Prices.of(np.array([0, 3600]), np.array([nano(0.04567), nano(-0.01)]))
    assert spot.with_vat(nano(0.1425), 19).nano_per_kwh.tolist() == [nano(0.2239223), nano(0.157675)]


@given(
    WHOLE, STEPS, st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)).map(sorted).map(tuple), max_size=3)
)
def test_feed_in_is_zero_only_on_the_days_of_the_rule(value, market, spans):
    found = Prices.flat(value).zero_where_negative(prices_of(market), spans).at(TIMES[1:]).tolist()
    acts = [any(first <= t < end for first, end in spans) for t in TIMES[1:]]
    assert found == [
        0 if act and slow_at(market, t) < 0 else value for t, act in zip(TIMES[1:], acts, strict=True)
    ]


def test_a_rule_that_begins_within_hours_of_negative_prices():
    market = Prices.of(np.array([0, 10, 30]), np.array([5, -1, 5]))
    paid = Prices.flat(8).zero_where_negative(market, [(20, 40)])
    assert (paid.starts_utc.tolist(), paid.nano_per_kwh.tolist()) == ([0, 20, 30], [8, 0, 8])


def test_a_flat_price_never_changes():
    flat = Prices.flat(nano(0.3))
    assert flat.at(np.array([-5, 0, 10**10])).tolist() == [300_000_000] * 3
    assert flat.changes(-(10**10), 10**10).tolist() == []


def test_numbers_are_taken_as_they_are_written():
    assert nano(0.1) == 100_000_000
    assert nano(1e-9) == 1
    assert nano(2.5e-9) == 2


@given(
    st.lists(STEPS, min_size=1, max_size=3), st.lists(st.tuples(WHOLE, st.integers(0, 2)), min_size=1, max_size=5)
)
def test_each_home_earns_its_rate_while_it_is_paid(markets, homes):
    always = Prices.flat(1)
    paid = [always.zero_where_negative(prices_of(each)) for each in markets]
    paid_of = [which % len(paid) for _, which in homes]
    prices = HomePrices(np.array([rate for rate, _ in homes]), tuple(paid), np.array(paid_of))
    negative = [[slow_at(steps, t) < 0 for t in TIMES] for steps in markets]
    for home, (rate, _) in enumerate(homes):
        assert prices.at(TIMES)[:, home].tolist() == [0 if each else rate for each in negative[paid_of[home]]]
    each = [set(one.changes(0, 51).tolist()) for one in paid]
    assert prices.changes(0, 51).tolist() == sorted(set().union(*each))
