"""Meter and simulator of a run as processes, and what is done for them while they work."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import partial
from logging import getLogger

from pvsim.adapters.processes import RoleProcess, fork_role
from pvsim.app.parts import Together
from pvsim.app.ports import BrokerState, MeterProgress, SimulatorProgress, Stop
from pvsim.app.role_messages import Begin, BrokerMoved, FromRole, PublishAgain
from pvsim.app.supervise import supervise
from pvsim.core.messages.address import BrokerAddress
from pvsim.core.run.pacing import MAX_SPEED
from pvsim.errors import BrokerError, PvsimError, UsageError
from pvsim.wiring.broker import Connection
from pvsim.wiring.role_work import METER, SIMULATOR, works_of
from pvsim.wiring.runs import Run

__all__ = ["fork_roles", "run_roles"]

IDLE_S = 3.0
"""The meter looks again whether the broker has everything when the simulator has come no further for so long."""

RESTART_S = 1.0
"""While a role has lost our own broker, we look for it so often: it may end once more, or move."""

_log = getLogger(__name__)


def fork_roles(run: Run, error_of: Callable[[Exception], PvsimError]) -> dict[str, RoleProcess]:
    """Processes that wait to become simulators and meters; call it before there is an event loop.

    Args:
        run: The run; the processes inherit it, with all that has been made of it.
        error_of: What to tell of an exception that ends a role.
    """
    return {role: fork_role(f"pvsim-{role.split()[0]}", work, error_of) for role, work in works_of(run).items()}


async def run_roles(
    run: Run,
    roles: dict[str, RoleProcess],
    connection: Connection,
    *,
    patience_s: float,
    speed: float = MAX_SPEED,
    notify: Callable[[str, FromRole], None],
    stop: Stop,
    prepare: Callable[[], object] | None = None,
) -> int:
    """Let meter and simulator do the run, until the simulator has written everything.

    Meanwhile the first rows that it must write are computed: the proof takes them.

    Args:
        run: The run.
        roles: The processes, forked for this run.
        connection: The broker and the way to it. Where it can be found again, that is done while a role has lost
            it, and the roles are told where it is.
        patience_s: How long they go on without the broker.
        speed: Simulated seconds in a second of wall time, for the meter.
        notify: Takes a role's name and each of its reports.
        stop: The user's wish to stop.
        prepare: What else can be done for the time after the run; it takes a tenth of a second at most.

    Returns:
        How many readings the broker has confirmed to the meter, in this call or before.

    Raises:
        PvsimError: whatever the first role that failed said.
        InterruptedRunError: if `stop` was set.
    """
    if run.models.external:
        fix = "use pvsim simulate; a run that was begun: pvsim simulate --dir DIR"
        what = "a meter of this run is external: pvsim run has no readings"
        raise UsageError(what, field="meter.source", fix=fix)
    for process in roles.values():
        process.tell(Begin(connection.address, connection.transport_name, patience_s, speed, run.reached_utc))
    together = Together(partial(notify, "run"), run.models.plan.readings, markers=len(run.models.parts) or 1)
    watch = _Watch(roles, _BrokerRestarter(connection, roles), together, notify)
    looking = asyncio.ensure_future(watch.look_after_idleness())
    ahead = asyncio.ensure_future(_work_ahead(run, prepare))
    try:
        await supervise(roles, leaders=_named(roles, SIMULATOR), notify=watch.relay, stop=stop)
    finally:
        looking.cancel()
        ahead.cancel()
        watch.restarter.cancel()
        for process in roles.values():
            process.kill()
        await asyncio.gather(ahead, return_exceptions=True)  # what has failed, the proof meets again, and says
    return min(watch.confirmed, run.models.plan.readings)  # an end marker is no reading


def _named(roles: Iterable[str], kind: str) -> list[str]:
    return [name for name in roles if name.startswith(kind)]


async def _work_ahead(run: Run, prepare: Callable[[], object] | None) -> None:
    if not run.models.parts:  # of which none is proved by itself
        await run.models.expected.work_ahead()
    if prepare is not None:
        prepare()


class _Watch:
    """Passes on what the roles report, and has the meter publish again where the broker may have lost messages."""

    def __init__(
        self,
        roles: Mapping[str, RoleProcess],
        restarter: "_BrokerRestarter",
        together: Together,
        notify: Callable[[str, FromRole], None],
    ) -> None:
        self.restarter = restarter
        self._roles, self._together, self._notify = roles, together, notify
        self._written: dict[str, SimulatorProgress] = {}
        self._confirmed: dict[str, int] = {}

    @property
    def confirmed(self) -> int:
        """How many messages the broker has confirmed to all meters."""
        return sum(self._confirmed.values())

    def relay(self, role: str, said: FromRole) -> None:
        """Take what a role says."""
        if isinstance(said, SimulatorProgress):
            self._written[role] = said
        if isinstance(said, MeterProgress):  # less when it publishes a lost log again
            self._confirmed[role] = max(self._confirmed.get(role, 0), said.confirmed)
        if isinstance(said, MeterProgress | SimulatorProgress):
            self._together.take(role, said)
            return
        if isinstance(said, BrokerState):
            self.restarter.note(role, well=said.well)
            if said.well and role.startswith(SIMULATOR):  # the log may have become shorter, or be another one
                self._publish_again()
        self._notify(role, said)

    def _publish_again(self) -> None:
        for name in _named(self._roles, METER):
            self._roles[name].tell(PublishAgain())

    async def look_after_idleness(self) -> None:
        """A simulator that finds no stream makes an empty one and waits; the meter may think that it is done."""
        before: dict[str, SimulatorProgress] = {}
        while True:
            await asyncio.sleep(IDLE_S)
            some = any(before.get(role) == now and now.written < now.total for role, now in self._written.items())
            if some or self._written == before:
                self._publish_again()
            before = dict(self._written)


class _BrokerRestarter:
    """Starts our own broker again while a role has lost it, and tells the roles where it is.

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
            self._task = asyncio.ensure_future(self._restart(find))

    def cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _restart(self, find: Callable[[], Awaitable[BrokerAddress]]) -> None:
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
            await asyncio.sleep(RESTART_S)

    def _tell(self, address: BrokerAddress) -> None:
        if address == self._connection.address:
            return
        _log.warning("our own broker has moved", extra={"facts": {"address": str(address)}})
        self._connection.address = address
        for role in self._roles.values():
            role.tell(BrokerMoved(address))
