"""A study: carries out the cases that are open, and keeps a record of each.

A case is done when its record is on disk. Whatever ends a study in between, the next one goes on with the others.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Generic, TypeVar

from pvsim.app.ports import Stop
from pvsim.app.study_ports import Kept, Pool, Records, StudyObserver
from pvsim.errors import PvsimError

__all__ = ["StudyEnd", "Work", "study"]

_JOBS_AT_ONCE = 32
"""Jobs whose records are made safe in one go, at most; while so many wait for the disk, no result is taken."""


Case = TypeVar("Case")


@dataclass(frozen=True, slots=True)
class Work(Generic[Case]):
    """A job, and the cases that it holds.

    Attributes:
        job: What a pool takes.
        cases: Its cases, in order.
    """

    job: bytes
    cases: tuple[Case, ...]


@dataclass(slots=True)
class StudyEnd:
    """How a study ended.

    Attributes:
        done: Cases that have figures now, of those that were open.
        failed: Cases that have failed.
        interrupted: Whether the user stopped it: what was being carried out is given up, and stays open.
    """

    done: int = 0
    failed: int = 0
    interrupted: bool = False


async def study(
    work: Iterable[Work[Case]],
    *,
    pool: Pool,
    records: Records[Kept],
    read: Callable[[Work[Case], bytes | PvsimError], Sequence[Kept]],
    observer: StudyObserver[Kept],
    stop: Stop,
) -> StudyEnd:
    """Carry out all work, and keep the records of its cases.

    Args:
        work: Jobs with their cases, drawn as they are needed.
        pool: Where they are carried out.
        records: Where records are kept.
        read: What to keep of a job's result: a record for each of its cases.
        observer: Is shown the records that are safe.
        stop: The user's wish to stop.

    Raises:
        CannotWriteError: if the records cannot be written; cases that are done stay done.
        PvsimError: if the pool cannot go on.
    """
    keeping = _Keeping(records, observer)
    reading = asyncio.ensure_future(_read(work, pool, read, keeping))
    writing = asyncio.ensure_future(keeping.write())
    stopped = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({reading, writing, stopped}, return_when=asyncio.FIRST_COMPLETED)
        keeping.end.interrupted = not reading.done() and not writing.done()
        reading.cancel()
        await asyncio.wait({reading})
        keeping.close()
        await writing
        if not reading.cancelled():
            reading.result()
    finally:
        for task in (reading, writing, stopped):
            task.cancel()
    return keeping.end


class _Keeping(Generic[Kept]):
    """Makes records safe, those of several jobs at once: while the disk works, others gather.

    Attributes:
        end: What has been kept so far.
    """

    def __init__(self, records: Records[Kept], observer: StudyObserver[Kept]) -> None:
        self.end = StudyEnd()
        self._records, self._observer = records, observer
        self._gathered: asyncio.Queue[Sequence[Kept] | None] = asyncio.Queue()
        self._room = asyncio.Semaphore(_JOBS_AT_ONCE)

    async def take(self, records: Sequence[Kept]) -> None:
        """Take the records of a job; waits while too many are not safe yet."""
        await self._room.acquire()
        self._gathered.put_nowait(records)

    def close(self) -> None:
        """Nothing more comes."""
        self._gathered.put_nowait(None)

    async def write(self) -> None:
        """Make safe what is taken, until nothing more comes.

        Raises:
            CannotWriteError: as `Records.append`.
        """
        more = True
        while more:
            jobs = [await self._gathered.get()]
            while not self._gathered.empty():
                jobs.append(self._gathered.get_nowait())
            more = jobs[-1] is not None
            if batch := [record for job in jobs if job is not None for record in job]:
                await self._records.append(batch)
                self._count(batch)
            for _ in jobs:
                self._room.release()

    def _count(self, batch: Sequence[Kept]) -> None:
        failed = sum(record.error is not None for record in batch)
        self.end.failed += failed
        self.end.done += len(batch) - failed
        self._observer.kept(batch)


async def _read(
    work: Iterable[Work[Case]],
    pool: Pool,
    read: Callable[[Work[Case], bytes | PvsimError], Sequence[Kept]],
    keeping: _Keeping[Kept],
) -> None:
    """Give all work to the pool, and what comes of it to be kept."""
    drawn: dict[int, Work[Case]] = {}

    def jobs() -> Iterator[bytes]:
        for i, each in enumerate(work):
            drawn[i] = each
            yield each.job

    async with aclosing(pool.results(jobs())) as results:
        async for i, result in results:
            await keeping.take(read(drawn.pop(i), result))
