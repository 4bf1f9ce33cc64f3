"""The parts of a run that one process works on side by side, and what they report as one."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from functools import partial
from typing import TypeVar

from pvsim.app.ports import BrokerState, ClockState, MeterProgress, Notice, Notify, SimulatorProgress, Stop
from pvsim.errors import InterruptedRunError

__all__ = ["Together", "side_by_side"]

_T = TypeVar("_T")


async def side_by_side(works: Sequence[Callable[[Stop], Awaitable[_T]]], stop: Stop, *, at_once: int) -> list[_T]:
    """Do several works; where one fails, the others are asked to stop, and end in order.

    Args:
        works: Each takes what tells it to stop.
        stop: The user's wish to stop.
        at_once: How many are under way at most; the others follow in order.

    Raises:
        PvsimError: whatever the first that failed said, before any that were only stopped.
    """
    ending, places = asyncio.Event(), asyncio.Semaphore(at_once)

    async def relay() -> None:
        await stop.wait()
        ending.set()

    async def one(work: Callable[[Stop], Awaitable[_T]]) -> _T:
        async with places:
            if ending.is_set():
                raise InterruptedRunError("stopped before all parts were begun")
            done = False
            try:
                result = await work(ending)
                done = True
                return result
            finally:
                if not done:
                    ending.set()

    relaying = asyncio.ensure_future(relay())
    try:
        results = await asyncio.gather(*map(one, works), return_exceptions=True)
    finally:
        relaying.cancel()
    failures = [each for each in results if isinstance(each, BaseException)]
    for failure in sorted(failures, key=lambda each: isinstance(each, InterruptedRunError)):
        raise failure
    return [each for each in results if not isinstance(each, BaseException)]


class Together:
    """Adds up the progress of parts, and passes the rest on; the broker is lost while a part has lost it.

    Args:
        notify: Takes the reports of all.
        readings: Of all parts.
        markers: How many end markers the meters publish besides.
    """

    def __init__(self, notify: Notify, readings: int, markers: int = 0) -> None:
        self._notify, self._readings, self._markers = notify, readings, markers
        self._simulators: dict[Hashable, SimulatorProgress] = {}
        self._meters: dict[Hashable, MeterProgress] = {}
        self._lost: set[Hashable] = set()
        self._told_clock = False

    def of(self, part: Hashable) -> Notify:
        """What takes the reports of one part."""
        return partial(self.take, part)

    def take(self, part: Hashable, said: Notice) -> None:
        """Take a report of a part."""
        if isinstance(said, SimulatorProgress):
            self._simulators[part] = said
            known = self._simulators.values()
            written, reached = sum(each.written for each in known), min(each.t_utc for each in known)
            self._notify(SimulatorProgress(written, self._readings, reached))
        elif isinstance(said, MeterProgress):
            self._meters[part] = said
            published, confirmed = (
                sum(getattr(each, name) for each in self._meters.values()) for name in ("published", "confirmed")
            )
            self._notify(MeterProgress(published, confirmed, self._readings + self._markers))
        elif isinstance(said, BrokerState):
            self._take_state(part, said)
        elif not isinstance(said, ClockState) or not self._told_clock:  # all go by clocks that are alike
            self._told_clock = self._told_clock or isinstance(said, ClockState)
            self._notify(said)

    def _take_state(self, part: Hashable, said: BrokerState) -> None:
        others = bool(self._lost - {part})
        if said.well:
            self._lost.discard(part)
        else:
            self._lost.add(part)
        if not others:  # else it is lost before and after
            self._notify(said)
