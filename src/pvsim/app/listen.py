"""The service without an end: messages of a log become rows of daily files, and it can be killed at any moment.

What is written is a function of the log alone: the session decides by the times at which the broker has written
messages. When nothing comes, the service writes ticks into the log, so that seconds are closed in silence too, and
at the same messages whenever the log is read again.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from logging import getLogger
from typing import NamedTuple

import msgspec

from pvsim.app.listen_ports import EntryLog, Results, SessionFiles, Ticker, Watcher
from pvsim.app.ports import Notify, ServiceProgress, Stop
from pvsim.core.messages.entry import Entry
from pvsim.core.session.clock import ServiceClock
from pvsim.core.session.rejoining import Rejoined, Rejoining
from pvsim.core.session.session import TICK, Session
from pvsim.errors import BrokerError, BrokerRefusedError

__all__ = ["KEPT_CLOCK", "KEPT_RESULTS", "ListenPace", "Listener"]

KEPT_CLOCK, KEPT_RESULTS = "clock", "results"
"""Names of what is kept with the checkpoint."""

_log = getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ListenPace:
    """When to commit and when to tick.

    Attributes:
        commit_s: Seconds between commits at least.
        commit_times: And so many times what the last one took: a slow disk takes a twentieth of the time.
        quiet_s: Tick when no message has come for so long.
    """

    commit_s: float = 1.0
    commit_times: float = 20.0
    quiet_s: float = 1.0


class _Stream(NamedTuple):
    """What is read of one connection, what is written there, and what ends it."""

    portions: AsyncIterator[Sequence[Entry]]
    ticker: Ticker | None
    stopping: "asyncio.Future[object]"
    end: int | None


class Listener:
    """One service, through all its connections.

    Args:
        session: Makes rows of messages; it stands where the files stand.
        files: Where the rows go.
        watcher: Is shown what happens.
        stop: The user's wish to end.
        results: Publishes what comes of the readings; None publishes nothing.
        clock: Moves the times of arrival, for tests and demonstrations.
        pace: When to commit and to tick.
        until_end: Read the log as it is now to its end, write no ticks, and end.
        at_files: Held while the files are used: a commit is done in a thread.

    Attributes:
        after_commit: Called after each commit.
        connected: Whether a connection has stood.
    """

    def __init__(
        self,
        session: Session,
        files: SessionFiles,
        *,
        watcher: Watcher,
        stop: Stop,
        results: Results | None = None,
        clock: ServiceClock | None = None,
        pace: ListenPace | None = None,
        until_end: bool = False,
        at_files: asyncio.Lock | None = None,
    ) -> None:
        self._at_files = at_files or asyncio.Lock()
        self._session, self._files, self._watcher, self._stop = session, files, watcher, stop
        self._results, self._clock, self._until_end = results, clock, until_end
        self._pace = pace or ListenPace()
        self.after_commit: Callable[[], None] = lambda: None
        self.connected = False
        self._notify: Notify = lambda _: None
        self._rejoining = Rejoining(session.state)
        self._uncommitted = False
        self._now = asyncio.get_running_loop().time
        self._commit_due = self._now() + self._pace.commit_s

    async def follow(self, log: EntryLog, notify: Notify) -> None:
        """Read the log until `stop` is set, or to its end where that was asked for; everything is committed then.

        Args:
            log: The log; after a lost connection the same one again.
            notify: Takes how far it is.

        Raises:
            BrokerError: if the broker is lost; what came before is committed.
            CannotWriteError: if the disk is full or fails; the last commit stands.
        """
        self._notify, self._rejoining = notify, Rejoining(self._session.state)
        self.connected = True
        self._watcher.opened()
        end = await log.last_offset() if self._until_end else None
        if end is not None and self._rejoining.ends_at(end):
            self._tell(self._rejoining)
        stopping = asyncio.ensure_future(self._stop.wait())
        try:
            async with AsyncExitStack() as stack:
                ticker = None if self._until_end else await self._ticker(log, stack)
                anew = True
                while anew:
                    async with log.entries(self._rejoining.read_from) as portions:
                        anew = await self._take_all(_Stream(portions, ticker, stopping, end))
        except BrokerError:  # not after a failed write: nothing may follow that
            await self._commit()
            raise
        finally:
            stopping.cancel()
        await self._commit()

    async def _ticker(self, log: EntryLog, stack: AsyncExitStack) -> Ticker | None:
        try:
            return await stack.enter_async_context(log.ticker())
        except BrokerRefusedError as error:
            what = f"the account may not write to the log: while no meter sends, no second is closed ({error})"
            self._watcher.said(what)
            return None

    async def _take_all(self, stream: "_Stream") -> bool:
        """Take messages until the service stops; whether the log is to be read from its first message instead."""
        arriving: asyncio.Future[Sequence[Entry]] | None = None
        tick_due = self._now() + self._pace.quiet_s
        try:
            while stream.end is None or self._rejoining.reads_on(stream.end):
                arriving = arriving or asyncio.ensure_future(anext(stream.portions))
                dues = [tick_due] * (stream.ticker is not None) + [self._commit_due] * self._uncommitted
                wait_s = max(min(dues) - self._now(), 0.0) if dues else None
                waiting = (arriving, stream.stopping)
                await asyncio.wait(waiting, timeout=wait_s, return_when=asyncio.FIRST_COMPLETED)
                if stream.stopping.done():
                    break
                if arriving.done():
                    portion, arriving = arriving.result(), None
                    if not self._take(portion):
                        return True
                    await self._room(stream.stopping)
                    tick_due = self._now() + self._pace.quiet_s
                elif stream.ticker is not None and self._now() >= tick_due:
                    await stream.ticker.tick(TICK)
                    tick_due = self._now() + self._pace.quiet_s
                if self._uncommitted and self._now() >= self._commit_due:
                    await self._commit()
        finally:
            if arriving is not None:
                arriving.cancel()
        return False

    def _take(self, portion: Sequence[Entry]) -> bool:
        """Give messages to the session; False if the log is another one than before."""
        if self._clock is not None and portion:
            self._clock = self._clock.begun(portion[0].arrived_ms)
            portion = list(map(self._clock.shown, portion))
        rejoining = self._rejoining
        looked, passing = rejoining.found, rejoining.passing
        entries = rejoining.take(portion)
        if looked is None and rejoining.found is not None:
            self._tell(rejoining)
            if rejoining.found is Rejoined.OTHER:
                return False
        if passing and not rejoining.passing:
            self._session.state.passed += rejoining.passed
            what = f"{rejoining.passed:,} messages of the log came before those that are in the files: passed over"
            self._watcher.said(what)
        if entries:
            closed = self._session.feed(entries)
            self._files.append(closed)
            if self._results is not None:
                self._results.take(closed, self._session.state)
            self._watcher.closed(closed, self._session.state)
            self._uncommitted = True
        return True

    async def keep(self) -> None:
        """Commit what others keep, where nothing was read since: what was published is not published again."""
        await self._save()

    async def _room(self, stopping: "asyncio.Future[object]") -> None:
        """Read no further while too many results wait for the broker; what is safe on disk may be published."""
        if self._results is None or not self._results.is_full:
            return
        await self._commit()
        room = asyncio.ensure_future(self._results.room())
        try:
            await asyncio.wait((room, stopping), return_when=asyncio.FIRST_COMPLETED)
        finally:
            room.cancel()

    def _tell(self, rejoining: Rejoining) -> None:
        self._session.state.lost += rejoining.lost
        if rejoining.found is Rejoined.CUT:
            what = f"the broker has removed {rejoining.lost:,} messages that were not read yet (its retention)"
        elif rejoining.found is Rejoined.OTHER:
            what = (
                "the log is not the one that the files were made of, or has lost its end: it is read from its"
                " first message, and what came later than the files is added to them"
            )
        else:
            return
        _log.warning(what, extra={"facts": {"next_offset": self._session.state.next_offset}})
        self._watcher.said(what)

    async def _commit(self) -> None:
        if not self._uncommitted:
            return
        begun = self._now()
        await self._save()
        if self._results is not None:
            self._results.committed()
        self._uncommitted = False
        took_s = self._now() - begun
        self._commit_due = self._now() + max(self._pace.commit_s, self._pace.commit_times * took_s)
        self._watcher.committed(self._session.state, took_s)
        self.after_commit()
        self._notify(ServiceProgress(self._session.state.messages))

    async def _save(self) -> None:
        """Commit in a thread: with hundreds of files that takes tenths of a second, while others have to go on.

        Nothing is read meanwhile. Whoever is cancelled waits for its end: the files may be closed then.
        """
        async with self._at_files:
            saving = asyncio.ensure_future(
                asyncio.to_thread(self._files.commit, self._session.state, self._kept())
            )
            try:
                await asyncio.shield(saving)
            except asyncio.CancelledError:
                while not saving.done():
                    with suppress(asyncio.CancelledError):
                        await asyncio.wait({saving})
                saving.exception()  # nobody asks for it any more
                raise

    def _kept(self) -> Mapping[str, bytes]:
        kept = dict(self._files.kept)  # what another start with other settings has kept stays
        if self._clock is not None:
            kept[KEPT_CLOCK] = msgspec.json.encode(self._clock)
        if self._results is not None:
            kept[KEPT_RESULTS] = self._results.kept()
        return kept
