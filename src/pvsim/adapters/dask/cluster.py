"""Connects to a Dask cluster, or starts one of processes of this machine; refuses workers that do not fit."""

import logging
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from importlib.util import find_spec
from typing import Any

from pvsim.adapters.dask.address import LOCAL
from pvsim.adapters.dask.pool import DaskPool
from pvsim.adapters.dask.work import Versions, WorkerUnfitError, unlike, versions
from pvsim.errors import ClusterError, UsageError

__all__ = ["open_cluster"]

CONNECT_S = 10.0
"""So long a scheduler may take to answer, and to have a first worker."""

_SHOWN = 3
_LOCAL_SETTINGS = {
    "distributed.scheduler.allowed-failures": 2,  # as a pool of processes: three deaths, with nobody in a queue
    "distributed.scheduler.worker-saturation": 1.0,
    "distributed.worker.daemon": True,
}


@asynccontextmanager
async def open_cluster(
    scheduler: str,
    function: Callable[[bytes], bytes],
    files: Callable[[bytes], Mapping[str, str]],
    *,
    workers: int,
) -> AsyncIterator[DaskPool]:
    """A pool of the workers of a cluster.

    Args:
        scheduler: As `parse_scheduler` gives it.
        function: What carries out a job, as a module of the workers has it.
        files: Tells the digest of each file that a job reads, by its path.
        workers: How many processes there are, where it is of this machine.

    Raises:
        UsageError: if the extra is missing.
        ClusterError: if there is no scheduler, or it has no workers.
        WorkerUnfitError: if workers have other versions.
    """
    if find_spec("distributed") is None:
        what = "a Dask cluster needs distributed, which is not installed"
        raise UsageError(what, where="--scheduler", fix="pip install 'pvsim[dask]', or leave --scheduler out")
    with _quiet():
        if scheduler == LOCAL:
            async with _local(workers) as (address, security), _connected(address, security) as client:
                yield await _pool(client, address, function, files)
        else:
            async with _connected(scheduler) as client:
                yield await _pool(client, scheduler, function, files)


@asynccontextmanager
async def _local(workers: int) -> AsyncIterator[tuple[str, Any]]:
    """Processes of this machine and their scheduler, which nobody else can speak to."""
    import dask  # noqa: PLC0415 - takes a second to import
    from distributed import LocalCluster, Security  # noqa: PLC0415

    security = Security.temporary()  # without it, each user of this machine could run programs as this one
    with dask.config.set(_LOCAL_SETTINGS):
        async with LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            asynchronous=True,
            host="127.0.0.1",
            dashboard_address=None,
            security=security,
            silence_logs=logging.CRITICAL,
        ) as cluster:
            try:
                yield cluster.scheduler_address, security
            finally:  # what they are at is not wanted any more; asked to close, they would wait for it
                for nanny in cluster.workers.values():
                    nanny.auto_restart = False
                    if nanny.pid:
                        with suppress(ProcessLookupError):
                            os.kill(nanny.pid, signal.SIGKILL)


@asynccontextmanager
async def _connected(address: str, security: Any = None) -> AsyncIterator[Any]:
    """A client of a scheduler.

    Raises:
        ClusterError: if it does not answer.
    """
    from distributed import Client  # noqa: PLC0415 - takes a second to import

    more = {} if security is None else {"security": security}
    client = Client(address, asynchronous=True, set_as_default=False, timeout=CONNECT_S, **more)
    try:
        try:
            await client
        except (OSError, ValueError, ImportError) as error:  # also TimeoutError
            what = f"no Dask scheduler answers: {_reason(error)}"
            fix = f"start one there: dask scheduler; and workers: dask worker {address}"
            raise ClusterError(what, where=address, fix=fix) from error
        yield client
    finally:
        await client.close(timeout=CONNECT_S)


async def _pool(
    client: Any, address: str, function: Callable[[bytes], bytes], files: Callable[[bytes], Mapping[str, str]]
) -> DaskPool:
    """The pool of a client's workers.

    Raises:
        ClusterError: if there are none.
        WorkerUnfitError: if some have other versions.
    """
    try:
        await client.wait_for_workers(1, timeout=CONNECT_S)
    except TimeoutError as error:
        what = "the Dask scheduler has no workers"
        raise ClusterError(what, where=address, fix=f"start some: dask worker {address}") from error
    wanted = versions()
    there = await client.run(versions, on_error="return")
    _refuse_unfit(wanted, there)
    return DaskPool(client, address, function, files, wanted=wanted, workers=len(there))


def _refuse_unfit(wanted: Versions, there: Mapping[str, object]) -> None:
    """Refuse workers that have other versions, or no pvsim."""
    found = []
    for worker, facts in sorted(there.items()):
        if not isinstance(facts, dict):
            found.append(f"worker {worker} cannot import pvsim: {facts}")
        elif other := unlike(wanted, facts):
            found.append(f"worker {worker} has {other}")
    if not found:
        return
    more = [f"and {len(found) - _SHOWN} more"] if len(found) > _SHOWN else []
    what = "; ".join([*found[:_SHOWN], *more])
    fix = f"install the same on all workers: pip install 'pvsim[physics]=={wanted['pvsim']}'"
    raise WorkerUnfitError(f"results would be others: {what}", fix=fix)


def _reason(error: Exception) -> str:
    """The innermost cause, which says it best."""
    cause: BaseException = error
    while cause.__cause__ is not None:
        cause = cause.__cause__
    return str(cause) or type(cause).__name__


@contextmanager
def _quiet() -> Iterator[None]:
    """The library's loggers say nothing meanwhile: what matters becomes an error or a result."""
    import distributed  # noqa: F401, PLC0415 - sets up its loggers

    loggers = [logging.getLogger(name) for name in ("distributed", "tornado.application", "asyncio")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)
