"""What is left to do for days that are over is done one after the other."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from pvsim.app.chores import Chores
from pvsim.errors import BadInputError


class ToDo:
    """A list of numbers."""

    def __init__(self, *jobs):
        self.jobs, self.finished, self.failed = list(jobs), [], []

    def next_job(self):
        return self.jobs.pop(0) if self.jobs else None

    def finish(self, job, result):
        self.finished.append((job, result))
        if job >= 100:  # one leads to another
            self.jobs.append(job - 100)

    def give_up(self, job, error):
        self.failed.append((job, error.what))


async def squared(job):
    if job % 10 == 3:
        raise BadInputError("three")
    return job * job


@given(jobs=st.lists(st.integers(0, 199), max_size=9, unique=True))
async def test_all_is_done_in_order_and_a_failure_stops_nothing(jobs):
    to_do, done = ToDo(*jobs), []
    await Chores(to_do, squared, lambda: done.append(1)).all()
    for job in [*jobs, *(job - 100 for job in jobs if job >= 100 and job % 10 != 3)]:
        assert (job, job * job) in to_do.finished if job % 10 != 3 else (job, "three") in to_do.failed
    assert len(done) == len(to_do.finished) + len(to_do.failed)
    assert not to_do.jobs


async def test_it_waits_until_there_may_be_something():
    to_do = ToDo(2)
    happened = asyncio.Event()
    chores = Chores(to_do, squared, happened.set)
    running = asyncio.create_task(chores.run())
    await happened.wait()
    assert to_do.finished == [(2, 4)]
    happened.clear()
    to_do.jobs.append(5)
    chores.look()
    await happened.wait()
    assert to_do.finished == [(2, 4), (5, 25)]
    running.cancel()
    await asyncio.wait({running})
    assert running.cancelled()


async def test_all_is_done_only_when_that_is_too_which_the_run_is_at():
    to_do, begun, go_on = ToDo(2, 5), asyncio.Event(), asyncio.Event()

    async def slowly(job):
        begun.set()
        await go_on.wait()
        return job * job

    chores = Chores(to_do, slowly)
    running = asyncio.create_task(chores.run())
    await begun.wait()
    everything = asyncio.create_task(chores.all())
    await asyncio.sleep(0)
    assert not everything.done()
    go_on.set()
    await everything
    assert to_do.finished == [(2, 4), (5, 25)]
    running.cancel()
    await asyncio.wait({running})


async def test_the_list_is_left_alone_while_somebody_else_uses_it():
    to_do, lock = ToDo(2, 3), asyncio.Lock()
    chores = Chores(to_do, squared, at_list=lock)
    async with lock:
        at_work = asyncio.create_task(chores.all())
        for _ in range(9):
            await asyncio.sleep(0)
        assert to_do.jobs == [2, 3]
    await at_work
    assert to_do.finished == [(2, 4)]
    assert to_do.failed == [(3, "three")]
