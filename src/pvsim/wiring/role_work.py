"""What the roles of a run do in the processes that are forked for them."""

import asyncio
import os
import random
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeAlias

from pvsim.adapters.logs import open_log
from pvsim.adapters.processes import Reports, Work
from pvsim.adapters.signals import run_with_stop
from pvsim.app.patience import Patience, Terms
from pvsim.app.ports import Stop
from pvsim.app.role_messages import Begin, BrokerMoved, PublishAgain, decode_to_role
from pvsim.core.run.shares import ALL, Share
from pvsim.wiring.broker import Connection
from pvsim.wiring.part_roles import publish_share, write_share
from pvsim.wiring.runs import Run

__all__ = ["METER", "SIMULATOR", "works_of"]


def works_of(run: Run) -> dict[str, Work]:
    """What each role of a run does; the process that is forked for it inherits the run as it is.

    Of a run in partitions there are several of each, one for each core, but not more than parts.
    """
    roles: dict[str, _Role] = {SIMULATOR: partial(_simulate, ALL), METER: partial(_publish, ALL)}
    if run.models.parts:
        run.models.loads()  # all of them inherit the same
        of = max(min(len(os.sched_getaffinity(0)), len(run.models.parts)), 1)
        shares = [Share(first, of) for first in range(of)]
        roles = {f"{SIMULATOR} {share}": partial(_simulate, share) for share in shares}
        roles |= {f"{METER} {share}": partial(_publish, share) for share in shares}
    return {name: partial(_work, name, role, run) for name, role in roles.items()}


SIMULATOR, METER = "simulator", "meter"
"""What the names of the roles begin with."""


class _Setting:
    """What a role works with, kept as its parent says."""

    def __init__(self, run: Run, begin: Begin, reports: Reports) -> None:
        self.run, self.begin, self.reports = run, begin, reports
        self.connection = Connection(begin.broker, begin.transport, run.models.plan)
        # the parent has spoken with the broker a moment ago
        self.patience = Patience(begin.patience_s, jitter=random.random, from_start=True)
        self.publish_again = asyncio.Event()

    def hear(self, line: bytes) -> None:
        """Take a message of the parent."""
        message = decode_to_role(line)
        if isinstance(message, BrokerMoved):
            self.connection.address = message.broker
        elif isinstance(message, PublishAgain):
            self.publish_again.set()


_Role: TypeAlias = Callable[[_Setting, Stop], Awaitable[None]]


def _work(name: str, role: _Role, run: Run, begin: Begin, reports: Reports) -> None:
    setting = _Setting(run, begin, reports)
    log = open_log(run.directory.path, name)
    try:
        run_with_stop(lambda stop: role(setting, stop), parent=setting.hear)
    finally:
        log.close()


async def _publish(share: Share, setting: _Setting, stop: Stop) -> None:
    await publish_share(
        setting.run.models,
        setting.run.directory,
        setting.connection,
        share,
        Terms(setting.patience, setting.reports, stop),
        again=setting.publish_again,
        speed=setting.begin.speed,
        since_utc=setting.begin.since_utc,
    )


async def _simulate(share: Share, setting: _Setting, stop: Stop) -> None:
    await write_share(
        setting.run.models,
        setting.run.directory,
        setting.connection,
        share,
        Terms(setting.patience, setting.reports, stop),
        with_meter=True,
    )
