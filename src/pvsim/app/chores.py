"""What a service has to do for days that are over, one thing after the other beside its work."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from pvsim.errors import PvsimError

__all__ = ["Chores", "ToDo"]

Job = TypeVar("Job")
Result = TypeVar("Result")
Taken_contra = TypeVar("Taken_contra", contravariant=True)


class ToDo(Protocol[Job, Taken_contra]):
    """A list of things to do."""

    def next_job(self) -> Job | None:
        """Something to do; None where there is nothing now. Nothing is given twice."""
        ...

    def finish(self, job: Job, result: Taken_contra) -> None:
        """Take what a job has given.

        Raises:
            CannotWriteError: if that cannot be written down.
        """
        ...

    def give_up(self, job: Job, error: PvsimError) -> None:
        """Say that a job has failed.

        Raises:
            CannotWriteError: if that cannot be written down.
        """
        ...


class Chores:
    """Does what there is to do.

    Args:
        to_do: The list.
        carry_out: Does one thing.
        done: Called after each.
        at_list: Held while the list is used, where others use it, too.
    """

    def __init__(
        self,
        to_do: ToDo[Job, Result],
        carry_out: Callable[[Job], Awaitable[Result]],
        done: Callable[[], None] = lambda: None,
        at_list: asyncio.Lock | None = None,
    ) -> None:
        alone = at_list or asyncio.Lock()
        self._wake, self._at_work = asyncio.Event(), asyncio.Lock()

        async def do_one() -> bool:
            async with alone:
                job = to_do.next_job()
            if job is None:
                return False
            try:
                result = await carry_out(job)
            except PvsimError as error:
                async with alone:
                    to_do.give_up(job, error)
            else:
                async with alone:
                    to_do.finish(job, result)
            done()
            return True

        self._do_one = do_one

    def look(self) -> None:
        """There may be something to do."""
        self._wake.set()

    async def all(self) -> None:
        """Do all that there is to do now; return when it is done, also what `run` is at.

        Raises:
            CannotWriteError: if what was done cannot be written down.
        """
        async with self._at_work:
            while await self._do_one():
                pass

    async def run(self) -> None:
        """Do what there is to do whenever there may be something; without end.

        Raises:
            CannotWriteError: as `all`.
        """
        while True:
            await self.all()
            self._wake.clear()
            await self._wake.wait()
