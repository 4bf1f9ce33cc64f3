"""What a site says of money and CO2, with what the rules of its country say of it."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from msgspec import UNSET
from msgspec.structs import replace

from pvsim.config.feed_in import HomeFeedIn, UnpaidSpan
from pvsim.config.ports import Outside
from pvsim.core.rules.holding import capacity_tariff, feed_in_rate, unpaid_days
from pvsim.core.rules.schema import Rules
from pvsim.core.site.connection import Installed, installed_of
from pvsim.core.site.schema import Site
from pvsim.core.site.tariff import Tariff, series_of
from pvsim.errors import BadInputError

__all__ = ["prices_of_site"]

_MICRO = 1_000_000
_FLANDERS = "be"
_INSTEAD = "feed_in_per_kwh in place of feed_in_by_rules"


def prices_of_site(
    site: Site,
    rules: Rules | None,
    first_date: date,
    days: int,
    outside: Outside,
    *,
    homes: Sequence[Installed] = (),
) -> dict[str, Any]:
    """Fields of the configuration: tariff, cost and CO2 where the site says them, and the digests of their files.

    Args:
        site: As it was read.
        rules: Those that it names.
        first_date: First day of the run.
        days: How many days.
        outside: Where files are.
        homes: The plants of each home, where homes differ.

    Raises:
        BadInputError: if the rules do not say what the tariff asks them for.
    """
    said = {name: value for name in ("tariff", "cost", "co2") if (value := getattr(site, name)) is not UNSET}
    if "tariff" in said:
        said["tariff"] = _with_demand(said["tariff"], site, first_date, outside)
        if said["tariff"].feed_in_by_rules:
            said |= _by_rules(said["tariff"], site, rules, first_date, days, homes=homes)
    files = series_of(said.get("tariff"), said.get("co2"))
    sha256 = {name: outside.sha256(series.path) for name, series in files.items()}
    return {"unpaid": None, **said, "series_sha256": sha256 or None}


def _with_demand(tariff: Tariff, site: Site, first_date: date, outside: Outside) -> Tariff:
    """The tariff with the least peak that its rule has."""
    demand = tariff.demand
    if demand is not None and demand.rule == "flanders" and demand.floor_kw is None:
        rule = capacity_tariff(outside.read_rules(_FLANDERS), first_date)
        if rule is None:
            what = f"tariff.demand: Flanders has no capacity tariff on {first_date}"
            raise BadInputError(what, where=f"site {site.name}", fix="write its floor_kw, or another rule")
        tariff = replace(tariff, demand=replace(demand, floor_kw=rule.floor_kw))
    return tariff


def _by_rules(
    tariff: Tariff, site: Site, rules: Rules | None, first_date: date, days: int, *, homes: Sequence[Installed]
) -> dict[str, Any]:
    """Fields of the configuration: the tariff with the rate of the rules, or what they pay each home."""
    installed = {home for home in homes if home.kwp} or {installed_of(site, first_date)}
    found = {each: _feed_in(tariff, site, rules, first_date, days, plants=each) for each in sorted(installed)}
    one, *others = found.values()
    if any(each != one for each in others):
        return {"tariff": tariff, "feed_in": tuple(found.get(home, HomeFeedIn(0.0)) for home in homes)}
    zero = tariff.zero_at_negative_prices
    paid = replace(
        tariff, feed_in_per_kwh=one.per_kwh, zero_at_negative_prices=zero or one.zero_at_negative_prices
    )
    return {"tariff": paid, "unpaid": one.unpaid}


def _feed_in(
    tariff: Tariff, site: Site, rules: Rules | None, first_date: date, days: int, *, plants: Installed
) -> HomeFeedIn:
    """What the rules pay for some plants, and the days on which negative prices pay nothing."""
    where, (kwp, commissioned) = f"site {site.name}", plants
    rate = None if rules is None else feed_in_rate(rules, kwp, commissioned)
    if rules is None or rate is None:
        what = "tariff.feed_in_by_rules: the site names no rules"
        fix = f'write rules = "de" and commissioned, or {_INSTEAD}'
        if rules is not None:
            plant = f"{kwp:g} kWp commissioned on {commissioned}"
            what = f"tariff.feed_in_by_rules: the rules of {rules.name} have no rate for {plant}"
            fix = f"write {_INSTEAD}"
            if site.commissioned is UNSET:
                fix = f"write commissioned, the day on which the plants went into operation, or {_INSTEAD}"
        raise BadInputError(what, where=where, fix=fix)
    unpaid = unpaid_days(rules, kwp, commissioned, first_date, days)
    always = tariff.zero_at_negative_prices
    if not unpaid:
        return HomeFeedIn(rate / _MICRO, always)
    if tariff.market_series is None and tariff.import_series is None:
        source = unpaid[0].rule.source
        what = f"tariff.feed_in_by_rules: nothing is paid at negative prices ({source}), but none are known"
        instead = f"feed_in_per_kwh = {rate / _MICRO:g} in place of feed_in_by_rules"
        raise BadInputError(what, where=where, fix=f"add [tariff.market_series], or write {instead}")
    spans = tuple(UnpaidSpan(each.first_date, each.last_date) for each in unpaid)
    whole = UnpaidSpan(first_date, first_date + timedelta(days=days - 1))
    return HomeFeedIn(
        rate / _MICRO, zero_at_negative_prices=True, unpaid=None if always or whole in spans else spans
    )
