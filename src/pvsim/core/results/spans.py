"""Where a file of samples has no row, or holds the value before: stretches of time, the first of them by name."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Self

import numpy as np

from pvsim.core.quantities.types import Ints
from pvsim.core.results.samples import Samples
from pvsim.core.run.plan import RunPlan

__all__ = ["MAX_SPANS", "FoundSpans", "Span", "Spans"]

MAX_SPANS = 100
"""So many are named; the others are counted. A meter that loses every other reading has 43,200 in a day."""


@dataclass(slots=True)
class Span:
    """Consecutive rows of one meter, from the period `first` on."""

    meter: int
    first: int
    rows: int
    held_s: int = 0

    @property
    def end(self) -> int:
        """The period behind it."""
        return self.first + self.rows


@dataclass(frozen=True, slots=True)
class FoundSpans:
    """The stretches of a whole run.

    Attributes:
        plan: The run.
        missing: The first stretches without rows, in order of their ends, then of the meters.
        missing_total: How many there are.
        held: The first stretches of rows that hold a value, in order of their beginnings, then of the meters.
        held_total: How many there are.
        held_s: For how many seconds a value is held, over all meters.
    """

    plan: RunPlan
    missing: tuple[Span, ...] = ()
    missing_total: int = 0
    held: tuple[Span, ...] = ()
    held_total: int = 0
    held_s: int = 0

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
        times = {"from": self._time(span.first), "to": self._time(span.end)}
        held = {"held_s": span.held_s} if span.held_s else {}
        return {"meter": self.plan.meters[span.meter], **times, "rows": span.rows, **held}

    def _time(self, period: int) -> str:
        t_utc = self.plan.timeline.start_utc + period * self.plan.every_s
        offset_s = int(self.plan.timeline.offset_s(np.array([t_utc]))[0])
        return datetime.fromtimestamp(t_utc, UTC).astimezone(timezone(timedelta(seconds=offset_s))).isoformat()


@dataclass(slots=True)
class _Part:
    """Rows that came behind each other. What lies before a meter's first row, or behind its last, is open."""

    first_row: int
    first: dict[int, int] = field(default_factory=dict)  # by meter: the period of its first row
    last: dict[int, int] = field(default_factory=dict)  # and of its last
    missing: list[Span] = field(default_factory=list)
    missing_total: int = 0
    held: list[Span] = field(default_factory=list)
    held_total: int = 0
    head: dict[int, Span] = field(default_factory=dict)  # by meter: the held stretch that its first row begins
    tail: dict[int, Span] = field(default_factory=dict)  # and the last held stretch

    def add(self, period: Ints, meter: Ints, held_s: Ints | None) -> None:
        """Take the next rows."""
        order = np.argsort(meter, kind="stable")
        begins = np.flatnonzero(np.diff(meter[order], prepend=-1))
        firsts, lasts = order[begins], order[[*(begins[1:] - 1), -1]]  # of each meter
        before = np.empty_like(period)
        before[order[1:]] = period[order[:-1]]
        for i, m, p in zip(firsts.tolist(), meter[firsts].tolist(), period[firsts].tolist(), strict=True):
            self.first.setdefault(m, p)
            before[i] = self.last.get(m, p - 1)
        gaps = np.flatnonzero(period - before > 1)
        self.missing_total += len(gaps)
        for i in gaps[: MAX_SPANS - len(self.missing)].tolist():
            self.missing.append(Span(int(meter[i]), int(before[i]) + 1, int(period[i] - before[i]) - 1))
        if held_s is not None:
            for i in np.flatnonzero(held_s).tolist():
                self._add_held(int(period[i]), int(meter[i]), int(held_s[i]))
        self.last.update(zip(meter[lasts].tolist(), period[lasts].tolist(), strict=True))

    def _add_held(self, period: int, meter: int, held_s: int) -> None:
        span = self.tail.get(meter)
        if span is not None and span.end == period:
            span.rows += 1
            span.held_s += held_s
            return
        span = self.tail[meter] = Span(meter, period, 1, held_s)
        self.held_total += 1
        if len(self.held) < MAX_SPANS:
            self.held.append(span)
        if period == self.first[meter]:
            self.head[meter] = span


class Spans:
    """Finds the stretches: an `Accumulator`.

    Args:
        plan: The run.
    """

    def __init__(self, plan: RunPlan) -> None:
        self.plan = plan
        self.held_s = 0
        self._parts: list[_Part] = []
        self._goes_on = False

    def add(self, samples: Samples) -> None:
        """See `Accumulator.add`."""
        if not len(samples):
            return
        if not self._goes_on:
            self._parts.append(_Part(int(samples.row(self.plan)[0])))
            self._goes_on = True
        self._parts[-1].add(samples.window(self.plan), samples.meter, samples.held_s)
        if samples.held_s is not None:
            self.held_s += int(samples.held_s.sum())

    def merge(self, other: Self) -> None:
        """See `Accumulator.merge`; what is added later begins a part of its own."""
        self._parts += other._parts
        self.held_s += other.held_s
        self._goes_on = False

    def result(self) -> FoundSpans:
        """See `Accumulator.result`: no row follows."""
        parts = sorted(self._parts, key=lambda part: part.first_row)
        between, held, joined = self._between(parts), *_joined(parts)
        missing = [*between, *(span for part in parts for span in part.missing)]
        return FoundSpans(
            self.plan,
            tuple(sorted(missing, key=lambda span: (span.end, span.meter))[:MAX_SPANS]),
            len(between) + sum(part.missing_total for part in parts),
            tuple(sorted(held, key=lambda span: (span.first, span.meter))[:MAX_SPANS]),
            sum(part.held_total for part in parts) - joined,
            self.held_s,
        )

    def _between(self, parts: list[_Part]) -> list[Span]:
        """What is missing before, between and behind the parts."""
        n_meters = len(self.plan.meters)
        found, reached = [], dict.fromkeys(range(n_meters), -1)
        end = dict.fromkeys(range(n_meters), self.plan.rows // n_meters)
        for first, last in (*((part.first, part.last) for part in parts), (end, end)):
            found += [Span(m, reached[m] + 1, p - reached[m] - 1) for m, p in first.items() if p - reached[m] > 1]
            reached |= last
        return found


def _joined(parts: Iterable[_Part]) -> tuple[list[Span], int]:
    """The first held stretches, those that two parts share as one, and how many those are."""
    found: list[Span] = []
    tail: dict[int, Span] = {}
    joined = 0
    for part in parts:
        copies = {id(span): replace(span) for span in (*part.held, *part.head.values(), *part.tail.values())}
        continued = {m for m, span in part.head.items() if m in tail and tail[m].end == span.first}
        for m in continued:
            tail[m].rows += part.head[m].rows
            tail[m].held_s += part.head[m].held_s
        heads = {id(part.head[m]) for m in continued}
        joined += len(continued)
        found += [copies[id(span)] for span in part.held if id(span) not in heads]
        tail |= {m: copies[id(span)] for m, span in part.tail.items() if id(span) not in heads}
    return found, joined
