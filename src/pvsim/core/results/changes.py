"""Changes of load, PV power and grid between two rows that are 1, 10 or 60 s apart."""

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from pvsim.core.quantities.types import Ints
from pvsim.core.run.plan import RunPlan

__all__ = ["LAGS_S", "POWERS", "Changes", "lags_of"]

LAGS_S = (1, 10, 60)
POWERS = 3
"""Load, PV power and grid."""


def lags_of(plan: RunPlan) -> list[int]:
    """The lags that are whole numbers of rows."""
    return [lag_s for lag_s in LAGS_S if lag_s % plan.every_s == 0]


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows in the order of time.

    Attributes:
        t_utc: Unix time of each, shape (rows,).
        values: Load, PV power and grid, shape (3, rows, columns).
        there: Which of the rows each column has, shape (rows, columns).
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


class Changes:
    """Hands the change between each two rows that are a lag apart to `take`, once.

    That is when the later one is added, or, where they come in two parts of the run, when these are merged. Rows
    have a column for each meter, or one for all together.

    Attributes:
        plan: The run.
        lags_s: The lags that are whole numbers of rows.
        parts: The parts of the run that there are.
    """

    def __init__(self, plan: RunPlan) -> None:
        self.plan = plan
        self.lags_s = lags_of(plan)
        self.parts: list[_Part] = []
        self._open = False

    def take(self, day: int, kind: int, changes: Ints, both: NDArray[np.bool_] | None) -> None:
        """Take changes whose later rows are of one day.

        Args:
            day: Its number, as `spans` gives it.
            kind: Of which power within which lag: load within each of the lags, then PV power, then grid.
            changes: Shape (pairs of rows, columns).
            both: Of which pairs a column has both rows, the same shape; None of all.
        """

    def spans(self, t_utc: Ints, start: int = 0) -> "list[tuple[int, slice]]":
        """The days of the rows from `start` on, with the rows of each; one where days do not matter."""
        return [(0, slice(start, len(t_utc)))] if start < len(t_utc) else []

    def end_days(self, day: int, since_utc: int) -> None:
        """Know that nothing more comes of days that began after a time, and ended before a day."""

    def add_rows(self, t_utc: Ints, values: Ints, there: NDArray[np.bool_] | None) -> None:
        """Add rows in the order of time.

        Args:
            t_utc: Unix time of each, shape (rows,).
            values: Load, PV power and grid, shape (3, rows, columns).
            there: Which of the rows each column has, shape (rows, columns); None of all.
        """
        if not self.lags_s:
            return
        rows = _Rows(t_utc, values, np.ones(values.shape[1:], dtype=np.bool_) if there is None else there)
        if not self._open:
            none = rows.cut(slice(0))
            self.parts.append(_Part(none, none))
            self._open = True
        self.parts[-1] = self._extended(self.parts[-1], rows)

    def merge_ends(self, other: "Changes") -> None:
        """Take the changes between rows of this and of another part; what is added later begins one of its own."""
        for one, another in product(self.parts, other.parts):
            earlier, later = sorted((one, another), key=lambda part: int(part.first.t_utc[0]))
            if later.first.t_utc[0] - earlier.last.t_utc[-1] <= self.lags_s[-1]:
                n, both = len(earlier.last.t_utc), earlier.last.then(later.first)
                for day, span in self.spans(both.t_utc, n):
                    self._hand_over(day, both.cut(slice(span.stop)), span.start, n)
        self.parts += other.parts
        self.close()

    def close(self) -> None:
        """Let what is added later begin a part of its own."""
        self._open = False

    def _extended(self, part: _Part, rows: _Rows) -> _Part:
        before, everything, reach = len(part.last.t_utc), part.last.then(rows), self.lags_s[-1]
        t_utc = everything.t_utc
        since = int(part.first.t_utc[0] if len(part.first.t_utc) else t_utc[0]) + reach
        for day, span in self.spans(t_utc, before):
            self.end_days(day, since)
            self._hand_over(day, everything.cut(slice(span.stop)), span.start, span.stop)
        early = int(np.searchsorted(rows.t_utc, since))
        late = int(np.searchsorted(t_utc, t_utc[-1] - reach, side="right"))
        return _Part(part.first.then(rows.cut(slice(early))), everything.cut(slice(late, None)).copy())

    def _hand_over(self, day: int, rows: _Rows, start: int, end: int) -> None:
        """The changes that begin in a row before `end`, and end in one of a day from `start` on."""
        whole = bool(rows.there.all())
        for i, lag_s in enumerate(self.lags_s):
            before, after = _pairs(rows.t_utc, start, end, lag_s, self.plan.every_s)
            both = None if whole else rows.there[before] & rows.there[after]
            for which, power in enumerate(rows.values):
                self.take(day, which * len(self.lags_s) + i, power[after] - power[before], both)


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
