"""How often each value occurs on each day, in each month and in the whole run, in bounded memory."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Generic, TypeVar

import numpy as np

from pvsim.core.quantities.types import Ints
from pvsim.core.results.histogram import Histogram
from pvsim.core.run.plan import RunPlan

__all__ = ["PeriodCounts"]

_Measured = TypeVar("_Measured")


class PeriodCounts(Generic[_Measured]):
    """Counts values of some kinds by day; a day that is whole is measured at once, and goes into its month.

    Days and months are contiguous, so that within a part of the run only the first and the last of them can be
    incomplete: their counts are kept until the result is asked for, also through a merge with other parts of the
    run, in any order. So a part has the counts of at most three days and three months at any time. Months are
    added up from their days, the run from its months. A run of one day has no periods.

    Args:
        plan: The run.
        kinds: How many kinds of values there are.
        measured: What is said of the counts of a period, one of each kind.

    Attributes:
        days: Counts of each kind on days that may get more, by the number of the day.
        months: The same of months, by the number of their first day in the run.
        run: The same of all months that are measured.
        measured: What is said of each day and month that is whole, by its name: `2024-06-21`, `2024-06`.
    """

    def __init__(self, plan: RunPlan, kinds: int, measured: Callable[[Sequence[Histogram]], _Measured]) -> None:
        timeline = plan.timeline
        self._kinds, self._measure = kinds, measured
        self._midnights = np.asarray(timeline.midnights_utc)
        self._names = [(timeline.first_date + timedelta(days=day)).isoformat() for day in range(timeline.days)]
        self._month_of = [max(day - int(name[-2:]) + 1, 0) for day, name in enumerate(self._names)]
        self.days: dict[int, list[Histogram]] = {}
        self.months: dict[int, list[Histogram]] = {}
        self.run = self._none()
        self.measured: dict[str, _Measured] = {}

    def spans(self, t_utc: Ints, start: int = 0) -> Iterator[tuple[int, slice]]:
        """The days of the rows from `start` on, with the rows of each."""
        while start < len(t_utc):
            day = int(np.searchsorted(self._midnights, t_utc[start], side="right")) - 1
            later = self._midnights[day + 1 : day + 2]
            end = int(np.searchsorted(t_utc, later[0])) if len(later) else len(t_utc)
            yield day, slice(start, end)
            start = end

    def add(self, day: int, kind: int, values: Ints) -> None:
        """Count values of one kind on a day."""
        if day not in self.days:
            self.days[day] = self._none()
        self.days[day][kind].add(values)

    def close(self, day: int, since_utc: int) -> None:
        """Measure what began after a time, and ended before a day: nothing is added to it any more."""
        for number in self._ended(self.days, day, since_utc):
            counts = self.days.pop(number)
            self.measured[self._names[number]] = self._measure(counts)
            _merge(self.months.setdefault(self._month_of[number], self._none()), counts)
        for number in self._ended(self.months, self._month_of[day], since_utc):
            counts = self.months.pop(number)
            self.measured[self._names[number][:7]] = self._measure(counts)
            _merge(self.run, counts)

    def merge(self, other: "PeriodCounts[_Measured]") -> None:
        """Add another part of the run."""
        for mine, theirs in ((self.days, other.days), (self.months, other.months)):
            for number, counts in theirs.items():
                _merge(mine.setdefault(number, self._none()), counts)
        _merge(self.run, other.run)
        self.measured |= other.measured

    def result(self) -> tuple[list[Histogram], dict[str, _Measured]]:
        """The counts of the run, and what is said of each day and month, be they whole or not."""
        run, measured = self._none(), dict(self.measured)
        months: dict[int, list[Histogram]] = {}
        _merge(run, self.run)
        for number, counts in self.months.items():
            _merge(months.setdefault(number, self._none()), counts)
        for number, counts in self.days.items():
            if len(self._names) > 1:
                measured[self._names[number]] = self._measure(counts)
            _merge(months.setdefault(self._month_of[number], self._none()), counts)
        for number, counts in months.items():
            if len(self._names) > 1:
                measured[self._names[number][:7]] = self._measure(counts)
            _merge(run, counts)
        return run, measured

    def _ended(self, numbers: Iterable[int], before: int, since_utc: int) -> list[int]:
        return sorted(each for each in numbers if each < before and self._midnights[each] > since_utc)

    def _none(self) -> list[Histogram]:
        return [Histogram() for _ in range(self._kinds)]


def _merge(counts: Sequence[Histogram], more: Sequence[Histogram]) -> None:
    for histogram, another in zip(counts, more, strict=True):
        histogram.merge(another)
