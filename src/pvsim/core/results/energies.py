"""Energies added up by meter and by day, in integers of 0.1 W times rows: the identities I8 hold exactly."""

from typing import Any

import numpy as np

from pvsim.core.quantities.rounding import rounded
from pvsim.core.quantities.types import DWS_PER_KWH, Ints
from pvsim.core.results.powers import Powers
from pvsim.core.run.plan import RunPlan
from pvsim.errors import InternalError

__all__ = ["EnergySums", "kwh", "share"]

SUMS = 8


class EnergySums:
    """Sums of load (or what a grid meter shows), PV, import, export, charge, discharge, curtailed and clipped.

    Attributes:
        plan: The run.
        by_meter: Of each power and meter, shape (sums, meters).
        by_day: Of each day over all meters, shape (days, sums).
        rows: How many rows each meter has.
        rows_by_day: How many each day has.
        clips: Whether it is known what inverters cut off.
        exporting: In how many rows each meter exports.
        exporting_by_day: In how many periods of each day all meters together do.
    """

    def __init__(self, plan: RunPlan) -> None:
        self.plan = plan
        n, days = len(plan.meters), plan.timeline.days
        self.by_meter = np.zeros((SUMS, n), dtype=np.int64)
        self.by_day = np.zeros((days, SUMS), dtype=np.int64)
        self.rows = np.zeros(n, dtype=np.int64)
        self.rows_by_day = np.zeros(days, dtype=np.int64)
        self.clips = False
        self.exporting = np.zeros(n, dtype=np.int64)
        self.exporting_by_day = np.zeros(days, dtype=np.int64)

    def add(self, powers: Powers) -> None:
        """Add the rows of whole periods."""
        days, grid = powers.days, powers.grid
        battery = (None, None) if powers.battery is None else _halves(powers.battery)
        parts = (powers.meter, powers.pv, *_halves(grid), *battery, powers.curtailed, powers.clipped)
        for i, power in enumerate(parts):
            if power is not None:
                by_day = powers.by_day(power)
                self.by_meter[i] += by_day.sum(axis=0)
                self.by_day[days, i] += by_day.sum(axis=1)
        self.clips |= powers.clipped is not None
        exporting = (grid < 0).astype(np.int64)
        self.exporting += exporting.sum(axis=0)
        self.exporting_by_day[days] += powers.by_day((grid.sum(axis=1) < 0).astype(np.int64))
        n = grid.shape[1]
        if powers.there is None:
            periods = np.diff(powers.day_starts, append=len(grid))
            self.rows += len(grid)
            self.rows_by_day[days] += n * periods
        else:
            self.rows += powers.there.sum(axis=0)
            self.rows_by_day[days] += powers.by_day(powers.there.sum(axis=1))

    def merge(self, other: "EnergySums") -> None:
        """Add another part of the run."""
        self.by_meter += other.by_meter
        self.by_day += other.by_day
        self.rows += other.rows
        self.rows_by_day += other.rows_by_day
        self.clips |= other.clips
        self.exporting += other.exporting
        self.exporting_by_day += other.exporting_by_day

    def check(self) -> None:
        """See that energy adds up.

        Raises:
            InternalError: if it does not (I8).
        """
        load, pv, imported, exported, charged, discharged, curtailed, clipped = self.by_meter
        balance = imported - exported - (load - pv + charged - discharged)
        impossible = ((exported > pv + discharged) & (not self.plan.meter_range.grid)) | (
            np.minimum(curtailed, clipped) < 0
        )
        by_day = self.by_day.sum(axis=0) != self.by_meter.sum(axis=1)
        if balance.any() or impossible.any() or by_day.any():
            raise InternalError("the energy identities do not hold")

    def fields(self, sums: Ints, *, battery: bool) -> list[Any]:
        """The fields of `Energies` for some sums, shape (sums,), of meters with a battery or without."""
        plan = self.plan
        load, pv, imported, exported, charged, discharged, curtailed, clipped = sums.tolist()
        stored = (charged, discharged) if battery else (None, None)
        rest = (imported, exported, *stored, curtailed if plan.has_export_limit else None)
        known = (None, pv, None) if plan.meter_range.grid else (load, pv, pv - exported)
        parts = (*known, *rest, load if plan.meter_range.grid else None, clipped if self.clips else None)
        return [None if part is None else kwh(part, plan) for part in parts]

    def shares(self, sums: Ints) -> tuple[float | None, float | None, float | None]:
        """Self-consumption, self-sufficiency and generation multiple of some sums."""
        load, pv, imported, exported = sums[:4].tolist()
        if self.plan.meter_range.grid:
            return None, None, None
        return share(pv - exported, pv), share(load - imported, load), share(pv, load)


def kwh(sum_dw: int, plan: RunPlan) -> float:
    """A sum of powers of rows as energy."""
    return rounded(sum_dw * plan.every_s / DWS_PER_KWH)


def share(part: int, whole: int) -> float | None:
    """A part of something; None of nothing."""
    return rounded(part / whole) if whole else None


def _halves(power: Ints) -> tuple[Ints, Ints]:
    """The positive part of a power, and the negative one."""
    return np.maximum(power, 0), np.maximum(-power, 0)
