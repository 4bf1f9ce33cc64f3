"""I1: what the simulator does about readings that wait for others when nothing more comes."""

import asyncio
import dataclasses

import pytest

from pvsim.app import simulator
from pvsim.app.ports import BrokerState
from pvsim.core.delivery.receiver import SequenceGapError
from pvsim.errors import InterruptedRunError


async def test_a_pause_lets_late_neighbours_in(site):
    one = site()
    one.transport.create(one.plan.stream)
    bodies = one.bodies()
    bodies[398:400] = bodies[399], bodies[398]
    one.transport.put(one.plan.stream, bodies[:-1])  # and no end marker
    await one.simulator()
    assert bytes(one.files.samples) == one.rows()
    assert one.files.sealed


async def test_a_pause_shows_a_gap(site):
    one = site()
    one.transport.create(one.plan.stream)
    bodies = one.bodies()
    one.transport.put(one.plan.stream, [*bodies[:7], *bodies[9:20]])
    with pytest.raises(SequenceGapError, match="2 readings are missing from the log, from second 7"):
        await one.simulator()
    assert one.files.accounted.next_position == 7
    assert not one.files.sealed


async def test_after_a_damaged_reading_the_run_goes_on_and_lacks_it(site):
    one = site()
    one.transport.create(one.plan.stream)
    bodies = one.bodies()
    one.transport.put(one.plan.stream, [*bodies[:7], bodies[7][:-9], *bodies[8:20]])
    simulating = asyncio.ensure_future(one.simulator())
    await one.committed(20)
    one.stop.set()
    with pytest.raises(InterruptedRunError):
        await simulating
    one.stop.clear()
    one.transport.put(one.plan.stream, bodies[20:])
    await one.simulator()
    rows = one.rows().splitlines(keepends=True)
    assert bytes(one.files.samples) == b"".join([*rows[:8], *rows[9:]])
    counts = one.files.accounted
    assert (counts.received, counts.written, counts.rejected, counts.missing) == (400, 399, 1, 1)


@pytest.mark.parametrize(
    ("lost", "missing"),
    [({7, 8, 399}, 3), ({7, 8, 400}, 2)],  # 400 is the end marker
    ids=["the end marker is there", "the last reading is there"],
)
async def test_nothing_more_to_come_shows_what_is_missing(site, lost, missing):
    one = site(missing="skip")
    one.transport.create(one.plan.stream)
    one.transport.put(one.plan.stream, [body for i, body in enumerate(one.bodies()) if i not in lost])
    await one.simulator()
    counts = one.files.accounted
    assert (counts.next_position, counts.written, counts.missing) == (400, 400 - missing, missing)
    assert counts.ended == (400 not in lost)
    assert one.files.sealed


async def test_a_pause_in_the_middle_gives_up_nothing(site):
    """The missing ones come after it, and are taken."""
    one = site(missing="skip")
    one.transport.create(one.plan.stream)
    bodies = one.bodies()
    one.transport.put(one.plan.stream, [*bodies[:7], *bodies[9:20]])
    simulating = asyncio.ensure_future(one.simulator())
    await one.committed(7)
    await asyncio.sleep(5 * one.pace.gap_s)  # longer than each wait but that for a silent meter
    assert one.files.accounted.next_position == 7
    one.transport.put(one.plan.stream, [*bodies[7:9], *bodies[20:]])
    await simulating
    assert bytes(one.files.samples) == one.rows()


@pytest.mark.parametrize("missing", ["skip", "hold"])
async def test_a_silent_meter_is_given_up_after_its_time(site, missing):
    one = site(missing=missing)
    one.pace = dataclasses.replace(one.pace, meter_s=0.02)
    one.transport.create(one.plan.stream)
    one.transport.put(one.plan.stream, one.bodies()[:100])
    await one.simulator()
    counts = one.files.accounted
    assert (counts.next_position, counts.written) == (400, 100)
    assert (counts.missing, counts.held) == ((300, 0) if missing == "skip" else (0, 300))
    assert one.files.sealed


async def test_a_silent_meter_is_a_gap_where_nothing_may_be_missing(site):
    one = site()
    one.pace = dataclasses.replace(one.pace, meter_s=0.02)
    one.transport.create(one.plan.stream)
    one.transport.put(one.plan.stream, one.bodies()[:100])
    with pytest.raises(SequenceGapError, match="300 readings are missing"):
        await one.simulator()
    assert one.files.accounted.next_position == 100


@pytest.mark.parametrize(("foreign", "readings", "told"), [(True, 100, 1), (False, 100, 0), (True, 400, 0)])
async def test_the_user_is_told_once_that_a_foreign_meter_is_silent(site, monkeypatch, foreign, readings, told):
    monkeypatch.setattr(simulator, "_QUIET_S", 0.01)
    one = site(missing="skip")
    one.pace = dataclasses.replace(one.pace, meter_s=0.05, end_marker_s=0.01)
    one.transport.create(one.plan.stream)
    one.transport.put(one.plan.stream, one.bodies()[:readings])
    await one.simulator(foreign=foreign)
    said = [report.what for report in one.reports if isinstance(report, BrokerState)]
    assert len(said) == told
    assert all("300 are not written yet; waiting" in what for what in said)
