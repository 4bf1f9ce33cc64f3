"""Which rules of a country hold on a day, for a plant of a power and a day of commissioning.

Where several of a kind hold, the strictest does: the lowest cap, the highest floor. Feed-in rates of one day of
commissioning may not overlap (`rule_contradictions`), so there is one or none.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

from pvsim.core.rules.schema import CapacityTariff, Dimming, ExportCap, FeedIn, NegativePrices, Rule, Rules

__all__ = [
    "CapFrom",
    "UnpaidDays",
    "capacity_tariff",
    "dimming_rule",
    "export_cap",
    "export_caps_over",
    "feed_in_rate",
    "rule_contradictions",
    "unpaid_days",
]

_MICRO = 1_000_000


@dataclass(frozen=True, slots=True)
class CapFrom:
    """The cap on what is fed in from a day on.

    Attributes:
        first_date: The day; it begins at local midnight.
        rule: None where there is no cap from that day on.
    """

    first_date: date
    rule: ExportCap | None


@dataclass(frozen=True, slots=True)
class UnpaidDays:
    """Days on which a plant is paid nothing while prices are negative.

    Attributes:
        first_date: The first; it begins at local midnight.
        last_date: The last, to its end.
        rule: What says so.
    """

    first_date: date
    last_date: date
    rule: NegativePrices


def feed_in_rate(rules: Rules, kwp: float, commissioned: date) -> int | None:
    """What a plant is paid for a kWh that is fed in, in 10⁻⁶ of the currency, rounded half up.

    A plant above the first tier is paid the mean of the tiers' rates, weighted by the part of its power in each
    (in Germany EEG 2023 § 23c).

    Args:
        rules: The country's.
        kwp: Peak power of the plant's modules.
        commissioned: Its rate was fixed on this day.

    Returns:
        None where the rules have no rate: for that day, or above the last tier.
    """
    found = next((each for each in rules.feed_in if _is_for(each, commissioned)), None)
    if found is None or kwp <= 0 or kwp > found.tiers[-1].up_to_kwp:
        return None
    total, below = Fraction(0), Fraction(0)
    for tier in found.tiers:
        top = min(_exact(tier.up_to_kwp), _exact(kwp))
        total += (top - below) * _exact(tier.eur_per_kwh)
        below = top
    return int(total / _exact(kwp) * _MICRO + Fraction(1, 2))


def export_cap(rules: Rules, kwp: float, commissioned: date, on: date) -> ExportCap | None:
    """The cap that holds on a day; None where there is none."""
    caps = [
        cap
        for cap in rules.export_caps
        if _holds(cap, on) and _is_for(cap, commissioned) and (cap.below_kwp is None or kwp < cap.below_kwp)
    ]
    return min(caps, key=lambda cap: cap.percent, default=None)


def export_caps_over(
    rules: Rules, kwp: float, commissioned: date, first_date: date, days: int
) -> tuple[CapFrom, ...]:
    """The caps of a run of `days` days: the first day's, and one for each day on which another begins to hold."""
    last = first_date + timedelta(days=days - 1)
    starts = {first_date}
    for cap in rules.export_caps:
        starts.add(cap.valid_from)
        if cap.valid_until is not None and cap.valid_until < last:
            starts.add(cap.valid_until + timedelta(days=1))
    found: list[CapFrom] = []
    for day in sorted(start for start in starts if first_date <= start <= last):
        rule = export_cap(rules, kwp, commissioned, day)
        if not found or found[-1].rule != rule:
            found.append(CapFrom(day, rule))
    return tuple(found)


def unpaid_days(
    rules: Rules, kwp: float, commissioned: date, first_date: date, days: int
) -> tuple[UnpaidDays, ...]:
    """The days of a run of `days` days on which a plant is paid nothing while prices are negative."""
    end = first_date + timedelta(days=days - 1)
    found = []
    for rule in rules.negative_prices:
        first, last = max(rule.valid_from, first_date), min(rule.valid_until or end, end)
        if first <= last and _is_for(rule, commissioned) and kwp >= rule.from_kwp:
            found.append(UnpaidDays(first, last, rule))
    return tuple(sorted(found, key=lambda each: each.first_date))


def dimming_rule(rules: Rules, on: date) -> Dimming | None:
    """The rule by which devices may be dimmed on a day; None where there is none."""
    return max((each for each in rules.dimming if _holds(each, on)), key=lambda each: each.least_kw, default=None)


def capacity_tariff(rules: Rules, on: date) -> CapacityTariff | None:
    """The fee for the highest quarter hours that holds on a day; None where there is none."""
    return next((each for each in rules.capacity_tariffs if _holds(each, on)), None)


def rule_contradictions(rules: Rules) -> list[str]:
    """What no single value shows: dates in the wrong order, tiers that do not rise, two rates for one plant."""
    found = []
    for kind, each in _all(rules):
        if each.valid_until is not None and each.valid_until < each.valid_from:
            found.append(f"{kind}: valid_until, {each.valid_until}, is before valid_from, {each.valid_from}")
        low, high = getattr(each, "commissioned_from", None), getattr(each, "commissioned_until", None)
        if low is not None and high is not None and high < low:
            found.append(f"{kind}: commissioned_until, {high}, is before commissioned_from, {low}")
    for index, rates in enumerate(rules.feed_in, start=1):
        tops = [tier.up_to_kwp for tier in rates.tiers]
        if any(high <= low for low, high in pairwise(tops)):
            found.append(f"feed_in {index}: tiers: up_to_kwp does not rise from tier to tier")
    return found + _overlaps(rules.feed_in)


def _overlaps(feed_in: Sequence[FeedIn]) -> list[str]:
    """Rates that a plant of one day of commissioning would have two of."""
    spans = sorted(
        (each.commissioned_from or date.min, each.commissioned_until or date.max, index)
        for index, each in enumerate(feed_in, start=1)
    )
    return [
        f"feed_in {min(one, other)} and {max(one, other)}: both are for plants commissioned on {start}"
        for (_, until, one), (start, _, other) in pairwise(spans)
        if start <= until
    ]


def _all(rules: Rules) -> Iterator[tuple[str, Rule]]:
    for kind in ("export_caps", "feed_in", "negative_prices", "dimming", "capacity_tariffs"):
        for index, each in enumerate(getattr(rules, kind), start=1):
            yield f"{kind} {index}", each


def _holds(rule: Rule, on: date) -> bool:
    return rule.valid_from <= on and (rule.valid_until is None or on <= rule.valid_until)


def _is_for(rule: ExportCap | FeedIn | NegativePrices, commissioned: date) -> bool:
    return (rule.commissioned_from or date.min) <= commissioned <= (rule.commissioned_until or date.max)


def _exact(value: float) -> Fraction:
    """The number as it was written: 0.0786 is 786/10000."""
    return Fraction(repr(value))
