"""Jobs handed to a Dask cluster, and their results as they come."""

import asyncio
from asyncio import Future, Task
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from typing import Any

from pvsim.adapters.dask.work import Versions, WorkerUnfitError, fulfil
from pvsim.errors import ClusterError, PvsimError

__all__ = ["DaskPool"]

SUBMISSIONS = 2
"""So often a job is handed to somebody else's cluster that has met dying workers.

A scheduler gives a task up when `allowed-failures` workers (3 if nothing else is set) and one more have died that
had it, be it only in their queue: whoever waits behind one that needs too much memory is given up with it.
"""

_LOOK_S = 2.0


class DaskPool:
    """A cluster that carries out jobs; see `app.study_ports.Pool`.

    A job goes to a worker together with the versions and the files that its result depends on.

    Args:
        client: A connected, asynchronous client of the library's.
        where: The scheduler's address.
        function: What carries out a job, as a module of the workers has it.
        files: Tells the digest of each file that a job reads, by its path.
        wanted: The versions that each worker must have.
        workers: How many workers there are.
        submissions: How often a job is handed over whose workers die.
        patience_s: How long to wait where there is no worker any more.

    Attributes:
        size: How many workers there are now: each carries out one job at a time.
    """

    def __init__(
        self,
        client: Any,
        where: str,
        function: Callable[[bytes], bytes],
        files: Callable[[bytes], Mapping[str, str]],
        *,
        wanted: Versions,
        workers: int,
        submissions: int = SUBMISSIONS,
        patience_s: float = 60.0,
    ) -> None:
        self.size = workers
        self._client = client
        self._where = where
        self._function = function
        self._files = files
        self._wanted = wanted
        self._submissions = submissions
        self._patience_s = patience_s

    async def results(self, jobs: Iterable[bytes]) -> AsyncGenerator[tuple[int, bytes | PvsimError], None]:
        """See `app.study_ports.Pool.results`.

        Raises:
            ClusterError: if the scheduler is lost, or all workers are.
            WorkerUnfitError: if a worker has other versions or files.
        """
        drawn, index, more = iter(jobs), 0, True
        under_way: dict[Task[bytes | PvsimError], int] = {}
        drawing: Future[bytes | None] | None = None
        looking = asyncio.ensure_future(self._look())
        try:
            while True:
                if drawing is None and more and len(under_way) < 2 * self.size:
                    drawing = asyncio.ensure_future(asyncio.to_thread(next, drawn, None))
                if drawing is None and not under_way:
                    return
                watched = {looking, *under_way, *(() if drawing is None else (drawing,))}
                done, _ = await asyncio.wait(watched, return_when=asyncio.FIRST_COMPLETED)
                if looking in done:
                    looking.result()
                if drawing is not None and drawing in done:
                    job, drawing = drawing.result(), None
                    if job is None:
                        more = False
                    else:
                        under_way[asyncio.create_task(self._carried_out(job))] = index
                        index += 1
                for task in [each for each in under_way if each in done]:
                    result = task.result()
                    yield under_way.pop(task), result
        finally:
            left = [looking, *under_way, *(() if drawing is None else (drawing,))]
            for each in left:
                each.cancel()
            await asyncio.gather(*left, return_exceptions=True)

    async def _carried_out(self, job: bytes) -> bytes | PvsimError:
        """The result of a job, or why it has none.

        Raises:
            ClusterError: if the scheduler is lost.
            WorkerUnfitError: if a worker does not fit.
        """
        from distributed import KilledWorker  # noqa: PLC0415 - takes a second to import
        from distributed.client import FutureCancelledError, FuturesCancelledError  # noqa: PLC0415
        from distributed.comm.core import CommClosedError  # noqa: PLC0415

        files, died_at = self._files(job), ""
        for _ in range(self._submissions):
            future = self._client.submit(fulfil, self._function, job, self._wanted, files, pure=False)
            try:
                error = await future.exception()
                if future.cancelled():
                    raise self._lost()
                if error is None:
                    result: bytes = await future
                    return result
            except (FutureCancelledError, FuturesCancelledError, CommClosedError) as gone:
                raise self._lost() from gone
            finally:
                future.release()
            if isinstance(error, WorkerUnfitError):
                raise error
            if isinstance(error, ImportError):  # a worker that joined later, and would fail all jobs at once
                what, fix = f"a worker cannot import pvsim: {error}", "install the same version on all workers"
                raise WorkerUnfitError(what, where=self._where, fix=fix)
            if isinstance(error, KilledWorker):
                died_at = error.last_worker.address
            else:
                what = f"a worker could not carry it out: {type(error).__name__}: {error}"
                return PvsimError(what, where=self._where, fix="see the worker's log")
        what = f"workers died that had it, again and again; the last one was {died_at}"
        fix = "see the workers' logs; give them more memory, then --retry-failed"
        return PvsimError(what, where=self._where, fix=fix)

    async def _look(self) -> None:
        """See how many workers there are, again and again.

        Raises:
            ClusterError: if there have been none for long, or the scheduler is lost.
        """
        loop = asyncio.get_running_loop()
        seen_s = loop.time()
        while True:
            await asyncio.sleep(_LOOK_S)
            if self._client.status != "running":
                raise self._lost()
            try:
                workers = len(await self._client.nthreads())
            except OSError as error:
                raise self._lost() from error
            if workers:
                self.size, seen_s = workers, loop.time()
            elif loop.time() - seen_s > self._patience_s:
                what = f"the scheduler has had no worker for {self._patience_s:g} s"
                raise ClusterError(what, where=self._where, fix=f"start some: dask worker {self._where}")

    def _lost(self) -> ClusterError:
        what = "the Dask scheduler is lost; all results so far are safe"
        return ClusterError(what, where=self._where, fix="start it and its workers again")
