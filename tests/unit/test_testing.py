"""What the contract suite cannot see of the memory transport and files: the ways they fail on purpose."""

from datetime import date

import numpy as np
import pytest

from pvsim.core.delivery.accounting import Accounted
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.results.samples import Samples
from pvsim.core.run.plan import RunPlan
from pvsim.errors import BrokerError, InternalError
from pvsim.testing import CrashAt, CrashError, MemorySampleFile, MemoryTransport

PLAN = RunPlan("r1", Timeline(date(2024, 6, 21), 1, "UTC", (0, 60), (0,), (0,)), ("m1",))
HEADER = b"timestamp,meter_kw,pv_kw,net_kw\n"
ONE = b"1970-01-01T00:00:00+00:00,1.0000,0.0000,1.0000\n"
TWO = b"1970-01-01T00:00:01+00:00,1.0000,0.0000,1.0000\n"


def test_a_crash_point_raises_once_at_its_nth_time():
    at = CrashAt("here", 2)
    at("elsewhere")
    at("here")
    with pytest.raises(CrashError, match="here, time 2"):
        at("here")
    at("here")
    assert at.passed == 3


def test_a_crash_is_nothing_that_a_handler_of_exceptions_catches():
    assert not issubclass(CrashError, Exception)


@pytest.mark.parametrize(
    ("point", "left", "sealed"),
    [
        ("after-append", ONE, False),
        ("after-fsync", ONE, False),
        ("after-checkpoint", ONE + TWO, False),
        ("before-rename", ONE + TWO, False),
        ("after-rename", ONE + TWO, True),
    ],
)
def test_a_crash_leaves_what_the_last_checkpoint_says(point, left, sealed):
    files = MemorySampleFile(PLAN)
    files.append(_row(0), b"bad\n", Accounted(1))
    files.commit()
    files.points = CrashAt(point)
    with pytest.raises(CrashError):
        _write(files)
    with pytest.raises(InternalError):
        files.append(_row(2), b"", Accounted(3))
    files.crash()
    assert bytes(files.samples) == HEADER + left
    assert bytes(files.rejected) == (b"bad\n" if left == ONE else b"bad\nworse\n")
    assert files.accounted == Accounted(1 + (left != ONE))
    assert files.sealed is sealed


def _row(second):
    return Samples.of_rows(PLAN, np.array([second]), np.array([10_000]), np.array([0]))


def _write(files):
    files.append(_row(1), b"worse\n", Accounted(2))
    files.seal()


def test_a_commit_of_nothing_new_is_none():
    files = MemorySampleFile(PLAN, points=CrashAt("after-fsync"))
    files.commit()
    assert files.commits == 0


async def test_a_cut_publisher_knows_nothing_of_what_the_broker_took():
    transport = MemoryTransport(chunk=2)
    transport.faults.cut_publishing_after = 3
    bodies = np.arange(5, dtype=np.uint8).reshape(5, 1)
    async with transport.log("s") as log:
        await log.create()
        async with log.publisher("p") as publisher:
            with pytest.raises(BrokerError, match="lost"):
                await publisher.publish(1, bodies)
            assert publisher.confirmed == 0
            assert await publisher.last_id() == 3
    assert transport.messages("s") == [b"\0", b"\1", b"\2"]


async def test_a_batch_is_taken_whole_or_not_at_all():
    transport = MemoryTransport()
    transport.faults.cut_publishing_after = 5
    bodies = np.arange(8, dtype=np.uint8).reshape(8, 1)
    async with transport.log("s") as log:
        await log.create()
        async with log.publisher("p") as publisher:
            with pytest.raises(BrokerError, match="lost"):
                await publisher.publish(1, bodies, 3)
            assert await publisher.last_id() == 1
            await publisher.publish(1, bodies, 3)
            assert await publisher.last_id() == 3
    assert transport.messages("s") == [bytes([i]) for i in range(8)]


async def test_deliveries_are_repeated_and_cut_where_told():
    transport = MemoryTransport(chunk=2)
    async with transport.log("s") as log:
        await log.create()
        transport.put("s", [b"a", b"b", b"c", b"d"])
        transport.faults.repeat_deliveries = True
        transport.faults.cut_delivery_after = 5
        got = []
        async with log.subscribe(1) as batches:
            with pytest.raises(BrokerError, match="lost"):
                await _collect(batches, got)
    assert got == [(0, [b"a", b"b"]), (0, [b"a", b"b"]), (2, [b"c"])]


async def _collect(batches, got):
    async for batch in batches:
        got.append((batch.first_offset, batch.bodies))


async def test_a_stream_that_does_not_exist_is_an_error():
    transport = MemoryTransport()
    with pytest.raises(BrokerError, match="does not exist"):
        transport.put("s", [b"a"])
    async with transport.log("s") as log:
        await log.delete()
        with pytest.raises(BrokerError, match="does not exist"):
            async with log.subscribe(0):
                pytest.fail("there is nothing to read")
