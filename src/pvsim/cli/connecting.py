"""How commands that work with a run's messages come to the broker: checks before, the connection, a role on it."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from pvsim.adapters.signals import run_with_stop
from pvsim.cli.progress import Display
from pvsim.errors import BrokerError

if TYPE_CHECKING:
    import asyncio

    from pvsim.app.patience import Patience, Terms
    from pvsim.cli.other_options import OtherOptions
    from pvsim.core.run.plan import RunPlan
    from pvsim.wiring.broker import Connection

__all__ = ["check_broker_url", "connect", "declare_super_stream", "patience_of", "require_room", "run_role"]

Work: TypeAlias = Callable[["Connection", "Terms"], Awaitable[None]]
"""What a role does once it can reach the broker."""


def check_broker_url(options: "OtherOptions") -> None:
    """Refuse a malformed broker URL before anything is made."""
    from pvsim.core.messages.address import BrokerAddress  # noqa: PLC0415

    if options.broker:
        BrokerAddress.parse(options.broker)


def require_room(options: "OtherOptions", plan: "RunPlan") -> None:
    """Refuse what pvsim's own broker has no room for, before anything is made."""
    from pvsim.wiring import broker_streams  # noqa: PLC0415

    broker_streams.require_room(options.broker, plan.readings)


async def connect(options: "OtherOptions", plan: "RunPlan", display: Display) -> "Connection":
    """Find the broker, fetched and started where it is pvsim's own, and the way to it."""
    from pvsim.wiring.broker import Connection, find_broker, resolve_transport  # noqa: PLC0415

    find = partial(find_broker, options.broker, say=display.say, progress=display.show)
    address = await find()
    display.broker_is_there()
    name = await resolve_transport(options.transport, address, say=display.say)
    return Connection(address, name, plan, None if options.broker else find)


def patience_of(options: "OtherOptions") -> "Patience":
    """How long to go on without the broker: from the start where somebody has spoken with it a moment ago."""
    import random  # noqa: PLC0415

    from pvsim.app.patience import Patience  # noqa: PLC0415

    return Patience(options.patience_s, jitter=random.random, from_start=not options.broker)


async def declare_super_stream(connection: "Connection", say: Callable[[str], None]) -> None:
    """Make the super stream of a run in partitions; the run does not depend on it."""
    try:
        await connection.declare_super_stream()
    except BrokerError as error:
        say(f"there is no super stream {connection.plan.stream}, only its streams: {error}")


def run_role(role: str, options: "OtherOptions", plan: "RunPlan", work: Work) -> None:
    """Connect, work, and show the progress."""
    from pvsim.adapters.logs import open_log  # noqa: PLC0415
    from pvsim.app.patience import Terms  # noqa: PLC0415

    display = Display(quiet=options.quiet)

    async def use(stop: "asyncio.Event") -> None:
        connection = await connect(options, plan, display)
        display.say(f"run {plan.run_id} over {connection.transport_name} at {connection.address}")
        if plan.partitions is not None:
            await declare_super_stream(connection, display.say)
        await work(connection, Terms(patience_of(options), partial(display, role), stop))

    handler = open_log(options.directory, role) if options.directory is not None else None
    try:
        run_with_stop(use)
    finally:
        display.clear()
        if handler is not None:
            handler.close()
