"""The meter: publishes every reading of a run, exactly once as far as the broker can tell."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from zlib import crc32

import msgspec
import numpy as np

from pvsim.app.patience import tell_state
from pvsim.app.ports import Clock, ClockState, Log, MeterProgress, Notify, Publisher, Stop
from pvsim.core.messages.blocks import ReadingBlocks
from pvsim.core.messages.contract import End
from pvsim.core.messages.numbering import Numbering, batch_at_pace
from pvsim.core.quantities.timeline import HOUR_S
from pvsim.core.quantities.types import Ints, Octets, PowerSource
from pvsim.core.run.pacing import at_once_s, speed_text
from pvsim.core.run.plan import RunPlan
from pvsim.errors import BrokerRefusedError, InterruptedRunError

__all__ = ["BLOCK", "Meter", "readings", "span_of"]

STALL_S = 2.0
"""Without a confirm for so long, the broker is said to take no messages. Frames are confirmed within 0.1 s."""

BEHIND_S = 2.0
"""Of wall time: a meter further behind its clock says so."""

BLOCK = 4_000
"""Readings handed over at once; frames of about this size reach the broker's own limit."""


MOST_AHEAD = 1_000 * HOUR_S
"""Readings that are computed at once, 29 MB: an hour of 1,000 meters, less time of more."""


def span_of(meters: int) -> int:
    """How many seconds are computed at once where so many meters are in one process: an hour is whole spans."""
    return next(span for span in range(HOUR_S, 0, -1) if not HOUR_S % span and meters * span <= MOST_AHEAD)


def readings(
    plan: RunPlan,
    loads: Sequence[PowerSource],
    first_utc: int | None = None,
    *,
    block: int = BLOCK,
    at_once_s: int = HOUR_S,
) -> Iterator[tuple[int, Ints]]:
    """The readings of a run in blocks: position of the first, and the values in 0.1 W.

    Computed some time of UTC after the other, so that memory does not grow with the run.

    Args:
        plan: The run.
        loads: One for each meter.
        first_utc: The second to begin with; None for the run's first.
        block: The most readings of one block.
        at_once_s: So many seconds of UTC are computed at once, in place of an hour's.
    """
    first_utc = plan.timeline.start_utc if first_utc is None else first_utc
    position = (first_utc - plan.timeline.start_utc) * len(loads)
    while first_utc < plan.timeline.end_utc:
        until_utc = min((first_utc // at_once_s + 1) * at_once_s, plan.timeline.end_utc)
        by_meter = np.empty((until_utc - first_utc, len(loads)), dtype=np.int64)
        for i, load in enumerate(loads):
            by_meter[:, i] = load.power_dw(first_utc, len(by_meter))
        values = by_meter.reshape(-1)
        for start in range(0, len(values), block):
            some = values[start : start + block]
            yield position, some
            position += len(some)
        first_utc = until_utc


class Meter:
    """Publishes a run; may be asked again after any failure, and then adds what the broker lacks.

    Args:
        plan: The run.
        loads: One for each meter of the run.
        stop: The user's wish to end.
        batch: Messages of each batch, where the log takes batches and a batch fills at once.
        clock: Each reading is published when its second is over by this clock; None publishes as fast as possible.
        since_utc: A clock begins at the first reading that the broker lacks, and not before this second.
        stall_s: Say that the broker takes no messages after so many seconds without a confirm.
        span_s: How much time is computed at once, as `span_of`.
    """

    def __init__(
        self,
        plan: RunPlan,
        loads: Sequence[PowerSource],
        *,
        stop: Stop,
        batch: int = 1,
        clock: Clock | None = None,
        since_utc: int | None = None,
        stall_s: float = STALL_S,
        span_s: int = HOUR_S,
    ) -> None:
        self._plan, self._loads, self._stop, self._stall_s = plan, loads, stop, stall_s
        self._clock, self._since_utc, self._span_s = clock, since_utc, span_s
        self._batch = batch
        self._own_batch = batch if clock is None else batch_at_pace(batch, clock.speed * len(loads))
        self._told_behind = False
        self._blocks = ReadingBlocks(plan)
        self._checksums = {0: 0}  # CRC-32 of all values before a position, for the first reading of each hour

    async def publish(self, log: Log, notify: Notify) -> MeterProgress:
        """Publish what the broker does not have yet, then the end marker, and wait for every confirm.

        Returns:
            What the broker has at the end: everything.

        Raises:
            InterruptedRunError: if `stop` was set; everything handed over is confirmed.
            BrokerError: if the broker is lost, refuses, or holds more under the run's name than the run has.
        """
        plan, total = self._plan, self._plan.readings + 1
        await log.create()
        sizes = {1, self._batch} if log.takes_batches else {1}
        numbering = Numbering(plan.readings, self._own_batch if log.takes_batches else 1)
        known = 0
        for other in (Numbering(plan.readings, size) for size in sizes - {numbering.batch}):
            async with log.publisher(other.publisher) as publisher:
                known = max(known, await self._known(publisher, other))
        async with log.publisher(numbering.publisher) as publisher:
            known = max(known, await self._known(publisher, numbering))
            published = start = numbering.start_at(known)

            def progress() -> MeterProgress:
                return MeterProgress(published, start + publisher.confirmed, total)

            notify(progress())
            async with self._stalls_told(progress, notify):
                async for first, bodies in self._due(start, numbering.batch, notify):
                    if len(bodies):
                        published = first + len(bodies)
                        await publisher.publish(numbering.id_at(first), bodies, numbering.batch)
                        notify(progress())
                    else:
                        await asyncio.sleep(0)  # what the broker has goes by fast, but heartbeats must not wait
                    if self._stop.is_set() and published < total:
                        await publisher.flush()
                        notify(progress())
                        what = f"the meter stopped after {published:,} of {plan.readings:,} readings"
                        raise InterruptedRunError(what)
                await publisher.flush()
            notify(progress())
            return progress()

    async def _due(self, start: int, batch: int, notify: Notify) -> AsyncIterator[tuple[int, Octets]]:
        """The messages from position `start` on as `_lacking`, when the clock has reached them.

        Nothing is left out where the clock is further: what is due is published at once, until it is level again.
        Once the user wishes to stop, nothing is waited for, and an empty block says so.
        """
        clock, plan = self._clock, self._plan
        start_utc, n_meters = plan.timeline.start_utc, len(self._loads)
        for first, bodies in self._lacking(start, batch):
            if clock is None or not len(bodies) or first >= plan.readings:
                yield first, bodies
                continue
            clock.begin(max(start_utc + first // n_meters, self._since_utc or 0))
            taken = 0
            while taken < len(bodies):
                whole = max(at_once_s(clock.speed) * n_meters, batch)
                last = first + min(taken + whole, len(bodies)) - 1
                reached_utc = start_utc + (first + taken) // n_meters
                shown_utc = await self._until(clock, start_utc + last // n_meters + 1) or reached_utc
                until = (shown_utc - start_utc) * n_meters - first
                until = len(bodies) if until >= len(bodies) else max(until - until % batch, taken)
                self._tell_behind(shown_utc - start_utc - (first + until) // n_meters, clock.speed, notify)
                yield first + taken, bodies[taken:until]
                taken = until

    async def _until(self, clock: Clock, t_utc: int) -> int | None:
        """Wait for the clock; None where the user wishes to stop before."""
        waiting, stopping = asyncio.ensure_future(clock.until(t_utc)), asyncio.ensure_future(self._stop.wait())
        try:
            await asyncio.wait({waiting, stopping}, return_when=asyncio.FIRST_COMPLETED)
            return waiting.result() if waiting.done() and not stopping.done() else None
        finally:
            waiting.cancel()
            stopping.cancel()

    def _tell_behind(self, behind_s: int, speed: float, notify: Notify) -> None:
        """Say once that the clock is ahead by more than a moment."""
        if behind_s >= BEHIND_S * speed and not self._told_behind:
            self._told_behind = True
            notify(ClockState(_BEHIND.format(behind_s / speed, speed_text(speed))))

    async def _known(self, publisher: Publisher, numbering: Numbering) -> int:
        """How many messages the broker has under a name.

        Raises:
            BrokerError: if the broker is lost, or has more than the run has.
        """
        last_id = await publisher.last_id()
        if last_id > numbering.end_id:
            what = f"stream {self._plan.stream} holds publishing id {last_id:,},"
            what += f" but this run ends with {numbering.end_id:,}"
            fix = "something else publishes under this run's name; give the run another name"
            raise BrokerRefusedError(what, fix=fix)
        return numbering.published(last_id)

    def _lacking(self, start: int, batch: int) -> Iterator[tuple[int, Octets]]:
        """Messages from position `start` on, in blocks of whole batches: position of the first, and the bodies.

        The last is the end marker. Blocks that the broker has come as empty ones: their values count for the end
        marker's CRC-32.
        """
        plan, checksum = self._plan, 0
        waiting = np.empty(0, dtype=np.int64)
        for position, values, checksum in self._from(start):  # noqa: B007 (the last one is used)
            waiting = np.concatenate([waiting, values[max(start - position, 0) :]])
            end = position + len(values)
            whole = len(waiting) if end == plan.readings else len(waiting) - len(waiting) % batch
            yield end - len(waiting), self._blocks.write(end - len(waiting), waiting[:whole])
            waiting = waiting[whole:]
        if start <= plan.readings:
            marker = msgspec.json.encode(End(1, plan.run_id, plan.readings, checksum))
            yield plan.readings, np.frombuffer(marker, dtype=np.uint8).reshape(1, -1)

    def _from(self, first: int) -> Iterator[tuple[int, Ints, int]]:
        """Blocks of readings from the last known hour before a position on, each with the CRC-32 after it."""
        plan, n_meters = self._plan, len(self._loads)
        if first > plan.readings:
            return
        start = max(position for position in self._checksums if position <= first)
        checksum = self._checksums[start]
        first_utc = plan.timeline.start_utc + start // n_meters
        for position, values in readings(plan, self._loads, first_utc, at_once_s=self._span_s):
            if (plan.timeline.start_utc + position // n_meters) % HOUR_S == 0 and position % n_meters == 0:
                self._checksums[position] = checksum
            checksum = crc32(values.astype("<i4").tobytes(), checksum)
            yield position, values, checksum

    @asynccontextmanager
    async def _stalls_told(self, progress: Callable[[], MeterProgress], notify: Notify) -> AsyncIterator[None]:
        """Report when the broker confirms nothing for a while, and when it does again.

        A broker out of disk space confirms nothing on a stream and says nothing (3.10.8 and 4.0.5), so that
        only the time tells; it goes on by itself once there is space.
        """

        async def watch() -> None:
            well, before, waiting = True, -1, 0
            while True:
                now = progress()
                if well != (now.confirmed != before or now.confirmed >= waiting):
                    well = not well
                    what = "the broker takes messages again" if well else _STALLED.format(self._stall_s)
                    tell_state(notify, what, well=well, confirmed=now.confirmed)
                before, waiting = now.confirmed, now.published
                await asyncio.sleep(self._stall_s)

        watching = asyncio.ensure_future(watch())
        try:
            yield
        finally:
            watching.cancel()


_BEHIND = "the meter is {:.1f} s behind the clock of {}; it publishes as fast as it can until it is level again"

_STALLED = (
    "the broker has confirmed nothing for {:g} s; it may be out of disk space or memory"
    " (rabbitmq-diagnostics alarms); waiting until it does"
)
