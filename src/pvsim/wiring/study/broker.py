"""What a worker does where a study goes through the broker: it publishes a load once, for all cases that have it.

Each case is a run with a directory of its own. Its simulator reads the stream of the load from the beginning, and
it is proved as any run is. So the figures are those of `work.py`, by the way that `pvsim run` goes.
"""

import asyncio
import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from hashlib import sha256
from logging import getLogger
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from pvsim.adapters.pool import LocalPool
from pvsim.app.patience import Patience, Terms
from pvsim.app.ports import Notice
from pvsim.app.role_messages import TransportName
from pvsim.app.study import Work
from pvsim.config import RunConfig, digest
from pvsim.core.messages.address import BrokerAddress
from pvsim.core.results.hour_sums import HourSums
from pvsim.core.results.input_counts import input_counts
from pvsim.core.study.case import Case
from pvsim.core.study.record import CaseResult, Job, JobCase, encode_results, hours_of, single_figures
from pvsim.errors import BrokerError, PvsimError
from pvsim.wiring.broker import Connection, find_broker, resolve_transport
from pvsim.wiring.broker_streams import note_run, require_room
from pvsim.wiring.build import plan_of
from pvsim.wiring.models import Models
from pvsim.wiring.roles import run_meter, run_simulator
from pvsim.wiring.runs import Run
from pvsim.wiring.shared_models import loads_key
from pvsim.wiring.study.file import configured
from pvsim.wiring.study.work import failed

if TYPE_CHECKING:
    from pvsim.config.study import Study

__all__ = ["FUNCTION", "BrokerSetting", "broker_pool", "broker_setting", "carry_out", "through_broker"]

_log = getLogger(__name__)

FUNCTION = "pvsim.wiring.study.broker:carry_out"
"""What a pool of processes is given as its function."""


class BrokerSetting(msgspec.Struct, frozen=True):
    """How the cases of a study go through the broker.

    Attributes:
        address: Where it is. The password is in it: it travels through a pipe, never in a command line.
        transport: The way to it.
        directory: Where the directories of the cases are, each named by its id; an absolute path.
        keep_runs: Whether they stay; else they are removed when all cases of the load are done.
        private: Whether it is the private node, which may be full, and is told whose its streams are.
        patience_s: How long to go on without it.
    """

    address: BrokerAddress
    transport: TransportName
    directory: str
    keep_runs: bool = False
    private: bool = False
    patience_s: float = 60.0


class _BrokerJob(msgspec.Struct, frozen=True):
    setting: BrokerSetting
    job: msgspec.Raw


async def broker_setting(
    url: str | None,
    study: "Study",
    directory: Path,
    *,
    keep_runs: bool,
    say: Callable[[str], None],
    progress: Callable[[str], None],
) -> BrokerSetting:
    """How the cases of a study go through the broker, which can be reached then.

    Args:
        url: Of the broker; None is the private node, fetched and started where needed.
        study: What is carried out.
        directory: Where the directories of the cases are made.
        keep_runs: Whether they stay.
        say: Called with a line for each step.
        progress: Called again and again with how far a step is.

    Raises:
        UsageError: if the URL is malformed.
        BrokerError: if the broker cannot be had or reached, or refuses the account.
    """
    address = await find_broker(url, say=say, progress=progress)
    transport = await resolve_transport("auto", address, say=say)
    _, config = next(configured(study))
    connection = Connection(address, transport, plan_of(config))
    async with connection.transport().log(connection.plan.stream):
        pass
    return BrokerSetting(address, transport, str(directory.absolute()), keep_runs=keep_runs, private=not url)


def broker_pool(size: int) -> LocalPool:
    """Processes of this machine that carry out jobs which `through_broker` has made."""
    return LocalPool(FUNCTION, size)


def through_broker(works: Iterable[Work[Case]], setting: BrokerSetting) -> Iterator[Work[Case]]:
    """The same jobs, for `carry_out` of this module; `jobs` makes them with `by_load`."""
    for work in works:
        yield Work(msgspec.json.encode(_BrokerJob(setting, msgspec.Raw(work.job))), work.cases)


def carry_out(job: bytes) -> bytes:
    """Carry out the cases of a job through the broker; a case that fails gives its error, and the others go on.

    What a worker that was killed has left is used: a stream that is there, runs that have ended or can go on.

    Args:
        job: What `through_broker` makes.

    Returns:
        A `CaseResult` of each of its cases, in their order, as JSON.
    """
    decoded = msgspec.json.decode(job, type=_BrokerJob)
    cases = Job.decode(decoded.job).cases
    results = asyncio.run(_Carried(decoded.setting).all(cases))
    return encode_results([results[case.number] for case in cases])


class _Carried:
    """The cases of a job, one after the other."""

    def __init__(self, setting: BrokerSetting) -> None:
        self._setting = setting
        patience = Patience(setting.patience_s, jitter=random.random, from_start=True)
        never = asyncio.Event()  # whoever gives the job up ends the process
        self._terms = Terms(patience, _unheard, never)

    async def all(self, cases: tuple[JobCase, ...]) -> dict[int, CaseResult]:
        """The result of each case by its number."""
        results: dict[int, CaseResult] = {}
        for some in _by_load(cases, self._setting.directory, results):
            models = Models(some[0][1])
            connection = Connection(self._setting.address, self._setting.transport, models.plan)
            try:
                await self._publish(models, connection)
            except Exception as error:  # noqa: BLE001 - said of the cases that need the load; the others go on
                results |= {case.number: failed(case, error) for case, _ in some}
                continue
            lost: BrokerError | None = None
            for case, config in some:
                try:
                    if lost is not None:
                        raise lost
                    results[case.number] = await self._result(case, config, connection)
                except BrokerError as error:  # the others would wait for it as long
                    lost = error
                    results[case.number] = failed(case, error)
            try:
                await connection.delete_stream()
            except BrokerError as error:  # no result depends on it
                _log.warning("a load is still on the broker, stream %s: %s", models.plan.stream, error)
            for case, _ in some:
                if not self._setting.keep_runs:
                    rmtree(self._of(case), ignore_errors=True)
        return results

    async def _publish(self, models: Models, connection: Connection) -> None:
        """Publish a load, or what the stream lacks of it."""
        if self._setting.private:
            require_room(None, models.plan.readings)
            note_run(None, models.plan.stream, Path(self._setting.directory), foreign=False)
        await run_meter(models, connection.transport(), self._terms)

    async def _result(self, case: JobCase, config: RunConfig, connection: Connection) -> CaseResult:
        try:
            run = _run_in(self._of(case), config)
            hours = HourSums(run.models.plan)
            summary = await run.carry_out(partial(self._simulate, run, connection), hours)
        except BrokerError:
            raise
        except Exception as error:  # noqa: BLE001 - as in `work.py`: said of its case, and the others go on
            return failed(case, error)
        by_hour = hours_of(*hours.result(), battery=run.models.plan.has_battery)
        counts = input_counts(run.directory.load().inputs or {})
        return CaseResult(case.number, case.id, single_figures(summary), by_hour, counts)

    async def _simulate(self, run: Run, connection: Connection) -> None:
        await run_simulator(
            run.models,
            run.directory,
            connection.transport(),
            self._terms,
            meter_timeout_s=self._setting.patience_s,  # all is published: the stream was deleted by somebody
        )

    def _of(self, case: JobCase) -> Path:
        return Path(self._setting.directory) / case.id


def _by_load(
    cases: tuple[JobCase, ...], directory: str, results: dict[int, CaseResult]
) -> list[list[tuple[JobCase, RunConfig]]]:
    """The cases by their load, each as a run of the stream that is the load's; what cannot be is a result."""
    found: dict[bytes, list[tuple[JobCase, RunConfig]]] = {}
    for case in cases:
        try:
            config = msgspec.json.decode(case.config, type=RunConfig)
            plan_of(config)  # the first of them publishes for all
        except Exception as error:  # noqa: BLE001 - as above
            results[case.number] = failed(case, error)
            continue
        found.setdefault(loads_key(config), []).append((case, replace(config, split="none", formats=("csv",))))
    named = []
    for key, some in found.items():
        # the first case: a load with very many cases is in several jobs, at the same time perhaps
        text = b"\n".join((key, some[0][0].id.encode(), directory.encode()))
        run_id = f"load-{sha256(text).hexdigest()[:12]}"
        named.append([(case, replace(config, run_id=run_id)) for case, config in some])
    return named


def _run_in(directory: Path, config: RunConfig) -> Run:
    """The run of a case: one that an attempt before this has left, or a new one."""
    for path in sorted(directory.glob("*/")):
        with suppress(PvsimError):
            run = Run.open(path)
            if run.files.status != "partial" and digest(run.models.config) == digest(config):
                return run
    rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    return Run.create(config, directory)


def _unheard(_: Notice) -> None:
    """Nobody watches one case of many."""
