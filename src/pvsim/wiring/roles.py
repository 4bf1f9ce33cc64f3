"""The two roles of a run, each with its adapters."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from functools import partial
from logging import getLogger

from pvsim.adapters.clocks import PacedClock
from pvsim.adapters.csvfile import CsvSampleFile
from pvsim.adapters.rundir import RunDirectory
from pvsim.app.meter import Meter
from pvsim.app.observers import Observers
from pvsim.app.patience import Terms, keep_connected
from pvsim.app.ports import Log, MeterProgress, Notify, Stop, Transport
from pvsim.app.simulator import Pace, simulate_run
from pvsim.config import digest
from pvsim.core.delivery.accounting import Accounted
from pvsim.core.delivery.checkpoint import check_fits
from pvsim.core.delivery.receiver import SequenceGapError
from pvsim.core.run.pacing import MAX_SPEED
from pvsim.errors import BrokerError
from pvsim.wiring.models import Models

__all__ = ["CHECKPOINT_KEY_BYTES", "run_meter", "run_simulator", "set_before"]

CHECKPOINT_KEY_BYTES = 16
_log = getLogger(__name__)


async def run_meter(
    models: Models,
    transport: Transport,
    terms: Terms,
    *,
    again: asyncio.Event | None = None,
    speed: float = MAX_SPEED,
    since_utc: int | None = None,
    span_s: int | None = None,
) -> MeterProgress:
    """Publish all readings of a run.

    Args:
        models: The run.
        transport: The way to the broker.
        terms: How long to go on without it, who is told, and who may stop it.
        again: Set when the broker may have lost something: then what it lacks is published once more. With it
            the meter stays until `stop` is set.
        speed: Simulated seconds in a second of wall time.
        since_utc: What comes before this second is published at once, whatever the speed.
        span_s: How much time is computed at once; None is as the models say.

    Raises:
        PvsimError: as `app.meter.Meter.publish`.
    """
    plan = models.plan
    clock = None if speed == MAX_SPEED else PacedClock(speed)
    batch = models.config.batch
    meter = Meter(
        plan,
        models.loads(),
        stop=terms.stop,
        batch=batch,
        clock=clock,
        since_utc=since_utc,
        span_s=span_s or models.span_s,
    )
    _log.info("the meter starts", extra={"facts": {"run": plan.run_id, "readings": plan.readings}})
    while True:
        done = await keep_connected(transport, plan.stream, meter.publish, terms)
        _log.info("the meter has published everything", extra={"facts": {"confirmed": done.confirmed}})
        if again is None or not await set_before(again, terms.stop):
            return done
        again.clear()


async def run_simulator(
    models: Models,
    directory: RunDirectory,
    transport: Transport,
    terms: Terms,
    *,
    with_meter: bool = False,
    meter_timeout_s: float | None = None,
) -> Accounted:
    """Write all rows of a run into its directory.

    Args:
        models: The run.
        directory: Its directory.
        transport: The way to the broker.
        terms: How long to go on without it, who is told, and who may stop it.
        with_meter: The run's meter stands by and publishes again what a log has lost. So a log with a gap is
            thrown away: a retention policy may have cut its beginning off.
        meter_timeout_s: Take the rest as missing when an external meter has sent nothing for so long.

    Raises:
        PvsimError: as `app.simulator.simulate_run`, or if another simulator works on the directory.
    """
    plan, key = models.plan, digest(models.config)[:CHECKPOINT_KEY_BYTES]
    pv, observers = models.pv(), Observers()
    with (
        directory.lock("simulator"),
        CsvSampleFile(
            directory.path,
            plan=plan,
            run=key,
            slot=models.slot_bytes,
            disk=directory.file_system,
            check=partial(check_fits, plan=plan),
        ) as sample_file,
    ):
        _log.info("the simulator starts", extra={"facts": {"run": plan.run_id, **_counts(sample_file.accounted)}})

        async def use(log: Log, notify: Notify) -> Accounted:
            async with _anew_after_gap(log) if with_meter else nullcontext():
                return await simulate_run(
                    plan=plan,
                    pv=pv,
                    log=log,
                    files=sample_file,
                    notify=notify,
                    stop=terms.stop,
                    pace=Pace(meter_s=meter_timeout_s),
                    foreign=models.external,
                    observers=observers,
                )

        done = await keep_connected(transport, plan.stream, use, terms)
        _log.info("the simulator has written everything", extra={"facts": _counts(done)})
        return done


@asynccontextmanager
async def _anew_after_gap(log: Log) -> AsyncIterator[None]:
    """Throw a log with a gap away, and have the work done again with what the meter publishes then."""
    try:
        yield
    except SequenceGapError as gap:
        await log.delete()
        raise BrokerError(f"{gap}; the meter publishes them again") from gap


async def set_before(event: asyncio.Event, stop: Stop) -> bool:
    """Wait for one of the two; whether it was the event."""
    waiting = [asyncio.ensure_future(event.wait()), asyncio.ensure_future(stop.wait())]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in waiting:
            each.cancel()
    return event.is_set() and not stop.is_set()


def _counts(accounted: Accounted) -> dict[str, int]:
    return {"next_position": accounted.next_position, "next_offset": accounted.next_offset}
