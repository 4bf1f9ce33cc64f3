"""Connects to a Dask cluster, or starts one of processes of this machine; refuses workers that do not fit."""

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from importlib.util import find_spec
from typing import Any

from pvsim.adapters.dask.address import LOCAL
from pvsim.adapters.dask.certificates import require_certificates, require_plain, speaks_tls
from pvsim.adapters.dask.pool import SUBMISSIONS, DaskPool
from pvsim.adapters.dask.work import Versions, WorkerUnfitError, unlike, versions
from pvsim.errors import ClusterError, PvsimError, UsageError

__all__ = ["open_cluster"]

CONNECT_S = 10.0
"""So long a scheduler may take to answer, and to have a first worker."""

ANSWER_S = 60.0
"""So long workers may take to import pvsim."""

_NO_ANSWER = (OSError, ValueError, ImportError, MemoryError)
"""What the library meets where no scheduler is, or something else speaks: also `TimeoutError`. It takes the first
bytes of another protocol as a length."""

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
                yield await _pool(client, address, function, files, submissions=1)
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
        with _interruptions_later():
            cluster: Any = await LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                processes=True,
                asynchronous=True,
                host="127.0.0.1",
                dashboard_address=None,
                security=security,
                silence_logs=logging.CRITICAL,
            )
        try:
            yield cluster.scheduler_address, security
        finally:  # what they are at is not wanted any more; asked to close, they would wait for it
            for nanny in cluster.workers.values():
                nanny.auto_restart = False
                if nanny.pid:
                    with suppress(ProcessLookupError):
                        os.kill(nanny.pid, signal.SIGKILL)
            await cluster.close()


@contextmanager
def _interruptions_later() -> Iterator[None]:
    """Let Ctrl-C wait; processes that are started meanwhile never hear of it, as those of a terminal do."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@asynccontextmanager
async def _connected(address: str, security: Any = None) -> AsyncIterator[Any]:
    """A client of a scheduler.

    Raises:
        UsageError: if its certificates are missing, or it speaks TLS and should not, or the other way round.
        BadInputError: if certificates cannot be used.
        ClusterError: if it does not answer, or something else does.
    """
    from distributed import Client  # noqa: PLC0415 - takes a second to import

    more = {} if security is None else {"security": security}
    if security is None:
        await _require_settings(address)
    client = None
    try:
        try:
            client = Client(address, asynchronous=True, set_as_default=False, timeout=CONNECT_S, **more)
            async with asyncio.timeout(2 * CONNECT_S):  # the library waits without end for one that says nothing
                await client
        except _NO_ANSWER as error:
            raise await _no_answer(address, error) from error
        yield client
    finally:
        if client is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(CONNECT_S):
                    await client.close(timeout=CONNECT_S)


async def _require_settings(address: str) -> None:
    """Refuse an address that does not go with Dask's settings; see `require_certificates`, `require_plain`."""
    if address.startswith("tls:"):
        await require_certificates(address)
    else:
        require_plain(address)


async def _no_answer(address: str, error: BaseException) -> PvsimError:
    """What is said where no scheduler answers."""
    if address.startswith("tcp:") and await speaks_tls(address):
        what = "what answers there speaks TLS, and tcp:// does not"
        return UsageError(what, where=address, fix=f"name it as {address.replace('tcp:', 'tls:')}")
    what, fix = (
        f"no Dask scheduler answers: {_reason(error)}",
        f"start one there: dask scheduler; and workers: dask worker {address}",
    )
    return ClusterError(what, where=address, fix=fix)


async def _pool(
    client: Any,
    address: str,
    function: Callable[[bytes], bytes],
    files: Callable[[bytes], Mapping[str, str]],
    *,
    submissions: int = SUBMISSIONS,
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
    try:
        async with asyncio.timeout(ANSWER_S):
            await client.run_on_scheduler(versions)  # it takes jobs apart
            there = await client.run(versions, on_error="return")
    except ImportError as error:
        what, fix = (
            f"the Dask scheduler cannot import pvsim: {error}",
            "install the same version there as on the workers",
        )
        raise WorkerUnfitError(what, where=address, fix=fix) from error
    except OSError as error:  # also TimeoutError
        what = f"the Dask cluster does not answer: {_reason(error)}"
        raise ClusterError(what, where=address, fix="see its logs, or start it again") from error
    _refuse_unfit(wanted, there)
    return DaskPool(client, address, function, files, wanted=wanted, workers=len(there), submissions=submissions)


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


def _reason(error: BaseException) -> str:
    """Why nothing came: the innermost cause, which says it best."""
    cause = error
    while cause.__cause__ is not None:
        cause = cause.__cause__
    if isinstance(cause, TimeoutError | asyncio.CancelledError):
        return "it says nothing"
    if isinstance(cause, MemoryError | ValueError):
        return "something else answers there"
    return str(cause) or type(cause).__name__


@contextmanager
def _quiet() -> Iterator[None]:
    """The library's loggers say nothing meanwhile: what matters becomes an error or a result."""
    import distributed  # noqa: F401, PLC0415 - sets up its loggers

    loggers = [logging.getLogger(name) for name in ("distributed", "distributed.client", "tornado.application")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)
