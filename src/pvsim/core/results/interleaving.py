"""The rows of the parts of a run in the order of the whole: period by period, in each the meters in turn."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, replace

import numpy as np

from pvsim.core.quantities.types import Ints
from pvsim.core.results.battery_parts import PARTS
from pvsim.core.results.samples import Samples, joined
from pvsim.core.run.plan import RunPlan

__all__ = ["interleaved"]


def interleaved(plan: RunPlan, parts: Sequence[tuple[Sequence[int], Iterable[Samples]]]) -> Iterator[Samples]:
    """All rows of a run in order, in portions; no part is read further ahead than one portion of it.

    Args:
        plan: The whole run.
        parts: Of each part the places of its meters in the whole run, and its rows in order.
    """
    ahead = [_Part(plan, meters, samples) for meters, samples in parts]
    taken = 0
    while (until := min((part.known_until for part in ahead), default=0)) > taken:
        portions = [rows for part in ahead if len(rows := part.take(until))]
        taken = until
        if portions:
            rows = joined(_alike(portions))
            yield rows.where(np.argsort(rows.row(plan), kind="stable"))
        for part in ahead:
            if part.known_until <= until:
                part.read_on(until)


class _Part:
    """A part of the run, and those of its rows that have been read ahead.

    Attributes:
        known_until: All its rows of averaging periods before this one have been read.
    """

    def __init__(self, plan: RunPlan, meters: Sequence[int], samples: Iterable[Samples]) -> None:
        self._plan, self._meters = plan, np.asarray(meters, dtype=np.int64)
        self._end = plan.timeline.seconds // plan.every_s
        self._samples = iter(samples)
        self._ahead: list[Samples] = []
        self.known_until = 0
        self.read_on(0)

    def read_on(self, beyond: int) -> None:
        """Read until more is known than the periods before one, or all."""
        while self.known_until <= beyond and self.known_until < self._end:
            rows = next(self._samples, None)
            if rows is None:
                self.known_until = self._end
            elif len(rows):
                self._ahead.append(replace(rows, meter=self._meters[rows.meter]))
                self.known_until = int(rows.window(self._plan)[-1])  # more of that one may follow

    def take(self, until: int) -> Samples:
        """The rows of the periods before one."""
        rows = joined(self._ahead)
        end = int(np.searchsorted(rows.window(self._plan), until))
        self._ahead = [rows.where(slice(end, None))]
        return rows.where(slice(end))


def _alike(portions: Sequence[Samples]) -> list[Samples]:
    """The same columns for all: 0 for the sites of a part that have nothing of what those of another have."""
    names = {field.name for field in fields(Samples)}
    lacking = {name for name in names if any(getattr(each, name) is None for each in portions)}
    filled = {name for name in lacking if any(getattr(each, name) is not None for each in portions)}
    if not filled:
        return list(portions)
    return [
        replace(each, **{name: _zeros(name, len(each)) for name in filled if getattr(each, name) is None})
        for each in portions
    ]


def _zeros(name: str, rows: int) -> Ints:
    return np.zeros((rows, PARTS) if name == "battery_parts" else rows, dtype=np.int64)
