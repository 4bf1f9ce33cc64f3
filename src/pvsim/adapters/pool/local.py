"""Jobs carried out by processes of this machine, each of which does one after the other."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import TypeAlias

from pvsim.adapters.pool.frames import LENGTH_BYTES, READY, framed, length_of
from pvsim.errors import PvsimError

__all__ = ["LocalPool"]

ATTEMPTS = 3
"""So many workers may die at a job. One that needs more memory than there is would end all of them in turn."""

_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""Each worker has a core; more threads of numpy's would only take it from the others."""

Result: TypeAlias = tuple[int, bytes | PvsimError]


class LocalPool:
    """Processes that carry out jobs.

    They are new programs, not forks: they share no sockets, locks or threads with this one, a user's script needs
    no `if __name__ == "__main__"`, and one that is killed is replaced without regard to the others. Each is in a
    session of its own, so that Ctrl-C in the terminal reaches only this process; and each ends with it.

    Args:
        function: What carries out a job: `package.module:function`, bytes in, bytes out.
        size: How many processes, at most.

    Attributes:
        size: As above.
        deaths: Workers that have died so far, such as by the kernel's OOM killer.
    """

    def __init__(self, function: str, size: int) -> None:
        self.size = size
        self.deaths = 0
        self._function = function

    async def results(self, jobs: Iterable[bytes]) -> AsyncGenerator[Result, None]:
        """See `app.study_ports.Pool.results`."""
        ahead = asyncio.Semaphore(2 * self.size)
        drawn: asyncio.Queue[tuple[int, bytes] | None] = asyncio.Queue()
        done: asyncio.Queue[Result | None] = asyncio.Queue()
        tasks = [asyncio.ensure_future(self._serve(drawn, done)) for _ in range(self.size)]
        tasks.append(asyncio.ensure_future(self._draw(iter(jobs), drawn, ahead)))
        ended = asyncio.ensure_future(self._ended(tasks, done))
        try:
            while (result := await done.get()) is not None:
                yield result
                ahead.release()
            await ended
        finally:
            for task in (ended, *tasks):
                task.cancel()
            await asyncio.wait(tasks)

    async def _draw(
        self, jobs: Iterator[bytes], drawn: "asyncio.Queue[tuple[int, bytes] | None]", ahead: asyncio.Semaphore
    ) -> None:
        """Draw jobs in a thread, as they are needed: to make one may take a while."""
        i = 0
        while await ahead.acquire():
            if (job := await asyncio.to_thread(next, jobs, None)) is None:
                break
            drawn.put_nowait((i, job))
            i += 1
        for _ in range(self.size):
            drawn.put_nowait(None)

    @staticmethod
    async def _ended(tasks: "Sequence[asyncio.Future[None]]", done: "asyncio.Queue[Result | None]") -> None:
        """Wait until all is done, or something has failed; either is the end of what comes."""
        try:
            finished, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        finally:
            done.put_nowait(None)
        for task in finished:
            task.result()

    async def _serve(
        self, drawn: "asyncio.Queue[tuple[int, bytes] | None]", done: "asyncio.Queue[Result | None]"
    ) -> None:
        """Give jobs to one worker, and to another in its place where it has died."""
        worker: _Worker | None = None
        try:
            while (item := await drawn.get()) is not None:
                i, job = item
                result: bytes | PvsimError | None = None
                deaths: list[str] = []
                while result is None:
                    worker = worker or await self._start()
                    try:
                        result = await worker.carry_out(job)
                    except _WorkerDiedError as error:
                        self.deaths += 1
                        deaths.append(error.what)
                        worker = None
                        if len(deaths) == ATTEMPTS:
                            result = _given_up(deaths)
                done.put_nowait((i, result))
        finally:
            if worker is not None:
                await worker.end()

    async def _start(self) -> "_Worker":
        """A new worker that is ready.

        Raises:
            PvsimError: if several in turn have died before they were.
        """
        deaths: list[str] = []
        while len(deaths) < ATTEMPTS:
            try:
                return await _Worker.start(self._function)
            except _WorkerDiedError as error:
                deaths.append(error.what)
        what = f"no worker process can be started: it {deaths[-1]}"
        raise PvsimError(what, fix="free some memory, or give fewer --jobs; check with: pvsim doctor")


def _given_up(deaths: list[str]) -> PvsimError:
    what = f"{len(deaths)} worker processes in turn ended while they were at it: each {deaths[-1]}"
    if len(set(deaths)) > 1:
        what = f"{len(deaths)} worker processes in turn ended while they were at it: {', '.join(deaths)}"
    return PvsimError(what, fix="give fewer --jobs, if memory was short (dmesg tells)")


class _WorkerDiedError(PvsimError):
    """A worker ended while something was expected of it."""


class _Worker:
    """A process that carries out one job after the other."""

    def __init__(self, process: Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, function: str) -> "_Worker":
        """Start one, and wait until it is ready.

        Raises:
            _WorkerDiedError: if it ends before.
        """
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",  # what lies in the current directory is no module
            "-m",
            "pvsim.adapters.pool.worker",
            function,
            stdin=PIPE,
            stdout=PIPE,
            env=os.environ | _ONE_THREAD,
            start_new_session=True,
        )
        worker = cls(process)
        try:
            if await worker._hear() != READY:
                await worker.end()
                raise _WorkerDiedError("said something else than that it is ready")
        except asyncio.CancelledError:
            await worker.end()
            raise
        return worker

    async def carry_out(self, job: bytes) -> bytes:
        """Give it a job, and wait for the result; given up, the process ends.

        Raises:
            _WorkerDiedError: if it ends before.
        """
        try:
            assert self._process.stdin is not None  # noqa: S101 - a pipe was asked for
            self._process.stdin.write(framed(job))
            with suppress(BrokenPipeError, ConnectionResetError):  # how it ended is heard below
                await self._process.stdin.drain()
            return await self._hear()
        except asyncio.CancelledError:
            await self.end()
            raise

    async def end(self) -> None:
        """End it at once."""
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGKILL)  # Process.kill may take the exit code from asyncio
        await self._process.wait()

    async def _hear(self) -> bytes:
        assert self._process.stdout is not None  # noqa: S101 - as above
        try:
            head = await self._process.stdout.readexactly(LENGTH_BYTES)
            return await self._process.stdout.readexactly(length_of(head))
        except asyncio.IncompleteReadError as error:
            await self._process.wait()
            raise _WorkerDiedError(_how(self._process.returncode)) from error


def _how(code: int | None) -> str:
    """How a process ended, after its subject."""
    if code is not None and code < 0:
        name = signal.Signals(-code).name if -code in set(signal.Signals) else "unknown"
        return f"was ended by signal {-code} ({name})"
    return f"ended with exit code {code}"
