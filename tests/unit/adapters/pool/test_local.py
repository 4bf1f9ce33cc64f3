"""Every job has one result, whatever becomes of the workers; and no worker stays."""

import asyncio
import os
import signal
import sys
from contextlib import aclosing
from pathlib import Path

import pytest

from pvsim.adapters.pool import LocalPool
from pvsim.errors import PvsimError

MODULE = """
import os, time
from pathlib import Path

def double(job):
    print("what a library prints is no result")
    return job + job

def about(job):
    return repr((os.getpid(), os.getsid(0), os.environ["OMP_NUM_THREADS"])).encode()

def sulk(job):
    '''Dies at jobs that are named so, as long as the file is there or `always`.'''
    name = job.decode()
    if name.startswith("always"):
        os._exit(3)
    if name.startswith("once"):
        try:
            Path(name[5:]).unlink()
        except FileNotFoundError:
            return job
        os.kill(os.getpid(), 9)
    return job

def hang(job):
    Path(job.decode()).write_text(str(os.getpid()))
    time.sleep(600)
"""


@pytest.fixture
def module(tmp_path, monkeypatch):
    (tmp_path / "some_jobs.py").write_text(MODULE)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return "some_jobs"


async def all_of(pool, jobs):
    async with aclosing(pool.results(jobs)) as results:
        return dict([each async for each in results])


def is_there(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def written(path: Path) -> int:
    while not (path.exists() and path.read_text()):  # noqa: ASYNC110 - another process writes it
        await asyncio.sleep(0.01)
    return int(path.read_text())


async def ended(pid: int) -> None:
    while is_there(pid):  # noqa: ASYNC110 - another process ends
        await asyncio.sleep(0.01)


async def test_each_job_has_its_result_and_few_are_drawn_ahead(module):
    given, most = 0, 0

    def jobs():
        nonlocal most
        for i in range(30):
            most = max(most, i + 1 - given)
            yield b"%d " % i * (100_000 if i == 7 else 1)

    pool, found = LocalPool(f"{module}:double", 2), {}
    async with aclosing(pool.results(jobs())) as results:
        async for i, result in results:
            given += 1
            found[i] = result
    assert found == {i: 2 * (b"%d " % i * (100_000 if i == 7 else 1)) for i in range(30)}
    assert most <= 2 * pool.size + 1  # the one that is asked for while another is taken


async def test_no_jobs_need_no_worker():
    assert await all_of(LocalPool("no.such.module:function", 3), []) == {}


async def test_a_worker_has_one_thread_and_a_session_of_its_own(module):
    found = await all_of(LocalPool(f"{module}:about", 1), [b"", b""])
    pid, session, threads = eval(found[0])  # noqa: S307 - written above
    assert pid == session
    assert threads == "1"
    assert found[0] == found[1]  # the same process
    assert not is_there(pid)


async def test_a_killed_worker_is_replaced_and_its_job_done_again(module, tmp_path):
    (tmp_path / "spoilt").touch()
    pool = LocalPool(f"{module}:sulk", 2)
    jobs = [b"a", f"once {tmp_path}/spoilt".encode(), b"b", b"c"]
    assert await all_of(pool, jobs) == dict(enumerate(jobs))
    assert pool.deaths == 1


async def test_a_job_at_which_every_worker_dies_fails_alone(module):
    found = await all_of(LocalPool(f"{module}:sulk", 1), [b"a", b"always", b"b"])
    assert (found[0], found[2]) == (b"a", b"b")
    assert isinstance(found[1], PvsimError)
    assert "3 worker processes in turn ended while they were at it: each ended with exit code 3" in found[1].what


async def test_workers_that_cannot_start_end_it(capfd):
    with pytest.raises(PvsimError, match="no worker process can be started: it ended with exit code 1"):
        await all_of(LocalPool("no.such.module:function", 2), [b"a"])
    assert "No module named" in capfd.readouterr().err


async def test_what_cannot_be_drawn_ends_it(module):
    def jobs():
        yield b"a"
        raise PvsimError("the file has gone")

    with pytest.raises(PvsimError, match="the file has gone"):
        await all_of(LocalPool(f"{module}:double", 2), jobs())


async def test_given_up_it_ends_what_is_under_way(module, tmp_path):
    pool = LocalPool(f"{module}:hang", 1)
    running = asyncio.ensure_future(all_of(pool, [f"{tmp_path}/pid".encode()]))
    pid = await written(tmp_path / "pid")
    running.cancel()
    await asyncio.wait([running])
    assert not is_there(pid)


async def test_workers_end_with_a_parent_that_is_killed(module, tmp_path):
    script = (
        "import asyncio\nfrom pvsim.adapters.pool import LocalPool\n"
        "async def main():\n"
        f"    async for _ in LocalPool('{module}:hang', 1).results([b'{tmp_path}/pid']): pass\n"
        "asyncio.run(main())\n"
    )
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", script)
    pid = await written(tmp_path / "pid")
    parent.send_signal(signal.SIGKILL)
    await parent.wait()
    await asyncio.wait_for(ended(pid), 60)
