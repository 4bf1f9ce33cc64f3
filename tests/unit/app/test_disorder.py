"""I1: what the simulator does about readings that wait for others when nothing more comes."""

import asyncio

import pytest

from pvsim.core.intake import SequenceGapError
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
