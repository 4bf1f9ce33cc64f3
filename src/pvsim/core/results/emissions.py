"""What the grid emits for a run, beside what it would emit with less in the building: `emissions` in a summary."""

from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from pvsim.core.quantities.types import Ints
from pvsim.core.results.pieces import EXPORT, IMPORT, REFERENCES, Cutter
from pvsim.core.results.valued_days import ValuedDays

if TYPE_CHECKING:
    from pvsim.core.results.samples import Samples
    from pvsim.core.run.plan import RunPlan
    from pvsim.core.tariff.valuation import Valuation

__all__ = ["CarbonSum", "Emission", "Emissions", "PeriodEmission"]

_MILLION = 1_000_000


class Emission(msgspec.Struct, frozen=True):
    """Emissions of the grid in kg of CO2 equivalents.

    Attributes:
        import_kg: Σ import · factor: what the grid emits for what is imported.
        export_kg: Σ export · factor: what it emits less for what is exported, if that displaces its mean kWh. It
            is not subtracted from anything here.
    """

    import_kg: float
    export_kg: float


class PeriodEmission(Emission, frozen=True, kw_only=True):
    """Emissions of a day or a month.

    Attributes:
        period: `2024-06-21` or `2024-06`, local time.
    """

    period: str


class Emissions(Emission, frozen=True, kw_only=True):
    """What the grid emits for the run; what was emitted to make PV and battery is not in it.

    Attributes:
        references: The same for the same building with less in it, as of `Money`; None where the meter is at the
            grid connection.
        saving_kg: import_kg of `no_pv_no_battery` − import_kg.
        days: The emissions of each local day, where a run has several; a day without rows is left out.
        months: The emissions of each local month, where a run touches several.
    """

    references: dict[str, Emission] | None = None
    saving_kg: float | None = None
    days: tuple[PeriodEmission, ...] | None = None
    months: tuple[PeriodEmission, ...] | None = None


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
