"""A worker process of low priority, there while it has something to do."""

import asyncio
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait
from typing import TypeVar

from pvsim.errors import PvsimError

__all__ = ["Worker"]

_NICE = 10

Job = TypeVar("Job")
Result = TypeVar("Result")


class Worker:
    """Carries out one thing at a time in a process of its own, which ends with its parent."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None

    async def carry_out(self, do: Callable[[Job], Result], job: Job) -> Result:
        """Do something there.

        Args:
            do: A function of a module.
            job: Plain data.

        Raises:
            PvsimError: as `do`; if the process has ended.
        """
        if self._pool is None:
            spawn = multiprocessing.get_context("spawn")  # forked, it would share sockets and locks
            self._pool = ProcessPoolExecutor(1, mp_context=spawn, initializer=_begin)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, do, job)
        except BrokenProcessPool as error:
            self.dismiss()
            raise PvsimError("the worker process has ended", fix="start the service again") from error

    def dismiss(self) -> None:
        """End the process, after what it is at; the interpreter's end would wait for that as well.

        Without waiting here the pool may close its pipe while the ending interpreter writes to it: a traceback.
        """
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None


def _begin() -> None:
    """Be polite, leave signals to the parent, and end with it."""
    os.nice(_NICE)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)
