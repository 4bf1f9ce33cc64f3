"""Publishing what comes of the readings: each sample to every sink, in order, once it is safe on disk.

A service is never held up by whoever reads its results, only by the broker: where that takes no more samples, some
thousands wait in the checkpoint, then the service reads no further until there is room. Nothing is dropped.
"""

import asyncio
from collections.abc import Callable, Sequence
from logging import getLogger
from typing import Protocol

from pvsim.core.publishing.contract import Sample, ServiceState, State
from pvsim.core.publishing.outbox import Outbox
from pvsim.core.publishing.resuming import lacking
from pvsim.core.session.closed import Closed
from pvsim.core.session.state import SessionState

__all__ = ["Publishing", "SampleSink", "ShowStates"]

BLOCK = 1_000
"""Samples that are handed over at once, and confirmed before the next ones are."""

_log = getLogger(__name__)

ShowStates = Callable[[Sequence[State | ServiceState]], None]
"""Shows the newest states to whoever looks; cheap, and never fails."""


class SampleSink(Protocol):
    """Where samples are published.

    Attributes:
        name: What it is called on the broker.
    """

    name: str

    async def next_row(self) -> int | None:
        """The number after the last sample that it has; None where it cannot tell.

        Raises:
            BrokerError: if the connection is lost.
        """
        ...

    async def publish(self, samples: Sequence[Sample]) -> None:
        """Publish, and return when the broker has confirmed all.

        Raises:
            BrokerError: if the connection is lost or the broker refuses a message.
        """
        ...


class Publishing:
    """See `listen_ports.Results`.

    Args:
        outbox: What is to be published.
        say: Takes what a person should know, in a sentence.
        show: Takes the newest states.
    """

    def __init__(self, outbox: Outbox, say: Callable[[str], None], show: Sequence[ShowStates] = ()) -> None:
        self._outbox, self._say, self._show = outbox, say, show
        self._changed = asyncio.Event()
        self._confirmed = asyncio.Event()
        self._finishing = False
        if skipped := outbox.skipped:
            which = f"rows {skipped.start:,} to {skipped.stop - 1:,}"
            say(f"{which} are not published: they were written by --replay or --no-publish, and are in the files")

    @property
    def is_full(self) -> bool:
        """See `listen_ports.Results.is_full`."""
        return self._outbox.is_full

    def take(self, closed: Closed, state: SessionState) -> None:
        """See `listen_ports.Results.take`."""
        first_row = closed.first_row
        for portion in closed.portions:
            self._outbox.take(closed.meters, portion.samples, first_row)
            first_row += len(portion.samples)
        self._outbox.decide(state.closed_utc)

    def kept(self) -> bytes:
        """See `listen_ports.Results.kept`."""
        return self._outbox.kept()

    def committed(self) -> None:
        """See `listen_ports.Results.committed`."""
        states = self._outbox.committed()
        for show in self._show:
            show(states)
        self._changed.set()

    async def room(self) -> None:
        """See `listen_ports.Results.room`."""
        while not self._outbox.has_room:
            self._confirmed.clear()
            await self._confirmed.wait()

    def finish(self) -> None:
        """Nothing more will come: `publish` returns when all that is safe on disk is published."""
        self._finishing = True
        self._changed.set()

    async def check(self, sinks: Sequence[SampleSink]) -> None:
        """Refuse sinks that cannot be gone on with, before anything is published.

        Args:
            sinks: Where it would be published to.

        Raises:
            BadInputError: if a sink has samples that this service has not made.
            BrokerError: if the connection is lost.
        """
        for sink in sinks:
            await self._lacks(sink)

    async def publish(self, sinks: Sequence[SampleSink]) -> None:
        """Publish for as long as the connection stands, or until `finish`.

        Args:
            sinks: Where to.

        Raises:
            BadInputError: if a sink has samples that this service has not made.
            BrokerError: if the connection is lost or the broker refuses a message.
        """
        first = {sink.name: await self._first_row(sink) for sink in sinks}
        while True:
            samples = self._outbox.waiting(BLOCK)
            if not samples and self._finishing:
                return
            if not samples:
                self._changed.clear()
                await self._changed.wait()
                continue
            await _to_all([(sink, [one for one in samples if one.row >= first[sink.name]]) for sink in sinks])
            self._outbox.confirmed(len(samples))
            self._confirmed.set()

    async def _first_row(self, sink: SampleSink) -> int:
        """The number of the first sample that a sink lacks."""
        lost = await self._lacks(sink)
        if lost:
            what = (
                f"{sink.name} lacks the samples of rows {lost.start:,} to {lost.stop - 1:,}, which were published"
                " before: it was deleted, or lost its end; they are in the files"
            )
            _log.warning(what)
            self._say(what)
        return lost.start

    async def _lacks(self, sink: SampleSink) -> range:
        """The rows that a sink had once and lacks now; it starts with the first row to publish."""
        next_row = await sink.next_row()
        if next_row is None:
            return range(0)
        return lacking(sink.name, next_row, self._outbox.confirmed_to, self._outbox.safe_rows)


async def _to_all(shares: Sequence[tuple[SampleSink, Sequence[Sample]]]) -> None:
    """Publish to all sinks at once; if one fails, the others are not waited for."""
    try:
        async with asyncio.TaskGroup() as group:
            for sink, samples in shares:
                group.create_task(sink.publish(samples))
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from failed
