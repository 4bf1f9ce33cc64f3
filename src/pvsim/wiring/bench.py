"""How fast pvsim is, against the broker's own limit measured in the same run."""

import asyncio
import secrets
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from pvsim.adapters.streams import FIRST_ID, StreamTransport
from pvsim.app.bench import RunFigures, RunWatch, broker_limit
from pvsim.app.role_messages import TransportName
from pvsim.config import Request
from pvsim.core.messages.address import BrokerAddress
from pvsim.errors import PvsimError
from pvsim.wiring.broker import Connection
from pvsim.wiring.build import plan_of
from pvsim.wiring.configure import configure
from pvsim.wiring.role_processes import fork_roles, run_roles
from pvsim.wiring.runs import Run

__all__ = ["measure_limit", "measure_run"]


async def measure_limit(address: BrokerAddress, messages: int, batch: int) -> float:
    """See `app.bench.broker_limit`.

    Raises:
        BrokerError: if the broker is lost.
    """
    plan = plan_of(configure(Request(run_id=f"bench-{secrets.token_hex(4)}")))
    async with StreamTransport(address).log(plan.stream) as log:
        return await broker_limit(log, plan, messages, batch, publisher_id=FIRST_ID, now=time.monotonic)


def measure_run(
    address: BrokerAddress,
    days: int,
    batch: int,
    transport: TransportName,
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
    config = configure(Request(run_id=secrets.token_hex(4), days=days, batch=batch))
    with tempfile.TemporaryDirectory(prefix="pvsim-bench-") as scratch:
        run = Run.create(config, Path(scratch))
        connection = Connection(address, transport, run.models.plan)
        roles = fork_roles(run, error_of)
        watch = RunWatch(run.models.plan, time.monotonic)

        async def work() -> int:
            start = time.monotonic()
            confirmed = await run_roles(
                run, roles, connection, patience_s=0, notify=watch.notify, stop=asyncio.Event()
            )
            watch.worked(start)
            return confirmed

        asyncio.run(run.carry_out(work))
        figures = watch.figures()
        asyncio.run(connection.delete_stream())
    return figures
