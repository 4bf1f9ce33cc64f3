"""Goes on by itself when the broker is lost: connects again, ever less often, until patience ends.

Meter and simulator both take up where the broker and the files stand, so an attempt may end anywhere and the next
one finishes the work (I1). What the broker *refuses* (a wrong password, a missing permission) is not tried again.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import partial
from logging import INFO, WARNING, getLogger
from math import inf
from typing import TypeVar

from pvsim.app.ports import (
    BrokerState,
    Log,
    MeterProgress,
    Notice,
    Notify,
    ServiceProgress,
    SimulatorProgress,
    Stop,
    Transport,
)
from pvsim.errors import BrokerError, BrokerLostError, BrokerRefusedError, InterruptedRunError

__all__ = ["Patience", "Terms", "keep_connected", "keep_open", "tell_state"]

GRACE_S = 2.0
"""How long work may take to end in order once the user wants to stop; a broker that does not answer must not hold
him up."""

_log = getLogger(__name__)
_T = TypeVar("_T")
_Opened = TypeVar("_Opened")


def _no_jitter() -> float:
    return 1.0


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to go on without a broker, and how often to try.

    Attributes:
        limit_s: Give up when nothing has come further for so long; 0 never tries again, infinity never gives up.
        first_pause_s: Before the first new attempt; each failure doubles it.
        longest_pause_s: It grows no longer.
        jitter: Gives numbers in 0..1, which each pause is scaled with to 50..100 %: a thousand sites that lose
            one broker at one moment must not come back at one moment.
        from_start: Also wait for a first connection. Without it, what fails before one has stood is the user's
            mistake, and said at once; but not a connection that the broker took and that then ended.
    """

    limit_s: float = 60.0
    first_pause_s: float = 0.05
    longest_pause_s: float = 2.0
    jitter: Callable[[], float] = _no_jitter
    from_start: bool = False

    def pause_s(self, failures: int) -> float:
        """How long to wait after so many failures in a row."""
        longest = min(self.first_pause_s * 2.0 ** min(failures, 20), self.longest_pause_s)
        return longest * (0.5 + 0.5 * self.jitter())


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms work with the broker is done.

    Attributes:
        patience: How long to go on without the broker, and how often to try.
        notify: Takes the work's reports, and a `BrokerState` when the broker is lost or there again.
        stop: The user's wish to stop, also while waiting.
    """

    patience: Patience
    notify: Notify
    stop: Stop


async def keep_connected(
    transport: Transport, stream: str, use: Callable[[Log, Notify], Awaitable[_T]], terms: Terms
) -> _T:
    """Do `use(log, notify)`, again and again, until it ends without losing the broker.

    Args:
        transport: The way to the broker.
        stream: The log.
        use: The work; it may be started again at any time. What it reports shows that it comes further.
        terms: For how long, who is told, and who may stop it.

    Raises:
        BrokerError: when patience has ended; at once where the broker refuses.
        InterruptedRunError: if `stop` was set.
        PvsimError: whatever else ends the work.
    """
    return await keep_open(partial(transport.log, stream), use, terms)


async def keep_open(
    open_: Callable[[], AbstractAsyncContextManager[_Opened]],
    use: Callable[[_Opened, Notify], Awaitable[_T]],
    terms: Terms,
) -> _T:
    """The same of anything on the broker that is opened.

    Args:
        open_: Connects; the work is done while what it gives is open.
        use: The work, as in `keep_connected`.
        terms: As of `keep_connected`.

    Raises:
        PvsimError: as `keep_connected`.
    """
    return await _Keeper(terms).keep(open_, use)


class _Keeper:
    """One piece of work under way, through all its attempts."""

    def __init__(self, terms: Terms) -> None:
        self._patience, self._notify, self._stop = terms.patience, terms.notify, terms.stop
        self._now = asyncio.get_running_loop().time
        self._begun = terms.patience.from_start
        self._well = True
        self._failures = 0
        self._lost_at = 0.0
        self._furthest: int | None = None
        self._anew = True

    async def keep(
        self,
        open_: Callable[[], AbstractAsyncContextManager[_Opened]],
        use: Callable[[_Opened, Notify], Awaitable[_T]],
    ) -> _T:
        while True:
            # a meter counts for the log, which may be another now; rows once written stay written
            self._furthest = None if self._anew else self._furthest
            try:
                return await self._in_order(self._attempt(open_, use))
            except BrokerRefusedError:
                raise
            except BrokerError as error:
                self._take_failure(error)
            await self._pause()

    async def _attempt(
        self,
        open_: Callable[[], AbstractAsyncContextManager[_Opened]],
        use: Callable[[_Opened, Notify], Awaitable[_T]],
    ) -> _T:
        async with open_() as opened:
            self._begun = True
            if not self._well:
                self._tell(f"connected to the broker again after {self._now() - self._lost_at:.1f} s", well=True)
            return await use(opened, self._watched)

    def _watched(self, progress: Notice) -> None:
        if isinstance(progress, (MeterProgress, SimulatorProgress, ServiceProgress)):
            self._anew = isinstance(progress, MeterProgress)
            done = progress.confirmed if isinstance(progress, MeterProgress) else progress.written
            if self._furthest is None:
                self._furthest = done
            elif done > self._furthest:
                self._furthest, self._failures = done, 0
        self._notify(progress)

    def _take_failure(self, error: BrokerError) -> None:
        """Note a failure.

        Raises:
            BrokerError: if it is the last.
        """
        limit_s = self._patience.limit_s
        if not limit_s or not (self._begun or isinstance(error, BrokerLostError)):
            raise error
        if not self._failures:
            self._lost_at = self._now()
        elif self._now() - self._lost_at >= limit_s:
            what = f"{error.what}; gave up after {limit_s:g} s"
            raise BrokerError(what, where=error.where, fix=error.fix) from error
        if self._well:
            how_long = "" if limit_s == inf else f" for up to {limit_s:g} s"
            self._tell(f"{error}; trying again{how_long}", well=False)
        self._failures += 1

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(self._patience.pause_s(self._failures - 1)):
                await self._stop.wait()
        except TimeoutError:
            return
        raise InterruptedRunError("stopped while waiting for the broker")

    async def _in_order(self, attempt: Awaitable[_T]) -> _T:
        """Let an attempt end by itself when the user stops it, but not for ever."""
        working = asyncio.ensure_future(attempt)
        stopping = asyncio.ensure_future(self._stop.wait())
        try:
            await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                await asyncio.wait({working}, timeout=GRACE_S)
            if working.done():
                return working.result()
        finally:
            stopping.cancel()
            working.cancel()
            await asyncio.wait({working})
        raise InterruptedRunError("stopped while the broker did not answer")

    def _tell(self, what: str, *, well: bool) -> None:
        self._well = well
        tell_state(self._notify, what, well=well, failures=self._failures)


def tell_state(notify: Notify, what: str, *, well: bool, **facts: int) -> None:
    """Say to the user and to the log whether the broker can be worked with."""
    _log.log(INFO if well else WARNING, what, extra={"facts": facts})
    notify(BrokerState(what, well))
