"""Ramps: how far load, PV power and grid go up or down within 1, 10 and 60 s."""

from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from pvsim.core.quantities.types import DW_PER_KW, Ints
from pvsim.core.results.histogram import Histogram
from pvsim.core.results.powers import Powers
from pvsim.core.results.summary import Ramp
from pvsim.core.run.plan import RunPlan

__all__ = ["LAGS_S", "Ramps"]

LAGS_S = (1, 10, 60)
_PER_MILLE = (500, 990, 999, 1000)


@dataclass(slots=True)
class _Part:
    """Consecutive rows: those at both ends that may have a partner in another part. Powers of shape (3, rows)."""

    first_t_utc: Ints
    first: Ints
    last_t_utc: Ints
    last: Ints


class Ramps:
    """Counts changes between periods of which each meter has its row, of the sums over all meters.

    Each pair of rows is counted once: when the later one is added, or, where they come in two parts of the run,
    when these are merged.

    Attributes:
        plan: The run.
        lags_s: The lags that are whole numbers of rows.
        changes: Of load, PV power and grid, for each lag.
        parts: The parts of the run that there are.
    """

    def __init__(self, plan: RunPlan) -> None:
        self.plan = plan
        self.lags_s = [lag for lag in LAGS_S if lag % plan.every_s == 0]
        self.changes = [[Histogram() for _ in self.lags_s] for _ in range(3)]
        self.parts: list[_Part] = []
        self._open = False

    def add(self, powers: Powers) -> None:
        """Add the rows of whole periods."""
        if not self.lags_s:
            return
        kept = powers.complete
        t_utc = powers.t_utc[kept]
        if not len(t_utc):
            return
        values = np.stack([power[kept].sum(axis=1) for power in (powers.meter, powers.pv, powers.grid)])
        if not self._open:
            empty = np.empty(0, dtype=np.int64), np.empty((3, 0), dtype=np.int64)
            self.parts.append(_Part(*empty, *empty))
            self._open = True
        self._extend(self.parts[-1], t_utc, values)

    def merge(self, other: "Ramps") -> None:
        """Add another part of the run; what is added later begins a part of its own."""
        for mine, theirs in zip(self.changes, other.changes, strict=True):
            for histogram, more in zip(mine, theirs, strict=True):
                histogram.merge(more)
        for one, another in product(self.parts, other.parts):
            earlier, later = sorted((one, another), key=lambda part: int(part.first_t_utc[0]))
            if later.first_t_utc[0] - earlier.last_t_utc[-1] <= self.lags_s[-1]:
                t_utc = np.concatenate([earlier.last_t_utc, later.first_t_utc])
                both = np.concatenate([earlier.last, later.first], axis=1)
                n = len(earlier.last_t_utc)
                self._count(t_utc, both, n, n)
        self.parts += [replace(part) for part in other.parts]
        self.close()

    def close(self) -> None:
        """Let what is added later begin a part of its own."""
        self._open = False

    def result(self) -> tuple[Ramp, ...] | None:
        """The percentiles; None where rows are too long, or no two of them are a lag apart."""
        names = ("meter" if self.plan.meter_range.grid else "load", "pv", "grid")
        found = []
        for name, histograms in zip(names, self.changes, strict=True):
            for lag_s, histogram in zip(self.lags_s, histograms, strict=True):
                if total := histogram.total:
                    values = histogram.values_at([-(-total * mille // 1000) for mille in _PER_MILLE])
                    found.append(Ramp(name, lag_s, total, *(value / DW_PER_KW for value in values)))
        return tuple(found) or None

    def _extend(self, part: _Part, t_utc: Ints, values: Ints) -> None:
        before = len(part.last_t_utc)
        all_t_utc = np.concatenate([part.last_t_utc, t_utc])
        everything = np.concatenate([part.last, values], axis=1)
        self._count(all_t_utc, everything, before, len(all_t_utc))
        reach = self.lags_s[-1]
        since = (part.first_t_utc[0] if len(part.first_t_utc) else t_utc[0]) + reach
        early = int(np.searchsorted(t_utc, since))
        part.first_t_utc = np.concatenate([part.first_t_utc, t_utc[:early]])
        part.first = np.concatenate([part.first, values[:, :early]], axis=1)
        late = int(np.searchsorted(all_t_utc, all_t_utc[-1] - reach, side="right"))
        part.last_t_utc, part.last = all_t_utc[late:].copy(), everything[:, late:].copy()

    def _count(self, t_utc: Ints, values: Ints, start: int, end: int) -> None:
        """Count the changes that begin in a row before `end`, and end in one from `start` on."""
        for i, lag_s in enumerate(self.lags_s):
            before, after = _pairs(t_utc, start, end, lag_s, self.plan.every_s)
            for histograms, power in zip(self.changes, values, strict=True):
                histograms[i].add(np.abs(power[after] - power[before]))


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
