"""Rows computed ahead are those that are computed later, and none is lost."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.app.expected import Expected, rendered
from pvsim.app.simulate import simulate
from pvsim.core.loads.simple import UniformLoad
from pvsim.core.pv.no_pv import NoPv
from pvsim.core.quantities import noise
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.results.samples import Samples
from pvsim.core.run.plan import RunPlan
from pvsim.errors import BadInputError

START_UTC = 1_718_920_800  # 2024-06-21 in Berlin
TIMELINE = Timeline(date(2024, 6, 21), 1, "Berlin", (START_UTC, START_UTC + 1_000), (START_UTC,), (7_200,))
PLAN = RunPlan("run", TIMELINE, ("m1",))


def simulated(block: int = 100) -> Iterator[Samples]:
    return simulate(PLAN, [UniformLoad(noise.key(1, "m1"))], NoPv(), block=block)


TEXT = b"".join(text for _, text in rendered(PLAN, simulated()))


def text_of(portions) -> bytes:
    return b"".join(text for _, text in portions)


@given(st.integers(0, 1_200), st.integers(1, 1_000), st.integers(0, 12))
@settings(max_examples=40, deadline=None)
def test_all_rows_come_however_many_were_computed_ahead(most_rows, block, turns):
    expected = Expected(PLAN, lambda: simulated(block), most_rows)

    async def work() -> None:
        ahead = asyncio.ensure_future(expected.work_ahead())
        for _ in range(turns):
            await asyncio.sleep(0)
        ahead.cancel()
        await asyncio.gather(ahead, return_exceptions=True)

    asyncio.run(work())
    assert text_of(expected.take()) == TEXT
    assert text_of(expected.take()) == TEXT


async def test_as_many_rows_as_are_wanted_are_computed_ahead():
    asked = []

    def counted() -> Iterator[Samples]:
        for samples in simulated():
            asked.append(len(samples))
            yield samples

    expected = Expected(PLAN, counted, most_rows=250)
    await expected.work_ahead()
    assert asked == [100] * 3
    await expected.work_ahead()
    assert asked == [100] * 3
    assert text_of(expected.take()) == TEXT
    assert asked == [100] * 10


async def test_rows_of_long_periods_are_not_computed_ahead():
    expected = Expected(replace(PLAN, every_s=1_000), pytest.fail, most_rows=999)
    await expected.work_ahead()


async def test_what_fails_ahead_fails_again_in_the_proof():
    def failing() -> Iterator[Samples]:
        yield from (samples for samples, _ in zip(simulated(), range(3), strict=False))
        raise BadInputError("the file has gone", where="m1")

    expected = Expected(PLAN, failing)
    with pytest.raises(BadInputError):
        await expected.work_ahead()
    taken = expected.take()
    assert sum(len(next(taken)[0]) for _ in range(3)) == 300
    with pytest.raises(BadInputError):
        next(taken)


def test_a_portion_comes_with_its_text():
    samples, text = next(rendered(PLAN, simulated(block=1)))
    assert len(samples) == 1
    kw = f"{samples.meter_dw[0] / 10_000:.4f}"
    assert text.decode() == f"2024-06-21T00:00:00+02:00,{kw},0.0000,{kw}\n"
