"""The meter: all of a run's readings, once, however often it is killed."""

import asyncio
from contextlib import asynccontextmanager, nullcontext, suppress

import msgspec
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pvsim.app.meter import MOST_AHEAD, Meter, readings, span_of
from pvsim.app.ports import BrokerState, MeterProgress
from pvsim.core.messages.contract import End, Values, read_message
from pvsim.core.quantities.timeline import HOUR_S
from pvsim.errors import BrokerError, InterruptedRunError
from pvsim.testing import CrashAt, CrashError, MemoryLog

THREE = ("m1", "kitchen", "heat-pump")
ENDS = (100, 3_700, 7_300, 7_301)
"""Of the blocks of a run of 7,300 s that begins 100 s before the full hour."""


def _meaning(site, bodies):
    return [read_message(body, site.plan) for body in bodies]


@pytest.mark.parametrize("meters", [("m1",), THREE])
def test_readings_are_all_readings_in_order_of_position(site, meters):
    one = site(seconds=7_300, meters=meters)
    blocks = list(readings(one.plan, one.loads))
    assert np.concatenate([values for _, values in blocks]).tolist() == one.values()
    lengths = [len(values) for _, values in blocks]
    assert [position for position, _ in blocks] == [sum(lengths[:i]) for i in range(len(blocks))]
    assert max(lengths) <= 4_000


@given(meters=st.integers(1, 100_000))
def test_a_span_is_a_part_of_an_hour_that_fits_into_memory(meters):
    span = span_of(meters)
    assert HOUR_S % span == 0
    assert meters * span <= MOST_AHEAD
    assert all(HOUR_S % longer or meters * longer > MOST_AHEAD for longer in range(span + 1, HOUR_S + 1))


def test_spans_by_hand(site):
    assert [span_of(meters) for meters in (1, 1_000, 1_001, 10_000)] == [3_600, 3_600, 1_800, 360]
    one = site(seconds=7_300, meters=THREE)
    assert (
        np.concatenate([values for _, values in readings(one.plan, one.loads, at_once_s=360)]).tolist()
        == one.values()
    )


@pytest.mark.parametrize("meters", [("m1",), THREE])
async def test_every_reading_is_published_then_the_end_marker(site, meters):
    one = site(meters=meters)
    progress = await one.meter()
    total = one.plan.readings + 1
    assert progress == MeterProgress(total, total, total)
    expected = [Values(i, value) for i, value in enumerate(one.values())]
    assert _meaning(one, one.messages) == [*expected, msgspec.json.decode(one.bodies()[-1], type=End)]


async def test_progress_grows_and_ends_with_everything(site):
    one = site(seconds=7_300)
    await one.meter()
    assert [report.published for report in one.reports] == [0, *ENDS, 7_301]
    assert all(report.total == 7_301 for report in one.reports)
    assert one.reports[-1].confirmed == 7_301


@pytest.mark.parametrize("nth", [1, 2, 3, 4])
@pytest.mark.parametrize(
    ("point", "stored"), [("before-publish", (0, 100, 3_700, 7_300)), ("after-publish", ENDS)]
)
async def test_a_meter_killed_at_any_block_goes_on_where_it_was(site, point, nth, stored):
    undisturbed, one = site(seconds=7_300), site(seconds=7_300)
    await undisturbed.meter()
    one.transport.points = CrashAt(point, nth)
    with pytest.raises(CrashError):
        await one.meter()
    assert len(one.messages) == stored[nth - 1]
    await one.meter()
    assert one.messages == undisturbed.messages


@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize(
    ("point", "stored"), [("before-publish", (0, 3_500, 7_300)), ("after-publish", (3_500, 7_300, 7_301))]
)
async def test_batches_are_cut_alike_before_and_after_a_kill(site, point, stored, nth):
    """Of 500: hours begin at 100 and 3,700, so that batches span them; the last one is short."""
    undisturbed, one = site(seconds=7_300), site(seconds=7_300, batch=500)
    await undisturbed.meter()
    one.transport.points = CrashAt(point, nth)
    with pytest.raises(CrashError):
        await one.meter()
    assert len(one.messages) == stored[nth - 1]
    await one.meter()
    assert one.messages == undisturbed.messages


@settings(max_examples=60, deadline=None)
@given(batch=st.sampled_from([2, 7, 100, 399, 400, 1_000]), cuts=st.lists(st.integers(0, 450), max_size=4))
@example(batch=100, cuts=[99, 1, 150, 0])
@example(batch=7, cuts=[399])
async def test_a_meter_cut_off_in_any_batch_goes_on_with_it(site, batch, cuts):
    """I1: the log has whole batches, in order, each once; the end marker is alone."""
    one = site(batch=batch)
    for cut in cuts:
        one.transport.faults.cut_publishing_after = cut
        with suppress(BrokerError):
            await one.meter()
        n = len(one.messages)
        assert n % batch == 0 or n >= 400
    one.transport.faults.cut_publishing_after = None
    assert await one.meter() == MeterProgress(401, 401, 401)
    assert _meaning(one, one.messages) == _meaning(one, one.bodies())


@settings(max_examples=60, deadline=None)
@given(sessions=st.lists(st.tuples(st.sampled_from([1, 100, 150]), st.integers(0, 450)), max_size=5))
@example(sessions=[(1, 130), (100, 200), (1, 20)])
@example(sessions=[(100, 399), (1, 150), (100, 0)])
@example(sessions=[(1, 400), (100, 1)])
@example(sessions=[(100, 401), (1, 1)])
async def test_sessions_of_other_batches_lose_nothing(site, sessions):
    """I1: what is in the log twice has been there before, so that the simulator drops it."""
    one = site()
    for one.batch, cut in [*sessions, (100, None)]:
        one.transport.faults.cut_publishing_after = cut
        with suppress(BrokerError):
            await one.meter()
    positions = [400 if isinstance(each, End) else each.position for each in _meaning(one, one.messages)]
    highest = -1
    for position in positions:
        assert position <= highest + 1
        highest = max(highest, position)
    assert highest == 400
    await one.simulator()
    assert bytes(one.files.samples) == one.rows()


async def test_a_run_begun_one_by_one_goes_on_with_the_batch_that_it_was_in(site):
    one = site()
    one.transport.faults.cut_publishing_after = 130
    with pytest.raises(BrokerError):
        await one.meter()
    one.batch = 100
    await one.meter()
    positions = [each.position for each in _meaning(one, one.messages[:-1])]
    assert positions == [*range(130), *range(100, 400)]


class LevelClock:
    """Shows at once what it is asked for."""

    speed = 60.0

    def begin(self, t_utc):
        pass

    async def until(self, t_utc):
        return t_utc


async def test_a_paced_meter_goes_on_one_by_one_where_a_batch_ends(site):
    one = site(batch=100)
    one.transport.faults.cut_publishing_after = 130
    with pytest.raises(BrokerError):
        await one.meter()
    paced = Meter(one.plan, one.loads, stop=one.stop, batch=100, clock=LevelClock())
    one.transport.faults.cut_publishing_after = 5
    async with one.transport.log(one.plan.stream) as log:
        with pytest.raises(BrokerError):
            await paced.publish(log, one.notify)
    assert len(one.messages) == 105
    async with one.transport.log(one.plan.stream) as log:
        await paced.publish(log, one.notify)
    assert _meaning(one, one.messages) == _meaning(one, one.bodies())


@pytest.mark.parametrize("batch", [1, 100])
async def test_where_the_log_takes_none_there_are_no_batches(site, batch, monkeypatch):
    one = site(batch=batch)
    monkeypatch.setattr(MemoryLog, "takes_batches", False)
    await one.meter()
    assert one.transport.opened(one.plan.stream).last_ids == {"meter": 401}


async def test_publishing_ids_count_batches(site):
    one = site(seconds=250, batch=100)
    await one.meter()
    assert one.transport.opened(one.plan.stream).last_ids == {"meter-100": 4}


@settings(max_examples=40, deadline=None)
@given(cuts=st.lists(st.integers(0, 450), max_size=4))
@example(cuts=[99, 1, 150, 0])
async def test_a_meter_cut_off_after_any_message_goes_on_after_it(site, cuts):
    one, stored = site(), 0
    for cut in cuts:
        one.transport.faults.cut_publishing_after = cut
        if stored + cut < 401:
            with pytest.raises(BrokerError):
                await one.meter()
            stored += cut
        else:
            await one.meter()
            stored = 401
        assert len(one.messages) == stored
    one.transport.faults.cut_publishing_after = None
    progress = await one.meter()
    assert progress == MeterProgress(401, 401, 401)
    assert _meaning(one, one.messages) == _meaning(one, one.bodies())


async def test_a_meter_that_has_published_everything_publishes_nothing_more(site):
    one = site()
    await one.meter()
    one.transport.points = CrashAt("before-publish")
    assert await one.meter() == MeterProgress(401, 401, 401)
    assert len(one.messages) == 401


async def test_a_meter_that_lacks_the_end_marker_only_publishes_just_that(site):
    one = site()
    one.transport.points = CrashAt("before-publish", 3)  # two hours of UTC, then the marker
    with pytest.raises(CrashError):
        await one.meter()
    assert len(one.messages) == 400
    await one.meter()
    assert _meaning(one, one.messages[400:]) == _meaning(one, one.bodies()[400:])


async def test_a_stopped_meter_has_every_message_confirmed_and_goes_on_later(site):
    one = site(seconds=7_300)

    def stop_after_the_second_block(progress):
        one.reports.append(progress)
        if len(one.reports) == 3:  # the first says where it begins
            one.stop.set()

    one.notify = stop_after_the_second_block
    with pytest.raises(InterruptedRunError, match="3,700 of 7,300"):
        await one.meter()
    assert one.reports[-1] == MeterProgress(3_700, 3_700, 7_301)
    assert len(one.messages) == 3_700
    one.stop.clear()
    await one.meter()
    assert len(one.messages) == 7_301


@pytest.mark.parametrize("batch", [1, 100])
async def test_a_foreign_publishing_id_beyond_the_run_is_refused_loudly(site, batch):
    one = site(batch=batch)
    one.transport.create(one.plan.stream)
    body = np.frombuffer(b"x", dtype=np.uint8).reshape(1, -1)
    async with one.transport.log(one.plan.stream) as log, log.publisher("meter") as foreign:
        await foreign.publish(402, body)
    with pytest.raises(BrokerError, match="holds publishing id 402, but this run ends with 401") as caught:
        await one.meter()
    assert "another name" in caught.value.fix
    assert one.messages == [b"x"]


async def test_one_beyond_the_batches_of_a_run_is_refused_as_loudly(site):
    one = site(batch=100)
    one.transport.create(one.plan.stream)
    body = np.frombuffer(b"x", dtype=np.uint8).reshape(1, -1)
    async with one.transport.log(one.plan.stream) as log, log.publisher("meter-100") as foreign:
        await foreign.publish(6, body)
    with pytest.raises(BrokerError, match="holds publishing id 6, but this run ends with 5"):
        await one.meter()


async def test_a_deleted_stream_is_published_again(site):
    one = site()
    await one.meter()
    messages = one.messages
    one.transport.delete(one.plan.stream)
    await one.meter()
    assert one.messages == messages


class Asked:
    """A load that keeps which seconds it was asked for."""

    def __init__(self, load, start_utc):
        self.load, self.start_utc, self.seconds = load, start_utc, []

    def power_dw(self, first_utc, n):
        self.seconds.append(first_utc - self.start_utc)
        return self.load.power_dw(first_utc, n)


async def test_a_meter_that_is_cut_off_goes_on_with_the_hour_that_it_was_in(site):
    one = site(seconds=7_300)
    load = Asked(one.loads[0], one.plan.timeline.start_utc)
    meter = Meter(one.plan, [load], stop=one.stop)
    one.transport.faults.cut_publishing_after = 5_000
    for ending in (pytest.raises(BrokerError), nullcontext(), nullcontext()):
        async with one.transport.log(one.plan.stream) as log:
            with ending:
                await meter.publish(log, one.notify)
    assert load.seconds == [0, 100, 3_700, 3_700]  # and nothing for the third time: the broker has it all
    assert _meaning(one, one.messages) == _meaning(one, one.bodies())


async def test_a_broker_that_confirms_nothing_is_reported_until_it_does(site):
    one, said = site(), []
    taken, seen = asyncio.Event(), asyncio.Event()

    class Hesitant:
        """Takes a block, and confirms it once it was told to."""

        confirmed = 0

        async def last_id(self):
            return 0

        async def publish(self, _, bodies, _batch=1):
            await taken.wait()
            self.confirmed += len(bodies)

        async def flush(self):
            await seen.wait()

    class Log:
        takes_batches = True

        async def create(self):
            pass

        @asynccontextmanager
        async def publisher(self, _):
            yield Hesitant()

    def report(progress):
        if isinstance(progress, BrokerState):
            said.append(progress.well)
            (seen if progress.well else taken).set()

    meter = Meter(one.plan, one.loads, stop=one.stop, stall_s=0.005)
    await meter.publish(Log(), report)
    assert said == [False, True]
