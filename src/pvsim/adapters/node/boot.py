"""Starts the node's processes and waits until it answers."""

import asyncio
import socket
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from shlex import quote

from pvsim.adapters.node import probe, processes
from pvsim.adapters.node.layout import Layout
from pvsim.adapters.node.packages import Packages
from pvsim.adapters.node.reasons import ports_in_use, reasons
from pvsim.adapters.node.server import assemble
from pvsim.adapters.node.settings import LOOPBACK, OPEN_FILES, Identity, node_environment, rabbitmq_conf
from pvsim.adapters.node.store import State, write_private, write_state
from pvsim.errors import BrokerError

__all__ = ["LIMIT_FILES", "PortsTakenError", "answers", "boot", "not_started", "wait_until_it_answers"]

_TICK_S = 0.1

LIMIT_FILES = f"""umask 077
limit=$(ulimit -Hn)
[ "$limit" != unlimited ] && [ "$limit" -lt {OPEN_FILES} ] || limit={OPEN_FILES}
ulimit -n "$limit"
"""
# The shell ends at once, so the node is nobody's child and outlives whoever started it; with it, in its own
# session, goes its epmd. `&` makes both ignore SIGINT.
_LAUNCH = f"""exec 2>>"$1"
{LIMIT_FILES}
epmd -address {LOOPBACK} </dev/null >>"$1" &
server/sbin/rabbitmq-server </dev/null >>"$1" &
echo $!
"""


class PortsTakenError(BrokerError):
    """A port was taken between choosing and listening; `ports` names those known."""

    ports: tuple[int, ...] = ()


def not_started(layout: Layout, what: str) -> BrokerError:
    """The error of a node that did not come up: where to read more, and how to start again."""
    fix = (
        f"see {layout.boot_log}; to start afresh: rm -r {quote(str(layout.home))} "
        "(the broker is only a cache of what runs have on disk)"
    )
    return BrokerError(what, where=str(layout.log), fix=fix)


async def answers(identity: Identity) -> bool:
    """Whether both protocols of the node answer, and its plugins listen."""
    ports = identity.ports
    if await probe.stream_version(LOOPBACK, ports.stream) is None:
        return False
    if not await probe.amqp_answers(LOOPBACK, ports.amqp):
        return False
    return all([await probe.listens(LOOPBACK, port) for port in identity.extras.ports.values()])


async def boot(layout: Layout, packages: Packages, identity: Identity, *, patience_s: float) -> None:
    """Write the settings, start the node, wait until it answers; at failure nothing is left running.

    Only a cancelled wait leaves it booting: killed inside its first boot it could lose its data, and the next
    call takes it over.

    Raises:
        PortsTakenError: if it could not listen.
        BrokerError: if it ended, or did not answer in `patience_s` seconds, with the reason from its log.
    """
    _write_settings(layout, packages, identity)
    log_before = layout.log.stat().st_size if layout.log.exists() else 0
    try:
        async with _notifications() as (notify, ready), asyncio.timeout(patience_s):
            environment = node_environment(
                layout, packages, identity, mark=processes.mark(layout.home), notify=notify
            )
            state = await _launch(layout, environment, packages, identity)
            await wait_until_it_answers(state, identity, ready)
    except (TimeoutError, ProcessLookupError) as error:
        await processes.end(lambda: processes.marked(layout.home), grace_s=0)
        layout.state.unlink(missing_ok=True)
        text = layout.boot_log.read_text("utf-8", "replace") + _tail(layout.log, log_before)
        late = isinstance(error, TimeoutError)
        happened = f"was not ready within {patience_s:g} s" if late else "ended while it was starting"
        told = "; ".join(reasons(text)) or "it printed nothing"
        failure = not_started(layout, f"the private RabbitMQ node {happened}: {told}")
        if taken := ports_in_use(text):
            failure = PortsTakenError(failure.what, where=failure.where, fix=failure.fix)
            failure.ports = taken
        raise failure from error


async def wait_until_it_answers(state: State, identity: Identity, ready: asyncio.Event) -> None:
    """Return when both protocols answer and the plugins listen; `ready` only makes it look at once.

    Raises:
        ProcessLookupError: if the process ends before.
    """
    while not await answers(identity):
        if processes.start_ticks(state.pid) != state.start_ticks:
            raise ProcessLookupError(state.pid)
        ready.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(ready.wait(), _TICK_S)


def _write_settings(layout: Layout, packages: Packages, identity: Identity) -> None:
    write_private(layout.config, rabbitmq_conf(identity))
    write_private(layout.enabled_plugins, f"[{','.join(identity.plugins)}].\n")
    write_private(layout.empty, "")
    write_private(layout.cookie, identity.cookie, mode=0o400)
    write_private(layout.boot_log, "")
    assemble(layout.server, packages, identity.plugins)


async def _launch(layout: Layout, environment: Mapping[str, str], packages: Packages, identity: Identity) -> State:
    shell = await asyncio.create_subprocess_exec(
        "/bin/sh",
        "-c",
        _LAUNCH,
        "sh",
        str(layout.boot_log),
        cwd=layout.home,
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    printed, _ = await shell.communicate()
    pid = int(printed or 0)
    ticks = processes.start_ticks(pid)
    if ticks is None:
        raise ProcessLookupError(pid)
    state = State(pid, ticks, packages.version, packages.origin, tuple(identity.extras.ports))
    write_state(layout, state)
    return state


@asynccontextmanager
async def _notifications() -> AsyncIterator[tuple[Path, asyncio.Event]]:
    """A socket as systemd offers it, and an event that is set when READY=1 comes there."""

    class Receiver(asyncio.DatagramProtocol):
        def datagram_received(self, data: bytes, addr: object) -> None:  # noqa: ARG002 (the protocol's signature)
            if b"READY=1" in data:
                ready.set()

    ready = asyncio.Event()
    # not in the home: a socket's path must be shorter than 108 bytes
    with tempfile.TemporaryDirectory(prefix="pvsim-") as directory:
        path = Path(directory, "notify")
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            Receiver, local_addr=str(path), family=socket.AF_UNIX
        )
        try:
            yield path, ready
        finally:
            transport.close()


def _tail(log: Path, start: int) -> str:
    """What was written to a log after it had `start` bytes (all of it, if it was rotated), at most 200 kB."""
    if not log.exists():
        return ""
    with log.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(start if start <= size else 0, size - 200_000))
        return file.read().decode("utf-8", "replace")
