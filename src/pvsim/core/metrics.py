"""Energies and shares of a run: self-consumption, self-sufficiency, import, export, peaks.

Definitions: Luthander et al. 2015, doi 10.1016/j.apenergy.2014.12.028. Sums are integers of 0.1 W · s, so the
identities I8 hold exactly, and are asserted.
"""

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from pvsim.core.types import DW_PER_KW, Ints
from pvsim.errors import InternalError

if TYPE_CHECKING:
    from pvsim.core.plan import RunPlan
    from pvsim.core.rows import Samples

__all__ = ["Energies", "Peaks", "PeriodEnergies", "Summary", "Tally"]

_DWS_PER_KWH = DW_PER_KW * 3600
_QUARTER_S = 900


class Energies(msgspec.Struct, frozen=True):
    """Energies in kWh. load = self_consumed + import; pv = self_consumed + export."""

    load: float
    pv: float
    self_consumed: float
    import_: float = msgspec.field(name="import")
    export: float


class PeriodEnergies(Energies, frozen=True, kw_only=True):
    """Energies of a day or a month.

    Attributes:
        period: `2024-06-21` or `2024-06`, local time.
    """

    period: str


class Peaks(msgspec.Struct, frozen=True):
    """Highest powers in kW: of single rows, and of 15-minute means (None where rows are longer than that)."""

    load: float
    pv: float
    import_: float = msgspec.field(name="import")
    export: float
    import_15min: float | None
    export_15min: float | None


class Summary(msgspec.Struct, frozen=True):
    """What a run comes to. Shares are None where their denominator is 0.

    Attributes:
        rows: How many rows.
        resolution_s: Seconds that one row is the mean of.
        self_consumption: Part of the PV energy used on site.
        self_sufficiency: Part of the load met by PV.
        generation_multiple: PV energy over load.
        meters: The same for each meter, where a run has several; totals are their sums, peaks their maxima.
        days: Energies of each local day, where a run has several; a day without rows is left out.
        months: Energies of each local month, where a run touches several.
    """

    rows: int
    resolution_s: int
    energy_kwh: Energies
    self_consumption: float | None
    self_sufficiency: float | None
    generation_multiple: float | None
    peak_kw: Peaks
    meters: dict[str, Any] | None = None
    days: tuple[PeriodEnergies, ...] | None = None
    months: tuple[PeriodEnergies, ...] | None = None


class Tally:
    """Adds up rows, in order, in any number of portions."""

    def __init__(self, plan: "RunPlan") -> None:
        self._plan = plan
        n = len(plan.meters)
        self._midnights = np.asarray(plan.timeline.midnights_utc)
        self._days = np.zeros((plan.timeline.days, 6), dtype=np.int64)  # the five sums of each day, and its rows
        self._rows = np.zeros(n, dtype=np.int64)
        self._sums = np.zeros((5, n), dtype=np.int64)  # load, pv, self-consumed, import, export
        self._peaks = np.zeros((4, n), dtype=np.int64)  # load, pv, import, export
        self._quarter_peaks = np.zeros((2, n), dtype=np.float64)
        self._quarter = -1
        self._open = np.zeros((2, n), dtype=np.int64)  # net power summed and rows counted in the open quarter

    def add(self, samples: "Samples") -> None:
        """Count more rows."""
        if not len(samples):
            return
        load, pv = samples.meter_dw, samples.pv_dw
        window, meter = np.divmod(samples.row, len(self._plan.meters))
        powers = (load, pv, np.minimum(load, pv), np.maximum(load - pv, 0), np.maximum(pv - load, 0))
        n = len(self._plan.meters)
        self._rows += np.bincount(meter, minlength=n)
        for i, power in enumerate(powers):
            if n == 1:
                self._sums[i] += power.sum()
            else:
                np.add.at(self._sums[i], meter, power)
        for i, power in enumerate((load, pv, powers[3], powers[4])):
            if n == 1:
                self._peaks[i] = max(self._peaks[i, 0], power.max())
            else:
                np.maximum.at(self._peaks[i], meter, power)
        t_utc = self._plan.timeline.start_utc + window * self._plan.every_s
        self._add_days(t_utc, powers)
        self._add_quarters(t_utc // _QUARTER_S, meter, load - pv)

    def _add_days(self, t_utc: Ints, powers: tuple[Ints, ...]) -> None:
        first, last = np.searchsorted(self._midnights, t_utc[[0, -1]], side="right").tolist()
        bounds = [0, *np.searchsorted(t_utc, self._midnights[first:last]).tolist(), len(t_utc)]
        for day, (start, end) in enumerate(pairwise(bounds), start=first - 1):
            self._days[day] += [*(int(power[start:end].sum()) for power in powers), end - start]

    def _add_quarters(self, quarter: Ints, meter: Ints, net: Ints) -> None:
        starts = np.flatnonzero(np.diff(quarter, prepend=self._quarter))
        bounds = [0, *starts.tolist(), len(quarter)]
        for start, end in pairwise(bounds):
            if start == end:
                continue
            if quarter[start] != self._quarter:
                self._close_quarter()
                self._quarter = int(quarter[start])
            np.add.at(self._open[0], meter[start:end], net[start:end])
            self._open[1] += np.bincount(meter[start:end], minlength=len(self._plan.meters))

    def _close_quarter(self) -> None:
        seen = self._open[1] > 0
        mean = np.divide(self._open[0], self._open[1], out=np.zeros(len(seen)), where=seen)
        np.maximum(self._quarter_peaks[0], mean, out=self._quarter_peaks[0])
        np.maximum(self._quarter_peaks[1], 0.0 - mean, out=self._quarter_peaks[1])
        self._open[:] = 0

    def summary(self) -> Summary:
        """The result so far.

        Raises:
            InternalError: if an energy identity does not hold (I8).
        """
        self._close_quarter()
        load, pv, used, bought, sold = self._sums
        by_day = self._days[:, :5].sum(axis=0)
        if (load != used + bought).any() or (pv != used + sold).any() or (by_day != self._sums.sum(axis=1)).any():
            raise InternalError("the energy identities do not hold")
        every = range(len(self._plan.meters))
        meters = None
        if len(every) > 1:
            meters = {self._plan.meters[i]: self._of(slice(i, i + 1)) for i in every}
        total = self._of(slice(None))
        days, months = self._periods(len("2024-06-21")), self._periods(len("2024-06"))
        return msgspec.structs.replace(
            total, meters=meters, days=days if len(days) > 1 else None, months=months if len(months) > 1 else None
        )

    def _periods(self, length: int) -> tuple[PeriodEnergies, ...]:
        """The energies of all days whose dates begin with the same `length` characters."""
        first = self._plan.timeline.first_date
        sums: dict[str, Ints] = {}
        for day in np.flatnonzero(self._days[:, 5]).tolist():
            period = (first + timedelta(days=day)).isoformat()[:length]
            sums[period] = sums.get(period, 0) + self._days[day, :5]
        return tuple(PeriodEnergies(*self._kwh(each), period=period) for period, each in sums.items())

    def _kwh(self, sums: Ints) -> list[float]:
        return [round(s * self._plan.every_s / _DWS_PER_KWH, 6) for s in sums.tolist()]

    def _of(self, which: slice) -> Summary:
        plan = self._plan
        sums = self._sums[:, which].sum(axis=1)
        load, pv, used = sums[:3].tolist()
        peaks = (self._peaks[:, which].max(axis=1) / DW_PER_KW).tolist()
        quarters: list[float | None] = [None, None]
        if _QUARTER_S % plan.every_s == 0:
            quarters = np.round(self._quarter_peaks[:, which].max(axis=1) / DW_PER_KW, 6).tolist()
        return Summary(
            rows=int(self._rows[which].sum()),
            resolution_s=plan.every_s,
            energy_kwh=Energies(*self._kwh(sums)),
            self_consumption=_share(used, pv),
            self_sufficiency=_share(used, load),
            generation_multiple=_share(pv, load),
            peak_kw=Peaks(*peaks, *quarters),
        )


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 6) if whole else None
