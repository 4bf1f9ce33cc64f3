"""What is measured of a run and of the broker, by a stopwatch that the tests move."""

from contextlib import asynccontextmanager
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.app.bench import RunFigures, RunWatch, broker_limit
from pvsim.app.ports import MeterProgress, SimulatorProgress
from pvsim.app.role_messages import Done
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.run.plan import RunPlan
from pvsim.errors import BrokerError

PLAN = RunPlan("r1", Timeline(date(1970, 1, 1), 2, "UTC", (0, 5_000), (0,), (0,)), ("m1",))


def progress(written):
    return SimulatorProgress(written, 5_000, 0)


class Stopwatch:
    def __init__(self):
        self.now_s = 100.0

    def __call__(self):
        return self.now_s


class FramesOnly:
    """A log that takes frames, `seconds` each."""

    def __init__(self, watch, seconds, fails_at=None):
        self.watch, self.seconds, self.fails_at = watch, seconds, fails_at
        self.frames, self.steps = [], []

    async def create(self):
        self.steps.append("create")

    async def delete(self):
        self.steps.append("delete")

    @asynccontextmanager
    async def publisher(self, name):
        self.steps.append(name)
        yield self

    async def publish_prepared(self, frame, first_id, count, batch=1):
        if len(self.frames) == self.fails_at:
            raise BrokerError("the broker is lost")
        self.frames.append((frame, first_id, count, batch))
        self.watch.now_s += self.seconds

    async def flush(self):
        self.steps.append("flush")
        self.watch.now_s += 1


@pytest.mark.parametrize(("batch", "messages", "ids"), [(1, 7_200, [1, 3_601]), (100, 7_201, [1, 3_601, 7_201])])
async def test_the_limit_is_of_whole_frames_and_of_what_is_confirmed(batch, messages, ids):
    """The frames hold the readings of an hour."""
    watch = Stopwatch()
    log = FramesOnly(watch, 0.5)
    found = await broker_limit(log, PLAN, messages, batch, publisher_id=7, now=watch)
    assert [(first, count, size) for _, first, count, size in log.frames] == [(each, 3_600, batch) for each in ids]
    assert found == 3_600 * len(ids) / (0.5 * len(ids) + 1)
    assert log.steps == ["create", "bench", "flush", "delete"]
    sizes = {len(frame) for frame, *_ in log.frames}
    assert len(sizes) == 1


async def test_batches_are_in_the_frames():
    watch = Stopwatch()
    plain, batches = FramesOnly(watch, 1), FramesOnly(watch, 1)
    await broker_limit(plain, PLAN, 1, 1, publisher_id=1, now=watch)
    await broker_limit(batches, PLAN, 1, 100, publisher_id=1, now=watch)
    assert len(batches.frames[0][0]) < len(plain.frames[0][0])  # an id for each batch instead of each message


async def test_the_log_is_removed_where_the_broker_is_lost():
    watch = Stopwatch()
    log = FramesOnly(watch, 1, fails_at=1)
    with pytest.raises(BrokerError):
        await broker_limit(log, PLAN, 7_200, 1, publisher_id=1, now=watch)
    assert log.steps[-1] == "delete"


@given(st.lists(st.tuples(st.integers(1, 100), st.integers(0, 5_000)), min_size=1), st.integers(0, 100))
def test_a_runs_figures_are_those_of_its_reports(reports, verify_s):
    clock = Stopwatch()
    watch = RunWatch(PLAN, clock)
    start_s = clock.now_s
    for passed_s, written in [*sorted(reports, key=lambda report: report[1]), (1, 5_000)]:
        clock.now_s += passed_s
        watch.notify("meter", MeterProgress(1, 1, 2))
        watch.notify("simulator", progress(written))
    watch.worked(start_s)
    clock.now_s += verify_s
    found = watch.figures()
    assert (found.days, found.readings) == (2, 5_000)
    assert found.seconds == sum(passed_s for passed_s, _ in reports) + 1
    assert found.verify_s == verify_s
    assert 0 <= found.sustained_s < found.seconds
    assert found.sustained_readings <= 5_000


def test_a_run_by_hand():
    """Work from second 100 to 110; rows at 102 (1,000), 106 (5,000); the proof takes until 113."""
    clock = Stopwatch()
    watch = RunWatch(PLAN, clock)
    for at_s, written in ((101, 0), (102, 1_000), (106, 5_000)):
        clock.now_s = at_s
        watch.notify("simulator", progress(written))
    clock.now_s = 110
    watch.notify("meter", Done(43))
    watch.notify("simulator", Done(57))
    watch.worked(100)
    clock.now_s = 113
    found = watch.figures()
    assert found == RunFigures(2, 5_000, 10, 4, 4_000, 3, {"meter": 43, "simulator": 57})
    assert (found.rate, found.sustained_rate) == (500, 1_000)


def test_one_report_tells_no_sustained_rate():
    assert RunFigures(1, 1_000, 2.0, 0.0, 0, 1.0, {}).sustained_rate == 500
