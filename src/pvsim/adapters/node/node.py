"""The life of a private node: up, status, down, destroy."""

import asyncio
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from pvsim.adapters.node import accounts, apt, probe, processes, repair, store
from pvsim.adapters.node.boot import PortsTakenError, boot, wait_until_it_answers
from pvsim.adapters.node.control import make_streams_survive
from pvsim.adapters.node.layout import Layout
from pvsim.adapters.node.lock import locked
from pvsim.adapters.node.packages import Packages, find
from pvsim.adapters.node.plugins import WORDS, Extras, changed
from pvsim.adapters.node.settings import DISK_FREE_LIMIT_BYTES, LOOPBACK, Identity
from pvsim.core.messages.address import BrokerAddress
from pvsim.errors import BrokerError

__all__ = ["NodeStatus", "destroy", "down", "running", "status", "up"]

_PORT_TRIES = 3
_GRACE_S = 20.0  # a clean stop takes 1-3 s


@dataclass(frozen=True, slots=True)
class NodeStatus:
    """What is known of a node, without its password (which `address` keeps out of its repr).

    Args:
        running: Its process lives and the stream protocol answers.
        address: Where clients reach it; None if it was never made.
        pid: Its process; None if none lives. A pid of a node that is not `running` boots or hangs.
        version: RabbitMQ's, of the running process.
        origin: "system" or "unpacked": whose files it runs from.
        home: Its directory.
        log: Its log.
        memory_mb: Resident memory in MB.
        data_mb: What it stores, in MB.
        streams: How many streams it stores.
        mqtt: Where MQTT answers; None if it was not asked for.
        management: Where the management page is; None if it was not asked for.
    """

    running: bool
    address: BrokerAddress | None
    pid: int | None
    version: str | None
    origin: str | None
    home: Path
    log: Path
    memory_mb: float | None
    data_mb: float
    streams: int
    mqtt: str | None = None
    management: str | None = None


def _silent(_: str) -> None:
    pass


async def up(
    home: Path,
    *,
    say: Callable[[str], None] = _silent,
    progress: Callable[[str], None] = _silent,
    patience_s: float = 60.0,
    extras: Mapping[str, bool] = MappingProxyType({}),
) -> BrokerAddress:
    """Make sure that the private node of a home runs; returns in a few milliseconds if it does.

    A node that runs is restarted where a plugin is to be turned on or off: turned on in a running node it would
    listen on all interfaces. Its data, accounts and ports stay.

    Args:
        home: Its directory; made if missing.
        say: Called with one line for each step that takes time.
        progress: Called again and again with how far a step is.
        patience_s: How long a boot may take, in seconds (fetching packages has its own bound).
        extras: "mqtt" and "management", on or off from now on; what is not named stays as it is.

    Raises:
        BrokerError: if there are no packages and none can be fetched, or it does not start; with the reason.
        CannotWriteError: if its directory cannot be written.
        UsageError: if its directory has a name that Erlang cannot work with.
    """
    layout = Layout.of(home)
    identity = await _answering(layout)
    if identity is not None and accounts.are_made(layout, identity) and not _to_change(layout, extras):
        return identity.address
    async with locked(layout, say):
        identity = await _answering(layout) or await _adopted(layout, say, patience_s)
        if identity is not None and (todo := _to_change(layout, extras)):
            for name, on in todo.items():
                say(f"restarting RabbitMQ to turn {'on' if on else 'off'} {WORDS[name]}; its data stays")
            await _stop(layout, grace_s=_GRACE_S)
            identity = None
        if identity is None:
            packages = find(layout.packages) or await apt.fetch(layout.packages, say=say, progress=progress)
            identity = await _booted(layout, packages, say, patience_s, extras)
        await make_streams_survive(layout, say)
        if not accounts.are_made(layout, identity):
            await accounts.make_viewer(layout)
        return identity.address


async def status(home: Path) -> NodeStatus:
    """What is known of the node of a home; starts and changes nothing."""
    layout = Layout.of(home)
    identity, state = store.read_identity(layout), store.read_state(layout)
    ports = identity.extras if identity else Extras()
    return NodeStatus(
        running=await _answering(layout) is not None,
        address=identity.address if identity else None,
        pid=state.pid if state else None,
        version=state.version if state else None,
        origin=state.origin if state else None,
        home=layout.home,
        log=layout.log,
        memory_mb=processes.memory_mb(state.pid) if state else None,
        data_mb=round(sum(_sizes(layout.data)) / 1e6, 1),
        streams=sum(1 for _ in layout.data.glob("*/stream/__*")),
        mqtt=f"mqtt://{LOOPBACK}:{ports.mqtt}" if ports.mqtt else None,
        management=f"http://{LOOPBACK}:{ports.management}/" if ports.management else None,
    )


async def running(home: Path) -> tuple[NodeStatus, BrokerAddress]:
    """The same of a node that runs, and where clients reach it.

    Raises:
        BrokerError: if it does not run.
    """
    found = await status(home)
    if not found.running or found.address is None:
        raise BrokerError("pvsim's own broker is not running", where=str(found.home), fix="pvsim broker up")
    return found, found.address


async def down(home: Path) -> bool:
    """Stop the node of a home and all that belongs to it; its data stays.

    Returns:
        Whether anything was running.
    """
    layout = Layout.of(home)
    if not layout.lock.exists():
        return False
    async with locked(layout, _silent):
        return await _stop(layout, grace_s=_GRACE_S)


async def destroy(home: Path) -> None:
    """Stop the node of a home at once and remove it with its data; other files in the directory stay."""
    layout = Layout.of(home)
    if not layout.lock.exists():
        return
    async with locked(layout, _silent):
        await _stop(layout, grace_s=0)
        for part in layout.parts:
            if part.is_dir() and not part.is_symlink():
                shutil.rmtree(part)
            else:
                part.unlink(missing_ok=True)
    with suppress(OSError):  # somebody's own files in it
        layout.home.rmdir()


async def _answering(layout: Layout) -> Identity | None:
    """The node, if its process lives and answers.

    Only the stream port is asked: that leaves no line in its log.
    """
    identity = store.read_identity(layout)
    if identity is None or store.read_state(layout) is None:
        return None
    return identity if await probe.stream_version(LOOPBACK, identity.ports.stream) else None


def _to_change(layout: Layout, wanted: Mapping[str, bool]) -> dict[str, bool]:
    """What of `wanted` the node that runs has not."""
    state = store.read_state(layout)
    return changed(state.extras if state else (), wanted)


async def _adopted(layout: Layout, say: Callable[[str], None], patience_s: float) -> Identity | None:
    """A node that somebody began to boot and left; None if no process lives."""
    identity, state = store.read_identity(layout), store.read_state(layout)
    if identity is None or state is None:
        return None
    say("waiting for the broker to answer")
    try:
        async with asyncio.timeout(patience_s):
            await wait_until_it_answers(state, identity, asyncio.Event())
    except ProcessLookupError:
        return None
    except TimeoutError as error:
        raise BrokerError(
            f"the private RabbitMQ node (pid {state.pid}) runs but has not answered for {patience_s:g} s",
            where=str(layout.log),
            fix="pvsim broker down, then try again",
        ) from error
    return identity


async def _booted(
    layout: Layout,
    packages: Packages,
    say: Callable[[str], None],
    patience_s: float,
    extras: Mapping[str, bool],
) -> Identity:
    await _stop(layout, grace_s=0)  # what a killed node left: its epmd
    _require_space(layout)
    identity = store.change_extras(layout, store.read_identity(layout) or store.create_identity(layout), extras)
    if repair.needs_repair(packages.version) and (removed := repair.repair(layout.data)):
        say(f"removed {len(removed)} empty stream segment(s) left by a killed node")
    taken: tuple[int, ...] = ()
    for left in reversed(range(_PORT_TRIES)):
        identity = store.renew_ports(layout, identity, but_not=taken)
        say(f"starting RabbitMQ {packages.version} on {LOOPBACK}:{identity.ports.amqp}")
        try:
            await boot(layout, packages, identity, patience_s=patience_s)
        except PortsTakenError as error:
            if not left:
                raise
            taken = error.ports
        else:
            break
    return identity


async def _stop(layout: Layout, *, grace_s: float) -> bool:
    """First the VM, so that it can end cleanly with its helpers; then what is left of it."""
    state = store.read_state(layout)
    if state is not None:
        await processes.end(lambda: () if processes.is_dead(state.pid) else (state.pid,), grace_s=grace_s)
    strays = processes.marked(layout.home)
    await processes.end(lambda: processes.marked(layout.home), grace_s=min(grace_s, 2.0))
    layout.state.unlink(missing_ok=True)
    return state is not None or bool(strays)


def _require_space(layout: Layout) -> None:
    free, limit = shutil.disk_usage(layout.home).free, DISK_FREE_LIMIT_BYTES
    if free < limit:
        raise BrokerError(
            f"{free / 1e6:.0f} MB are free, and RabbitMQ takes no messages below {limit / 1e6:.0f} MB",
            where=str(layout.home),
            fix="free some space, or set PVSIM_BROKER_HOME to a directory on another disk",
        )


def _sizes(directory: Path) -> list[int]:
    found = []
    for path in directory.rglob("*"):
        with suppress(OSError):  # it may vanish while the node works
            found.append(path.lstat().st_size)
    return found
