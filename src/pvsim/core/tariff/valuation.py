"""What each second's import costs and each second's export earns, or what both emit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from pvsim.core.quantities.timeline import Timeline
from pvsim.core.series.findings import span_text
from pvsim.core.site.tariff import Co2, Tariff
from pvsim.core.tariff.prices import HomePrices, Prices, nano
from pvsim.core.tariff.windows import prices_of_windows
from pvsim.errors import UsageError

__all__ = ["HomeRate", "Valuation", "emissions_of", "prices_of", "refuse_rows_beyond_quarters"]

_GRAMS_PER_KG = 1_000
_QUARTER_S = 900


@dataclass(frozen=True, slots=True)
class HomeRate:
    """What a home is paid for export.

    Attributes:
        per_kwh: For a kWh, in currency units.
        unpaid_utc: Where it is paid nothing while the market price is negative, as Unix times from which and up to
            which; None is always, () never.
    """

    per_kwh: float
    unpaid_utc: tuple[tuple[int, int], ...] | None = ()


@dataclass(frozen=True, slots=True)
class Valuation:
    """What a kWh is worth.

    Attributes:
        imported: Of import, in 10⁻⁹ currency units (or kg) per kWh; with surcharge and VAT.
        exported: Of export; of each home by itself where they are paid by different rates.
    """

    imported: Prices
    exported: Prices | HomePrices

    def refuse_changes_within_rows(self, timeline: Timeline, every_s: int) -> None:
        """Refuse rows that are longer than a price holds: a row has the price of its start.

        Raises:
            UsageError: naming the first time.
        """
        for prices in (self.imported, self.exported):
            changes = prices.changes(timeline.start_utc, timeline.end_utc)
            within = (changes - timeline.start_utc) % every_s
            if within.any():
                first = changes[within > 0][:1]
                local = (first + timeline.offset_s(first)).astype("datetime64[s]").astype("datetime64[m]")[0]
                when = str(local).replace("T", " ")
                what = f"`every`: a price changes at {when}, within a row of {span_text(every_s)}"
                raise UsageError(what, field="every", fix="for example 15min, 1min or 1s")


def refuse_rows_beyond_quarters(tariff: Tariff, every_s: int) -> None:
    """Refuse rows that do not divide the quarter of an hour of a demand charge.

    Raises:
        UsageError: they do not.
    """
    if tariff.demand is not None and _QUARTER_S % every_s:
        what = f"`every`: a demand charge needs rows that divide 15 min, not {span_text(every_s)}"
        raise UsageError(what, field="every", fix="for example 15min, 1min or 1s")


def prices_of(
    tariff: Tariff,
    series: Mapping[str, Prices],
    timeline: Timeline,
    unpaid_utc: Sequence[tuple[int, int]] | None = None,
    homes: Sequence[HomeRate] = (),
) -> Valuation:
    """The prices of a tariff over a run.

    Args:
        tariff: Without contradictions.
        series: The prices of its files, by the path of their setting.
        timeline: The run's.
        unpaid_utc: Where `zero_at_negative_prices` acts, as Unix times from which and up to which; None is always.
        homes: What each home is paid, where that differs.
    """
    read = {name: series.get(f"tariff.{name}") for name in ("import_series", "feed_in_series", "market_series")}
    imported, feed_in = read["import_series"], read["feed_in_series"]
    market = read["market_series"] or feed_in or imported
    if imported is None and tariff.import_per_kwh is None:
        imported = prices_of_windows(tariff.windows, timeline)
    elif imported is None:
        imported = Prices.flat(nano(tariff.import_per_kwh or 0.0))
    imported = imported.with_vat(nano(tariff.surcharge_per_kwh), tariff.vat_percent)
    if homes:
        return Valuation(imported, _of_homes(homes, market))
    exported = feed_in or Prices.flat(nano(tariff.feed_in_per_kwh or 0.0))
    if tariff.zero_at_negative_prices and market is not None:
        exported = exported.zero_where_negative(market, unpaid_utc)
    return Valuation(imported, exported)


def _of_homes(homes: Sequence[HomeRate], market: Prices | None) -> HomePrices:
    """What each home earns."""
    spans = list(dict.fromkeys(home.unpaid_utc for home in homes))
    always = Prices.flat(1)
    paid = tuple(always if market is None else always.zero_where_negative(market, each) for each in spans)
    rates = np.array([nano(home.per_kwh) for home in homes], dtype=np.int64)
    return HomePrices(rates, paid, np.array([spans.index(home.unpaid_utc) for home in homes], dtype=np.int64))


def emissions_of(co2: Co2, series: Mapping[str, Prices]) -> Valuation:
    """What the grid emits for a kWh over a run, of export as of import; in 10⁻⁹ kg per kWh.

    Args:
        co2: Without contradictions.
        series: The values of its file, by the path of its setting.
    """
    factor = series.get("co2.series") or Prices.flat(
        round(Fraction(nano(co2.grams_per_kwh or 0.0), _GRAMS_PER_KG))
    )
    return Valuation(factor, factor)
