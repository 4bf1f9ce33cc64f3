import asyncio
from contextlib import asynccontextmanager
from hashlib import sha256

import msgspec
import pytest

import pvsim
from pvsim import MeterRequest
from pvsim.core.study.record import Job, JobCase
from pvsim.errors import ClusterError
from pvsim.wiring.study import cluster as study_cluster
from pvsim.wiring.study.cluster import files_of_job, use_cluster
from pvsim.wiring.study.work import carry_out


@pytest.fixture
def houses(tmp_path):
    for name in "ab":
        rows = "".join(f"2024-06-21T{hour:02}:00,0.5\n" for hour in range(24))
        (tmp_path / f"{name}.csv").write_text(f"time,power_kw\n{rows}# {name}\n")
    return tmp_path


class DoubleCluster:
    """A cluster that is there when it is told so."""

    def __init__(self, there=None, error=None):
        self.there, self.error, self.ended = there or asyncio.Event(), error, False

    @asynccontextmanager
    async def open(self, scheduler, function, files, *, workers):
        assert (scheduler, function, files, workers) == ("local", carry_out, files_of_job, 2)
        try:
            if self.error is not None:
                raise self.error
            await self.there.wait()
            yield "pool"
        finally:
            self.ended = True


async def use(pool):
    await asyncio.sleep(0)
    return f"used the {pool}"


async def test_the_pool_is_used_until_the_work_is_done(monkeypatch):
    cluster, stop = DoubleCluster(), asyncio.Event()
    monkeypatch.setattr(study_cluster, "open_cluster", cluster.open)
    cluster.there.set()
    assert await use_cluster("local", 2, use, stop) == "used the pool"
    assert cluster.ended
    stop.set()  # the work heeds it by itself
    assert await use_cluster("local", 2, use, stop) in {"used the pool", None}


async def test_stopped_before_the_cluster_is_there_it_waits_no_longer(monkeypatch):
    cluster, stop = DoubleCluster(), asyncio.Event()
    monkeypatch.setattr(study_cluster, "open_cluster", cluster.open)
    asyncio.get_running_loop().call_soon(stop.set)
    assert await use_cluster("local", 2, use, stop) is None
    assert cluster.ended


async def test_a_cluster_that_is_not_there_is_the_error(monkeypatch):
    cluster = DoubleCluster(error=ClusterError("no Dask scheduler answers"))
    monkeypatch.setattr(study_cluster, "open_cluster", cluster.open)
    with pytest.raises(ClusterError, match="no Dask scheduler answers"):
        await use_cluster("local", 2, use, asyncio.Event())


def test_a_job_names_the_files_of_all_its_cases(houses):
    paths = [houses / "a.csv", houses / "b.csv", houses / "a.csv"]
    configs = [pvsim.configure(pvsim.Request(meter=MeterRequest(source=str(path)))) for path in paths]
    configs.append(pvsim.configure(pvsim.Request()))
    cases = (JobCase(n, f"{n:010x}", msgspec.Raw(msgspec.json.encode(each))) for n, each in enumerate(configs))
    found = files_of_job(Job(0, tuple(cases)).encode())
    assert found == {str(path): sha256(path.read_bytes()).hexdigest() for path in paths}
