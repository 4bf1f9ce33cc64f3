"""Who watches a simulation: its progress, and whatever else wants the samples as they come.

Observers own nothing: the CSV file and its checkpoint are the truth, and what an observer misses is in them. So
each has a short queue and a task of its own. One that fails is left out from then on; one that does not keep up
loses the oldest that waits for it, which is counted; the simulation waits for none of them.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from logging import getLogger
from typing import Protocol, TypeAlias

from pvsim.app.ports import Notify, ObserverState, SimulatorProgress
from pvsim.core.delivery.accounting import Accounted
from pvsim.core.results.samples import Samples
from pvsim.core.run.plan import RunPlan

__all__ = ["Observer", "Observers", "Progress", "Show"]

WAITING = 64
"""Portions that wait for one observer at most: 4,000 rows each where the meter runs as fast as it can."""

GRACE_S = 1.0
"""How long the end of a simulation waits for observers, once all is safe on disk."""

_log = getLogger(__name__)

Show: TypeAlias = Callable[[Samples, Accounted], None]
"""Shows the next rows to all observers, with what is accounted for with them; returns at once."""


class Observer(Protocol):
    """Takes the rows of a run as they are written."""

    async def observe(self, samples: Samples, accounted: Accounted) -> None:
        """Take the next rows.

        It shares the simulator's event loop: whatever takes longer than a millisecond belongs into a thread or
        between two awaits. After a crash, rows that no checkpoint vouched for come again.

        Args:
            samples: Appended to the file, perhaps not yet safe on disk; there may be none.
            accounted: What is accounted for with them.
        """
        ...


class Progress:
    """The observer that says how far a simulation is."""

    def __init__(self, plan: RunPlan, notify: Notify) -> None:
        self._plan, self._notify = plan, notify

    async def observe(self, samples: Samples, accounted: Accounted) -> None:
        """See `Observer.observe`."""
        del samples
        t_utc = self._plan.timeline.start_utc + accounted.next_position // len(self._plan.meters)
        self._notify(SimulatorProgress(accounted.next_position, self._plan.readings, t_utc))


class Observers:
    """The observers of one simulation, through all its attempts.

    Args:
        observers: Those that stay from one attempt to the next, as long as they do not fail.
        waiting: How many portions wait for each at most.
        grace_s: How long the end of an attempt waits for those that are behind.
    """

    def __init__(
        self, observers: Sequence[Observer] = (), *, waiting: int = WAITING, grace_s: float = GRACE_S
    ) -> None:
        self._observers, self._waiting, self._grace_s = list(observers), waiting, grace_s

    @asynccontextmanager
    async def watching(self, notify: Notify, *more: Observer) -> AsyncIterator[Show]:
        """Let them watch one attempt, and others for this attempt alone.

        Args:
            notify: Takes an `ObserverState` for each that fails or misses something.
            more: Those that watch this attempt alone.
        """
        drop = partial(self._drop, notify)
        watchers = [_Watcher(each, self._waiting, drop) for each in (*self._observers, *more)]

        def show(samples: Samples, accounted: Accounted) -> None:
            for watcher in watchers:
                watcher.put(samples, accounted)

        try:
            yield show
        finally:
            for watcher in watchers:
                watcher.let_end()
            task = asyncio.current_task()
            if watchers and not (task and task.cancelling()):
                await asyncio.wait([watcher.task for watcher in watchers], timeout=self._grace_s)
            for watcher in watchers:
                if missed := watcher.close():
                    what = f"did not keep up: it missed {missed:,} portions of rows"
                    _tell(notify, f"{_name(watcher.observer)} {what}")

    def _drop(self, notify: Notify, observer: Observer, error: BaseException) -> None:
        self._observers = [each for each in self._observers if each is not observer]
        _tell(notify, f"{_name(observer)} failed and is left out: {error!r}")


class _Watcher:
    """One observer in one attempt, with its queue and its task.

    Attributes:
        observer: The observer.
        task: Ends when the observer has taken everything after `let_end`, or has failed.
    """

    def __init__(self, observer: Observer, waiting: int, drop: Callable[[Observer, BaseException], None]) -> None:
        self.observer = observer
        self._drop = drop
        self._queue: deque[tuple[Samples, Accounted]] = deque(maxlen=waiting)
        self._changed = asyncio.Event()
        self._missed = 0
        self._ending = False
        self.task = asyncio.ensure_future(self._work())
        self.task.add_done_callback(self._take_end)

    def put(self, samples: Samples, accounted: Accounted) -> None:
        """Let a portion wait; where too many do, the oldest is lost."""
        if not self.task.done():
            self._missed += len(self._queue) == self._queue.maxlen
            self._queue.append((samples, accounted))
            self._changed.set()

    def let_end(self) -> None:
        """Nothing more comes."""
        self._ending = True
        self._changed.set()

    def close(self) -> int:
        """End it now; how many portions it has missed, if it has not failed."""
        if not self.task.done():
            self.task.cancel()
            self._missed += len(self._queue) + 1  # the one that it has not finished
        return self._missed

    async def _work(self) -> None:
        while True:
            while self._queue:
                await self.observer.observe(*self._queue.popleft())
            if self._ending:
                return
            self._changed.clear()
            await self._changed.wait()

    def _take_end(self, task: "asyncio.Future[None]") -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._missed = 0  # that it failed says more
            self._drop(self.observer, error)


def _name(observer: Observer) -> str:
    return f"the observer {type(observer).__name__}"


def _tell(notify: Notify, what: str) -> None:
    _log.warning(what)
    notify(ObserverState(what))
