"""The roles of a run that may be in partitions: what one process does of the parts of its share."""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial

from pvsim.adapters.descriptors import allow_many
from pvsim.adapters.rundir import RunDirectory
from pvsim.app.meter import span_of
from pvsim.app.parts import Together, side_by_side
from pvsim.app.patience import Terms
from pvsim.app.ports import Stop
from pvsim.core.delivery.accounting import Accounted
from pvsim.core.run.pacing import MAX_SPEED
from pvsim.core.run.shares import Share
from pvsim.errors import CannotWriteError
from pvsim.wiring.broker import Connection
from pvsim.wiring.models import Models, PartModels
from pvsim.wiring.part_files import PartedFiles, make_part_directory
from pvsim.wiring.roles import run_meter, run_simulator, set_before

__all__ = ["parts_of", "publish_share", "write_share"]

PUBLISHED_AT_ONCE = 4
"""Parts that a meter without a clock publishes at once: enough to keep the broker busy, and little memory."""

SIMULATED_AT_ONCE = 256
"""Parts that a simulator reads at once; the next is begun when one has ended."""


def parts_of(models: Models, share: Share) -> list[PartModels]:
    """The parts of a share; none where its partitions have no meters."""
    theirs = share.partitions(models.plan.partitions or 0)
    return [part for part in models.parts if part.number in theirs]


async def publish_share(
    models: Models,
    directory: RunDirectory | None,
    connection: Connection,
    share: Share,
    terms: Terms,
    *,
    again: asyncio.Event | None = None,
    speed: float = MAX_SPEED,
    since_utc: int | None = None,
) -> None:
    """Publish all readings of the meters of a share.

    Args:
        models: The run.
        directory: Its directory, where there may be other meters of the run; None where there is none.
        connection: The broker, and the way to it.
        share: Which partitions; all that there is, of a run without them.
        terms: How long to go on without the broker, who is told of the progress of all, and who may stop it.
        again: As of `run_meter`.
        speed: Simulated seconds in a second of wall time.
        since_utc: As of `run_meter`.

    Raises:
        PvsimError: as `run_meter`, or if another process publishes the same.
    """
    if not models.parts:
        with nullcontext() if directory is None else directory.lock("meter"):
            await run_meter(
                models,
                connection.transport(),
                terms,
                again=again,
                speed=speed,
                since_utc=since_utc,
            )
        return
    allow_many()
    parts = parts_of(models, share)
    together = Together(terms.notify, sum(part.plan.readings for part in parts), markers=len(parts))
    at_once = PUBLISHED_AT_ONCE if speed == MAX_SPEED else max(len(parts), 1)
    span_s = _span_of_largest(parts, at_once)

    async def publish(part: PartModels, stop: Stop) -> None:
        with _meter_lock(directory, part):
            await run_meter(
                part,
                connection.transport(part.plan),
                Terms(terms.patience, together.of(part.number), stop),
                speed=speed,
                since_utc=since_utc,
                span_s=span_s,
            )

    while True:
        await side_by_side([partial(publish, part) for part in parts], terms.stop, at_once=at_once)
        if again is None or not await set_before(again, terms.stop):
            return
        again.clear()


def _span_of_largest(parts: Sequence[PartModels], at_once: int) -> int:
    """How much time is computed at once: a building takes eight times as long for six minutes as for an hour."""
    largest = sorted((len(part.meters) for part in parts), reverse=True)
    return span_of(sum(largest[:at_once]))


def _meter_lock(directory: RunDirectory | None, part: PartModels) -> AbstractContextManager[object]:
    """The lock of a part's meter; nothing is locked where the run has no directory here."""
    if directory is None:
        return nullcontext()
    return make_part_directory(directory, part.number).lock("meter")


async def write_share(
    models: Models,
    directory: RunDirectory,
    connection: Connection,
    share: Share,
    terms: Terms,
    *,
    with_meter: bool = False,
    meter_timeout_s: float | None = None,
) -> list[Accounted]:
    """Write all rows of the meters of a share, those of each part into its own directory.

    Args:
        models: The run.
        directory: Its directory.
        connection: The broker, and the way to it.
        share: Which partitions; all that there is, of a run without them.
        terms: How long to go on without the broker, who is told of the progress of all, and who may stop it.
        with_meter: As of `run_simulator`.
        meter_timeout_s: As of `run_simulator`, of each part by itself.

    Raises:
        PvsimError: as `run_simulator`.
    """
    if not models.parts:
        written = await run_simulator(
            models,
            directory,
            connection.transport(),
            terms,
            with_meter=with_meter,
            meter_timeout_s=meter_timeout_s,
        )
        return [written]
    allow_many()
    parts = parts_of(models, share)
    together = Together(terms.notify, sum(part.plan.readings for part in parts))

    async def simulate(part: PartModels, stop: Stop) -> Accounted:
        try:
            return await run_simulator(
                part,
                make_part_directory(directory, part.number),
                connection.transport(part.plan),
                Terms(terms.patience, together.of(part.number), stop),
                with_meter=with_meter,
                meter_timeout_s=meter_timeout_s,
            )
        except CannotWriteError as error:  # it knows its part's directory alone, which is not resumed by itself
            error.fix = f"make room or repair the disk, then: {PartedFiles(directory, models).resume_command}"
            raise

    return await side_by_side([partial(simulate, part) for part in parts], terms.stop, at_once=SIMULATED_AT_ONCE)
