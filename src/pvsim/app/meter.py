"""The meter: publishes every reading of a run, exactly once as far as the broker can tell."""

from collections.abc import Iterator, Sequence
from zlib import crc32

import msgspec
import numpy as np

from pvsim.app.ports import Log, MeterProgress, Report, Stop
from pvsim.core.blocks import ReadingBlocks
from pvsim.core.contract import End
from pvsim.core.plan import RunPlan
from pvsim.core.timeline import HOUR_S
from pvsim.core.types import Ints, PowerSource
from pvsim.errors import BrokerError, InterruptedRunError

__all__ = ["PUBLISHER", "publish_run", "readings"]

PUBLISHER = "meter"
"""The name under which a run's meter publishes; the stream is the run's own."""

_BLOCK = 4_000
"""Readings handed over at once; frames of about this size reach the broker's own limit."""


def readings(plan: RunPlan, loads: Sequence[PowerSource]) -> Iterator[tuple[int, Ints]]:
    """All readings of a run in blocks: position of the first, and the values in 0.1 W.

    Computed an hour of UTC at a time, so that memory does not grow with the run.
    """
    position = 0
    first_utc = plan.timeline.start_utc
    while first_utc < plan.timeline.end_utc:
        until_utc = min((first_utc // HOUR_S + 1) * HOUR_S, plan.timeline.end_utc)
        columns = [load.power_dw(first_utc, until_utc - first_utc) for load in loads]
        values = columns[0] if len(columns) == 1 else np.column_stack(columns).reshape(-1)
        for start in range(0, len(values), _BLOCK):
            block = values[start : start + _BLOCK]
            yield position, block
            position += len(block)
        first_utc = until_utc


async def publish_run(
    *, plan: RunPlan, loads: Sequence[PowerSource], log: Log, report: Report, stop: Stop
) -> MeterProgress:
    """Publish what the broker does not have yet, then the end marker, and wait for every confirm.

    Returns:
        What the broker has at the end: everything.

    Raises:
        InterruptedRunError: if `stop` was set; everything handed over is confirmed.
        BrokerError: if the broker is lost, refuses, or holds more under the run's name than the run has.
    """
    blocks = ReadingBlocks(plan)
    total = plan.readings + 1
    checksum = 0
    await log.create()
    async with log.publisher(PUBLISHER) as publisher:
        last = await publisher.last_id()
        if last > total:
            what = f"stream {plan.stream} holds publishing id {last:,}, but this run ends with {total:,}"
            raise BrokerError(what, fix="something else publishes under this run's name; use another --run-id")
        published = last

        def progress() -> MeterProgress:
            return MeterProgress(published, last + publisher.confirmed, total)

        for position, values in readings(plan, loads):
            checksum = crc32(values.astype("<i4").tobytes(), checksum)
            known = min(max(published - position, 0), len(values))
            if known < len(values):
                first = position + known
                await publisher.publish(first + 1, blocks.write(first, values[known:]))
                published = position + len(values)
                report(progress())
            if stop.is_set():
                await publisher.flush()
                raise InterruptedRunError(f"the meter stopped after {published:,} of {plan.readings:,} readings")
        if published < total:
            end = msgspec.json.encode(End(1, plan.run_id, plan.readings, checksum))
            await publisher.publish(total, np.frombuffer(end, dtype=np.uint8).reshape(1, -1))
            published = total
        await publisher.flush()
        report(progress())
        return progress()
