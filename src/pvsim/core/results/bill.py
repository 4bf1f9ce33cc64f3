"""The bill of a run, added up from its rows: `money.py` defines what it says."""

from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from pvsim.core.quantities.types import Ints
from pvsim.core.results.demand import DemandPeaks, Month, days_of, demand_kw, month_of, per_day
from pvsim.core.results.investment import investment_of, whole_years
from pvsim.core.results.money import Amount, MeterAmount, Money, PeriodAmount
from pvsim.core.results.pieces import EXPORT, IMPORT, REFERENCES, Cutter, variants_of
from pvsim.core.results.valued_days import ValuedDays
from pvsim.core.site.spending import Spending, sum_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pvsim.core.results.samples import Samples
    from pvsim.core.run.plan import RunPlan
    from pvsim.core.site.spending import Size
    from pvsim.core.site.tariff import Cost, Tariff
    from pvsim.core.tariff.valuation import Valuation

__all__ = ["Bill"]

_MICRO = 1_000_000
_PARTS = _ENERGY, _FEES, _DEMAND, _FEED_IN = range(4)


class Bill:
    """Adds up what a run costs: an `Accumulator` of its `Money`.

    Args:
        plan: The run.
        tariff: What import costs and export earns.
        valuation: Its prices over the run.
        cost: What PV and battery cost, if it is known.
        sizes: Of the site of each meter, where cost is by size; () is not known.

    Attributes:
        valued: Import and export of each day at their prices.
        peaks: The peaks for the demand charge; empty where there is none.
    """

    def __init__(
        self,
        plan: "RunPlan",
        tariff: "Tariff",
        valuation: "Valuation",
        cost: "Cost | None" = None,
        sizes: "Sequence[Size]" = (),
    ) -> None:
        self._plan = plan
        self._tariff = tariff
        self._cost = cost
        self._spending: list[Spending] = []
        if cost is not None:
            self._spending = [Spending.of(cost, each) for each in sizes] or [Spending.of(cost)] * len(plan.meters)
        prices = (valuation.imported, valuation.exported)
        self._cutter = Cutter(plan, prices, quarters=tariff.demand is not None)
        self.valued = ValuedDays(plan, valuation)
        self.peaks = DemandPeaks(plan)

    def add(self, samples: "Samples") -> None:
        """See `Accumulator.add`."""
        if not len(samples):
            return
        pieces = self._cutter.pieces(samples)
        self.valued.take(pieces)
        if self._tariff.demand is not None:
            self.peaks.take(pieces)

    def merge(self, other: "Bill") -> None:
        """See `Accumulator.merge`."""
        self.valued.merge(other.valued)
        self.peaks.merge(other.peaks)

    def result(self) -> Money:
        """See `Accumulator.result`."""
        demand, demand_kw_of_all = self._demand()
        days, meters = self._parts(demand)
        total = days.sum(axis=0)
        saved = _saved(total)
        years = whole_years(self._plan.timeline) if self.valued.complete else 0
        spending = sum_of(self._spending) if self._spending else None
        investment = investment_of(saved and saved[0], years, self._cost, spending)
        by_day, by_month = (self._periods(days, len(text)) for text in ("2024-06-21", "2024-06"))
        return Money(
            *_amounts(total[:, 0]),
            currency=self._tariff.currency,
            demand_kw=demand_kw_of_all,
            references=_references(total),
            saving=saved and saved[0] / _MICRO,
            saving_by_battery=saved and saved[1] / _MICRO,
            years=years,
            saving_per_year=investment.saving_per_year,
            payback_years=investment.payback_years,
            npv=investment.npv,
            capital=_capital(spending),
            days=by_day if len(by_day) > 1 else None,
            months=by_month if len(by_month) > 1 else None,
            meters=self._by_meter(meters, years) if len(self._plan.meters) > 1 else None,
        )

    def _demand(self) -> tuple[dict[Month, Ints], float | None]:
        """What a day of each month bears in millionths, by variant and meter; the highest kW that is paid for."""
        demand = self._tariff.demand
        if demand is None:
            return {}, None
        peaks = self.peaks.kw()
        shape = (variants_of(self._plan), len(self._plan.meters))
        found = {month: np.zeros(shape, dtype=np.int64) for month in peaks}
        highest = Fraction(0)
        for variant, meter in np.ndindex(shape):
            of_months = {month: kw[variant][meter] for month, kw in peaks.items()}
            for month, micro in per_day(demand, self._tariff.vat_percent, of_months).items():
                found[month][variant, meter] = micro
            if variant == 0:
                highest = max(highest, *demand_kw(demand, of_months).values())
        return found, float(round(highest, 6))

    def _parts(self, demand: dict[Month, Ints]) -> tuple[Ints, Ints]:
        """The parts of the bill in millionths: of days, (days, 4, variants), of meters, (4, variants, meters)."""
        of_days, of_meters = self.valued.micro()
        days = np.zeros((len(of_days), len(_PARTS), of_days.shape[2]), dtype=np.int64)
        meters = np.zeros((len(_PARTS), *of_meters.shape[1:]), dtype=np.int64)
        days[:, _ENERGY], days[:, _FEED_IN] = of_days[:, IMPORT], of_days[:, EXPORT]
        meters[_ENERGY], meters[_FEED_IN] = of_meters[IMPORT], of_meters[EXPORT]
        for day in self.valued.seen:
            month = month_of(self._date(day))
            fee = self._fee(month)
            days[day, _FEES] = fee * len(self._plan.meters)
            meters[_FEES] += fee
            if month in demand:
                days[day, _DEMAND] = demand[month].sum(axis=1)
                meters[_DEMAND] += demand[month]
        return days, meters

    def _fee(self, month: Month) -> int:
        """What each day of a month bears of the base fees, in millionths, rounded half to even."""
        of_month, of_year = days_of(month)
        fees = (
            _exact(self._tariff.base_fee_per_month) / of_month + _exact(self._tariff.base_fee_per_year) / of_year
        )
        return round(fees * (100 + _exact(self._tariff.vat_percent)) / 100 * _MICRO)

    def _periods(self, days: Ints, length: int) -> tuple[PeriodAmount, ...]:
        """The bills of all days whose dates begin with the same `length` characters."""
        sums: dict[str, Ints] = {}
        for day in self.valued.seen:
            period = self._date(day).isoformat()[:length]
            sums[period] = sums.get(period, 0) + days[day]
        return tuple(
            PeriodAmount(*_amounts(each[:, 0]), period=period, references=_totals(each))
            for period, each in sums.items()
        )

    def _by_meter(self, meters: Ints, years: int) -> dict[str, MeterAmount]:
        found = {}
        for i, name in enumerate(self._plan.meters):
            bill = meters[:, :, i]
            saved = _saved(bill)
            spending = self._spending[i] if self._spending else None
            investment = investment_of(saved and saved[0], years, self._cost, spending)
            found[name] = MeterAmount(
                *_amounts(bill[:, 0]),
                references=_totals(bill),
                capital=_capital(spending),
                saving_per_year=investment.saving_per_year,
                payback_years=investment.payback_years,
                npv=investment.npv,
            )
        return found

    def _date(self, day: int) -> date:
        return self._plan.timeline.first_date + timedelta(days=day)


def _amounts(parts: Ints) -> tuple[float, float, float, float, float]:
    """The fields of an `Amount`, of the four parts in millionths."""
    energy, fees, demand, feed_in = parts.tolist()
    total = energy + fees + demand - feed_in
    return energy / _MICRO, fees / _MICRO, demand / _MICRO, feed_in / _MICRO, total / _MICRO


def _references(parts: Ints) -> dict[str, Amount] | None:
    """The bills of the references, of parts by variant; None where there are none."""
    bills = {
        name: Amount(*_amounts(parts[:, i])) for i, name in enumerate(REFERENCES[: parts.shape[1] - 1], start=1)
    }
    return bills or None


def _totals(parts: Ints) -> dict[str, float] | None:
    references = _references(parts)
    return None if references is None else {name: bill.total for name, bill in references.items()}


def _saved(parts: Ints) -> tuple[int, int] | None:
    """What was saved against each reference, in millionths; None where there are none."""
    own, *others = (parts[:_FEED_IN].sum(axis=0) - parts[_FEED_IN]).tolist()
    return (others[0] - own, others[1] - own) if others else None


def _capital(spending: Spending | None) -> float | None:
    return None if spending is None else float(round(spending.capital, 6))


def _exact(value: float) -> Fraction:
    return Fraction(str(value))
