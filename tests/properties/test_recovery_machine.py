"""I1, I2, I4, I5: a meter, a stream and a simulator in any story of faults, against the few lines of `Reference`.

The stream is a list that grows at its end, may lose its front, and may be deleted. The simulator is the real one
on real files; it stops or dies after any batch and at every named point of its sample file, and goes on later.
"""

import asyncio
import shutil
import tempfile
from contextlib import asynccontextmanager
from datetime import date
from functools import partial
from itertools import groupby
from pathlib import Path
from zlib import crc32

import msgspec
import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from pvsim.adapters.csvfile import PARTIAL, REJECTED, SAMPLES, CsvSampleFile, last_checkpoint
from pvsim.app import simulator
from pvsim.app.simulator import Pace, simulate_run
from pvsim.core.delivery.accounting import Accounted
from pvsim.core.delivery.receiver import Receiver
from pvsim.core.messages.batch import Batch
from pvsim.core.messages.blocks import ReadingBlocks
from pvsim.core.messages.contract import End
from pvsim.core.pv.no_pv import NoPv
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.results import rows
from pvsim.core.results.samples import Samples
from pvsim.core.run.plan import RunPlan
from pvsim.errors import InterruptedRunError

READINGS = 24
VALUES = np.arange(READINGS, dtype=np.int64) * 7_919 % 80_000
RUN = b"machine".ljust(16)
POINTS = ("after-append", "after-fsync", "after-checkpoint", "before-rename", "after-rename")
FURTHEST, FOREIGN = 3, 2  # how far ahead foreign readings are, and how many messages stand between two of ours
PATIENCE = (FURTHEST + 1) * (FOREIGN + 1) + FOREIGN  # by then the meter's own has come, or another one has


class CrashError(BaseException):
    """The process is gone: nothing may catch this."""


class Reference:
    """Our meter's readings in order, whatever else the stream holds; without those that were damaged."""

    def __init__(self, plan: RunPlan) -> None:
        self.plan, self.damaged = plan, set()

    def lines(self, damaged: set[int]) -> list[bytes]:
        every_s = self.plan.every_s
        means = np.rint(VALUES.reshape(-1, every_s).mean(axis=1)).astype(np.int64)
        good = [r for r in range(self.plan.rows) if not damaged & set(range(r * every_s, (r + 1) * every_s))]
        samples = Samples.of_rows(
            self.plan, np.array(good, dtype=np.int64), means[good], np.zeros_like(means[good])
        )
        return rows.render(samples, self.plan).splitlines()


class RecoveryMachine(RuleBasedStateMachine):
    """One run."""

    def __init__(self) -> None:
        super().__init__()
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr("pvsim.adapters.csvfile.os.fdatasync", lambda _: None)
        self.patch.setattr("pvsim.adapters.csvfile.os.fsync", lambda _: None)
        self.directory = Path(tempfile.mkdtemp(prefix="pvsim-machine-"))
        self.log: list[bytes] = []
        self.first_offset = 0
        self.next = 0  # the meter's next reading
        self.foreign = 0  # messages of others since the meter's last
        self.promised: set[int] = set()  # positions that others sent early
        self.swapped: set[int] = set()
        self.exact = True  # nothing was read twice: then the counts are those of the stream
        self.replaced = False  # the stream was deleted once

    @initialize(every_s=st.sampled_from([1, 2, 3]), chunk=st.sampled_from([1, 2, 5, 40]))
    def begin(self, every_s, chunk):
        timeline = Timeline(date(1970, 1, 1), 1, "UTC", (0, READINGS), (0,), (0,))
        self.plan = RunPlan("machine", timeline, ("m1",), every_s)
        self.chunk = chunk
        self.bodies = [body.tobytes() for body in ReadingBlocks(self.plan).write(0, VALUES)]
        self.reference = Reference(self.plan)
        self.patch.setattr(simulator, "Receiver", partial(Receiver, reorder_messages=PATIENCE))

    def teardown(self):
        try:
            if hasattr(self, "plan"):
                self.finish()
        finally:
            self.patch.undo()
            shutil.rmtree(self.directory)

    # --- the meter ---

    def nothing_promised(self) -> bool:
        """Where our own readings are damaged or late, nobody can tell them from others of the same position."""
        return max(self.promised, default=-1) < self.next < READINGS - 1

    def own(self, *messages: bytes) -> None:
        self.log += messages
        self.next += len(messages)
        self.foreign = 0

    @rule(n=st.integers(1, 5))
    def the_meter_publishes(self, n):
        for body in self.bodies[self.next : self.next + n]:
            self.own(body)

    @precondition(lambda self: self.nothing_promised() and not self.replaced)
    @rule()
    def two_readings_change_places(self):
        """As of a foreign meter; it does not publish everything again when the stream was deleted."""
        first, second = self.bodies[self.next : self.next + 2]
        self.swapped |= {self.next, self.next + 1}
        self.own(second, first)

    @precondition(nothing_promised)
    @rule()
    def a_reading_is_damaged(self):
        self.reference.damaged.add(self.next)
        self.own(self.bodies[self.next][:-7])

    @precondition(lambda self: self.next and self.others_may())
    @rule()
    def the_meter_repeats_itself(self):
        if (last := self.next - 1) not in self.reference.damaged | self.swapped:
            self.publish_foreign(self.bodies[last])

    # --- others ---

    def others_may(self) -> bool:
        return self.foreign < FOREIGN

    def publish_foreign(self, body: bytes) -> None:
        self.log.append(body)
        self.foreign += 1

    def another_reading(self, position: int) -> bytes:
        return msgspec.json.encode(msgspec.json.decode(self.bodies[position]) | {"meter_w": 8_999.9})

    @precondition(others_may)
    @rule(body=st.sampled_from([b"", b"garbage", b'{"v":2,"kind":"reading","run":"machine"}', b"\xff" * 600]))
    def somebody_publishes_garbage(self, body):
        self.publish_foreign(body)

    @precondition(lambda self: self.others_may() and self.next < READINGS - 1)
    @rule(ahead=st.integers(1, FURTHEST))
    def somebody_publishes_a_later_second(self, ahead):
        position = min(self.next + ahead, READINGS - 1)
        self.promised.add(position)
        self.publish_foreign(self.another_reading(position))

    @precondition(lambda self: self.others_may() and self.next)
    @rule(data=st.data())
    def somebody_publishes_an_earlier_second(self, data):
        position = data.draw(st.integers(0, self.next - 1))
        if position not in self.reference.damaged | self.swapped:
            self.publish_foreign(self.another_reading(position))

    # --- the broker ---

    @rule()
    def the_stream_is_deleted(self):
        """The meter publishes everything again; what others sent is gone."""
        self.log, self.first_offset, self.next, self.foreign = [], 0, 0, 0
        self.promised.clear()
        self.exact, self.replaced = False, True

    @rule(beyond=st.integers(0, 3))
    def the_stream_loses_its_front(self, beyond):
        """At most what is accounted for, and with it perhaps the anchor."""
        if (safe := self.checkpoint().next_offset - beyond) > self.first_offset and not self.replaced:
            del self.log[: safe - self.first_offset]
            self.first_offset = safe
            self.exact = False

    # --- the simulator ---

    def checkpoint(self) -> Accounted:
        last = last_checkpoint(self.directory)
        return last.accounted if last else Accounted()

    @asynccontextmanager
    async def subscribe(self, from_offset):
        async def batches():
            start = max(from_offset - self.first_offset, 0)
            start -= start % self.chunk
            for at in range(start, len(self.log), self.chunk):
                if at + self.chunk > start + self.read_at_most:
                    break
                for batch in as_batches(self.first_offset + at, self.log[at : at + self.chunk]):
                    yield batch
            if self.dies:
                raise CrashError
            self.stop.set()
            await asyncio.Event().wait()

        yield batches()

    async def create(self):
        """See `ports.Log.create`."""

    def simulate(self, *, point="", nth=1, read_at_most=10**9, dies=False):
        """Run it until the stream's last message, or until it dies."""
        self.read_at_most, self.dies, self.stop = read_at_most, dies, asyncio.Event()
        passed = []

        def at(reached):
            passed.extend([reached] * (reached == point))
            if len(passed) == nth:
                raise CrashError

        pace = Pace(commit_readings=4, idle_s=60)
        try:
            with CsvSampleFile(self.directory, plan=self.plan, run=RUN, at=at) as files:
                run = simulate_run(
                    plan=self.plan,
                    pv=NoPv(),
                    log=self,
                    files=files,
                    notify=lambda _: None,
                    stop=self.stop,
                    pace=pace,
                )
                asyncio.run(run)
        except (CrashError, InterruptedRunError):
            pass

    @rule()
    def it_runs_and_is_stopped(self):
        self.simulate()

    @rule(n=st.integers(1, 30), dies=st.booleans())
    def it_ends_before_the_last_message(self, n, dies):
        self.simulate(read_at_most=n, dies=dies)

    @rule(point=st.sampled_from(POINTS[:3]), nth=st.integers(1, 4))
    def it_dies_at_a_named_point(self, point, nth):
        self.simulate(point=point, nth=nth)

    # --- what must hold ---

    @invariant()
    def what_is_safe_is_right(self):
        """I1, I4: the rows that the checkpoint vouches for are those of the reference, and its counts close."""
        last = last_checkpoint(self.directory)
        if last is None:
            return
        now, header = last.accounted, rows.header(self.plan)
        text = (self.directory / PARTIAL).read_bytes()[: last.samples_bytes]
        self.compare(text.removeprefix(header).splitlines(), now)
        assert now.received == now.written + now.duplicates + now.rejected
        assert now.written + now.missing == now.next_position
        kept = self.directory / REJECTED
        lines = kept.read_bytes()[: last.rejected_bytes].splitlines() if kept.exists() else []
        assert len(lines) == now.rejected
        offsets = [msgspec.json.decode(line)["offset"] for line in lines]
        if self.exact:
            assert offsets == sorted(set(offsets))

    def compare(self, lines: list[bytes], now: Accounted) -> None:
        done = now.next_position // self.plan.every_s
        whole, damaged = self.reference.lines(set())[:done], self.reference.lines(self.reference.damaged)
        assert lines == [line for line in whole if line in lines]
        missing = [line for line in whole if line not in lines]
        assert len(missing) * self.plan.every_s == now.missing
        may_be_missing = [line for line in whole if line not in damaged]
        if self.replaced:  # the meter's reading may have come whole after the stream was deleted
            assert set(missing) <= set(may_be_missing)
        else:
            assert missing == may_be_missing

    def finish(self):
        """The meter publishes what is left; the simulator dies at each point once, then finishes."""
        self.own(*self.bodies[self.next :])
        end = End(1, "machine", READINGS, crc32(VALUES.astype("<i4").tobytes()))
        self.log.append(msgspec.json.encode(end))
        for point in POINTS:
            self.simulate(point=point)
            if point == "after-rename":
                assert (self.directory / SAMPLES).exists()
        self.simulate()
        now = self.checkpoint()
        assert now.ended
        assert not (self.directory / PARTIAL).exists()
        text = (self.directory / SAMPLES).read_bytes()
        self.compare(text.removeprefix(rows.header(self.plan)).splitlines(), now)
        assert (now.next_position, now.written + now.missing) == (READINGS, READINGS)
        assert now.received == now.written + now.duplicates + now.rejected
        if self.exact:
            assert now.received == len(self.log) - 1


def as_batches(first_offset: int, bodies: list[bytes]) -> list[Batch]:
    """As a broker delivers them: arrays where several have one length."""
    made = []
    for width, group in groupby(bodies, len):
        same = list(group)
        if len(same) > 1 and width:
            made.append(Batch(first_offset, np.frombuffer(b"".join(same), dtype=np.uint8).reshape(-1, width)))
        else:
            made.append(Batch(first_offset, same))
        first_offset += len(same)
    return made


TestRecovery = RecoveryMachine.TestCase
TestRecovery.settings = settings(max_examples=50, stateful_step_count=25, deadline=None)
