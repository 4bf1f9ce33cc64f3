"""What a run costs and what the grid emits for it, in lines for the terminal."""

from typing import TYPE_CHECKING

from pvsim.core.site.spending import is_by_size

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pvsim.config.run_config import UnpaidSpan
    from pvsim.core.results.money import Money
    from pvsim.core.results.summary import Summary
    from pvsim.core.site.tariff import Cost, Tariff

__all__ = ["money_lines"]

_LEAST_SHOWN = 0.005


def money_lines(
    summary: "Summary",
    tariff: "Tariff | None",
    cost: "Cost | None",
    unpaid: "Sequence[UnpaidSpan] | None" = None,
) -> list[str]:
    """Some lines; none where the site says nothing of money and CO2.

    Args:
        summary: What the run comes to.
        tariff: Of the site.
        cost: Of the site.
        unpaid: The days on which nothing is paid at negative prices, where these are not all.
    """
    lines = [] if summary.money is None else _bill(summary.money, cost)
    if tariff is not None and tariff.feed_in_by_rules:
        spans = (f"from {span.first_date} to {span.last_date}" for span in unpaid or ())
        some = "" if unpaid is None else f" {' and '.join(spans)}"
        paid = f", nothing at negative prices{some}" if tariff.zero_at_negative_prices else ""
        lines.append(f"feed-in by the rules: {tariff.feed_in_per_kwh:g} {tariff.currency} a kWh{paid}")
    if (emissions := summary.emissions) is not None:
        saved = ""
        if (kg := emissions.saving_kg) is not None:
            saved = f" · {abs(kg):,.1f} kg {'less' if kg >= 0 else 'more'} than without PV"
        lines.append(f"CO2 of the import {emissions.import_kg:,.1f} kg{saved}")
    return lines


def _bill(money: "Money", cost: "Cost | None") -> list[str]:
    unit = money.currency
    parts = [f"energy {money.energy:,.2f}"]
    parts += [f"fees {money.fees:,.2f}"] if money.fees else []
    if money.demand_kw is not None:
        parts.append(f"demand {money.demand:,.2f} for {money.demand_kw:,.2f} kW")
    if abs(money.feed_in) >= _LEAST_SHOWN:
        parts.append(f"feed-in {-money.feed_in:+,.2f}")
    lines = [f"cost {money.total:,.2f} {unit} ({', '.join(parts)})"]
    if money.references is None:
        return [*lines, "the meter is at the grid: what PV saves is not known"]
    without = money.references["no_pv_no_battery"].total
    saved = f"without PV and battery {without:,.2f} {unit} · {_saved(money.saving or 0.0, unit)}"
    battery = money.saving_by_battery or 0.0
    if battery > 0 and (money.saving or 0.0) >= 0:
        saved += f", {battery:,.2f} of it by the battery"
    elif battery:
        saved += f"; the battery {_saved(battery, unit, 'saves')}"
    lines.append(saved)
    return [*lines, *_investment(money, cost)]


def _investment(money: "Money", cost: "Cost | None") -> list[str]:
    """What a year saves, and whether what was paid comes back."""
    lines, unit = [], money.currency
    if money.capital is not None and cost is not None and is_by_size(cost):
        lines.append(f"PV and battery cost {money.capital:,.0f} {unit}, by their sizes")
    if money.saving_per_year is not None:
        per_year = _saved(money.saving_per_year, unit, "saved in a year")
        per_year += "" if money.saving_per_year >= 0 else " in a year"
        if cost is not None and money.npv is not None:
            years = "never pays back"
            if money.payback_years is not None:
                years = f"pays back in {money.payback_years:.1f} years"
            per_year += f" · {years} · net present value over {cost.life_years} years {money.npv:,.0f} {unit}"
        lines.append(per_year)
    elif cost is not None:
        lines.append("no payback time: this is no whole year (--days 365 or 366 with every row)")
    return lines


def _saved(amount: float, unit: str, verb: str = "saved") -> str:
    """What is saved, or what it costs more."""
    return f"{verb} {amount:,.2f} {unit}" if amount >= 0 else f"costs {-amount:,.2f} {unit} more"
