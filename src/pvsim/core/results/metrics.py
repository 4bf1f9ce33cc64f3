"""Energies and shares of a run: self-consumption, self-sufficiency, import, export, peaks.

Definitions: Luthander et al. 2015, doi 10.1016/j.apenergy.2014.12.028. Sums are integers of 0.1 W · s, so the
identities I8 hold exactly, and are asserted.
"""

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from pvsim.core.quantities.types import DW_PER_KW, Ints
from pvsim.core.results.connection_point import ConnectionPoint
from pvsim.errors import InternalError

if TYPE_CHECKING:
    from pvsim.core.results.samples import Samples
    from pvsim.core.run.plan import RunPlan

__all__ = ["Energies", "Peaks", "PeriodEnergies", "Summary", "Tally"]

_DWS_PER_KWH = DW_PER_KW * 3600
_QUARTER_S = 900
_SUMS = 7


class Energies(msgspec.Struct, frozen=True):
    """Energies in kWh: pv = self_consumed + export; import − export = load − pv + charge − discharge.

    What the plants could have given is pv + curtailed. Behind a meter at the grid connection load and
    self-consumption are not known; there import − export = meter − pv + charge − discharge.

    Attributes:
        load: None where the meter is at the grid connection.
        self_consumed: PV energy that was not exported: used at once, or charged. Without a battery also
            load − import. None as `load`.
        battery_charge: Energy into the battery, AC; None where there is no battery.
        battery_discharge: Energy out of the battery, AC; None where there is no battery.
        curtailed: PV energy that the export limit kept the plants from giving; None where there is no limit.
        meter: What the meter at the grid connection shows, exports subtracted; None of other meters.
    """

    load: float | None
    pv: float
    self_consumed: float | None
    import_: float = msgspec.field(name="import")
    export: float
    battery_charge: float | None = None
    battery_discharge: float | None = None
    curtailed: float | None = None
    meter: float | None = None


class PeriodEnergies(Energies, frozen=True, kw_only=True):
    """Energies of a day or a month.

    Attributes:
        period: `2024-06-21` or `2024-06`, local time.
    """

    period: str


class Peaks(msgspec.Struct, frozen=True):
    """Highest powers in kW: of single rows, and of 15-minute means (None where rows are longer than that).

    Attributes:
        load: None where the meter is at the grid connection.
        meter: What such a meter shows; None of other meters.
    """

    load: float | None
    pv: float
    import_: float = msgspec.field(name="import")
    export: float
    import_15min: float | None
    export_15min: float | None
    meter: float | None = None


class Summary(msgspec.Struct, frozen=True):
    """What a run comes to. Shares are None where their denominator is 0, or the load not known.

    Attributes:
        rows: How many rows.
        resolution_s: Seconds that one row is the mean of.
        self_consumption: Part of the PV energy that was not exported.
        self_sufficiency: Part of the load that was not imported.
        generation_multiple: PV energy over load.
        peak_of_all_kw: Peaks of all meters together, where a run has several: what the connection that they share
            sees; lower than the sum of their peaks, which do not coincide.
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
    peak_of_all_kw: Peaks | None = None
    meters: dict[str, Any] | None = None
    days: tuple[PeriodEnergies, ...] | None = None
    months: tuple[PeriodEnergies, ...] | None = None


class Tally:
    """Adds up rows, in order, in any number of portions."""

    def __init__(self, plan: "RunPlan") -> None:
        self.plan = plan
        n = len(plan.meters)
        self._midnights = np.asarray(plan.timeline.midnights_utc)
        self._days = np.zeros(
            (plan.timeline.days, _SUMS + 1), dtype=np.int64
        )  # the sums of each day, and its rows
        self._rows = np.zeros(n, dtype=np.int64)
        self._sums = np.zeros((_SUMS, n), dtype=np.int64)  # of each power in `add`
        self._peaks = np.zeros((4, n), dtype=np.int64)  # load, pv, import, export
        self._quarter_peaks = np.zeros((2, n), dtype=np.float64)
        self._connection_point = ConnectionPoint()
        self._quarter = -1
        self._open = np.zeros((2, n), dtype=np.int64)  # net power summed and rows counted in the open quarter

    def add(self, samples: "Samples") -> None:
        """Count more rows."""
        if not len(samples):
            return
        load, pv, grid = samples.meter_dw, samples.pv_dw, samples.grid_dw
        nothing = np.zeros_like(load)
        battery = nothing if samples.battery_dw is None else samples.battery_dw
        curtailed = nothing if samples.curtailed_dw is None else samples.curtailed_dw
        meter, t_utc = samples.meter, samples.t_utc
        powers = (load, pv, *_halves(grid), *_halves(battery), curtailed)
        n = len(self.plan.meters)
        self._rows += np.bincount(meter, minlength=n)
        for i, power in enumerate(powers):
            if n == 1:
                self._sums[i] += power.sum()
            else:
                np.add.at(self._sums[i], meter, power)
        for i, power in enumerate(powers[:4]):
            if n == 1:
                self._peaks[i] = max(self._peaks[i, 0], power.max())
            else:
                np.maximum.at(self._peaks[i], meter, power)
        if n > 1:
            self._connection_point.add(samples.window(self.plan), load, pv, grid)
        self._add_days(t_utc, powers)
        self._add_quarters(t_utc // _QUARTER_S, meter, grid)

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
            self._open[1] += np.bincount(meter[start:end], minlength=len(self.plan.meters))

    def _close_quarter(self) -> None:
        seen = self._open[1] > 0
        mean = np.divide(self._open[0], self._open[1], out=np.zeros(len(seen)), where=seen)
        np.maximum(self._quarter_peaks[0], mean, out=self._quarter_peaks[0])
        np.maximum(self._quarter_peaks[1], 0.0 - mean, out=self._quarter_peaks[1])
        self._connection_point.add_quarter(mean)
        self._open[:] = 0

    def summary(self) -> Summary:
        """The result so far.

        Raises:
            InternalError: if an energy identity does not hold (I8).
        """
        self._close_quarter()
        load, pv, imported, exported, charged, discharged, curtailed = self._sums
        by_day = self._days[:, :_SUMS].sum(axis=0)
        balance = imported - exported - (load - pv + charged - discharged)
        impossible = ((exported > pv) & (not self.plan.meter_range.grid)) | (curtailed < 0)
        if balance.any() or impossible.any() or (by_day != self._sums.sum(axis=1)).any():
            raise InternalError("the energy identities do not hold")
        every = range(len(self.plan.meters))
        meters, of_all = None, None
        if len(every) > 1:
            meters = {self.plan.meters[i]: self._of(slice(i, i + 1)) for i in every}
            self._connection_point.close()
            of_all = self._peaks_of(self._connection_point.peaks_dw, self._connection_point.quarter_peaks_dw)
        total = self._of(slice(None))
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
        for day in np.flatnonzero(self._days[:, _SUMS]).tolist():
            period = (first + timedelta(days=day)).isoformat()[:length]
            sums[period] = sums.get(period, 0) + self._days[day, :_SUMS]
        return tuple(PeriodEnergies(*self._kwh(each), period=period) for period, each in sums.items())

    def _kwh(self, sums: Ints) -> list[Any]:
        """The fields of `Energies`."""
        plan = self.plan
        load, pv, imported, exported, charged, discharged, curtailed = sums.tolist()
        battery = (charged, discharged) if plan.has_battery else (None, None)
        rest = (imported, exported, *battery, curtailed if plan.has_export_limit else None)
        parts = (None, pv, None, *rest, load) if plan.meter_range.grid else (load, pv, pv - exported, *rest, None)
        return [None if part is None else round(part * plan.every_s / _DWS_PER_KWH, 6) for part in parts]

    def _of(self, which: slice) -> Summary:
        plan = self.plan
        sums = self._sums[:, which].sum(axis=1)
        load, pv, imported, exported = sums[:4].tolist()
        known = not plan.meter_range.grid
        return Summary(
            rows=int(self._rows[which].sum()),
            resolution_s=plan.every_s,
            energy_kwh=Energies(*self._kwh(sums)),
            self_consumption=_share(pv - exported, pv) if known else None,
            self_sufficiency=_share(load - imported, load) if known else None,
            generation_multiple=_share(pv, load) if known else None,
            peak_kw=self._peaks_of(self._peaks[:, which].max(axis=1), self._quarter_peaks[:, which].max(axis=1)),
        )

    def _peaks_of(self, peaks_dw: Ints, quarters_dw: NDArray[np.float64]) -> Peaks:
        quarters: list[float | None] = [None, None]
        if _QUARTER_S % self.plan.every_s == 0:
            quarters = np.round(quarters_dw / DW_PER_KW, 6).tolist()
        peaks = Peaks(*(peaks_dw / DW_PER_KW).tolist(), *quarters)
        grid = self.plan.meter_range.grid
        return msgspec.structs.replace(peaks, load=None, meter=peaks.load) if grid else peaks


def _halves(power: Ints) -> tuple[Ints, Ints]:
    """The positive part of a power, and the negative one."""
    return np.maximum(power, 0), np.maximum(-power, 0)


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 6) if whole else None
