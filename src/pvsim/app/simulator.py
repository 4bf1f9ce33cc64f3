"""The PV simulator: reads a run's messages, adds PV power, writes rows, and can be killed at any moment."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from logging import getLogger

from pvsim.app.observers import Observers, Progress, Show
from pvsim.app.patience import tell_state
from pvsim.app.ports import Log, Notify, SampleFile, Stop
from pvsim.core.delivery.accounting import Accounted
from pvsim.core.delivery.receiver import AnchorLostError, Receiver, SequenceGapError
from pvsim.core.messages.batch import Batch
from pvsim.core.quantities.types import PvSource
from pvsim.core.results.samples import Samples
from pvsim.core.run.plan import RunPlan
from pvsim.errors import BrokerError, InterruptedRunError

__all__ = ["Pace", "simulate_run"]

_log = getLogger(__name__)

_QUIET_S = 60.0
"""Say that a foreign meter is silent after so many seconds."""


@dataclass(frozen=True, slots=True)
class Pace:
    """When to commit, and how long to wait.

    Attributes:
        commit_readings: Commit after so many readings; 100,000 are about a third of a second of work, and an
            fsync takes a few milliseconds.
        commit_s: Commit also when the last commit was so long ago: messages of a paced meter are never many.
        idle_s: Commit when no message has come for so long.
        end_marker_s: How long to wait for the end marker once the last reading is there; foreign meters need not
            send one. When a run is resumed, also how long to wait for the last written reading: the log may have
            become shorter.
        gap_s: How long to wait for missing readings where no more follow: the last one is there, or an end marker.
            Publishers take some seconds to come back from a lost connection.
        meter_s: Take the rest of the run as missing when nothing has come for so long; None waits for ever.
    """

    commit_readings: int = 100_000
    commit_s: float = 1.0
    idle_s: float = 0.25
    end_marker_s: float = 2.0
    gap_s: float = 10.0
    meter_s: float | None = None


async def simulate_run(
    *,
    plan: RunPlan,
    pv: PvSource,
    log: Log,
    files: SampleFile,
    notify: Notify,
    stop: Stop,
    pace: Pace | None = None,
    foreign: bool = False,
    observers: Observers | None = None,
) -> Accounted:
    """Turn the run's messages into rows until the run has ended, then seal the files.

    Args:
        plan: The run.
        pv: The PV power.
        log: Where the messages are.
        files: Where the rows go.
        notify: Takes the progress.
        stop: The user's wish to end.
        pace: When to commit, and how long to wait.
        foreign: Somebody else publishes: what the log lacks, nobody here can publish again.
        observers: Watch the rows as they are written, besides the progress.

    Raises:
        InterruptedRunError: if `stop` was set; everything taken is committed.
        SequenceGapError: if a reading is missing from the log; what came before is committed.
        BrokerError: if the broker is lost; what came before is committed.
        CannotWriteError: if the disk is full or fails; the last commit stands.
    """
    receiver = Receiver(plan, pv, files.accounted, foreign=foreign)
    async with (observers or Observers()).watching(notify, Progress(plan, notify)) as show:
        session = _Session(receiver, files, plan, pace or Pace(), foreign=foreign, notify=notify, show=show)
        if not receiver.ended:
            await log.create()
            try:
                await session.follow(log, stop)
            except AnchorLostError as error:
                _log.warning("reading the log again from its first message", extra={"facts": {"why": str(error)}})
                receiver.distrust_offsets()
                await session.follow(log, stop)
        files.seal()
    return files.accounted


class _Session:
    """One simulation under way."""

    def __init__(
        self,
        receiver: Receiver,
        files: SampleFile,
        plan: RunPlan,
        pace: Pace,
        *,
        foreign: bool,
        notify: Notify,
        show: Show,
    ) -> None:
        self._receiver, self._files, self._plan, self._pace = receiver, files, plan, pace
        self._notify, self._show = notify, show
        self._foreign = foreign
        self._uncommitted = 0
        self._now = asyncio.get_running_loop().time
        self._committed_at = self._now()

    async def follow(self, log: Log, stop: Stop) -> None:
        """Read from the last accounted message on until the run has ended."""
        start = self._receiver.accounted
        stopping = asyncio.ensure_future(stop.wait())
        try:
            async with log.subscribe(start.read_from) as batches:
                self._show(Samples.none(), start)
                await self._take_all(batches, stopping)
        except (BrokerError, SequenceGapError):  # not after a failed write: nothing may follow that
            self._commit()
            raise
        finally:
            stopping.cancel()

    async def _take_all(self, batches: AsyncIterator[Batch], stopping: "asyncio.Future[object]") -> None:
        arriving: asyncio.Future[Batch] | None = None
        waited = 0.0
        try:
            while not self._receiver.ended:
                arriving = arriving or asyncio.ensure_future(anext(batches))
                await asyncio.wait(
                    (arriving, stopping), timeout=self._pace.idle_s, return_when=asyncio.FIRST_COMPLETED
                )
                if stopping.done():
                    self._receiver.stop()
                    self._flush()
                    self._commit()
                    written = self._receiver.accounted.written
                    raise InterruptedRunError(f"the simulator stopped after {written:,} readings")
                if arriving.done():
                    waited = 0.0
                    batch, arriving = arriving.result(), None
                    self._take(batch)
                else:
                    self._commit()
                    waited += self._pace.idle_s
                    if waited >= self._pace.end_marker_s and self._is_over(waited):
                        break
        finally:
            if arriving is not None:
                arriving.cancel()
        self._commit()

    def _is_over(self, waited: float) -> bool:
        """Whether there is nothing to wait for in this log; asked when nothing has come for a while.

        Raises:
            AnchorLostError: if the log seems to end before the last written reading: brokers start a
                subscription past the end in silence, and what is missing here may stand further ahead.
            SequenceGapError: if readings wait for others that did not come.
        """
        if not self._receiver.anchored:
            raise AnchorLostError(
                f"nothing comes from offset {self._receiver.accounted.anchor_offset:,} of the log on"
            )
        if waited >= _QUIET_S > waited - self._pace.idle_s:
            self._tell_silence()
        try:
            if self._pace.meter_s is not None and waited >= self._pace.meter_s:
                self._receiver.give_up()
            else:
                self._receiver.settle(gaps=self._shows_gaps(waited))
        finally:
            self._flush()
        if self._receiver.complete and not self._receiver.ended:
            _log.warning("the last reading is written, but no end marker came")
        return self._receiver.complete

    def _shows_gaps(self, waited: float) -> bool:
        """Whether a silence says that readings are missing: more may follow, and close the gap or show its end."""
        if self._plan.missing == "stop" and self._receiver.waits():
            return True
        return waited >= self._pace.gap_s and self._receiver.waits(for_the_end=True)

    def _tell_silence(self) -> None:
        left = self._plan.readings - self._receiver.accounted.next_position
        if self._foreign and left:
            what = f"no reading has come for {_QUIET_S:g} s; {left:,} are not written yet; waiting"
            tell_state(self._notify, what, well=False)

    def _take(self, batch: Batch) -> None:
        try:
            self._receiver.take(batch)
        finally:  # a gap: what came before it is kept
            self._flush()
        late = self._now() - self._committed_at >= self._pace.commit_s
        if self._uncommitted >= self._pace.commit_readings or (late and self._uncommitted):
            self._commit()

    def _flush(self) -> None:
        before = self._receiver.accounted.next_position
        while (output := self._receiver.flush()) is not None:
            self._files.append(output.samples, output.rejected, output.accounted)
            self._uncommitted += output.accounted.next_position - before
            before = output.accounted.next_position
            self._show(output.samples, output.accounted)

    def _commit(self) -> None:
        self._files.commit()
        self._uncommitted = 0
        self._committed_at = self._now()
