"""What a run costs, beside what it would cost with less in the building: `money` in a summary.

Amounts are integers of 10⁻⁶ currency units, written as currency units. Each day of each meter is rounded once in
each of its parts (import, feed-in, fees, demand charge), half to even; all else are sums of these.
"""

import msgspec

__all__ = ["Amount", "MeterAmount", "Money", "PeriodAmount"]


class Amount(msgspec.Struct, frozen=True):
    """A bill, in currency units: total = energy + fees + demand − feed_in, exactly as printed.

    Attributes:
        energy: Import at its prices, with surcharge and VAT.
        fees: Base fees of the days, with VAT.
        demand: The charge for the peak of import, with VAT.
        feed_in: What export earned; it lowers the total.
        total: What is to be paid; negative where more is earned.
    """

    energy: float
    fees: float
    demand: float
    feed_in: float
    total: float


class PeriodAmount(Amount, frozen=True, kw_only=True):
    """The bill of a day or a month.

    Attributes:
        period: `2024-06-21` or `2024-06`, local time.
        references: The totals of the same period by the names of `Money.references`; None as there.
    """

    period: str
    references: dict[str, float] | None = None


class MeterAmount(Amount, frozen=True, kw_only=True):
    """The bill of a meter.

    Attributes:
        references: Its totals by the names of `Money.references`; None as there.
        capital: What its PV and battery cost in the beginning. None without `[cost]`.
        saving_per_year: Its saving of a year. None as `Money.saving_per_year`, as the next two.
        payback_years: Of its PV and battery.
        npv: Of its PV and battery.
    """

    references: dict[str, float] | None = None
    capital: float | None = None
    saving_per_year: float | None = None
    payback_years: float | None = None
    npv: float | None = None


class Money(Amount, frozen=True, kw_only=True):
    """What the run costs. Of several meters, each has its own contract, and pays its own fees and peaks.

    Attributes:
        currency: Of all amounts.
        demand_kw: The highest kW that the demand charge is for in a month of the run, with floor and mean as its
            rule has them; of several meters the highest of any one. None where there is no such charge.
        references: The bills of the same days for the same building with less in it: `no_pv_no_battery` (the grid
            gives the load) and `pv_without_battery` (load − potential PV, curtailed at the export limit). None
            where the meter is at the grid connection, and the load not known.
        saving: What PV and battery saved in the days of the run: total of `no_pv_no_battery` − total.
        saving_by_battery: What the battery saved of it: total of `pv_without_battery` − total.
        years: Whole years that were simulated, without a missing row; 0 where it is no whole number of them.
        saving_per_year: The saving of a year: saving / years. None where no whole year was simulated.
        payback_years: capital / (saving_per_year − upkeep_per_year). None without `saving_per_year` or `[cost]`,
            and where nothing is left after upkeep.
        capital: What PV and battery cost in the beginning; of several meters the sum. None without `[cost]`.
        npv: Net present value: Σ (saving_per_year − upkeep_per_year) / (1 + discount)^y over the years y = 1 …
            life_years, − capital. None without `saving_per_year` or `[cost]`. Of several meters, capital and
            upkeep are the sums over them.
        days: The bill of each local day, where a run has several; a day without rows is left out.
        months: The bill of each local month, where a run touches several.
        meters: The bill of each meter, where a run has several.
    """

    currency: str
    demand_kw: float | None = None
    references: dict[str, Amount] | None = None
    saving: float | None = None
    saving_by_battery: float | None = None
    years: int = 0
    saving_per_year: float | None = None
    payback_years: float | None = None
    npv: float | None = None
    capital: float | None = None
    days: tuple[PeriodAmount, ...] | None = None
    months: tuple[PeriodAmount, ...] | None = None
    meters: dict[str, MeterAmount] | None = None
