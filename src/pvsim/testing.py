"""What stands in for a broker and for files: for tests, and for programs that embed pvsim.

    transport = MemoryTransport()
    async with transport.log(plan.stream) as log:
        await Meter(plan, loads, stop=stop).publish(log, report)

`MemoryTransport` is the reference that the real transports are compared with, `MemorySampleFile` that of the
file on disk. Both fail on purpose where they are told to: `Faults` cuts connections and repeats deliveries,
`CrashAt` raises at a named point. No command uses them.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from pvsim.core.delivery.accounting import Accounted
from pvsim.core.messages.batch import Batch
from pvsim.core.quantities.types import Octets
from pvsim.core.results import rows
from pvsim.core.results.samples import Samples
from pvsim.core.run.plan import RunPlan
from pvsim.errors import BrokerError, InternalError

__all__ = ["CrashAt", "CrashError", "Faults", "MemoryLog", "MemorySampleFile", "MemoryTransport"]


class CrashError(BaseException):
    """The process dies here. No handler of the program takes it for a failure that it could deal with."""


class CrashAt:
    """Raises `CrashError` when a named point is passed for the n-th time, and never again.

    Points of a sample file, in order: after-append, after-fsync, after-checkpoint, before-rename, after-rename.
    Points of a memory transport: before-publish (the broker has nothing of the block), after-publish (it has
    all of it, and the publisher does not know).

    Args:
        point: The point's name.
        nth: 1 for the first time.

    Attributes:
        passed: How often the point was passed.
    """

    def __init__(self, point: str, nth: int = 1) -> None:
        self.point, self.nth = point, nth
        self.passed = 0

    def __call__(self, point: str) -> None:
        """Pass a point."""
        if point == self.point:
            self.passed += 1
            if self.passed == self.nth:
                raise CrashError(f"{point}, time {self.nth}")


def _no_points(_: str) -> None:
    """Pass every point."""


# --- the broker ---


@dataclass(slots=True)
class Faults:
    """What goes wrong with a memory transport; may be changed at any time.

    Attributes:
        cut_publishing_after: The broker takes so many more messages, then the connection is lost, once.
        cut_delivery_after: A subscriber gets so many more messages, then the connection is lost, once.
        repeat_deliveries: Each chunk comes twice.
    """

    cut_publishing_after: int | None = None
    cut_delivery_after: int | None = None
    repeat_deliveries: bool = False


class MemoryTransport:
    """A broker within the process, as strict as the real one, and as lenient.

    Streams live as long as this object. A named publisher's messages with ids up to its last one are confirmed
    and dropped; a subscription starts with the chunk that holds its offset, and past the end with whatever
    comes next; deleting a stream ends its publishers and subscriptions with a `BrokerError`.

    Args:
        chunk: Messages of one chunk, at most.
        points: Called with the name of each point that is passed; see `CrashAt`.

    Attributes:
        faults: What goes wrong.
    """

    def __init__(self, *, chunk: int = 1_000, points: Callable[[str], None] = _no_points) -> None:
        self.faults = Faults()
        self.points = points
        self._chunk = chunk
        self._streams: dict[str, _Stream] = {}

    @asynccontextmanager
    async def log(self, stream: str) -> AsyncIterator["MemoryLog"]:
        """See `ports.Transport.log`."""
        yield MemoryLog(self, stream)

    def put(self, stream: str, bodies: Octets | Sequence[bytes]) -> None:
        """Append messages without a publisher's name, as other people's meters do: no deduplication.

        Raises:
            BrokerError: if there is no such stream.
        """
        self.opened(stream).append(bodies if not isinstance(bodies, Sequence) else list(bodies), self._chunk)

    def messages(self, stream: str) -> list[bytes]:
        """All messages of a stream.

        Raises:
            BrokerError: if there is no such stream.
        """
        return [chunk.body(i) for chunk in self.opened(stream).chunks for i in range(len(chunk))]

    # --- what logs, publishers and subscriptions call ---

    def create(self, stream: str) -> None:
        """Make a stream where there is none."""
        self._streams.setdefault(stream, _Stream(stream))

    def delete(self, stream: str) -> None:
        """Remove a stream where there is one, and wake those who wait for it."""
        if (gone := self._streams.pop(stream, None)) is not None:
            gone.deleted = True
            gone.wake()

    def opened(self, stream: str) -> "_Stream":
        """The stream.

        Raises:
            BrokerError: if there is none.
        """
        if stream not in self._streams:
            raise BrokerError(f"the stream {stream} does not exist", where="memory")
        return self._streams[stream]

    def store(self, stream: "_Stream", bodies: Octets, batch: int) -> None:
        """Append a publisher's messages, as far as `faults` lets them through, whole batches only.

        Raises:
            BrokerError: if the connection is cut here.
        """
        through, cut = _let_through(self.faults.cut_publishing_after, len(bodies))
        self.faults.cut_publishing_after = through
        stream.append(bodies if cut is None else bodies[: cut - cut % batch], self._chunk)
        if cut is not None:
            raise _lost()


def _let_through(limit: int | None, n: int) -> tuple[int | None, int | None]:
    """The limit that is left after `n` messages, and where among them the connection is cut, if it is."""
    if limit is None:
        return None, None
    return (limit - n, None) if n <= limit else (None, limit)


def _lost() -> BrokerError:
    return BrokerError("the connection to the broker was lost", where="memory")


@dataclass(slots=True)
class _Stream:
    """Chunks in the order of their offsets, and the last publishing id of each name."""

    name: str
    chunks: list[Batch] = field(default_factory=list)
    last_ids: dict[str, int] = field(default_factory=dict)
    deleted: bool = False
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def next_offset(self) -> int:
        return self.chunks[-1].first_offset + len(self.chunks[-1]) if self.chunks else 0

    def append(self, bodies: Octets | list[bytes], chunk: int) -> None:
        for start in range(0, len(bodies), chunk):
            part = bodies[start : start + chunk]
            self.chunks.append(Batch(self.next_offset, part if isinstance(part, list) else part.copy()))
        self.wake()

    def wake(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()

    def check(self) -> None:
        if self.deleted:
            raise BrokerError(f"the stream {self.name} was deleted", where="memory")


class MemoryLog:
    """One stream of a memory transport."""

    takes_batches = True

    def __init__(self, transport: MemoryTransport, stream: str) -> None:
        self._transport, self._stream = transport, stream

    async def create(self) -> None:
        """See `ports.Log.create`."""
        self._transport.create(self._stream)

    async def delete(self) -> None:
        """See `ports.Log.delete`."""
        self._transport.delete(self._stream)

    @asynccontextmanager
    async def publisher(self, name: str) -> AsyncIterator["MemoryPublisher"]:
        """See `ports.Log.publisher`."""
        yield MemoryPublisher(self._transport, self._transport.opened(self._stream), name)

    @asynccontextmanager
    async def subscribe(self, from_offset: int) -> AsyncIterator[AsyncIterator[Batch]]:
        """See `ports.Log.subscribe`."""
        stream = self._transport.opened(self._stream)
        yield _deliveries(self._transport, stream, _first_chunk(stream, from_offset))


class MemoryPublisher:
    """A named publisher; every message is confirmed as soon as it is handed over."""

    def __init__(self, transport: MemoryTransport, stream: _Stream, name: str) -> None:
        self._transport, self._stream, self._name = transport, stream, name
        self._confirmed = 0

    @property
    def confirmed(self) -> int:
        """See `ports.Publisher.confirmed`."""
        return self._confirmed

    async def last_id(self) -> int:
        """See `ports.Publisher.last_id`."""
        return self._stream.last_ids.get(self._name, 0)

    async def publish(self, first_id: int, bodies: Octets, batch: int = 1) -> None:
        """See `ports.Publisher.publish`."""
        self._stream.check()
        self._transport.points("before-publish")
        last = await self.last_id()
        before = self._stream.next_offset
        new = bodies[max(last + 1 - first_id, 0) * batch :]
        try:
            self._transport.store(self._stream, new, batch)
        finally:
            stored = -(-(self._stream.next_offset - before) // batch)
            if stored:
                self._stream.last_ids[self._name] = max(last + 1, first_id) - 1 + stored
        self._transport.points("after-publish")
        self._confirmed += len(bodies)
        await asyncio.sleep(0)  # let subscribers take part

    async def flush(self) -> None:
        """See `ports.Publisher.flush`."""
        self._stream.check()


async def _deliveries(transport: MemoryTransport, stream: _Stream, index: int) -> AsyncIterator[Batch]:
    while True:
        while index >= len(stream.chunks):
            stream.check()
            await stream.changed.wait()
        chunk = stream.chunks[index]
        for _ in range(1 + transport.faults.repeat_deliveries):
            left, cut = _let_through(transport.faults.cut_delivery_after, len(chunk))
            transport.faults.cut_delivery_after = left
            if cut is not None:
                if cut:
                    yield Batch(chunk.first_offset, chunk.bodies[:cut])
                raise _lost()
            yield chunk
        index += 1


def _first_chunk(stream: _Stream, offset: int) -> int:
    """Index of the chunk that holds `offset`; where none does, of the next one to come."""
    for index, chunk in enumerate(stream.chunks):
        if offset < chunk.first_offset + len(chunk):
            return index
    return len(stream.chunks)


# --- the files ---


class MemorySampleFile:
    """The samples and rejected messages of one run in memory, with what a crash leaves of them.

    As the port demands, nothing may be written after a failure: the next call is an `InternalError`, until
    `crash` has gone back to the last checkpoint, as a new process does.

    Args:
        plan: The run.
        points: Called with the name of each point that is passed; see `CrashAt`. What it raises is a failure.

    Attributes:
        points: As above; may be changed at any time.
        samples: The rows, under their header.
        rejected: The lines of rejected messages.
        accounted: What the last checkpoint says.
        sealed: The finished file has its name.
        commits: How often something new was made safe.
    """

    def __init__(self, plan: RunPlan, *, points: Callable[[str], None] = _no_points) -> None:
        self._plan, self.points = plan, points
        self.samples = bytearray(rows.header(plan))
        self.rejected = bytearray()
        self.accounted = Accounted()
        self.sealed = False
        self.commits = 0
        self._appended = self.accounted
        self._safe_bytes = (len(self.samples), 0)
        self._failed = False

    def append(self, samples: Samples, rejected: bytes, accounted: Accounted) -> None:
        """See `ports.SampleFile.append`."""
        self._check()
        self.samples += rows.render(samples, self._plan)
        self.rejected += rejected
        self._appended = accounted
        self._pass("after-append")

    def commit(self) -> None:
        """See `ports.SampleFile.commit`."""
        self._check()
        if self._appended == self.accounted:
            return
        self._pass("after-fsync")
        self.accounted = self._appended
        self._safe_bytes = (len(self.samples), len(self.rejected))
        self.commits += 1
        self._pass("after-checkpoint")

    def seal(self) -> None:
        """See `ports.SampleFile.seal`."""
        self.commit()
        self._pass("before-rename")
        self.sealed = True
        self._pass("after-rename")

    def crash(self) -> None:
        """Go back to the last checkpoint, which is what a new process would do with what it finds."""
        samples, rejected = self._safe_bytes
        del self.samples[samples:]
        del self.rejected[rejected:]
        self._appended = self.accounted
        self._failed = False

    def _check(self) -> None:
        if self._failed:
            raise InternalError("the files are used after a failure; see pvsim.app.ports.SampleFile")

    def _pass(self, point: str) -> None:
        self._failed = True
        self.points(point)
        self._failed = False
