"""What a run costs and what the grid emits for it, in lines for the terminal."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pvsim.config import RunConfig
    from pvsim.core.results.money import Money
    from pvsim.core.results.summary import Summary
    from pvsim.core.site.tariff import Cost, Tariff

__all__ = ["money_lines"]

_LEAST_SHOWN = 0.005


def money_lines(summary: "Summary", config: "RunConfig") -> list[str]:
    """Some lines; none where the site says nothing of money and CO2."""
    lines = [] if summary.money is None else _bill(summary.money, config.cost)
    if config.tariff is not None and config.tariff.feed_in_by_rules:
        lines.append(f"feed-in by the rules: {_by_rules(config.tariff, config)}")
    if (emissions := summary.emissions) is not None:
        saved = ""
        if (kg := emissions.saving_kg) is not None:
            saved = f" · {abs(kg):,.1f} kg {'less' if kg >= 0 else 'more'} than without PV"
        lines.append(f"CO2 of the import {emissions.import_kg:,.1f} kg{saved}")
    return lines


def _by_rules(tariff: "Tariff", config: "RunConfig") -> str:
    """What the rules pay."""
    if config.feed_in:
        rates = sorted({home.per_kwh for home in config.feed_in if home.per_kwh})
        zero = any(home.zero_at_negative_prices for home in config.feed_in)
        paid = ", nothing at negative prices where they say so" if zero else ""
        span = " to ".join(f"{rate:g}" for rate in dict.fromkeys((rates[0], rates[-1])))
        return f"{span} {tariff.currency} a kWh, by each home's plants{paid}"
    spans = (f"from {span.first_date} to {span.last_date}" for span in config.unpaid or ())
    some = "" if config.unpaid is None else f" {' and '.join(spans)}"
    paid = f", nothing at negative prices{some}" if tariff.zero_at_negative_prices else ""
    return f"{tariff.feed_in_per_kwh:g} {tariff.currency} a kWh{paid}"


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
    from pvsim.core.site.spending import is_by_size  # noqa: PLC0415 - `pvsim --help` needs none

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
