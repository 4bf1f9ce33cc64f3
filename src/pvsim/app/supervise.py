"""Runs the roles of a run side by side: the leader ends well, or all are stopped and the first reason counts."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from signal import SIGTERM
from typing import Any, Protocol

from pvsim.app.ports import Stop
from pvsim.errors import InterruptedRunError, PvsimError

__all__ = ["Role", "RoleFailedError", "supervise"]


class Role(Protocol):
    """A role that runs as a process of its own."""

    def reports(self) -> AsyncIterator[dict[str, Any]]:
        """What it reports, until it ends."""
        ...

    async def wait(self) -> int:
        """Its exit code; negative for a signal."""
        ...

    def stop(self) -> None:
        """Ask it to finish in order."""
        ...


class RoleFailedError(PvsimError):
    """A role ended with an error; carries that error's exit code."""

    def __init__(self, what: str, *, where: str = "", fix: str = "", exit_code: int = 1) -> None:
        super().__init__(what, where=where, fix=fix)
        self.exit_code = exit_code


@dataclass(slots=True)
class _Watched:
    name: str
    role: Role
    last: dict[str, Any] = field(default_factory=dict)
    code: int | None = None
    stopped: bool = False
    released: bool = False

    def stop(self) -> None:
        """Ask it to end, if it has not ended."""
        if self.code is None:
            self.stopped = True
            self.role.stop()

    def error(self) -> PvsimError | None:
        """Why it failed, None where it did not."""
        interrupted = self.code == InterruptedRunError.exit_code or (self.stopped and self.code == -SIGTERM)
        if not self.code or (self.released and interrupted):
            return None
        said = self.last.get("error")
        if interrupted:
            return InterruptedRunError(said["what"] if said else f"the {self.name} was interrupted")
        if said:
            return RoleFailedError(said["what"], where=said["where"], fix=said["fix"], exit_code=self.code)
        if self.code < 0:
            return RoleFailedError(f"the {self.name} was ended by signal {-self.code}")
        return RoleFailedError(f"the {self.name} ended with exit code {self.code}", exit_code=self.code)


async def supervise(
    roles: Mapping[str, Role], *, leader: str, report: Callable[[str, dict[str, Any]], None], stop: Stop
) -> None:
    """Wait until every role has ended; if one fails or the user wishes to stop, stop the others too.

    Args:
        roles: The running roles by name.
        leader: The role whose work is the purpose: once it has ended well, the others are stopped.
        report: Called with a role's name and each of its reports.
        stop: The user's wish to stop.

    Raises:
        RoleFailedError: if a role failed, with the first failure's reason.
        InterruptedRunError: if the roles stopped because the user wished it.
    """
    watched = [_Watched(name, role) for name, role in roles.items()]
    failures: list[PvsimError] = []

    async def watch(each: _Watched) -> None:
        async for said in each.role.reports():
            each.last = said
            report(each.name, said)
        each.code = await each.role.wait()
        if (error := each.error()) is not None:
            failures.append(error)
            _stop_all(watched)
        elif each.name == leader:
            for other in watched:
                other.released = True
            _stop_all(watched)

    async def stop_when_asked() -> None:
        await stop.wait()
        _stop_all(watched)

    asking = asyncio.ensure_future(stop_when_asked())
    try:
        async with asyncio.TaskGroup() as group:
            for each in watched:
                group.create_task(watch(each))
    finally:
        asking.cancel()
    # an interruption that follows from another role's failure is not the reason
    reasons = [e for e in failures if not isinstance(e, InterruptedRunError)] or failures
    if reasons:
        raise reasons[0]


def _stop_all(watched: list[_Watched]) -> None:
    for each in watched:
        each.stop()
