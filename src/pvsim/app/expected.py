"""The rows that a run must have, and their text; the first of them computed before there is a file to compare.

While meter and simulator work, the process that will prove their rows has nothing to do. It needs no file for most
of the proof: what must be in it follows from the configuration alone.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from pvsim.core.results import rows
from pvsim.core.results.samples import Samples
from pvsim.core.run.plan import RunPlan

__all__ = ["Expected", "Rendered", "rendered"]

MOST_ROWS = 100_000
"""Rows that are kept, a day's and some: about 13 MB with their text."""

Rendered: TypeAlias = Iterator[tuple[Samples, bytes]]
"""Portions of rows in order, each with its text."""


def rendered(plan: RunPlan, simulated: Iterable[Samples]) -> Rendered:
    """Portions of rows with their text."""
    return ((samples, rows.render(samples, plan)) for samples in simulated)


class Expected:
    """All rows of a run, as often as they are asked for.

    Args:
        plan: The run.
        simulated: Its rows from the first one on, anew each time.
        most_rows: So many are computed ahead.
    """

    def __init__(
        self, plan: RunPlan, simulated: Callable[[], Iterator[Samples]], most_rows: int = MOST_ROWS
    ) -> None:
        self._plan, self._simulated, self._most_rows = plan, simulated, most_rows
        self._forget()

    async def work_ahead(self) -> None:
        """Compute the first rows, and let others do something after each portion; may be cancelled."""
        if self._plan.window > self._most_rows:  # nobody else would get a turn for long
            return
        while self._rows < self._most_rows and (portion := self._next()) is not None:
            self._done.append(portion)
            self._rows += len(portion[0])
            await asyncio.sleep(0)

    def take(self) -> Rendered:
        """All rows; what was computed ahead is given away."""
        done, rest = self._done, self._rest
        self._forget()
        while done:
            yield done.popleft()
        yield from rest

    def _next(self) -> tuple[Samples, bytes] | None:
        try:
            return next(self._rest, None)
        except BaseException:  # a generator that has failed would seem to have ended
            self._forget()
            raise

    def _forget(self) -> None:
        self._done: deque[tuple[Samples, bytes]] = deque()
        self._rows = 0
        self._rest = rendered(self._plan, self._from_the_first())

    def _from_the_first(self) -> Iterator[Samples]:
        yield from self._simulated()
