"""A case is done when its record is safe, and whatever ends a study in between, no more than that counts."""

import asyncio
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.app.cases import Case, Kept

from pvsim.app.study import StudyEnd, Work, study
from pvsim.errors import CannotWriteError, PvsimError


@dataclass
class FakePool:
    """Gives back each job in capitals, the last of those under way first; counts what is drawn and given back."""

    size: int = 2
    fails: bytes = b""
    gone_after: int = 1 << 30
    hangs_after: int = 1 << 30
    drawn: int = 0
    given: int = 0
    most_ahead: int = 0
    closed: bool = False

    async def results(self, jobs):
        under_way = []
        jobs = enumerate(jobs)
        try:
            while True:
                while len(under_way) < 2 * self.size and (job := next(jobs, None)):
                    under_way.append(job)
                    self.drawn += 1
                    self.most_ahead = max(self.most_ahead, self.drawn - self.given)
                if not under_way:
                    return
                if self.given == self.gone_after:
                    raise PvsimError("the cluster has gone")
                if self.given == self.hangs_after:
                    await asyncio.Event().wait()
                await asyncio.sleep(0)
                i, job = under_way.pop()
                self.given += 1
                yield i, (PvsimError("three workers died") if job == self.fails else job.upper())
        finally:
            self.closed = True


@dataclass
class FakeRecords:
    """Keeps records in memory; the disk takes a moment each time, or is full."""

    safe: list = field(default_factory=list)
    full_after: int = 1 << 30
    appends: int = 0

    def has(self, case_id):
        return any(kept.id == case_id for kept in self.safe)

    async def append(self, records):
        for _ in range(3):
            await asyncio.sleep(0)
        if len(self.safe) >= self.full_after:
            raise CannotWriteError("no space")
        self.appends += 1
        self.safe += records


@dataclass
class Shown:
    kept_of: FakeRecords
    ids: list = field(default_factory=list)

    def kept(self, records):
        assert all(self.kept_of.has(kept.id) for kept in records)
        self.ids += [kept.id for kept in records]


def work_of(*jobs):
    """Jobs named by their cases: `a`, `bc` with two."""
    return (Work(job.encode(), tuple(map(Case, job))) for job in jobs)


def read(work, result):
    error = result.what if isinstance(result, PvsimError) else None
    return [Kept(case.id, error) for case in work.cases]


def carried_out(work, pool, records, stop=None):
    shown = Shown(records)
    stop = stop or asyncio.Event()
    run = study(work, pool=pool, records=records, read=read, observer=shown, stop=stop)
    return asyncio.run(run), shown


LETTERS = "abcdefghijklmnopqrstuvwxyz"


@given(st.integers(0, 26), st.integers(1, 4), st.integers(1, 3))
def test_all_work_is_kept_once_and_shown(count, jobs_of, size):
    jobs = [LETTERS[:count][i : i + jobs_of] for i in range(0, count, jobs_of)]
    records = FakeRecords()
    pool = FakePool(size)
    end, shown = carried_out(work_of(*jobs), pool, records)
    assert end == StudyEnd(done=count)
    assert sorted(shown.ids) == sorted(kept.id for kept in records.safe) == list(LETTERS[:count])
    assert pool.closed
    assert pool.most_ahead <= 2 * size


def test_records_of_several_jobs_are_made_safe_together():
    records = FakeRecords()
    carried_out(work_of(*LETTERS), FakePool(), records)
    assert records.appends < len(LETTERS)


def test_the_cases_of_a_job_that_cannot_be_carried_out_fail_and_the_others_go_on():
    records = FakeRecords()
    end, _ = carried_out(work_of("a", "bc", "d"), FakePool(fails=b"bc"), records)
    assert end == StudyEnd(done=2, failed=2)
    assert {kept.id: kept.error for kept in records.safe}["b"] == "three workers died"


def test_the_user_stops_and_what_came_before_is_kept():
    stop = asyncio.Event()
    records, pool = FakeRecords(), FakePool(hangs_after=3)

    class Stops(Shown):
        def kept(self, records):
            super().kept(records)
            if len(self.ids) == 3:
                stop.set()

    shown = Stops(records)
    run = study(work_of(*LETTERS), pool=pool, records=records, read=read, observer=shown, stop=stop)
    assert asyncio.run(run) == StudyEnd(done=3, interrupted=True)
    assert pool.closed
    assert len(records.safe) == 3


def test_a_full_disk_ends_the_study_and_what_is_safe_stays():
    records, pool = FakeRecords(full_after=1), FakePool()
    with pytest.raises(CannotWriteError):
        carried_out(work_of(*LETTERS), pool, records)
    assert pool.closed
    assert 1 <= len(records.safe) < len(LETTERS)


def test_a_pool_that_is_gone_ends_the_study_after_what_it_gave_is_kept():
    records = FakeRecords()
    with pytest.raises(PvsimError, match="gone"):
        carried_out(work_of(*LETTERS), FakePool(gone_after=5), records)
    assert len(records.safe) == 5


def test_results_wait_for_a_slow_disk():
    """No more than a bounded number of results is held while the disk is at work."""
    released = asyncio.Event()
    pool = FakePool()

    class Slow(FakeRecords):
        async def append(self, records):
            await released.wait()
            await super().append(records)

    async def watched():
        records = Slow()
        run = study(
            work_of(*(1000 * ["a"])),
            pool=pool,
            records=records,
            read=read,
            observer=Shown(records),
            stop=asyncio.Event(),
        )
        running = asyncio.ensure_future(run)
        for _ in range(500):
            await asyncio.sleep(0)
        held = pool.given
        released.set()
        await running
        return held

    assert asyncio.run(watched()) < 100
