"""How fast a run is, and the broker by itself: what is measured, by whatever stopwatch."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from pvsim.app.meter import BLOCK, readings
from pvsim.app.ports import SimulatorProgress
from pvsim.app.role_messages import Done, FromRole
from pvsim.core.loads.simple import UniformLoad
from pvsim.core.messages.blocks import ReadingBlocks
from pvsim.core.quantities import noise
from pvsim.core.run.plan import RunPlan
from pvsim.core.stream.publish import batch_frame, publish_frame

__all__ = ["FrameLog", "FramePublisher", "RunFigures", "RunWatch", "Stopwatch", "broker_limit"]

Stopwatch = Callable[[], float]
"""Seconds from any beginning."""


class FramePublisher(Protocol):
    """Publishes frames of the stream protocol that were made before."""

    async def publish_prepared(self, frame: bytes, first_id: int, count: int, batch: int = 1) -> None:
        """Send a frame of `count` messages in batches; waits while too many are unconfirmed."""
        ...

    async def flush(self) -> None:
        """Wait until the broker has confirmed every message."""
        ...


class FrameLog(Protocol):
    """A log of the broker that takes such frames; see `ports.Log`."""

    async def create(self) -> None:
        """Make the log."""
        ...

    async def delete(self) -> None:
        """Remove the log."""
        ...

    def publisher(self, name: str) -> AbstractAsyncContextManager[FramePublisher]:
        """Open a named publisher."""
        ...


async def broker_limit(
    log: FrameLog, plan: RunPlan, messages: int, batch: int, *, publisher_id: int, now: Stopwatch
) -> float:
    """Confirmed messages per second that the broker takes from frames made beforehand: its own limit.

    Args:
        log: A log of its own, made and removed here.
        plan: A run; the first messages of it are published again and again.
        messages: How many to publish, rounded up to whole frames.
        batch: Messages of each batch; 1 for each by itself.
        publisher_id: What frames of the log's first publisher say.
        now: The time.

    Raises:
        BrokerError: if the broker is lost.
    """
    _, values = next(readings(plan, [UniformLoad(noise.key(1, "bench"))]))
    bodies = ReadingBlocks(plan).write(0, values[:BLOCK])
    count = len(bodies)
    frames = [
        (
            first,
            batch_frame(publisher_id, first, bodies, batch)
            if batch > 1
            else publish_frame(publisher_id, first, bodies),
        )
        for first in range(1, messages + 1, count)  # gaps between publishing ids are allowed
    ]
    await log.create()
    try:
        async with log.publisher("bench") as publisher:
            start = now()
            for first, frame in frames:
                await publisher.publish_prepared(frame, first, count, batch)
            await publisher.flush()
            return len(frames) * count / (now() - start)
    finally:
        await log.delete()


@dataclass(frozen=True, slots=True)
class RunFigures:
    """One measured run.

    Attributes:
        seconds: From the command to the two processes to the sealed file.
        sustained_s: From the first to the last row, as the simulator reported them.
        sustained_readings: Readings between these two reports.
        verify_s: Recomputing and comparing every row.
        peak_mb: Largest memory of each process.
    """

    days: int
    readings: int
    seconds: float
    sustained_s: float
    sustained_readings: int
    verify_s: float
    peak_mb: dict[str, int]

    @property
    def rate(self) -> float:
        """Readings per second of the whole, connecting and sealing included."""
        return self.readings / self.seconds

    @property
    def sustained_rate(self) -> float:
        """Readings per second between the first and the last report; of the whole where there was only one."""
        return self.sustained_readings / self.sustained_s if self.sustained_s > 0 else self.rate


class RunWatch:
    """Watches a run while it is carried out.

    Args:
        plan: The run.
        now: The time; what passes before the run's work begins and after it is done counts as its proof.
    """

    def __init__(self, plan: RunPlan, now: Stopwatch) -> None:
        self._plan, self._now = plan, now
        self._begin_s = now()
        self._work_s = 0.0
        self._peak_mb: dict[str, int] = {}
        self._written: list[tuple[float, int]] = []  # when, and how many readings, as they were reported

    def notify(self, role: str, said: FromRole) -> None:
        """Take what a role says."""
        if isinstance(said, Done):
            self._peak_mb[role] = said.peak_mb
        if isinstance(said, SimulatorProgress) and said.written:
            self._written.append((self._now(), said.written))

    def worked(self, start_s: float) -> None:
        """Both roles are done; they began at `start_s`."""
        self._work_s = self._now() - start_s

    def figures(self) -> RunFigures:
        """What the run came to, now that it is proved."""
        (first_s, first), (last_s, last) = self._written[0], self._written[-1]
        return RunFigures(
            days=self._plan.timeline.days,
            readings=self._plan.readings,
            seconds=self._work_s,
            sustained_s=last_s - first_s,
            sustained_readings=last - first,
            verify_s=self._now() - self._begin_s - self._work_s,
            peak_mb=self._peak_mb,
        )
