"""The charge for the peak of import: means over quarters of an hour, and what a tariff makes of them."""

from calendar import isleap, monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction

import numpy as np

from pvsim.core.quantities.types import DW_PER_KW, Ints
from pvsim.core.results.group_peaks import GroupPeaks, Values
from pvsim.core.results.pieces import IMPORT, QUARTER_S, Cutter, Pieces, variants_of
from pvsim.core.run.plan import RunPlan
from pvsim.core.site.tariff import Demand

__all__ = ["DemandPeaks", "Month", "days_of", "demand_kw", "month_of", "per_day"]

Month = int
"""A month as a number: twelve times the year, and the month from 0."""

_MONTHS = 12
_FLANDERS_KW = 2.5
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
    that lacks rows the mean is that of the rows that are there.

    Args:
        plan: The run; its rows divide a quarter.
        cutter: Parts rows at quarters of an hour.

    Attributes:
        months: The peaks of each month, by variant and meter.
    """

    def __init__(self, plan: RunPlan, cutter: Cutter) -> None:
        self._shape = (variants_of(plan), len(plan.meters))
        self._full = QUARTER_S // plan.every_s
        self._first_date = plan.timeline.first_date
        self._cutter = cutter
        self.months: dict[Month, GroupPeaks] = {}

    def take(self, pieces: Pieces) -> None:
        """Add pieces of consecutive rows; later calls continue."""
        dates = [self._first_date + timedelta(days=int(day)) for day in pieces.day]
        months = np.array([month_of(each) for each in dates])
        sums = np.concatenate([pieces.sums_dw[:, IMPORT], pieces.rows[:, None]], axis=1)
        for month in np.unique(months).tolist():
            of_month = months == month
            quarter = self._cutter.quarter(pieces.t_utc[of_month])
            starts = np.flatnonzero(np.diff(quarter, prepend=quarter[0] - 1))
            self._of(month).add(quarter[starts], np.add.reduceat(sums[of_month], starts, axis=0))

    def merge(self, other: "DemandPeaks") -> None:
        """Add another part of the run; what is added later begins a part of its own."""
        for month, peaks in other.months.items():
            self._of(month).merge(peaks)

    def kw(self) -> dict[Month, list[list[Fraction]]]:
        """The peak of each month in kW, by variant and meter."""
        per_kw = self._full * DW_PER_KW
        found = {}
        for month, peaks in sorted(self.months.items()):
            sums = peaks.peaks().reshape(self._shape).tolist()
            found[month] = [[Fraction(int(each), per_kw) for each in of_variant] for of_variant in sums]
        return found

    def _of(self, month: Month) -> GroupPeaks:
        if month not in self.months:
            lowest = np.zeros(self._shape[0] * self._shape[1], dtype=np.int64)
            self.months[month] = GroupPeaks(self._full_quarters, lowest)
        return self.months[month]

    def _full_quarters(self, sums: Ints) -> Values:
        """Sums over whole quarters in 0.1 W times rows, of sums and counts of those rows that are there."""
        rows = np.maximum(sums[:, -1:], 1)
        whole: Ints = sums[:, :-1] * self._full // rows
        return whole.reshape(len(sums), self._shape[0] * self._shape[1])


def demand_kw(demand: Demand, peaks: Mapping[Month, Fraction]) -> dict[Month, Fraction]:
    """The kW that each month of a run pays for.

    Args:
        demand: The charge.
        peaks: Of each month, in order.
    """
    floor = Fraction(str(demand.floor_kw)) if demand.floor_kw is not None else Fraction(0)
    if demand.floor_kw is None and demand.rule == "flanders":
        floor = Fraction(_FLANDERS_KW)
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
