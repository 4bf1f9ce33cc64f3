"""Ramps: how far load, PV power and grid go up or down within 1, 10 and 60 s."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product

import numpy as np
from numpy.typing import NDArray

from pvsim.core.quantities.types import DW_PER_KW, Ints
from pvsim.core.results.histogram import Counted
from pvsim.core.results.meter_counts import MeterCounts
from pvsim.core.results.period_counts import PeriodCounts
from pvsim.core.results.powers import Powers
from pvsim.core.results.summary import Ramp
from pvsim.core.run.plan import RunPlan

__all__ = ["LAGS_S", "Ramps"]

LAGS_S = (1, 10, 60)
_PER_MILLE = (500, 990, 999, 1000)
_POWERS = 3


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows in the order of time.

    Attributes:
        t_utc: Unix time of each, shape (rows,).
        values: Load, PV power and grid, shape (3, rows, meters).
        there: Whether each meter has the row, shape (rows, meters).
    """

    t_utc: Ints
    values: Ints
    there: NDArray[np.bool_]

    def cut(self, rows: slice) -> "_Rows":
        return _Rows(self.t_utc[rows], self.values[:, rows], self.there[rows])

    def copy(self) -> "_Rows":
        return _Rows(self.t_utc.copy(), self.values.copy(), self.there.copy())

    def then(self, later: "_Rows") -> "_Rows":
        return _Rows(
            np.concatenate([self.t_utc, later.t_utc]),
            np.concatenate([self.values, later.values], axis=1),
            np.concatenate([self.there, later.there]),
        )


@dataclass(frozen=True, slots=True)
class _Part:
    """The rows at both ends of consecutive ones that may have a partner in another part."""

    first: _Rows
    last: _Rows


class Ramps:
    """Counts changes of the sums over all meters, between periods of which each has its row, and of each meter.

    Each pair of rows is counted once: when the later one is added, or, where they come in two parts of the run,
    when these are merged. It belongs to the day and month of the later one.

    Attributes:
        plan: The run.
        lags_s: The lags that are whole numbers of rows.
        changes: Of load, PV power and grid, of each within each lag.
        by_meter: The same of each meter, where there are several.
        parts: The parts of the run that there are.
    """

    def __init__(self, plan: RunPlan) -> None:
        self.plan = plan
        self.lags_s = [lag for lag in LAGS_S if lag % plan.every_s == 0]
        kinds, meters = _POWERS * len(self.lags_s), len(plan.meters)
        names = ("meter" if plan.meter_range.grid else "load", "pv", "grid")
        self._measured = partial(_ramps, names, self.lags_s)  # no method: that would keep all counts in a cycle
        self.changes = PeriodCounts(plan, kinds, self._measured)
        self.by_meter = MeterCounts(kinds, meters) if meters > 1 else None
        self.parts: list[_Part] = []
        self._open = False

    def add(self, powers: Powers) -> None:
        """Add the rows of whole periods."""
        if not self.lags_s:
            return
        values = np.stack([powers.meter, powers.pv, powers.grid])
        there = np.ones(values.shape[1:], dtype=np.bool_) if powers.there is None else powers.there
        rows = _Rows(powers.t_utc, values, there)
        if not self._open:
            none = rows.cut(slice(0))
            self.parts.append(_Part(none, none))
            self._open = True
        self.parts[-1] = self._extended(self.parts[-1], rows)

    def merge(self, other: "Ramps") -> None:
        """Add another part of the run; what is added later begins a part of its own."""
        self.changes.merge(other.changes)
        if self.by_meter is not None and other.by_meter is not None:
            self.by_meter.merge(other.by_meter)
        for one, another in product(self.parts, other.parts):
            earlier, later = sorted((one, another), key=lambda part: int(part.first.t_utc[0]))
            if later.first.t_utc[0] - earlier.last.t_utc[-1] <= self.lags_s[-1]:
                n, both = len(earlier.last.t_utc), earlier.last.then(later.first)
                for day, span in self.changes.spans(both.t_utc, n):
                    self._count(day, both.cut(slice(span.stop)), span.start, n)
        self.parts += other.parts
        self.close()

    def close(self) -> None:
        """Let what is added later begin a part of its own."""
        self._open = False

    def result(self) -> tuple[tuple[Ramp, ...] | None, dict[str, tuple[Ramp, ...] | None]]:
        """The percentiles of the run, and of each day and month by its name.

        None where rows are too long, or no two of them are a lag apart.
        """
        run, periods = self.changes.result()
        return self._measured(run), periods

    def of_meter(self, meter: int) -> tuple[Ramp, ...] | None:
        """The percentiles of one of several meters."""
        if self.by_meter is None:
            return None
        return self._measured(self.by_meter.of(kind, meter) for kind in range(_POWERS * len(self.lags_s)))

    def _extended(self, part: _Part, rows: _Rows) -> _Part:
        before, everything, reach = len(part.last.t_utc), part.last.then(rows), self.lags_s[-1]
        t_utc = everything.t_utc
        since = int(part.first.t_utc[0] if len(part.first.t_utc) else t_utc[0]) + reach
        for day, span in self.changes.spans(t_utc, before):
            self.changes.close(day, since)
            self._count(day, everything.cut(slice(span.stop)), span.start, span.stop)
        early = int(np.searchsorted(rows.t_utc, since))
        late = int(np.searchsorted(t_utc, t_utc[-1] - reach, side="right"))
        return _Part(part.first.then(rows.cut(slice(early))), everything.cut(slice(late, None)).copy())

    def _count(self, day: int, rows: _Rows, start: int, end: int) -> None:
        """Count the changes that begin in a row before `end`, and end in one of a day from `start` on."""
        whole = bool(rows.there.all())
        for i, lag_s in enumerate(self.lags_s):
            before, after = _pairs(rows.t_utc, start, end, lag_s, self.plan.every_s)
            both = None if whole else rows.there[before] & rows.there[after]
            kept = slice(None) if both is None else both.all(axis=1)
            for which, power in enumerate(rows.values):
                kind = which * len(self.lags_s) + i
                changes = power[after] - power[before]
                self.changes.add(day, kind, np.abs(changes.sum(axis=1)[kept]))
                if self.by_meter is not None:
                    self.by_meter.add(kind, np.abs(changes), both)


def _pairs(t_utc: Ints, start: int, end: int, lag_s: int, every_s: int) -> tuple[Ints | slice, Ints | slice]:
    """Which rows begin a change before `end`, and which end it from `start` on."""
    n = len(t_utc)
    if t_utc[-1] - t_utc[0] == (n - 1) * every_s:  # none is missing
        lag = lag_s // every_s
        first, behind = max(start, lag), max(min(n, end + lag), start, lag)
        return slice(first - lag, behind - lag), slice(first, behind)
    wanted = t_utc[start:] - lag_s
    place = np.searchsorted(t_utc, wanted)
    found = (place < end) & (t_utc[place] == wanted)
    return place[found], start + np.flatnonzero(found)


def _ramps(names: Sequence[str], lags_s: Sequence[int], changes: Iterable[Counted]) -> tuple[Ramp, ...] | None:
    found = []
    for (name, lag_s), counted in zip(product(names, lags_s), changes, strict=True):
        if total := counted.total:
            values = counted.values_at([-(-total * mille // 1000) for mille in _PER_MILLE])
            found.append(Ramp(name, lag_s, total, *(value / DW_PER_KW for value in values)))
    return tuple(found) or None
