"""A study's jobs on a Dask cluster."""

import asyncio
from typing import TYPE_CHECKING, TypeVar

import msgspec

from pvsim.adapters.dask import open_cluster, parse_scheduler
from pvsim.config import RunConfig
from pvsim.config.files import files_of
from pvsim.core.study.record import Job
from pvsim.wiring.study.work import carry_out

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from pvsim.app.study_ports import Pool

__all__ = ["files_of_job", "parse_scheduler", "use_cluster"]

Result = TypeVar("Result")


async def use_cluster(
    scheduler: str, size: int, use: "Callable[[Pool], Awaitable[Result]]", stop: asyncio.Event
) -> "Result | None":
    """Use the workers of a cluster for jobs of studies; None where the user stops it before they are there.

    Args:
        scheduler: As `parse_scheduler` gives it.
        size: How many processes there are, where they are of this machine.
        use: Is given the pool; it heeds the user's wish to stop by itself.
        stop: That wish.

    Raises:
        UsageError: if the extra is missing, or the certificate of a scheduler with TLS.
        ClusterError: if there is no such cluster, it is lost, or its workers have other versions or files.
    """
    ready = asyncio.Event()

    async def used() -> "Result":
        async with open_cluster(scheduler, carry_out, files_of_job, workers=size) as pool:
            ready.set()
            return await use(pool)

    work = asyncio.ensure_future(used())
    waiting = [asyncio.ensure_future(event.wait()) for event in (ready, stop)]
    try:
        await asyncio.wait((work, *waiting), return_when=asyncio.FIRST_COMPLETED)
        if not stop.is_set() or ready.is_set() or work.done():
            return await work
        return None
    finally:
        for task in (work, *waiting):
            task.cancel()
        await asyncio.wait((work, *waiting))


def files_of_job(job: bytes) -> dict[str, str]:
    """The digest of each file that the cases of a job read, by its path."""
    found: dict[str, str] = {}
    for case in Job.decode(job).cases:
        found |= files_of(msgspec.json.decode(case.config, type=RunConfig))
    return found
