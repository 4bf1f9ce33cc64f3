"""What energy costs at a site, what its grid emits, and what its plant cost, as plain data of a site file.

Prices are in the tariff's currency per kWh.
"""

from typing import Annotated, Literal, TypeAlias

from msgspec import UNSET, Meta, Struct, UnsetType, field

__all__ = ["MAX_PER_KWH", "Co2", "Cost", "DataSeries", "Demand", "PriceWindow", "Tariff", "series_of"]

MAX_PER_KWH = 2_000.0
"""The most that a kWh costs, in any currency: with surcharge and VAT it is then computed in 64 bits."""

_MOST_MONEY = 1e9
PerKwh: TypeAlias = Annotated[float, Meta(ge=-MAX_PER_KWH, le=MAX_PER_KWH)]
Amount: TypeAlias = Annotated[float, Meta(ge=0, le=_MOST_MONEY)]
Percent: TypeAlias = Annotated[float, Meta(ge=0, le=100)]
Month: TypeAlias = Annotated[int, Meta(ge=1, le=12)]
DayName: TypeAlias = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class DataSeries(Struct, frozen=True, forbid_unknown_fields=True):
    """Values from a CSV file, one for each interval of 15 min, 1 h or another part of an hour.

    Attributes:
        path: The file; relative to the site file.
        unit: Of the values: `EUR/MWh`, `EUR/kWh` or `ct/kWh`, with any currency; of CO2 `g/kWh`, `kg/MWh`,
            `kg/kWh` or `t/MWh`. If left out, the header of the column must say it.
        column: Header of the column of values, where several would fit.
        tz: IANA zone of times that name no offset; if left out, what the file says, else the site's.
        stamp: Which part of its interval a time is, its start or its end; if left out, what the file says, else
            its start.
    """

    path: Annotated[str, Meta(min_length=1, max_length=4096)]
    unit: str | None = None
    column: str | None = None
    tz: str | None = None
    stamp: Literal["start", "end"] | None = None


class PriceWindow(Struct, frozen=True, forbid_unknown_fields=True):
    """The price of import at some hours of local time. Each hour of a year has exactly one window.

    Attributes:
        per_kwh: Price of a kWh, before surcharge and VAT.
        from_: Where it begins, as `06:00`; if left out, at midnight.
        to: Where it ends, as `22:00`; if left out, at `24:00`. A window from 22:00 to 06:00 goes over midnight:
            its hours count by the day and month that they themselves are in.
        days: `all`, `weekdays` (Monday to Friday), `weekend`, or a list of `mon`, `tue`, `wed`, `thu`, `fri`,
            `sat`, `sun`. Public holidays are like other days.
        months: Numbers of months, January is 1; if left out, all.
    """

    per_kwh: PerKwh
    from_: str = field(default="00:00", name="from")
    to: str = "24:00"
    days: Literal["all", "weekdays", "weekend"] | Annotated[tuple[DayName, ...], Meta(min_length=1)] = "all"
    months: Annotated[tuple[Month, ...], Meta(min_length=1)] | None = None


class Demand(Struct, frozen=True, forbid_unknown_fields=True):
    """A charge for the highest mean import over a quarter of an hour by the local clock.

    Attributes:
        price_per_kw: Price of a kW, before VAT: of a month where `rule` is `month`, else of a year.
        rule: `month`: each month pays for its own peak. `year`: each calendar year for its highest. `flanders`:
            the mean of the peaks of the month and of up to eleven before it (capaciteitstarief).
        floor_kw: A peak counts as this at least; if left out, for `flanders` what its rule says on the run's first
            day (2.5), else 0.
    """

    price_per_kw: Amount
    rule: Literal["month", "year", "flanders"] = "year"
    floor_kw: Annotated[float, Meta(ge=0, le=9_999)] | None = None


class Tariff(Struct, frozen=True, forbid_unknown_fields=True):
    """What import costs and what export earns. One of `import_per_kwh`, `windows` and `import_series` is needed.

    Attributes:
        currency: Three letters, such as `EUR`.
        import_per_kwh: Price of import at all hours, before surcharge and VAT.
        windows: Prices of import by local time.
        import_series: Prices of import from a file, before surcharge and VAT.
        surcharge_per_kwh: Added to each price of import: grid, taxes, levies, margin.
        vat_percent: VAT on import, surcharge, fees and demand charge; leave it out where they have it. Feed-in has
            none.
        feed_in_per_kwh: What a kWh of export earns.
        feed_in_series: What a kWh of export earns, from a file.
        feed_in_by_rules: A kWh of export earns what the site's `rules` say for its plants, `commissioned` on their
            day; nothing at negative prices where they say so.
        zero_at_negative_prices: Export earns nothing while the market price is below zero.
        market_series: The market price for `zero_at_negative_prices`; if left out, that of `feed_in_series`, else
            that of `import_series`.
        base_fee_per_month: Fee of a month, before VAT; each day bears its share.
        base_fee_per_year: Fee of a year, before VAT; each day bears its share.
        demand: A charge for the peak of import.
        highest_per_kwh: A price above it is refused: it is probably in another unit.
    """

    currency: str = "EUR"
    import_per_kwh: PerKwh | None = None
    windows: Annotated[tuple[PriceWindow, ...], Meta(max_length=1000)] = ()
    import_series: DataSeries | None = None
    surcharge_per_kwh: PerKwh = 0.0
    vat_percent: Percent = 0.0
    feed_in_per_kwh: PerKwh | None = None
    feed_in_series: DataSeries | None = None
    feed_in_by_rules: bool = False
    zero_at_negative_prices: bool = False
    market_series: DataSeries | None = None
    base_fee_per_month: Amount = 0.0
    base_fee_per_year: Amount = 0.0
    demand: Demand | None = None
    highest_per_kwh: Annotated[float, Meta(gt=0, le=MAX_PER_KWH)] = 2.0


class Cost(Struct, frozen=True, forbid_unknown_fields=True):
    """What PV and battery cost, for the payback time and the net present value; in the tariff's currency.

    Attributes:
        capital: What is paid in the beginning, whatever their size.
        life_years: How long they last.
        discount_percent: Interest by which a later saving is worth less.
        upkeep_per_year: What they cost in each year.
        capital_per_kwp: What is paid besides for each kWp of PV modules. With this or the next one a home with
            neither PV nor battery pays nothing, and homes that differ pay by their own sizes.
        capital_per_kwh: What is paid besides for each kWh of the battery's capacity.
    """

    capital: Amount
    life_years: Annotated[int, Meta(ge=1, le=100)]
    discount_percent: Percent
    upkeep_per_year: Amount = 0.0
    capital_per_kwp: Amount | UnsetType = UNSET
    capital_per_kwh: Amount | UnsetType = UNSET


class Co2(Struct, frozen=True, forbid_unknown_fields=True):
    """What the grid emits for a kWh. One of the two is needed.

    Attributes:
        grams_per_kwh: CO2 equivalent of a kWh at all hours.
        series: CO2 equivalent of a kWh from a file.
    """

    grams_per_kwh: Annotated[float, Meta(ge=0, le=5_000)] | None = None
    series: DataSeries | None = None


def series_of(tariff: Tariff | UnsetType | None, co2: Co2 | UnsetType | None) -> dict[str, DataSeries]:
    """The files that tariff and CO2 name, by the path of their setting."""
    found = {}
    if isinstance(tariff, Tariff):
        for name in ("import_series", "feed_in_series", "market_series"):
            found[f"tariff.{name}"] = getattr(tariff, name)
    if isinstance(co2, Co2):
        found["co2.series"] = co2.series
    return {path: series for path, series in found.items() if series is not None}
