"""What the grid emits for a run, added up from its rows: `emissions.py` defines what it says."""

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from pvsim.core.quantities.types import Ints
from pvsim.core.results.emissions import Emission, Emissions, PeriodEmission
from pvsim.core.results.pieces import EXPORT, IMPORT, REFERENCES, Cutter
from pvsim.core.results.valued_days import ValuedDays

if TYPE_CHECKING:
    from pvsim.core.results.samples import Samples
    from pvsim.core.run.plan import RunPlan
    from pvsim.core.tariff.valuation import Valuation

__all__ = ["CarbonSum"]

_MILLION = 1_000_000


class CarbonSum:
    """Adds up what the grid emits for a run: an `Accumulator` of its `Emissions`.

    Args:
        plan: The run.
        valuation: What the grid emits, in kg.

    Attributes:
        valued: Emissions for import and export of each day.
    """

    def __init__(self, plan: "RunPlan", valuation: "Valuation") -> None:
        self._plan = plan
        self._cutter = Cutter(plan, (valuation.imported, valuation.exported), quarters=False)
        self.valued = ValuedDays(plan, valuation)

    def add(self, samples: "Samples") -> None:
        """See `Accumulator.add`."""
        if len(samples):
            self.valued.take(self._cutter.pieces(samples))

    def merge(self, other: "CarbonSum") -> None:
        """See `Accumulator.merge`."""
        self.valued.merge(other.valued)

    def result(self) -> Emissions:
        """See `Accumulator.result`."""
        days, _ = self.valued.micro()
        total = days.sum(axis=0)
        references, saving = None, None
        if total.shape[1] > 1:
            references = {name: Emission(*_kg(total[:, i])) for i, name in enumerate(REFERENCES, start=1)}
            saving = int(total[IMPORT, 1] - total[IMPORT, 0]) / _MILLION
        by_day, by_month = (self._periods(days, len(text)) for text in ("2024-06-21", "2024-06"))
        return Emissions(
            *_kg(total[:, 0]),
            references=references,
            saving_kg=saving,
            days=by_day if len(by_day) > 1 else None,
            months=by_month if len(by_month) > 1 else None,
        )

    def _periods(self, days: Ints, length: int) -> tuple[PeriodEmission, ...]:
        """The emissions of all days whose dates begin with the same `length` characters."""
        sums: dict[str, Ints] = {}
        for day in self.valued.seen:
            period = (self._plan.timeline.first_date + timedelta(days=day)).isoformat()[:length]
            sums[period] = sums.get(period, np.zeros(2, dtype=np.int64)) + days[day, :, 0]
        return tuple(PeriodEmission(*_kg(each), period=period) for period, each in sums.items())


def _kg(sums: Ints) -> tuple[float, float]:
    """Emissions for import and export, of sums in millionths."""
    return int(sums[IMPORT]) / _MILLION, int(sums[EXPORT]) / _MILLION
