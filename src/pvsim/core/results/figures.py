"""The figures of a run, added up from its rows: `summary.py` defines them.

Sums are integers of 0.1 W · s, so the identities I8 hold exactly, and are asserted.
"""

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from pvsim.core.quantities.types import DW_PER_KW, Ints
from pvsim.core.results.group_peaks import GroupPeaks, Values
from pvsim.core.results.summary import Energies, Peaks, PeriodEnergies, Summary
from pvsim.errors import InternalError

if TYPE_CHECKING:
    from pvsim.core.results.samples import Samples
    from pvsim.core.run.plan import RunPlan

__all__ = ["Figures"]

_DWS_PER_KWH = DW_PER_KW * 3600
_QUARTER_S = 900
_SUMS = 7
_NO_EXPORT = -0.0  # what summaries of several meters have always said where they export nothing together


class Figures:
    """Adds up the rows of a run: an `Accumulator` of its summary.

    Attributes:
        plan: The run.
        days: For each local day the sums of each power, and how many rows, shape (days, powers + 1).
        rows: How many rows of each meter.
        sums: Sums of each power by meter in 0.1 W times rows; the powers are those of `add`, in their order.
        peaks_dw: Peaks of load, PV power, import and export by meter in 0.1 W.
        connection_point: Peaks of the same four over all meters together, where there are several.
        quarters: Peaks of means over a quarter of an hour.
    """

    def __init__(self, plan: "RunPlan") -> None:
        self.plan = plan
        n = len(plan.meters)
        self._midnights = np.asarray(plan.timeline.midnights_utc)
        self.days = np.zeros((plan.timeline.days, _SUMS + 1), dtype=np.int64)
        self.rows = np.zeros(n, dtype=np.int64)
        self.sums = np.zeros((_SUMS, n), dtype=np.int64)
        self.peaks_dw = np.zeros((4, n), dtype=np.int64)
        self.connection_point = GroupPeaks(_peaks_of_all, np.zeros(4, dtype=np.int64))
        self.quarters = GroupPeaks(_quarter_means, np.array([0.0] * (2 * n + 1) + [_NO_EXPORT]))

    def add(self, samples: "Samples") -> None:
        """See `Accumulator.add`."""
        if not len(samples):
            return
        load, pv, grid = samples.meter_dw, samples.pv_dw, samples.grid_dw
        nothing = np.zeros_like(load)
        battery = nothing if samples.battery_dw is None else samples.battery_dw
        curtailed = nothing if samples.curtailed_dw is None else samples.curtailed_dw
        meter, n = samples.meter, len(self.plan.meters)
        powers = (load, pv, *_halves(grid), *_halves(battery), curtailed)
        self.rows += np.bincount(meter, minlength=n)
        for i, power in enumerate(powers):
            if n == 1:
                self.sums[i] += power.sum()
            else:
                np.add.at(self.sums[i], meter, power)
        for i, power in enumerate(powers[:4]):
            if n == 1:
                self.peaks_dw[i] = max(self.peaks_dw[i, 0], power.max())
            else:
                np.maximum.at(self.peaks_dw[i], meter, power)
        if n > 1:
            window = samples.window(self.plan)
            starts, together = _starts(window), np.stack([load, pv, grid])
            self.connection_point.add(window[starts], np.add.reduceat(together, starts, axis=1).T)
        self._add_days(samples.t_utc, powers)
        self._add_quarters(samples.t_utc // _QUARTER_S, meter, grid)

    def merge(self, other: "Figures") -> None:
        """See `Accumulator.merge`."""
        self.days += other.days
        self.rows += other.rows
        self.sums += other.sums
        self.peaks_dw = np.maximum(self.peaks_dw, other.peaks_dw)
        self.connection_point.merge(other.connection_point)
        self.quarters.merge(other.quarters)

    def _add_days(self, t_utc: Ints, powers: tuple[Ints, ...]) -> None:
        first, last = np.searchsorted(self._midnights, t_utc[[0, -1]], side="right").tolist()
        bounds = [0, *np.searchsorted(t_utc, self._midnights[first:last]).tolist(), len(t_utc)]
        for day, (start, end) in enumerate(pairwise(bounds), start=first - 1):
            self.days[day] += [*(int(power[start:end].sum()) for power in powers), end - start]

    def _add_quarters(self, quarter: Ints, meter: Ints, net: Ints) -> None:
        """Add net powers, and how many rows they are of, by quarter and meter."""
        starts, n = _starts(quarter), len(self.plan.meters)
        if n == 1:
            counts = np.diff(starts, append=len(quarter))
            sums = np.stack([np.add.reduceat(net, starts), counts], axis=1)[:, :, None]
        else:
            sums = np.zeros((len(starts), 2, n), dtype=np.int64)
            which = np.searchsorted(quarter[starts], quarter)
            np.add.at(sums[:, 0], (which, meter), net)
            np.add.at(sums[:, 1], (which, meter), 1)
        self.quarters.add(quarter[starts], sums)

    def result(self) -> Summary:
        """See `Accumulator.result`.

        Raises:
            InternalError: if an energy identity does not hold (I8).
        """
        load, pv, imported, exported, charged, discharged, curtailed = self.sums
        by_day = self.days[:, :_SUMS].sum(axis=0)
        balance = imported - exported - (load - pv + charged - discharged)
        impossible = ((exported > pv) & (not self.plan.meter_range.grid)) | (curtailed < 0)
        if balance.any() or impossible.any() or (by_day != self.sums.sum(axis=1)).any():
            raise InternalError("the energy identities do not hold")
        every = range(len(self.plan.meters))
        meters, of_all, quarters = None, None, self.quarters.peaks()
        if len(every) > 1:
            meters = {self.plan.meters[i]: self._of(slice(i, i + 1), quarters) for i in every}
            of_all = self._peaks_of(self.connection_point.peaks(), quarters[-2:])
        total = self._of(slice(None), quarters)
        days, months = self._periods(len("2024-06-21")), self._periods(len("2024-06"))
        return msgspec.structs.replace(
            total,
            peak_of_all_kw=of_all,
            meters=meters,
            days=days if len(days) > 1 else None,
            months=months if len(months) > 1 else None,
        )

    def _periods(self, length: int) -> tuple[PeriodEnergies, ...]:
        """The energies of all days whose dates begin with the same `length` characters."""
        first = self.plan.timeline.first_date
        sums: dict[str, Ints] = {}
        for day in np.flatnonzero(self.days[:, _SUMS]).tolist():
            period = (first + timedelta(days=day)).isoformat()[:length]
            sums[period] = sums.get(period, 0) + self.days[day, :_SUMS]
        return tuple(PeriodEnergies(*self._kwh(each), period=period) for period, each in sums.items())

    def _kwh(self, sums: Ints) -> list[Any]:
        """The fields of `Energies`."""
        plan = self.plan
        load, pv, imported, exported, charged, discharged, curtailed = sums.tolist()
        battery = (charged, discharged) if plan.has_battery else (None, None)
        rest = (imported, exported, *battery, curtailed if plan.has_export_limit else None)
        parts = (None, pv, None, *rest, load) if plan.meter_range.grid else (load, pv, pv - exported, *rest, None)
        return [None if part is None else round(part * plan.every_s / _DWS_PER_KWH, 6) for part in parts]

    def _of(self, which: slice, quarters: Values) -> Summary:
        plan = self.plan
        sums = self.sums[:, which].sum(axis=1)
        load, pv, imported, exported = sums[:4].tolist()
        known = not plan.meter_range.grid
        return Summary(
            rows=int(self.rows[which].sum()),
            resolution_s=plan.every_s,
            energy_kwh=Energies(*self._kwh(sums)),
            self_consumption=_share(pv - exported, pv) if known else None,
            self_sufficiency=_share(load - imported, load) if known else None,
            generation_multiple=_share(pv, load) if known else None,
            peak_kw=self._peaks_of(
                self.peaks_dw[:, which].max(axis=1), quarters[:-2].reshape(2, -1)[:, which].max(axis=1)
            ),
        )

    def _peaks_of(self, peaks_dw: Values, quarters_dw: Values) -> Peaks:
        quarters: list[float | None] = [None, None]
        if _QUARTER_S % self.plan.every_s == 0:
            quarters = np.round(quarters_dw / DW_PER_KW, 6).tolist()
        peaks = Peaks(*(peaks_dw / DW_PER_KW).tolist(), *quarters)
        grid = self.plan.meter_range.grid
        return msgspec.structs.replace(peaks, load=None, meter=peaks.load) if grid else peaks


def _starts(number: Ints) -> Ints:
    """Where each of the rising numbers begins."""
    return np.flatnonzero(np.diff(number, prepend=-1))


def _peaks_of_all(sums: Ints) -> Values:
    """Load, PV power, import and export of one averaging period over all meters."""
    return np.concatenate([sums, -sums[:, 2:]], axis=1)


def _quarter_means(sums: Ints) -> Values:
    """Mean import of each meter over a quarter of an hour, mean export of each, and both of all together."""
    net, rows = sums[:, 0], sums[:, 1]
    mean = np.divide(net, rows, out=np.zeros(net.shape), where=rows > 0)
    total = mean.sum(axis=1, keepdims=True)
    return np.concatenate([mean, 0.0 - mean, total, -total], axis=1)


def _halves(power: Ints) -> tuple[Ints, Ints]:
    """The positive part of a power, and the negative one."""
    return np.maximum(power, 0), np.maximum(-power, 0)


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 6) if whole else None
