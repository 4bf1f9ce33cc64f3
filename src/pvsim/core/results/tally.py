"""All figures of a run, added up from whole averaging periods, and put together as its summary."""

from datetime import timedelta
from itertools import groupby
from typing import TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from pvsim.core.quantities.rounding import rounded
from pvsim.core.quantities.types import DW_PER_KW, Ints
from pvsim.core.results.battery_use import BatteryStates
from pvsim.core.results.coincidence import CoincidentPeaks
from pvsim.core.results.duration import GridDuration
from pvsim.core.results.each_meter import EachMeter
from pvsim.core.results.energies import EnergySums, kwh
from pvsim.core.results.fuse import FuseSeconds
from pvsim.core.results.meter_curves import Curves, MeterCurves
from pvsim.core.results.over_meters import over_meters
from pvsim.core.results.peaks import RowPeaks, peaks_of
from pvsim.core.results.powers import Powers
from pvsim.core.results.ramps import Ramps
from pvsim.core.results.summary import BatteryUse, Energies, Peaks, PeriodEnergies, Resolution, Summary
from pvsim.core.results.window_means import WindowMeans
from pvsim.core.run.plan import RunPlan

__all__ = ["QUARTER_S", "WINDOWS_S", "Tally"]

QUARTER_S = 900
WINDOWS_S = (60, QUARTER_S, 3600)
"""Windows of the resolution table, beside the rows' own length."""

_Quarters: TypeAlias = "tuple[float | None, float | None]"
_Seen: TypeAlias = tuple[Ints, Ints | NDArray[np.float64]]
"""Sums of import and export in 0.1 W times rows, and their highest means."""


class Tally:
    """Adds up the figures of whole averaging periods.

    Args:
        plan: The run.
        meter_curves: Whether the curves of each of several meters are added up too; else they come in the end.

    Attributes:
        plan: The run.
        energies: Energies, and how many rows export.
        peaks: Highest powers of rows.
        windows: Means over windows of the local clock, by their length.
        coincidence: Highest quarters of an hour of several meters together; None of longer rows.
        ramps: Changes within seconds, of all meters together.
        duration: The duration curve of all meters together.
        curves: Both of each meter; None of one meter, and where they are added up elsewhere.
        fuse: Seconds above the rated current of the main fuses.
        battery: States of charge; None where there are none.
    """

    def __init__(self, plan: RunPlan, *, meter_curves: bool = True) -> None:
        self.plan = plan
        self.energies = EnergySums(plan)
        self.peaks = RowPeaks(plan)
        self.windows = {
            window_s: WindowMeans(plan, window_s)
            for window_s in WINDOWS_S
            if window_s == QUARTER_S == plan.every_s or (window_s > plan.every_s and window_s % plan.every_s == 0)
        }
        self.coincidence = CoincidentPeaks(plan) if QUARTER_S in self.windows else None
        self.ramps = Ramps(plan)
        self.duration = GridDuration(plan)
        n = len(plan.meters)
        self.curves = MeterCurves(plan, of_run=n) if meter_curves and n > 1 else None
        self.fuse = FuseSeconds(plan)
        self.battery: BatteryStates | None = None
        if plan.balance is not None and plan.balance.batteries:
            self.battery = BatteryStates(plan, plan.balance)

    def add(self, powers: Powers) -> None:
        """Add the rows of whole periods: in order, in any number of portions."""
        self.energies.add(powers)
        self.peaks.add(powers)
        for means in self.windows.values():
            means.add(powers)
        if self.coincidence is not None:
            self.coincidence.add(powers)
        self.ramps.add(powers)
        self.duration.add(powers)
        if self.curves is not None:
            self.curves.add(powers)
        self.fuse.add(powers)
        if self.battery is not None:
            self.battery.add(powers)

    def merge(self, other: "Tally") -> None:
        """Add another part of the run; what is added later begins a part of its own."""
        self.energies.merge(other.energies)
        self.peaks.merge(other.peaks)
        for window_s, means in self.windows.items():
            means.merge(other.windows[window_s])
        if self.coincidence is not None and other.coincidence is not None:
            self.coincidence.merge(other.coincidence)
        self.ramps.merge(other.ramps)
        self.duration.merge(other.duration)
        if self.curves is not None and other.curves is not None:
            self.curves.merge(other.curves)
        self.fuse.merge(other.fuse)
        if self.battery is not None and other.battery is not None:
            self.battery.merge(other.battery)

    def close(self) -> None:
        """Let what is added later begin a part of its own."""
        self.ramps.close()
        self.duration.close()
        if self.curves is not None:
            self.curves.close()
        for means in self.windows.values():
            means.close()
        if self.coincidence is not None:
            self.coincidence.close()

    def summary(self, curves: Curves | None = None) -> Summary:
        """All figures.

        Args:
            curves: Those of each meter, where they were added up elsewhere. The run has so many meters then that
                the figures of each are put together whenever they are asked for.

        Raises:
            InternalError: if an energy identity does not hold (I8).
        """
        self.energies.check()
        if self.curves is not None:
            return _Figures(self, self.curves.result()).summary()
        return _Figures(self, curves).summary(at_once=False)


class _Figures:
    """Puts a summary together, from what was added up."""

    def __init__(self, tally: Tally, curves: Curves | None) -> None:
        self.plan, self.energies, self.peaks = tally.plan, tally.energies, tally.peaks
        self.windows = {window_s: means.closed() for window_s, means in tally.windows.items()}
        self.quarters = self.windows.get(QUARTER_S)
        self.coincidence = None if tally.coincidence is None else tally.coincidence.closed()
        self.battery = tally.battery
        self.levels = None if tally.battery is None else tally.battery.levels()
        self.fuse, self.curves = tally.fuse, curves
        self.run_ramps, self.ramps_by_period = tally.ramps.result()
        self.run_duration, self.durations_by_period = tally.duration.result()

    def summary(self, *, at_once: bool = True) -> Summary:
        plan = self.plan
        total = self._of_meters(slice(None))
        days, months = self._periods(len("2024-06-21")), self._periods(len("2024-06"))
        whole = msgspec.structs.replace(
            total,
            days=days if len(days) > 1 else None,
            months=months if len(months) > 1 else None,
            ramps=self.run_ramps,
            duration=self.run_duration,
        )
        if len(plan.meters) == 1:
            return whole
        each = EachMeter(plan.meters, self._of_meter)
        meters = dict(each) if at_once else each
        return msgspec.structs.replace(
            whole,
            peak_of_all_kw=self._peaks_of_all(0, plan.timeline.days),
            meters=meters,
            over_meters=over_meters(meters.values()),
            coincidence=None
            if self.coincidence is None
            else self.coincidence.figures(load=not plan.meter_range.grid),
            hours_with_export=self._hours(int(self.energies.exporting_by_day.sum())),
        )

    def _of_meters(self, which: slice) -> Summary:
        """The figures of some meters over the run."""
        plan, energies = self.plan, self.energies
        sums = energies.by_meter[:, which].sum(axis=1)
        quarters: _Quarters = (None, None)
        if self.quarters is not None:
            highest = self.quarters.peaks_dw[:, which].max(axis=1)
            quarters = tuple(np.round(highest / DW_PER_KW, 6).tolist())
        battery: BatteryUse | None = None
        if self.battery is not None and self.levels is not None:
            stored = self.battery.of_meters(self.levels, which)
            battery = self.battery.use(stored, int(sums[4]), int(sums[5]))
        peak_load, factor = self._load_peak(which)
        return Summary(
            int(energies.rows[which].sum()),
            plan.every_s,
            Energies(*energies.fields(sums, battery=battery is not None)),
            *energies.shares(sums),
            peaks_of(plan, self.peaks.by_meter[:, which].max(axis=1), quarters),
            resolution=self._resolution(which),
            hours_with_export=self._hours(int(energies.exporting[which].sum())),
            battery=battery,
            fuse=self.fuse.of_meters(which),
            peak_load_15min_kw=peak_load,
            load_factor=factor,
        )

    def _load_peak(self, which: slice) -> tuple[float | None, float | None]:
        """The highest quarter of an hour of the load of some meters together, and their load factor."""
        if self.coincidence is None or self.plan.meter_range.grid:
            return None, None
        peaks_dw = self.coincidence.together_dw if which.start is None else self.coincidence.single_dw[:, which]
        peak_dw = float(peaks_dw[0, -1])
        mean_dw = float((self.energies.by_meter[0, which] / np.maximum(self.energies.rows[which], 1)).sum())
        return rounded(peak_dw / DW_PER_KW), rounded(mean_dw / peak_dw) if peak_dw else None

    def _of_meter(self, i: int) -> Summary:
        """The figures of one of several meters."""
        of_meter = self._of_meters(slice(i, i + 1))
        if self.curves is None:
            return of_meter
        return msgspec.structs.replace(of_meter, ramps=self.curves.ramps(i), duration=self.curves.duration(i))

    def _resolution(self, which: slice) -> tuple[Resolution, ...]:
        """The same meters seen through each window; peaks of all of them together."""
        sums = self.energies.by_meter[:, which].sum(axis=1)
        one = which.start is not None
        peaks_dw = self.peaks.by_meter[2:, which.start] if one else self.peaks.of_all[2:].max(axis=1)
        seen: dict[int, _Seen] = {self.plan.every_s: (sums[2:4], peaks_dw)}
        for window_s, means in self._longer():
            means_dw = means.peaks_dw[:, which.start] if one else means.of_all_dw.max(axis=1)
            flows = np.stack([means.import_sums[which].sum(), means.export_sums[which].sum()])
            seen[window_s] = flows, means_dw
        return self._seen(sums, seen)

    def _resolution_of_days(self, which: slice) -> tuple[Resolution, ...]:
        """All meters on some days, seen through each window."""
        sums = self.energies.by_day[which].sum(axis=0)
        seen: dict[int, _Seen] = {self.plan.every_s: (sums[2:4], self.peaks.of_all[2:, which].max(axis=1))}
        for window_s, means in self._longer():
            seen[window_s] = means.by_day[:, which].sum(axis=1), means.of_all_dw[:, which].max(axis=1)
        return self._seen(sums, seen)

    def _longer(self) -> list[tuple[int, WindowMeans]]:
        """The windows that are longer than a row."""
        return [(window_s, means) for window_s, means in self.windows.items() if window_s != self.plan.every_s]

    def _seen(self, sums: Ints, seen: dict[int, _Seen]) -> tuple[Resolution, ...]:
        """The table of what each window sees, beside the sums of the rows."""
        found = []
        for window_s, (flows, peaks_dw) in seen.items():
            consumption, sufficiency, _ = self.energies.shares(np.concatenate([sums[:2], flows]))
            peaks_kw = np.round(peaks_dw / DW_PER_KW, 6).tolist()
            energies = (kwh(each, self.plan) for each in flows.tolist())
            found.append(Resolution(window_s, consumption, sufficiency, *energies, *peaks_kw))
        return tuple(found)

    def _periods(self, length: int) -> tuple[PeriodEnergies, ...]:
        """The figures of all days whose dates begin with the same `length` characters."""
        first = self.plan.timeline.first_date
        days = np.flatnonzero(self.energies.rows_by_day).tolist()
        found = []
        for period, those in groupby(days, key=lambda day: (first + timedelta(days=day)).isoformat()[:length]):
            some = list(those)
            found.append(self._period(period, some[0], some[-1] + 1))
        return tuple(found)

    def _period(self, period: str, first: int, end: int) -> PeriodEnergies:
        energies = self.energies
        sums = energies.by_day[first:end].sum(axis=0)
        consumption, sufficiency, _ = energies.shares(sums)
        battery: BatteryUse | None = None
        if self.battery is not None and self.levels is not None:
            stored = self.battery.of_days(self.levels, first, end)
            battery = self.battery.use(stored, int(sums[4]), int(sums[5]))
        return PeriodEnergies(
            *energies.fields(sums, battery=battery is not None),
            period=period,
            self_consumption=consumption,
            self_sufficiency=sufficiency,
            peak_kw=self._peaks_of_all(first, end),
            hours_with_export=self._hours(int(energies.exporting_by_day[first:end].sum())),
            battery=battery,
            resolution=self._resolution_of_days(slice(first, end)),
            ramps=self.ramps_by_period.get(period),
            duration=self.durations_by_period.get(period),
        )

    def _peaks_of_all(self, first: int, end: int) -> Peaks:
        """The peaks of all meters together over some days."""
        quarters: _Quarters = (None, None)
        if self.quarters is not None:
            highest = self.quarters.of_all_dw[:, first:end].max(axis=1)
            quarters = tuple(np.round(highest / DW_PER_KW, 6).tolist())
        return peaks_of(self.plan, self.peaks.of_all[:, first:end].max(axis=1), quarters)

    def _hours(self, rows: int) -> float:
        return rounded(rows * self.plan.every_s / 3600)
