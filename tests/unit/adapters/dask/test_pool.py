"""The pool with a client that is a double: what becomes of jobs whatever becomes of the cluster."""

import asyncio
from contextlib import aclosing
from types import SimpleNamespace

import pytest
from distributed import KilledWorker
from distributed.comm.core import CommClosedError

from pvsim.adapters.dask import pool as module
from pvsim.adapters.dask.pool import DaskPool
from pvsim.adapters.dask.work import WorkerUnfitError, fulfil
from pvsim.errors import ClusterError, PvsimError

KILLED = KilledWorker("job", SimpleNamespace(address="tcp://10.0.0.5:4711"), 3)
GONE = object()


class DoubleFuture:
    """What the library calls a future: it ends as it is told."""

    def __init__(self, end):
        self._end = end
        self.released = False

    async def exception(self):
        await asyncio.sleep(0)
        if isinstance(self._end, CommClosedError):
            raise self._end
        return self._end if isinstance(self._end, Exception) else None

    def cancelled(self):
        return self._end is GONE

    def release(self):
        self.released = True

    def __await__(self):
        return asyncio.sleep(0, self._end).__await__()


class DoubleClient:
    """Ends each submission as `ends` says for its job, in turn."""

    def __init__(self, **ends):
        self.status, self.workers = "running", {"tcp://a": 1, "tcp://b": 1}
        self._ends = {name.encode(): iter(these) for name, these in ends.items()}
        self.futures = []

    def submit(self, what, function, job, wanted, files, *, pure):
        assert what is fulfil
        assert (wanted, files, pure) == ({"pvsim": "1"}, {"file": job.decode()}, False)
        self.futures.append(DoubleFuture(next(self._ends[job], function(job))))
        return self.futures[-1]

    async def nthreads(self):
        if isinstance(self.workers, Exception):
            raise self.workers
        return self.workers


def pool_of(client, **more):
    return DaskPool(
        client,
        "tcp://cluster:8786",
        lambda job: job.upper(),
        lambda job: {"file": job.decode()},
        wanted={"pvsim": "1"},
        workers=2,
        **more,
    )


async def results(client, jobs):
    return {index: result async for index, result in pool_of(client).results(jobs)}


async def test_each_job_has_its_result_and_nothing_is_held():
    jobs = [b"%d" % number for number in range(20)]
    client = DoubleClient(**{job.decode(): () for job in jobs})
    assert await results(client, jobs) == dict(enumerate(jobs))
    assert len(client.futures) == 20
    assert all(future.released for future in client.futures)


async def test_no_job_is_no_result():
    assert await results(DoubleClient(), []) == {}


async def test_jobs_are_drawn_twice_the_workers_ahead():
    drawn = []

    def jobs():
        for number in range(20):
            drawn.append(number)
            yield b"%d" % number

    client = DoubleClient(**{str(number): () for number in range(20)})
    given = 0
    async for _ in pool_of(client).results(jobs()):
        given += 1
        assert len(drawn) <= given - 1 + 2 * 2
    assert given == 20


async def test_a_job_that_met_dying_workers_is_handed_over_once_more():
    assert await results(DoubleClient(a=[KILLED], b=[]), [b"a", b"b"]) == {0: b"A", 1: b"B"}


async def test_a_job_whose_workers_die_again_is_an_error_of_it_alone():
    found = await results(DoubleClient(a=[KILLED, KILLED], b=[]), [b"a", b"b"])
    assert found[1] == b"B"
    assert str(found[0]).endswith("again and again; the last one was tcp://10.0.0.5:4711")


async def test_where_nobody_waits_behind_another_it_is_handed_over_once():
    found = [each async for each in pool_of(DoubleClient(a=[KILLED]), submissions=1).results([b"a"])]
    assert isinstance(found[0][1], PvsimError)


async def test_what_a_worker_cannot_carry_out_is_an_error_of_the_job():
    found = await results(DoubleClient(a=[MemoryError("1 TB")]), [b"a"])
    assert isinstance(found[0], PvsimError)
    assert "MemoryError: 1 TB" in found[0].what


async def test_a_worker_that_joins_without_pvsim_ends_it_before_it_takes_all_jobs():
    with pytest.raises(WorkerUnfitError, match="a worker cannot import pvsim: No module named 'pvsim'"):
        await results(DoubleClient(a=[ModuleNotFoundError("No module named 'pvsim'")]), [b"a"])


@pytest.mark.parametrize("end", [GONE, CommClosedError("closed")])
async def test_a_lost_scheduler_ends_it(end):
    with pytest.raises(ClusterError, match=r"^tcp://cluster:8786: the Dask scheduler is lost") as lost:
        await results(DoubleClient(a=[end]), [b"a"])
    assert lost.value.exit_code == 69


async def test_a_worker_that_does_not_fit_ends_it():
    unfit = WorkerUnfitError("it cannot read /data/house.csv", where="worker a")
    with pytest.raises(WorkerUnfitError, match=r"^worker a: it cannot read /data/house\.csv$"):
        await results(DoubleClient(a=[unfit]), [b"a"])


class NeverFuture(DoubleFuture):
    async def exception(self):
        await asyncio.Event().wait()


@pytest.mark.parametrize(
    ("status", "workers", "what"),
    [
        ("closed", {}, "the Dask scheduler is lost"),
        ("running", OSError("gone"), "the Dask scheduler is lost"),
        ("running", {}, "the scheduler has had no worker for 0 s"),
    ],
)
async def test_a_cluster_that_is_no_more_is_noticed_while_jobs_wait(monkeypatch, status, workers, what):
    monkeypatch.setattr(module, "_LOOK_S", 0)
    client = DoubleClient()
    client.status, client.workers = status, workers
    client.submit = lambda *_, **__: NeverFuture(None)
    with pytest.raises(ClusterError, match=what):
        async for _ in pool_of(client, patience_s=0).results([b"a"]):
            pass


async def test_workers_that_join_count_and_closing_gives_up_at_once(monkeypatch):
    monkeypatch.setattr(module, "_LOOK_S", 0)
    client, looked = DoubleClient(a=[], b=[]), asyncio.Event()
    client.workers = {str(number): 1 for number in range(7)}
    client.submit = lambda *_, **__: NeverFuture(None)
    pool = pool_of(client)

    async def nthreads():
        if pool.size == 7:
            looked.set()
        return client.workers

    client.nthreads = nthreads
    async with aclosing(pool.results([b"a", b"b"])) as found:
        waiting = asyncio.ensure_future(anext(found))
        await looked.wait()
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    assert pool.size == 7


async def test_what_drawing_a_job_meets_ends_it():
    def jobs():
        raise PvsimError("case 7 does not fit")
        yield b""

    with pytest.raises(PvsimError, match="case 7 does not fit"):
        await results(DoubleClient(), jobs())
