"""The simulator: each reading becomes a row once (I1), always the same bytes (I2), every message counted (I4)."""

import asyncio
import logging

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.together import together

from pvsim.app.simulator import Pace
from pvsim.core.delivery.receiver import SequenceGapError
from pvsim.errors import BrokerError, CannotWriteError, InternalError, InterruptedRunError
from pvsim.testing import CrashAt, CrashError

THREE = ("m1", "kitchen", "heat-pump")


def check_finished(one):
    """The finished files are those of an undisturbed run, and the counts close."""
    assert bytes(one.files.samples) == one.rows()
    assert one.files.sealed
    counts = one.files.accounted
    assert counts.received == counts.written + counts.duplicates + counts.rejected
    assert counts.written == one.plan.readings
    assert counts.rejected == one.files.rejected.count(b"\n")
    assert counts.ended


@pytest.mark.parametrize("every_s", [1, 2, 8])
@pytest.mark.parametrize("meters", [("m1",), THREE])
@pytest.mark.parametrize("chunk", [1, 7, 4_000])
async def test_an_undisturbed_run_writes_every_row(site, meters, every_s, chunk):
    one = site(meters=meters, every_s=every_s, chunk=chunk)
    await one.meter()
    accounted = await one.simulator()
    check_finished(one)
    assert accounted == one.files.accounted
    assert (accounted.duplicates, accounted.rejected, accounted.missing) == (0, 0, 0)


@pytest.mark.parametrize("meters", [("m1",), THREE])
async def test_messages_of_other_peoples_meters_give_the_same_rows(site, meters):
    one = site(meters=meters, every_s=2)
    one.transport.create(one.plan.stream)
    one.transport.put(one.plan.stream, one.bodies())
    await one.simulator()
    check_finished(one)


async def test_meter_and_simulator_at_once(site):
    one = site(seconds=7_300, chunk=500)
    await together(one.simulator(), one.meter())
    check_finished(one)


async def test_progress_says_how_far_it_is(site):
    one = site(meters=THREE, chunk=300)
    await one.meter()
    one.reports.clear()
    await one.simulator()
    start = one.plan.timeline.start_utc
    assert [report.t_utc - start for report in one.reports] == [0, 100, 200, 300, 400, 400]
    assert one.reports[-1].written == one.files.accounted.next_position
    assert {report.total for report in one.reports} == {1_200}


async def test_commits_come_after_so_many_readings(site):
    one = site(chunk=50)
    await one.meter()
    await one.simulator()
    # 3 chunks of 50 are the first that reach 120; 400 readings have two such, and the end
    assert one.files.commits == 3


POINTS = [
    *(("after-append", nth) for nth in range(1, 10)),
    *((point, nth) for point in ("after-fsync", "after-checkpoint") for nth in (1, 2, 3)),
    ("before-rename", 1),
    ("after-rename", 1),
]


@pytest.mark.parametrize("every_s", [1, 8])
@pytest.mark.parametrize(("point", "nth"), POINTS)
async def test_killed_at_any_point_of_any_block_it_resumes_to_the_same_bytes(site, point, nth, every_s):
    one = site(every_s=every_s)
    await one.meter()
    one.files.points = CrashAt(point, nth)
    with pytest.raises(CrashError):
        await one.simulator()
    one.files.crash()
    await one.simulator()
    check_finished(one)


@settings(max_examples=60, deadline=None)
@given(
    kills=st.lists(
        st.tuples(st.sampled_from(["meter", "simulator", "cut", "deliver"]), st.integers(1, 9)), max_size=6
    ),
    repeat=st.booleans(),
    chunk=st.integers(1, 120),
    every_s=st.sampled_from([1, 2, 8]),
)
@example(kills=[("meter", 1), ("simulator", 2), ("deliver", 3), ("cut", 4)], repeat=True, chunk=50, every_s=8)
async def test_whatever_is_killed_the_result_is_the_same(site, kills, repeat, chunk, every_s):
    one = site(chunk=chunk, every_s=every_s)
    one.transport.create(one.plan.stream)
    one.transport.faults.repeat_deliveries = repeat
    for who, n in kills:
        if who == "meter":
            one.transport.points = CrashAt("after-publish", n)
            roles = [one.meter()]
        elif who == "cut":
            one.transport.faults.cut_publishing_after = 40 * n
            roles = [one.meter()]
        elif who == "simulator":
            one.files.points = CrashAt("after-append", n)
            roles = [one.simulator(), one.meter()]
        else:
            one.transport.faults.cut_delivery_after = 40 * n + 3
            roles = [one.simulator(), one.meter()]
        results = await asyncio.gather(*roles, return_exceptions=True)
        assert all(not isinstance(r, BaseException) or isinstance(r, CrashError | BrokerError) for r in results)
        one.files.crash()
        one.files.points = one.transport.points = CrashAt("never")
        one.transport.faults.cut_publishing_after = one.transport.faults.cut_delivery_after = None
    await together(one.simulator(), one.meter())
    check_finished(one)


@pytest.mark.parametrize("after", [0, 1, 49, 50, 333, 400])
async def test_a_lost_broker_ends_it_with_what_came_committed(site, after):
    one = site()
    await one.meter()
    one.transport.faults.cut_delivery_after = after
    with pytest.raises(BrokerError, match="lost"):
        await one.simulator()
    assert one.files.accounted.next_position == after
    await one.simulator()
    check_finished(one)
    assert one.files.accounted.received == 400


async def test_a_log_deleted_under_it_ends_it_and_is_read_again_when_it_is_back(site):
    one = site()
    await one.meter()
    one.transport.delete(one.plan.stream)
    one.transport.create(one.plan.stream)
    one.transport.put(one.plan.stream, one.bodies()[:200])
    simulating = asyncio.ensure_future(one.simulator())
    await one.committed(200)
    one.transport.delete(one.plan.stream)
    with pytest.raises(BrokerError, match="deleted"):
        await simulating
    await one.meter()
    await one.simulator()
    check_finished(one)


async def test_deliveries_repeated_at_their_offsets_are_the_same_messages(site):
    one = site()
    await one.meter()
    one.transport.faults.repeat_deliveries = True
    await one.simulator()
    check_finished(one)
    assert (one.files.accounted.received, one.files.accounted.duplicates) == (400, 0)


async def test_messages_repeated_in_the_log_are_dropped_and_counted(site):
    one = site()
    one.transport.create(one.plan.stream)
    bodies = one.bodies()
    for i in range(0, 400, 50):
        one.transport.put(one.plan.stream, bodies[i : i + 50] * 2)
    one.transport.put(one.plan.stream, bodies[-1:])
    await one.simulator()
    check_finished(one)
    assert (one.files.accounted.received, one.files.accounted.duplicates) == (800, 400)


async def test_messages_that_do_not_fit_are_kept_and_counted(site):
    one = site()
    one.transport.create(one.plan.stream)
    bodies = one.bodies()
    wrong_end = msgspec.json.encode(msgspec.json.decode(bodies[-1]) | {"readings": 399})
    one.transport.put(one.plan.stream, [b"hello", *bodies[:7], bodies[3], wrong_end, *bodies[7:]])
    await one.simulator()
    check_finished(one)
    counts = one.files.accounted
    assert (counts.received, counts.duplicates, counts.rejected) == (403, 1, 2)
    assert [msgspec.json.decode(line)["offset"] for line in one.files.rejected.splitlines()] == [0, 9]


@pytest.mark.parametrize("every_s", [1, 8])
async def test_a_gap_is_an_error_and_what_came_before_it_is_committed(site, every_s):
    one = site(every_s=every_s)
    one.transport.create(one.plan.stream)
    bodies = one.bodies()
    one.transport.put(one.plan.stream, [*bodies[:133], *bodies[135:]])
    with pytest.raises(SequenceGapError, match="2 readings are missing from the log, from second 133"):
        await one.simulator()
    assert one.files.accounted.next_position == 133 - 133 % every_s
    assert not one.files.sealed


async def test_an_end_marker_of_other_values_ends_nothing_and_is_kept(site):
    one = site()
    one.transport.create(one.plan.stream)
    bodies = one.bodies()
    other = msgspec.json.decode(bodies[17])
    bodies[17] = msgspec.json.encode(other | {"meter_w": (other["meter_w"] + 1) % 9_000})
    one.transport.put(one.plan.stream, bodies)
    await one.simulator()  # ends without it: the proof of the rows compares them with the meter's own
    assert one.files.sealed
    assert b"its CRC-32 is" in one.files.rejected
    assert (one.files.accounted.written, one.files.accounted.ended) == (400, False)


async def test_stopped_while_it_waits_it_has_committed_and_goes_on_later(site):
    one = site(chunk=77)
    one.pace = Pace(idle_s=0.001, end_marker_s=0)  # which does not count before the last reading
    one.transport.create(one.plan.stream)
    one.transport.put(one.plan.stream, one.bodies()[:200])
    simulating = asyncio.ensure_future(one.simulator())
    await one.committed(200)  # an idle wait commits, too
    one.stop.set()
    with pytest.raises(InterruptedRunError, match="200 readings"):
        await simulating
    assert not one.files.sealed
    one.stop.clear()
    one.transport.put(one.plan.stream, one.bodies()[200:])
    await one.simulator()
    check_finished(one)


async def test_stopped_in_the_midst_it_commits_what_it_took(site):
    one = site()
    await one.meter()

    def stop_at_100(progress):
        if progress.written == 100:
            one.stop.set()

    one.notify = stop_at_100
    with pytest.raises(InterruptedRunError, match="100 readings"):
        await one.simulator()
    assert one.files.accounted.next_position == 100
    one.stop.clear()
    one.notify = one.reports.append
    await one.simulator()
    check_finished(one)


async def test_without_an_end_marker_it_ends_after_a_while_and_says_so(site, caplog):
    one = site()
    one.transport.create(one.plan.stream)
    one.transport.put(one.plan.stream, one.bodies()[:-1])
    await one.simulator()
    assert bytes(one.files.samples) == one.rows()
    assert one.files.sealed
    assert not one.files.accounted.ended
    assert "no end marker" in caplog.text


async def test_a_finished_run_needs_no_broker(site):
    one = site()
    await one.meter()
    one.files.points = CrashAt("before-rename")
    with pytest.raises(CrashError):
        await one.simulator()
    one.files.crash()
    one.transport.delete(one.plan.stream)
    await one.simulator()
    check_finished(one)
    with pytest.raises(BrokerError, match="does not exist"):
        _ = one.messages  # it was not even made


async def _interrupted(one, taken, before=()):
    """A run that was cut after `taken` messages of a log that begins with foreign messages."""
    one.transport.create(one.plan.stream)
    one.transport.put(one.plan.stream, [*before, *one.bodies()])
    one.transport.faults.cut_delivery_after = taken + len(before)
    with pytest.raises(BrokerError):
        await one.simulator()
    assert one.files.accounted.next_position == taken
    one.transport.delete(one.plan.stream)
    one.transport.create(one.plan.stream)


async def test_an_anchor_that_moved_is_noticed_and_the_log_read_from_its_first_message(site, caplog):
    one = site()
    await _interrupted(one, 130)
    one.transport.put(one.plan.stream, [b"foreign"] * 3 + one.bodies())
    await one.simulator()
    check_finished(one)
    assert "offset 129 of the log no longer holds the last written reading" in caplog.records[0].facts["why"]
    assert one.files.accounted.duplicates == 130
    assert one.files.accounted.rejected == 3


@pytest.mark.parametrize("taken", [100, 350, 399])
async def test_a_log_that_ends_before_the_anchor_is_read_from_its_first_message(site, caplog, taken):
    """The broker starts a subscription past the end in silence; nothing would come for ever."""
    one = site()
    await _interrupted(one, taken, before=[b"foreign"] * 350)
    caplog.set_level(logging.WARNING)
    one.transport.put(one.plan.stream, one.bodies())
    await one.simulator()
    check_finished(one)
    assert caplog.records[0].facts["why"].startswith(f"nothing comes from offset {taken + 349}")


async def test_a_resumed_run_waits_for_a_meter_that_has_yet_to_publish_again(site, caplog):
    one = site()
    await _interrupted(one, 130)
    simulating = asyncio.ensure_future(one.simulator())
    while not caplog.records:  # noqa: ASYNC110 - logging sets no event; it reads the empty log from its start now
        await asyncio.sleep(one.pace.idle_s)
    await one.meter()
    await simulating
    check_finished(one)


async def test_a_full_disk_ends_it_and_nothing_is_written_after(site):
    one = site()
    await one.meter()

    def full(point):
        if point == "after-append" and len(one.files.samples) > 10_000:
            raise CannotWriteError("no space left on device")

    one.files.points = full
    with pytest.raises(CannotWriteError):  # and not InternalError, which a later write would be
        await one.simulator()
    with pytest.raises(InternalError):
        one.files.commit()
    one.files.crash()
    one.files.points = CrashAt("never")
    await one.simulator()
    check_finished(one)


@pytest.mark.parametrize(("commit_s", "commits"), [(0.0, 8), (3_600.0, 0)])
async def test_rows_that_are_few_are_committed_before_long(site, commit_s, commits):
    """A paced meter sends a few at a time without a pause: neither their number nor a silence ever commits."""
    one = site(chunk=50)
    one.pace = Pace(commit_readings=1_000_000, commit_s=commit_s, idle_s=60.0)
    await one.meter()
    seen = []
    one.files.points = lambda point: seen.append(point) if point == "after-checkpoint" else None
    taken = asyncio.ensure_future(one.simulator())
    await taken
    assert seen.count("after-checkpoint") >= commits
    assert bool(seen[:-2]) == bool(commits)
    check_finished(one)
