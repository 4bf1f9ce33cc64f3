"""The charge for the peak of import: means over quarters of an hour, and what a tariff makes of them."""

from calendar import isleap, monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction

import numpy as np

from pvsim.core.quantities.types import DW_PER_KW, Ints
from pvsim.core.results.pieces import IMPORT, QUARTER_S, Pieces, variants_of
from pvsim.core.results.powers import starts_of
from pvsim.core.results.windows import Windows
from pvsim.core.run.plan import RunPlan
from pvsim.core.site.tariff import Demand

__all__ = ["DemandPeaks", "Month", "days_of", "demand_kw", "month_of", "per_day"]

Month = int
"""A month as a number: twelve times the year, and the month from 0."""

_MONTHS = 12
_MICRO = 1_000_000


def month_of(day: date) -> Month:
    """The month of a day."""
    return _MONTHS * day.year + day.month - 1


def days_of(month: Month) -> tuple[int, int]:
    """How many days a month and its year have."""
    year, index = divmod(month, _MONTHS)
    return monthrange(year, index + 1)[1], 366 if isleap(year) else 365


class DemandPeaks:
    """The highest mean import over a quarter of an hour of the local clock, of each month.

    Import alone counts, as in the register of a meter: export in the same quarter takes nothing away. In a quarter
    that lacks rows the mean is that of the rows that are there. Only the first and the last quarter of the rows
    seen can be incomplete: their sums are kept until the result is asked for, also through a merge.

    Args:
        plan: The run; its rows divide a quarter.

    Attributes:
        highest: The peaks of complete quarters by month, in 0.1 W times the rows of a quarter, (variants, meters).
        edges: Of the quarters that may not be complete, by number: month, sums of import, and rows.
    """

    def __init__(self, plan: RunPlan) -> None:
        self._shape = (variants_of(plan), len(plan.meters))
        self._full = QUARTER_S // plan.every_s
        self._first_date = plan.timeline.first_date
        self._windows = Windows(plan.timeline, QUARTER_S)
        self.highest: dict[Month, Ints] = {}
        self.edges: dict[int, tuple[Month, Ints, Ints]] = {}
        self._first = self._last = -1

    def take(self, pieces: Pieces) -> None:
        """Add pieces of consecutive rows, none of them longer than a quarter; later calls continue."""
        quarter = self._windows.number(pieces.t_utc)
        starts = starts_of(quarter)
        sums = np.add.reduceat(pieces.sums_dw[:, IMPORT], starts, axis=0)
        rows = np.add.reduceat(pieces.rows, starts, axis=0)
        months = [month_of(self._first_date + timedelta(days=day)) for day in pieces.day[starts].tolist()]
        numbers = quarter[starts].tolist()
        if self._first < 0:
            self._first = numbers[0]
        elif self._first < self._last < numbers[0]:
            self._raise(self._last)
        self._last = numbers[-1]
        edges = {self._first, self._last}
        for i, (number, month) in enumerate(zip(numbers, months, strict=True)):
            self._hold(number, month, sums[i], rows[i])
            if number not in edges:
                self._raise(number)

    def merge(self, other: "DemandPeaks") -> None:
        """Add another part of the run; what is added later begins a part of its own."""
        for month, peaks in other.highest.items():
            self.highest[month] = np.maximum(self.highest.get(month, 0), peaks)
        for number, edge in other.edges.items():
            self._hold(number, *edge)
        self._first = self._last = -1

    def kw(self) -> dict[Month, list[list[Fraction]]]:
        """The peak of each month in kW, by variant and meter."""
        per_kw, highest = self._full * DW_PER_KW, dict(self.highest)
        for month, sums, rows in self.edges.values():
            highest[month] = np.maximum(highest.get(month, 0), self._whole(sums, rows))
        return {
            month: [[Fraction(int(each), per_kw) for each in of_variant] for of_variant in highest[month]]
            for month in sorted(highest)
        }

    def _hold(self, number: int, month: Month, sums: Ints, rows: Ints) -> None:
        _, held, counted = self.edges.get(number, (month, 0, 0))
        self.edges[number] = (month, held + sums, counted + rows)

    def _raise(self, number: int) -> None:
        month, sums, rows = self.edges.pop(number)
        self.highest[month] = np.maximum(self.highest.get(month, 0), self._whole(sums, rows))

    def _whole(self, sums: Ints, rows: Ints) -> Ints:
        """Sums over a whole quarter, of those over the rows that are there."""
        whole: Ints = sums * self._full // np.maximum(rows, 1)
        return whole


def demand_kw(demand: Demand, peaks: Mapping[Month, Fraction]) -> dict[Month, Fraction]:
    """The kW that each month of a run pays for.

    Args:
        demand: The charge.
        peaks: Of each month, in order.
    """
    floor = Fraction(str(demand.floor_kw or 0))
    raised = {month: max(peak, floor) for month, peak in peaks.items()}
    if demand.rule == "month":
        return raised
    if demand.rule == "year":
        years = {month // _MONTHS for month in raised}
        of_year = {y: max(peak for month, peak in raised.items() if month // _MONTHS == y) for y in years}
        return {month: of_year[month // _MONTHS] for month in raised}
    found = {}
    for month in raised:
        recent = [peak for other, peak in raised.items() if month - _MONTHS < other <= month]
        found[month] = sum(recent, Fraction(0)) / len(recent)
    return found


def per_day(demand: Demand, vat_percent: float, peaks: Mapping[Month, Fraction]) -> dict[Month, int]:
    """What each day of a month bears, in millionths of a currency unit, rounded half to even.

    The charge of a month is borne by its days alike, that of a year by the days of the year; a run of some days of
    a month bears so many shares, at the peak of its own days.
    """
    price = Fraction(str(demand.price_per_kw)) * (100 + Fraction(str(vat_percent))) / 100
    return {
        month: round(price * kw / days_of(month)[0 if demand.rule == "month" else 1] * _MICRO)
        for month, kw in demand_kw(demand, peaks).items()
    }
