"""Which rules hold on a day: against the dates one by one, and cases by hand from the law."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pvsim.adapters.rules_file import read_rules
from pvsim.core.rules.holding import (
    CapFrom,
    UnpaidDays,
    capacity_tariff,
    dimming_rule,
    export_cap,
    export_caps_over,
    feed_in_rate,
    rule_contradictions,
    unpaid_days,
)
from pvsim.core.rules.schema import CapacityTariff, Dimming, ExportCap, FeedIn, FeedInTier, NegativePrices, Rules

DE, BE = read_rules("de"), read_rules("be")
WHERE = {"source": "a law", "url": "https://example.org"}
FIRST = date(2024, 1, 1)
days = st.integers(0, 60).map(lambda n: FIRST + timedelta(days=n))
caps = st.builds(
    lambda percent, start, end, new: ExportCap(
        percent=percent, valid_from=start, valid_until=end, commissioned_from=new, below_kwp=100, **WHERE
    ),
    st.sampled_from([0.0, 50.0, 60.0, 70.0]),
    days,
    days | st.none(),
    days | st.none(),
)


@given(st.lists(caps, max_size=4), days, days, st.integers(1, 60))
def test_the_caps_over_a_run_are_those_of_each_day(found, commissioned, first, count):
    rules = Rules("somewhere", export_caps=tuple(found))
    steps = export_caps_over(rules, 8, commissioned, first, count)
    assert steps[0].first_date == first
    assert all(one.rule != other.rule for one, other in pairwise(steps))
    for day in (first + timedelta(days=n) for n in range(count)):
        holding = [step.rule for step in steps if step.first_date <= day][-1]
        assert holding == export_cap(rules, 8, commissioned, day)
        those = [
            cap.percent
            for cap in found
            if cap.valid_from <= day <= (cap.valid_until or day)
            and (cap.commissioned_from is None or commissioned >= cap.commissioned_from)
        ]
        assert (holding.percent if holding else None) == (min(those) if those else None)


def test_the_german_cap_by_hand():
    new, old, start = date(2025, 3, 1), date(2025, 2, 24), date(2025, 2, 25)
    assert export_cap(DE, 8, new, date(2025, 2, 24)) is None
    assert export_cap(DE, 8, new, start).percent == 60
    assert export_cap(DE, 8, start, date(2030, 1, 1)).percent == 60
    assert export_cap(DE, 8, old, date(2030, 1, 1)) is None
    assert export_cap(DE, 99.9, new, new).percent == 60
    assert export_cap(DE, 100, new, new) is None
    assert export_cap(BE, 8, new, new) is None
    assert export_caps_over(DE, 8, new, date(2025, 2, 23), 4) == (
        CapFrom(date(2025, 2, 23), None),
        CapFrom(start, DE.export_caps[0]),
    )
    assert export_caps_over(DE, 8, old, date(2025, 2, 23), 4) == (CapFrom(date(2025, 2, 23), None),)


HALF_YEARS = ["2023-06-30", "2024-02-01", "2024-08-01", "2025-02-01", "2025-08-01", "2026-02-01", "2026-08-01"]


@pytest.mark.parametrize("tier", range(3))
def test_german_rates_follow_from_the_law(tier):
    """EEG § 48 (2): the values of 2023; § 49: 1 % less each half year; § 53 (1): less 0.4 ct."""
    value, top = [("8.6", 10), ("7.5", 40), ("6.2", 100)][tier]
    for steps, day in enumerate(HALF_YEARS):
        rounded = (Decimal(value) * Decimal("0.99") ** steps).quantize(Decimal("0.01"), ROUND_HALF_UP)
        rates = next(
            each
            for each in DE.feed_in
            if each.commissioned_from <= date.fromisoformat(day) <= each.commissioned_until
        )
        assert rates.tiers[tier] == FeedInTier(top, float((rounded - Decimal("0.4")) / 100)), day


def test_rates_by_hand():
    day = date(2025, 9, 1)
    assert feed_in_rate(DE, 8, day) == 78_600
    assert feed_in_rate(DE, 10, date(2026, 2, 1)) == 77_800
    assert feed_in_rate(DE, 10, date(2026, 8, 1)) == 77_000
    assert feed_in_rate(DE, 15, day) == 75_067  # (10 · 7.86 + 5 · 6.80) / 15 = 7.50666... ct
    assert feed_in_rate(DE, 100, day) == 61_620  # (10 · 7.86 + 30 · 6.80 + 60 · 5.56) / 100 = 6.162 ct
    assert feed_in_rate(DE, 100.1, day) is None
    assert feed_in_rate(DE, 0, day) is None
    assert feed_in_rate(DE, 8, date(2022, 12, 31)) is None
    assert feed_in_rate(DE, 8, date(2027, 2, 1)) is None
    assert feed_in_rate(BE, 8, day) is None


@given(st.floats(0.1, 100), st.sampled_from(HALF_YEARS))
def test_a_rate_lies_between_those_of_the_tiers_and_never_rises_with_power(kwp, day):
    commissioned = date.fromisoformat(day)
    lowest, rate, highest = (feed_in_rate(DE, power, commissioned) for power in (100, kwp, 1))
    assert lowest <= rate <= highest


def test_what_else_holds_by_hand():
    day = date(2025, 2, 25)
    before = day - timedelta(days=1)
    unpaid = DE.negative_prices[0]
    assert unpaid_days(DE, 8, day, day, 1) == (UnpaidDays(day, day, unpaid),)
    assert unpaid_days(DE, 2, day, before, 3) == (UnpaidDays(day, day + timedelta(days=1), unpaid),)
    assert unpaid_days(DE, 1.9, day, day, 1) == ()
    assert unpaid_days(DE, 8, before, day, 1) == ()
    assert unpaid_days(DE, 8, day, before, 1) == ()
    ended = Rules(name="x", negative_prices=(replace(unpaid, valid_until=day),))
    assert unpaid_days(ended, 8, day, before, 9) == (UnpaidDays(day, day, ended.negative_prices[0]),)
    assert dimming_rule(DE, date(2024, 1, 1)).least_kw == 4.2
    assert dimming_rule(DE, date(2023, 12, 31)) is None
    flanders = capacity_tariff(BE, date(2023, 1, 1))
    assert (flanders.region, flanders.months, flanders.floor_kw) == ("Flanders", 12, 2.5)
    assert capacity_tariff(BE, date(2022, 12, 31)) is None


def test_contradictions_are_all_found():
    rates = FeedIn(tiers=(FeedInTier(10, 0.1),), valid_from=FIRST, **WHERE)
    later, before = FIRST + timedelta(days=9), FIRST - timedelta(days=1)
    rules = Rules(
        "somewhere",
        export_caps=(
            ExportCap(percent=60, valid_from=FIRST, valid_until=before, **WHERE),
            ExportCap(percent=60, valid_from=FIRST, commissioned_from=FIRST, commissioned_until=before, **WHERE),
        ),
        feed_in=(
            replace(rates, commissioned_from=later),
            replace(rates, commissioned_until=later),
            replace(rates, commissioned_from=date.max, tiers=(FeedInTier(10, 0.1), FeedInTier(10, 0.1))),
        ),
        negative_prices=(NegativePrices(valid_from=FIRST, **WHERE),),
        dimming=(Dimming(valid_from=FIRST, least_kw=4.2, **WHERE),),
        capacity_tariffs=(CapacityTariff(valid_from=FIRST, region="R", months=12, floor_kw=1, **WHERE),),
    )
    assert rule_contradictions(rules) == [
        "export_caps 1: valid_until, 2023-12-31, is before valid_from, 2024-01-01",
        "export_caps 2: commissioned_until, 2023-12-31, is before commissioned_from, 2024-01-01",
        "feed_in 3: tiers: up_to_kwp does not rise from tier to tier",
        "feed_in 1 and 2: both are for plants commissioned on 2024-01-10",
        "feed_in 1 and 3: both are for plants commissioned on 9999-12-31",
    ]
    assert rule_contradictions(DE) == rule_contradictions(BE) == []
