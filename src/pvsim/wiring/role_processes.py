"""Meter and simulator of a run as processes, and what is done for them while they work."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from logging import getLogger
from typing import Any

from pvsim.adapters.processes import RoleProcess, fork_role
from pvsim.app.ports import Stop
from pvsim.app.supervise import supervise
from pvsim.core.messages.address import BrokerAddress
from pvsim.errors import BrokerError, UsageError
from pvsim.wiring.broker import Connection
from pvsim.wiring.runs import Run

__all__ = ["fork_roles", "run_roles"]

_COMMANDS = {"simulator": "simulate", "meter": "meter"}

IDLE_S = 3.0
"""The meter looks again whether the broker has everything when the simulator has come no further for so long."""

REVIVE_S = 1.0
"""While a role has lost our own broker, it is looked after so often: it may end once more, or move."""

_log = getLogger(__name__)


def fork_roles(command_line: Callable[[list[str]], None]) -> dict[str, RoleProcess]:
    """Two processes that wait to become simulator and meter; call it before there is an event loop."""
    return {role: fork_role(f"pvsim-{role}", command_line) for role in _COMMANDS}


async def run_roles(
    run: Run,
    roles: dict[str, RoleProcess],
    connection: Connection,
    *,
    patience_s: float,
    report: Callable[[str, dict[str, Any]], None],
    stop: Stop,
) -> None:
    """Let meter and simulator do the run, until the simulator has written everything.

    Args:
        run: The run.
        roles: The processes.
        connection: The broker and the way to it. Where it can be found again, that is done while a role has lost
            it, and the roles are told where it is.
        patience_s: How long they go on without the broker.
        report: Takes a role's name and each of its reports.
        stop: The user's wish to stop.

    Raises:
        PvsimError: whatever the first role that failed said.
        InterruptedRunError: if `stop` was set.
    """
    if run.models.external:
        fix = "use pvsim simulate; a run that was begun: pvsim simulate --dir DIR"
        raise UsageError(
            "a meter of this run is external: pvsim run has no readings", field="meter.source", fix=fix
        )
    where = ["--supervised", "--dir", str(run.directory.path)]
    where += ["--transport", connection.name, "--patience", str(patience_s)]
    for role, process in roles.items():
        process.begin([_COMMANDS[role], *where], {"PVSIM_BROKER_URL": connection.address.amqp_url})
    reviver = _Reviver(connection, roles)
    written: Any = None

    def relay(role: str, said: dict[str, Any]) -> None:
        nonlocal written
        written = said.get("written", written)
        if "well" in said:
            reviver.note(role, well=said["well"])
        if said.get("well") and role == "simulator":  # the log may have become shorter, or be another one
            roles["meter"].nudge()
        report(role, said)

    async def look_after_idleness() -> None:
        """A simulator that finds no stream makes an empty one and waits; the meter may think that it is done."""
        before = None
        while True:
            await asyncio.sleep(IDLE_S)
            if written == before:
                roles["meter"].nudge()
            before = written

    looking = asyncio.ensure_future(look_after_idleness())
    try:
        await supervise(roles, leader="simulator", report=relay, stop=stop)
    finally:
        looking.cancel()
        reviver.cancel()
        for process in roles.values():
            process.kill()


class _Reviver:
    """Looks after our own broker while a role has lost it: starts it again, and says where it is.

    What goes wrong with that, the roles notice by themselves.
    """

    def __init__(self, connection: Connection, roles: Mapping[str, RoleProcess]) -> None:
        self._connection, self._roles = connection, roles
        self._lost: set[str] = set()
        self._task: asyncio.Future[None] | None = None

    def note(self, role: str, *, well: bool) -> None:
        """Take what a role says of the broker."""
        if well:
            self._lost.discard(role)
            return
        self._lost.add(role)
        find = self._connection.find
        if find is not None and (self._task is None or self._task.done()):
            self._task = asyncio.ensure_future(self._look_after(find))

    def cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _look_after(self, find: Callable[[], Awaitable[BrokerAddress]]) -> None:
        told = ""
        while self._lost:
            try:
                address = await find()
            except BrokerError as error:
                if str(error) != told:
                    told = str(error)
                    _log.warning("our own broker could not be started again", extra={"facts": {"error": told}})
            else:
                self._tell(address)
            await asyncio.sleep(REVIVE_S)

    def _tell(self, address: BrokerAddress) -> None:
        if address == self._connection.address:
            return
        _log.warning("our own broker has moved", extra={"facts": {"address": str(address)}})
        self._connection.address = address
        for role in self._roles.values():
            role.tell_broker(address.amqp_url)
