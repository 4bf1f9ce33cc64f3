"""What a site says of money and CO2, with what the rules of its country say of it."""

from datetime import date
from typing import Any

from msgspec import UNSET
from msgspec.structs import replace

from pvsim.config.ports import Outside
from pvsim.core.rules.holding import capacity_tariff, feed_in_rate, unpaid_at_negative_prices
from pvsim.core.rules.schema import Rules
from pvsim.core.site.connection import installed_kwp
from pvsim.core.site.schema import Site
from pvsim.core.site.tariff import Tariff, series_of
from pvsim.errors import BadInputError

__all__ = ["prices_of_site"]

_MICRO = 1_000_000
_FLANDERS = "be"


def prices_of_site(site: Site, rules: Rules | None, first_date: date, outside: Outside) -> dict[str, Any]:
    """Fields of the configuration: tariff, cost and CO2 where the site says them, and the digests of their files.

    Args:
        site: As it was read.
        rules: Those that it names.
        first_date: First day of the run.
        outside: Where files are.

    Raises:
        BadInputError: if the rules do not say what the tariff asks them for.
    """
    said = {name: value for name in ("tariff", "cost", "co2") if (value := getattr(site, name)) is not UNSET}
    if "tariff" in said:
        said["tariff"] = _by_rules(said["tariff"], site, rules, first_date, outside)
    files = series_of(said.get("tariff"), said.get("co2"))
    sha256 = {name: outside.sha256(series.path) for name, series in files.items()}
    return {**said, "series_sha256": sha256 or None}


def _by_rules(tariff: Tariff, site: Site, rules: Rules | None, first_date: date, outside: Outside) -> Tariff:
    """The tariff with the numbers that rules have for it."""
    demand = tariff.demand
    if demand is not None and demand.rule == "flanders" and demand.floor_kw is None:
        rule = capacity_tariff(outside.read_rules(_FLANDERS), first_date)
        if rule is None:
            what = f"tariff.demand: Flanders has no capacity tariff on {first_date}"
            raise BadInputError(what, where=f"site {site.name}", fix="write its floor_kw, or another rule")
        tariff = replace(tariff, demand=replace(demand, floor_kw=rule.floor_kw))
    return tariff if not tariff.feed_in_by_rules else _with_feed_in(tariff, site, rules, first_date)


def _with_feed_in(tariff: Tariff, site: Site, rules: Rules | None, first_date: date) -> Tariff:
    kwp, where = installed_kwp(site), f"site {site.name}"
    commissioned = site.commissioned if site.commissioned is not UNSET else first_date
    rate = None if rules is None else feed_in_rate(rules, kwp, commissioned)
    if rules is None or rate is None:
        what = "tariff.feed_in_by_rules: the site names no rules"
        if rules is not None:
            plant = f"{kwp:g} kWp commissioned on {commissioned}"
            what = f"tariff.feed_in_by_rules: the rules of {rules.name} have no rate for {plant}"
        raise BadInputError(what, where=where, fix='write rules = "de" and commissioned, or feed_in_per_kwh')
    tariff = replace(tariff, feed_in_per_kwh=rate / _MICRO)
    unpaid = unpaid_at_negative_prices(rules, kwp, commissioned, first_date)
    if unpaid is None:
        return tariff
    if tariff.market_series is None and tariff.import_series is None:
        what = f"tariff.feed_in_by_rules: nothing is paid at negative prices ({unpaid.source}), but none are known"
        fix = f"add [tariff.market_series], or write feed_in_per_kwh = {rate / _MICRO:g} to leave that out"
        raise BadInputError(what, where=where, fix=fix)
    return replace(tariff, zero_at_negative_prices=True)
