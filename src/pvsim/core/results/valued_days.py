"""What import and export of each day come to at their prices: rounded once for each day and meter."""

import numpy as np

from pvsim.core.quantities.types import Ints
from pvsim.core.results.amounts import Amounts
from pvsim.core.results.pieces import Pieces, variants_of
from pvsim.core.results.powers import starts_of
from pvsim.core.run.plan import RunPlan
from pvsim.core.tariff.valuation import Valuation

__all__ = ["ValuedDays"]


class ValuedDays:
    """Adds up energies times prices, exactly within each day of each meter.

    The amount of a day of a meter is rounded once, half to even, to a millionth of a currency unit (of a kg): that
    of import and that of export. Days and meters are sums of these, so that both come to the same total. A day at
    an edge of what was seen stays open, for the rest of it may come in another part of the run.

    Args:
        plan: The run.
        valuation: The prices.

    Attributes:
        days: Amounts of each local day that is closed, in millionths, shape (days, 2, variants): of import and
            export, of the run's own building and the references.
        meters: The same by meter, shape (2, variants, meters).
        open: Exact amounts of the days that are not closed.
        has_rows: Which local days have a row.
        rows: How many rows there were.
    """

    def __init__(self, plan: RunPlan, valuation: Valuation) -> None:
        self._plan = plan
        self._prices = (valuation.imported, valuation.exported)
        self._shape = (2, variants_of(plan), len(plan.meters))
        self.days = np.zeros((plan.timeline.days, *self._shape[:2]), dtype=np.int64)
        self.meters = np.zeros(self._shape, dtype=np.int64)
        self.open: dict[int, Amounts] = {}
        self._first = self._last = -1
        self.has_rows = np.zeros(plan.timeline.days, dtype=np.bool_)
        self.rows = 0

    def take(self, pieces: Pieces) -> None:
        """Add the energies of pieces of consecutive rows; later calls continue."""
        n = len(pieces.t_utc)
        prices = np.broadcast_arrays(*(each.at(pieces.t_utc).reshape(n, -1) for each in self._prices))
        amounts = Amounts.of(pieces.sums_dw * self._plan.every_s, np.stack(prices, axis=1)[:, :, None, :])
        self.rows += int(pieces.rows.sum())
        starts = starts_of(pieces.day).tolist()
        for start, end in zip(starts, [*starts[1:], len(pieces.day)], strict=True):
            day = int(pieces.day[start])
            self.has_rows[day] = True
            if self._first < 0:
                self._first = day
            elif self._first < self._last < day:
                self._close(self._last)
            found = amounts[start:end].summed()
            self.open[day] = self.open[day] + found if day in self.open else found
            self._last = day

    def merge(self, other: "ValuedDays") -> None:
        """Add another part of the run; what is added later begins a part of its own."""
        self.days += other.days
        self.meters += other.meters
        self.has_rows |= other.has_rows
        self.rows += other.rows
        for day, amounts in other.open.items():
            self.open[day] = self.open[day] + amounts if day in self.open else amounts
        self._first = self._last = -1

    @property
    def complete(self) -> bool:
        """Whether no row of the run is missing."""
        return self.rows == self._plan.rows

    @property
    def seen(self) -> list[int]:
        """The local days that have a row, counted from the run's first."""
        return np.flatnonzero(self.has_rows).tolist()

    def micro(self) -> tuple[Ints, Ints]:
        """The amounts in millionths: of days, shape (days, 2, variants), and of meters, (2, variants, meters)."""
        days, meters = self.days.copy(), self.meters.copy()
        for day, amounts in self.open.items():
            rounded = amounts.rounded()
            days[day] += rounded.sum(axis=2)
            meters += rounded
        return days, meters

    def _close(self, day: int) -> None:
        rounded = self.open.pop(day).rounded()
        self.days[day] += rounded.sum(axis=2)
        self.meters += rounded
