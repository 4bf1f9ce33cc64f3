"""Real clusters: processes of this machine, and a scheduler with a worker as a user starts them."""

import asyncio
import os
import random
import signal
import subprocess
import sys
from contextlib import aclosing, contextmanager, suppress
from datetime import date
from hashlib import sha256

import msgspec
import pytest

from pvsim.adapters import dask
from pvsim.adapters.dask import certificates, cluster, open_cluster
from pvsim.adapters.dask.work import WorkerUnfitError, versions
from pvsim.config import CurveConfig, MeterConfig, RunConfig, SyntheticMeter
from pvsim.core.study.record import Job, JobCase
from pvsim.errors import ClusterError, UsageError
from pvsim.wiring.study.work import carry_out

DAY = RunConfig(
    "r", date(2024, 6, 21), 1, "Europe/Berlin", 1, 3600, (MeterConfig("m1", SyntheticMeter()),), CurveConfig()
)


def a_job(number):
    """A day of an own seed."""
    config = msgspec.json.encode(msgspec.structs.replace(DAY, seed=number))
    return Job(number, (JobCase(number, f"{number:010x}", msgspec.Raw(config)),)).encode()


def no_files(_):
    return {}


async def test_a_worker_killed_at_random_changes_no_result():
    jobs, dice, found = [a_job(number) for number in range(16)], random.Random(), {}  # noqa: S311 - which worker dies
    kill_after = dice.randrange(8)
    async with open_cluster("local", carry_out, no_files, workers=2) as pool:
        assert pool.size == 2
        environments = await pool._client.run(lambda: os.environ["OMP_NUM_THREADS"])
        assert set(environments.values()) == {"1"}
        async with aclosing(pool.results(jobs)) as results:
            async for index, result in results:
                found[index] = result
                if len(found) == kill_after + 1:
                    os.kill(dice.choice([*(await pool._client.run(os.getpid)).values()]), signal.SIGKILL)
    assert found == {index: carry_out(job) for index, job in enumerate(jobs)}


@contextmanager
def started(*words):
    """A program of Dask's, ended at the end."""
    command = [sys.executable, "-m", "dask", *words]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture(scope="module")
def scheduler():
    """A scheduler; its address, and its process."""
    with started("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard") as process:
        line = next(line for line in process.stderr if "Scheduler at:" in line)
        yield line.split()[-1], process


@pytest.fixture(scope="module")
def worker(scheduler, tmp_path_factory):
    """Its one worker, without a nanny."""
    here = str(tmp_path_factory.mktemp("worker"))
    words = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--name", "roof", "--local-directory", here)
    with started("worker", scheduler[0], *words) as process:
        assert any("Registered to:" in line for line in process.stderr)
        yield process


async def test_a_scheduler_without_workers_says_so(scheduler, monkeypatch):
    monkeypatch.setattr(cluster, "CONNECT_S", 0.5)
    with pytest.raises(ClusterError, match="the Dask scheduler has no workers") as refused:
        async with open_cluster(scheduler[0], carry_out, no_files, workers=1):
            pass
    assert refused.value.fix == f"start some: dask worker {scheduler[0]}"


@pytest.mark.usefixtures("worker")
async def test_a_worker_of_somebody_else_carries_jobs_out(scheduler):
    async with open_cluster(scheduler[0], carry_out, no_files, workers=9) as pool:
        assert pool.size == 1
        assert [each async for each in pool.results([a_job(3)])] == [(0, carry_out(a_job(3)))]


class NewerHere:
    """The versions, of which pvsim's is newer here; on a worker they are what they are."""

    def __call__(self):
        return versions() | {"pvsim": "9.9.9"}

    def __reduce__(self):
        return getattr, (sys.modules["pvsim.adapters.dask.work"], "versions")


@pytest.mark.usefixtures("worker")
async def test_a_worker_of_another_version_is_refused_by_its_address(scheduler, monkeypatch):
    monkeypatch.setattr(cluster, "versions", NewerHere())
    with pytest.raises(WorkerUnfitError, match=r"worker tcp://127.0.0.1:\d+ has pvsim .* instead of 9.9.9"):
        async with open_cluster(scheduler[0], carry_out, no_files, workers=1):
            pass


@pytest.mark.usefixtures("worker")
async def test_a_worker_without_a_file_is_refused_by_its_name_and_the_path(scheduler, tmp_path):
    path = tmp_path / "house.csv"
    path.write_bytes(b"power")
    files = {str(path): sha256(b"power").hexdigest()}
    async with open_cluster(scheduler[0], carry_out, lambda _: files, workers=1) as pool:
        assert [index async for index, _ in pool.results([a_job(1)])] == [0]
        path.unlink()
        with pytest.raises(WorkerUnfitError, match=rf"^worker roof \(tcp://.*\): it cannot read {path}$"):
            assert [each async for each in pool.results([a_job(1)])] == []


@pytest.mark.usefixtures("worker")
async def test_a_scheduler_that_is_killed_in_the_middle_ends_it_with_69(scheduler):
    address, process = scheduler  # the last test that uses it
    done = []

    async def until_it_ends(results):
        async for index, _ in results:
            done.append(index)
            process.kill()

    async with open_cluster(address, carry_out, no_files, workers=1) as pool:
        with pytest.raises(ClusterError, match="the Dask scheduler is lost") as lost:
            await until_it_ends(pool.results(a_job(number) for number in range(1_000)))
    assert 1 <= len(done) < 1_000
    assert lost.value.exit_code == 69


async def test_where_no_scheduler_is_the_address_is_named(monkeypatch):
    monkeypatch.setattr(cluster, "CONNECT_S", 0.2)
    with pytest.raises(ClusterError, match=r"no Dask scheduler answers: (.*refused|it says nothing)") as refused:
        async with open_cluster("tcp://127.0.0.1:9", carry_out, no_files, workers=1):
            pass
    assert refused.value.where == "tcp://127.0.0.1:9"


async def test_without_the_library_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(cluster, "find_spec", lambda _: None)
    with pytest.raises(UsageError, match="needs distributed") as refused:
        async with dask.open_cluster("local", carry_out, no_files, workers=1):
            pass
    assert "pip install 'pvsim[dask]'" in refused.value.fix


def test_what_cannot_import_pvsim_is_refused_with_the_others():
    wanted = {"pvsim": "0.2.0", "Python": "3.11"}
    there = {f"tcp://{name}:1": {"pvsim": "0.1.0", "Python": "3.11"} for name in "cde"}
    there |= {"tcp://a:1": ModuleNotFoundError("No module named 'pvsim'"), "tcp://b:1": wanted}
    with pytest.raises(WorkerUnfitError) as refused:
        cluster._refuse_unfit(wanted, there)
    assert refused.value.what == (
        "results would be others: worker tcp://a:1 cannot import pvsim: No module named 'pvsim'; "
        "worker tcp://c:1 has pvsim 0.1.0 instead of 0.2.0; worker tcp://d:1 has pvsim 0.1.0 instead of 0.2.0; "
        "and 1 more"
    )
    cluster._refuse_unfit(wanted, {"tcp://b:1": wanted})


@pytest.mark.parametrize(
    ("cause", "told"),
    [
        (TimeoutError(), "it says nothing"),
        (MemoryError("3 EiB"), "something else answers there"),
        (ConnectionRefusedError(111, "Connection refused"), "[Errno 111] Connection refused"),
        (OSError(), "OSError"),
    ],
)
def test_the_innermost_cause_of_a_failed_connection_is_told(cause, told):
    error = OSError("Timed out trying to connect")
    error.__cause__ = cause
    assert cluster._reason(error) == told


@pytest.mark.parametrize("said", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b""])
async def test_what_answers_but_is_no_scheduler_ends_it(monkeypatch, said):
    monkeypatch.setattr(cluster, "CONNECT_S", 0.2)
    monkeypatch.setattr(certificates, "_LOOK_S", 0.2)
    answering = []

    async def answer(reader, writer):
        answering.append(asyncio.current_task())
        writer.write(said)
        with suppress(ConnectionError):
            await reader.read()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(ClusterError, match="something else answers there" if said else "it says nothing"):
            async with open_cluster(f"tcp://127.0.0.1:{port}", carry_out, no_files, workers=1):
                pass
        await asyncio.gather(*answering)
