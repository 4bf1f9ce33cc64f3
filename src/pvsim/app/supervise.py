"""Runs the roles of a run side by side: the leaders end well, or all are stopped and the first reason counts."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from dataclasses import dataclass
from logging import getLogger
from signal import SIGKILL, SIGTERM
from typing import Protocol

from pvsim.app.ports import Stop
from pvsim.app.role_messages import Failed, FromRole
from pvsim.errors import InterruptedRunError, PvsimError

__all__ = ["Role", "RoleFailedError", "supervise"]

GRACE_S = 30.0
"""How long a role that was asked to end may take; it takes 2 s where the broker does not answer. A kill loses
nothing (I1), and a role that hangs, or that somebody has stopped, must not hold up the others for ever."""

_log = getLogger(__name__)


class Role(Protocol):
    """A role that runs as a process of its own."""

    def reports(self) -> AsyncIterator[FromRole]:
        """What it reports, until it ends."""
        ...

    async def wait(self) -> int:
        """Its exit code; negative for a signal."""
        ...

    def stop(self, *, now: bool = False) -> None:
        """Ask it to finish in order; `now` ends it at once."""
        ...


class RoleFailedError(PvsimError):
    """A role ended with an error; carries that error's exit code."""

    def __init__(self, what: str, *, where: str = "", field: str = "", fix: str = "", exit_code: int = 1) -> None:
        super().__init__(what, where=where, field=field, fix=fix)
        self.exit_code = exit_code


@dataclass(slots=True)
class _Watched:
    name: str
    role: Role
    failed: Failed | None = None
    code: int | None = None
    stopped: bool = False
    killed: bool = False
    released: bool = False

    def stop(self) -> None:
        """Ask it to end, once, if it has not ended: asked again it would end at once, without its last word."""
        if self.code is None and not self.stopped:
            self.stopped = True
            self.role.stop()

    def kill(self) -> None:
        """End it at once, if it has not ended."""
        if self.code is None:
            self.killed = True
            _log.warning("a role did not end when it was asked to", extra={"facts": {"role": self.name}})
            self.role.stop(now=True)

    def error(self) -> PvsimError | None:
        """Why it failed, None where it did not."""
        interrupted = (
            self.code == InterruptedRunError.exit_code
            or (self.stopped and self.code == -SIGTERM)
            or (self.killed and self.code == -SIGKILL)
        )
        if not self.code or (self.released and interrupted):
            return None
        said = self.failed
        if interrupted:
            return InterruptedRunError(said.what if said else f"the {self.name} was interrupted")
        if said:
            facts = {"where": said.where, "field": said.field, "fix": said.fix}
            return RoleFailedError(said.what, **facts, exit_code=self.code)
        if self.code < 0:
            return RoleFailedError(f"the {self.name} was ended by signal {-self.code}")
        return RoleFailedError(f"the {self.name} ended with exit code {self.code}", exit_code=self.code)


async def supervise(
    roles: Mapping[str, Role], *, leaders: Collection[str], notify: Callable[[str, FromRole], None], stop: Stop
) -> None:
    """Wait until every role has ended; if one fails or the user wishes to stop, stop the others too.

    Args:
        roles: The running roles by name.
        leaders: The roles whose work is the purpose: once all of them have ended well, the others are stopped.
        notify: Called with a role's name and each of its reports.
        stop: The user's wish to stop.

    Raises:
        RoleFailedError: if a role failed, with the first failure's reason.
        InterruptedRunError: if the roles stopped because the user wished it.
    """
    work = _Supervision([_Watched(name, role) for name, role in roles.items()], leaders, notify)
    helpers = [asyncio.ensure_future(work.stop_when_asked(stop)), asyncio.ensure_future(work.kill_what_stays())]
    try:
        async with asyncio.TaskGroup() as group:
            for each in work.watched:
                group.create_task(work.watch(each))
    finally:
        for helper in helpers:
            helper.cancel()
    # an interruption that follows from another role's failure is not the reason
    reasons = [e for e in work.failures if not isinstance(e, InterruptedRunError)] or work.failures
    if reasons:
        raise reasons[0]


class _Supervision:
    """The roles of a run under way, and why those that failed did."""

    def __init__(
        self, watched: list[_Watched], leaders: Collection[str], notify: Callable[[str, FromRole], None]
    ) -> None:
        self.watched = watched
        self.failures: list[PvsimError] = []
        self._leading, self._notify = set(leaders), notify
        self._stopping = asyncio.Event()

    async def watch(self, each: _Watched) -> None:
        """Pass its reports on until it ends, and draw the conclusion."""
        async for said in each.role.reports():
            if isinstance(said, Failed):
                each.failed = said
            self._notify(each.name, said)
        each.code = await each.role.wait()
        if (error := each.error()) is not None:
            self.failures.append(error)
            self._stop_all()
            return
        self._leading.discard(each.name)
        if not self._leading:
            for other in self.watched:
                other.released = True
            self._stop_all()

    async def stop_when_asked(self, stop: Stop) -> None:
        await stop.wait()
        self._stop_all()

    async def kill_what_stays(self) -> None:
        await self._stopping.wait()
        await asyncio.sleep(GRACE_S)
        for each in self.watched:
            each.kill()

    def _stop_all(self) -> None:
        for each in self.watched:
            each.stop()
        self._stopping.set()
