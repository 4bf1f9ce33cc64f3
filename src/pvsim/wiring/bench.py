"""How fast pvsim is, against the broker's own limit measured in the same run."""

import asyncio
import secrets
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from pvsim.adapters.streams import StreamTransport
from pvsim.app.meter import readings
from pvsim.app.ports import SimulatorProgress
from pvsim.app.role_messages import Done, FromRole
from pvsim.config import CurveConfig, MeterConfig, RunConfig, SyntheticMeter, zone_of
from pvsim.core.loads.simple import UniformLoad
from pvsim.core.messages.address import BrokerAddress
from pvsim.core.messages.blocks import ReadingBlocks
from pvsim.core.quantities import noise
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.run.plan import RunPlan
from pvsim.core.stream.publish import batch_frame, publish_frame
from pvsim.errors import PvsimError
from pvsim.wiring.broker import Connection
from pvsim.wiring.role_processes import fork_roles, run_roles
from pvsim.wiring.runs import Run

__all__ = ["RunFigures", "measure_limit", "measure_run"]

_FIRST_DATE, _ZONE = date(2024, 6, 21), "Europe/Berlin"
_FRAME_MESSAGES = 4_000
_PUBLISHER_ID = 1


@dataclass(frozen=True, slots=True)
class RunFigures:
    """One measured run.

    Attributes:
        seconds: From the command to the two processes to the sealed file.
        sustained_s: From the first to the last row, as the simulator reported them.
        sustained_readings: Readings between these two reports.
        verify_s: Recomputing and comparing every row.
        peak_mb: Largest memory of each process.
    """

    days: int
    readings: int
    seconds: float
    sustained_s: float
    sustained_readings: int
    verify_s: float
    peak_mb: dict[str, int]

    @property
    def rate(self) -> float:
        """Readings per second of the whole, connecting and sealing included."""
        return self.readings / self.seconds

    @property
    def sustained_rate(self) -> float:
        """Readings per second between the first and the last report; of the whole where there was only one."""
        return self.sustained_readings / self.sustained_s if self.sustained_s > 0 else self.rate


async def measure_limit(address: BrokerAddress, messages: int, batch: int) -> float:
    """Confirmed messages per second that the broker takes from frames made beforehand: its own limit.

    Args:
        address: The broker.
        messages: How many to publish.
        batch: Messages of each batch; 1 for each by itself.

    Raises:
        BrokerError: if the broker is lost.
    """
    timeline = Timeline.of_days(_FIRST_DATE, 1, zone_of(_ZONE))
    plan = RunPlan(f"bench-{secrets.token_hex(4)}", timeline, ("m1",))
    blocks = ReadingBlocks(plan)
    _, values = next(iter(readings(plan, [UniformLoad(noise.key(1, "bench"))])))
    bodies = blocks.write(0, values[:_FRAME_MESSAGES])
    count = len(bodies)
    frames = [
        (
            first,
            batch_frame(_PUBLISHER_ID, first, bodies, batch)
            if batch > 1
            else publish_frame(_PUBLISHER_ID, first, bodies),
        )
        for first in range(1, messages, count)  # gaps between publishing ids are allowed
    ]
    async with StreamTransport(address).log(plan.stream) as log:
        await log.create()
        try:
            async with log.publisher("bench") as publisher:
                start = time.monotonic()
                for first, frame in frames:
                    await publisher.publish_prepared(frame, first, count, batch)
                await publisher.flush()
                return len(frames) * count / (time.monotonic() - start)
        finally:
            await log.delete()


def measure_run(
    address: BrokerAddress,
    days: int,
    batch: int,
    transport: Literal["streams", "amqp"],
    error_of: Callable[[Exception], PvsimError],
) -> RunFigures:
    """A run of the brief's meter and curve through meter and simulator, with checkpoints, then verified.

    Forks, so it needs a process without an event loop.

    Args:
        address: The broker.
        days: Length of the run.
        batch: Readings of each batch.
        transport: The way to the broker.
        error_of: What to tell of an exception that ends a role.

    Raises:
        PvsimError: if the run fails.
    """
    config = RunConfig(
        run_id=secrets.token_hex(4),
        first_date=_FIRST_DATE,
        days=days,
        tz=_ZONE,
        seed=1,
        every_s=1,
        meters=(MeterConfig("m1", SyntheticMeter()),),
        pv=CurveConfig(),
        batch=batch,
    )
    peaks: dict[str, int] = {}
    seen: list[tuple[float, int]] = []

    def report(role: str, said: FromRole) -> None:
        if isinstance(said, Done):
            peaks[role] = said.peak_mb
        if isinstance(said, SimulatorProgress) and said.written:
            seen.append((time.monotonic(), said.written))

    with tempfile.TemporaryDirectory(prefix="pvsim-bench-") as scratch:
        run = Run.create(config, Path(scratch))
        spent: list[float] = []

        async def work() -> None:
            start = time.monotonic()
            await run_roles(run, roles, connection, patience_s=0, report=report, stop=asyncio.Event())
            spent.append(time.monotonic() - start)

        connection = Connection(address, transport, run.models.plan)
        roles = fork_roles(run, error_of)
        begin = time.monotonic()
        asyncio.run(run.carry_out(work))
        verify_s = time.monotonic() - begin - spent[0]
        asyncio.run(connection.delete_stream())
    (first_at, first), (last_at, last) = seen[0], seen[-1]
    return RunFigures(days, run.models.plan.readings, spent[0], last_at - first_at, last - first, verify_s, peaks)
