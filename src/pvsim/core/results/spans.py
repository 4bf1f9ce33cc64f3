"""Where a file of samples has no row, or holds the value before: stretches of time, the first of them by name."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import numpy as np

from pvsim.core.results.samples import Samples
from pvsim.core.run.plan import RunPlan

__all__ = ["MAX_SPANS", "Span", "Spans"]

MAX_SPANS = 100
"""So many are named; the others are counted. A meter that loses every other reading has 43,200 in a day."""


@dataclass(slots=True)
class Span:
    """Consecutive rows of one meter, from the period `first` on."""

    meter: int
    first: int
    rows: int
    held_s: int = 0


@dataclass(slots=True)
class Spans:
    """Takes rows in order, in any number of portions.

    Attributes:
        missing: The first stretches without rows, in order of their ends.
        missing_total: How many there are.
        held: The first stretches of rows that hold a value, in order of their beginnings.
        held_total: How many there are.
        held_s: For how many seconds a value is held, over all meters.
    """

    plan: RunPlan
    missing: list[Span] = field(default_factory=list)
    missing_total: int = 0
    held: list[Span] = field(default_factory=list)
    held_total: int = 0
    held_s: int = 0
    _before: "np.ndarray[tuple[int, ...], np.dtype[np.int64]]" = field(init=False)  # each meter's last period
    _open: dict[int, Span] = field(default_factory=dict)  # by meter: the last stretch that holds values

    def __post_init__(self) -> None:
        self._before = np.full(len(self.plan.meters), -1, dtype=np.int64)

    def add(self, samples: Samples) -> None:
        """Look at more rows."""
        order = np.argsort(samples.meter, kind="stable")
        period = samples.window(self.plan)
        self._add_missing(period[order], samples.meter[order])
        if samples.held_s is not None:
            for i in np.flatnonzero(samples.held_s).tolist():
                self._add_held(int(period[i]), int(samples.meter[i]), int(samples.held_s[i]))

    def close(self) -> None:
        """No row follows."""
        n_meters = len(self.plan.meters)
        periods = self.plan.rows // n_meters
        self._add_missing(np.full(n_meters, periods, dtype=np.int64), np.arange(n_meters))

    def _add_missing(
        self,
        period: "np.ndarray[tuple[int, ...], np.dtype[np.int64]]",
        meter: "np.ndarray[tuple[int, ...], np.dtype[np.int64]]",
    ) -> None:
        before = np.roll(period, 1)
        first_of_meter = np.diff(meter, prepend=-1) != 0
        before[first_of_meter] = self._before[meter[first_of_meter]]
        gaps = np.flatnonzero(period - before > 1)
        self.missing_total += len(gaps)
        for i in gaps[: MAX_SPANS - len(self.missing)].tolist():
            self.missing.append(Span(int(meter[i]), int(before[i]) + 1, int(period[i] - before[i]) - 1))
        self._before[meter] = period  # the last one of each meter counts

    def _add_held(self, period: int, meter: int, held_s: int) -> None:
        self.held_s += held_s
        span = self._open.get(meter)
        if span is not None and span.first + span.rows == period:
            span.rows += 1
            span.held_s += held_s
            return
        span = self._open[meter] = Span(meter, period, 1, held_s)
        self.held_total += 1
        if len(self.held) < MAX_SPANS:
            self.held.append(span)

    def report(self) -> dict[str, dict[str, Any]]:
        """What the manifest says: `missing` and `held`, each where there is one."""
        found = {"missing": (self.missing_total, self.missing), "held": (self.held_total, self.held)}
        return {
            name: {"spans": total, "first": [self.describe(span) for span in spans]}
            for name, (total, spans) in found.items()
            if total
        }

    def describe(self, span: Span) -> dict[str, Any]:
        """A stretch as the manifest has it: meter, local times, rows, and seconds that hold a value."""
        times = {"from": self._time(span.first), "to": self._time(span.first + span.rows)}
        held = {"held_s": span.held_s} if span.held_s else {}
        return {"meter": self.plan.meters[span.meter], **times, "rows": span.rows, **held}

    def _time(self, period: int) -> str:
        t_utc = self.plan.timeline.start_utc + period * self.plan.every_s
        offset_s = int(self.plan.timeline.offset_s(np.array([t_utc]))[0])
        return datetime.fromtimestamp(t_utc, UTC).astimezone(timezone(timedelta(seconds=offset_s))).isoformat()
