"""The figures of a run, from its rows in any portions: `summary.py` defines them, `tally.py` adds them up."""

import numpy as np

from pvsim.core.results.meter_curves import Curves
from pvsim.core.results.powers import ROWS, powers_of, whole_periods
from pvsim.core.results.samples import Samples, joined
from pvsim.core.results.summary import Summary
from pvsim.core.results.tally import Tally
from pvsim.core.run.plan import RunPlan

__all__ = ["Figures"]


class Figures:
    """Takes the rows of a run: an `Accumulator` of its summary.

    Rows are gathered until there are many, and handed on as whole averaging periods. Where a part of the run
    begins or ends between two meters of one period, those rows are kept, also through a merge, until the result is
    asked for: the others of their period may be in another part.

    Args:
        plan: The run.
        meter_curves: As of `Tally`.

    Attributes:
        plan: The run.
        tally: What all whole periods so far come to.
        loose: By the number of their period, the rows of those periods that another part may have rows of.
    """

    def __init__(self, plan: RunPlan, *, meter_curves: bool = True) -> None:
        self.plan = plan
        self._meter_curves = meter_curves
        self.tally = self._tally()
        self._gathered: list[Samples] = []
        self._rows = 0
        self._begins = True  # no row of this part has been taken
        self.loose: dict[int, list[Samples]] = {}

    def add(self, samples: Samples) -> None:
        """See `Accumulator.add`."""
        if len(samples):
            self._gathered.append(samples)
            self._rows += len(samples)
        if self._rows >= ROWS:
            self._take()

    def merge(self, other: "Figures") -> None:
        """See `Accumulator.merge`."""
        self.end_part()
        other.end_part()
        self.tally.merge(other.tally)
        for period, portions in other.loose.items():
            self.loose[period] = [*self.loose.get(period, []), *portions]

    def result(self, curves: Curves | None = None) -> Summary:
        """See `Accumulator.result`.

        Args:
            curves: As of `Tally.summary`.

        Raises:
            InternalError: if an energy identity does not hold (I8).
        """
        self._take()
        if not self._gathered and not self.loose:
            return self.tally.summary(curves)
        loose = {period: list(portions) for period, portions in self.loose.items()}
        self._loosen(loose)
        whole = self._tally()
        whole.merge(self.tally)
        for portions in loose.values():
            rows = joined(portions)
            single = self._tally()
            single.add(powers_of(self.plan, rows.where(np.argsort(rows.meter))))
            whole.merge(single)
        return whole.summary(curves)

    def _tally(self) -> Tally:
        return Tally(self.plan, meter_curves=self._meter_curves)

    def _take(self) -> None:
        """Hand on all periods of which no row can follow."""
        if not self._gathered:
            return
        rows = joined(self._gathered)
        start, end = 0, whole_periods(self.plan, rows)
        if end and self._begins and rows.meter[0] > 0:
            period = rows.window(self.plan)
            start = int(np.searchsorted(period, period[0], side="right"))
            self.loose.setdefault(int(period[0]), []).append(rows.where(slice(start)))
        if start < end:
            self.tally.add(powers_of(self.plan, rows.where(slice(start, end))))
        if end:
            self._begins = False
        self._gathered = [rows.where(slice(end, None))] if end < len(rows) else []
        self._rows = len(rows) - end

    def _loosen(self, loose: dict[int, list[Samples]]) -> None:
        """Add the rows that are gathered, all of one period, to those of periods that may have others."""
        for rows in self._gathered:
            loose.setdefault(int(rows.window(self.plan)[0]), []).append(rows)

    def end_part(self) -> None:
        """Let what is added later begin a part of its own: the rows gathered so far are taken, or become loose."""
        self._take()
        self._loosen(self.loose)
        self._gathered, self._rows, self._begins = [], 0, True
        self.tally.close()
