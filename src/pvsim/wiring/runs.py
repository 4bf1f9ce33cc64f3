"""A run from its directory to its verified files, whoever does the work in between."""

import asyncio
import platform
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from logging import getLogger
from pathlib import Path
from shlex import quote
from typing import Any

import msgspec

from pvsim import __version__
from pvsim.adapters.clocks import utc_now
from pvsim.adapters.csvfile import REJECTED, SAMPLES, last_checkpoint
from pvsim.adapters.processes import RoleProcess, fork_role
from pvsim.adapters.rundir import SUMMARY, Manifest, RunDirectory, Status
from pvsim.app.ports import Stop
from pvsim.app.supervise import supervise
from pvsim.app.verify import verify_foreign, verify_own
from pvsim.config import RunConfig, digest
from pvsim.core.metrics import Summary
from pvsim.errors import (
    BadInputError,
    BrokerError,
    CannotWriteError,
    InterruptedRunError,
    PartialResultError,
    PvsimError,
    UsageError,
)
from pvsim.wiring.broker import Connection
from pvsim.wiring.models import Models

__all__ = ["Run", "fork_roles", "run_roles"]

_COMMANDS = {"simulator": "simulate", "meter": "meter"}

_log = getLogger(__name__)
_ENDED: frozenset[Status] = frozenset({"complete", "partial"})
_FIX_CHANGED = "restore the file from a copy, or start a new run with the same options"


@dataclass(frozen=True, slots=True)
class Run:
    """A run with its directory; make one with `create` or `resume`."""

    directory: RunDirectory
    models: Models

    @classmethod
    def create(cls, config: RunConfig, out: Path) -> "Run":
        """Check the configuration, read its files, and make the directory.

        Raises:
            UsageError: if the configuration is impossible.
            BadInputError: if a file of measured data does not fit.
            CannotWriteError: if the directory cannot be made.
        """
        models = Models(config)
        models.pv()
        if not models.external:
            models.loads()
        now = utc_now()
        manifest = Manifest(
            status="running",
            run_id=config.run_id,
            config=msgspec.to_builtins(config),
            config_sha256=digest(config).hex(),
            seed=config.seed,
            versions=_versions(),
            created_utc=now.isoformat(timespec="seconds"),
            inputs=msgspec.to_builtins(models.inputs) or None,
        )
        return cls(RunDirectory.create(out, config.run_id, now, manifest), models)

    @classmethod
    def open(cls, path: Path) -> "Run":
        """A run that exists.

        Raises:
            BadInputError: if there is none, or its manifest cannot be read.
        """
        directory = RunDirectory.open(path)
        manifest = directory.load()
        fix = "restore the manifest, or start a new run"
        try:
            config = msgspec.convert(manifest.config, RunConfig)
        except (msgspec.ValidationError, UsageError) as error:
            what = f"the manifest's configuration cannot be read: {error}"
            raise BadInputError(what, where=str(path), fix=fix) from error
        if digest(config).hex() != manifest.config_sha256:
            what = "the configuration in the manifest was changed: its SHA-256 differs"
            raise BadInputError(what, where=str(path), fix=fix)
        return cls(directory, Models(config))

    @property
    def complete(self) -> bool:
        """Whether the run has been finished and verified."""
        return self.directory.load().status == "complete"

    async def carry_out(self, work: Callable[[], Awaitable[object]]) -> Summary:
        """Do the work, verify what it left, and write down how it ended (I5).

        Raises:
            InterruptedRunError: if the user stopped it; it can be resumed.
            PartialResultError: if it ended, but rows are missing.
            PvsimError: whatever ended the work.
        """
        with self.directory.lock("run"):
            self._save("running")
            try:
                await work()
                summary = self.verify()
                self.directory.write(SUMMARY, _pretty(summary))
                missing = self._counts().get("missing", 0)
                self._save("partial" if missing else "complete")
            except BaseException as error:  # a defect too: the manifest must not say that the run goes on
                self._give_up(error)
                raise
        if missing:
            what = f"{missing:,} readings have no row: they were rejected, or their averaging period was"
            raise PartialResultError(what, where=str(self.directory.path), fix=f"see {REJECTED} and the manifest")
        return summary

    def _give_up(self, error: BaseException) -> None:
        if isinstance(error, PvsimError):
            error.fix = error.fix or self._resume_command
        interrupted = isinstance(error, InterruptedRunError)
        if not interrupted:
            _log.error("the run failed", extra={"facts": {"error": repr(error)}})
        with suppress(CannotWriteError):  # on a full disk the manifest goes on saying "running"
            self._save("interrupted" if interrupted else "failed", str(error) or repr(error))

    def verify(self) -> Summary:
        """Prove the samples file against the configuration and the counts.

        Raises:
            BadInputError: if the run is not finished or anything differs.
        """
        path = self.directory.path / SAMPLES
        checkpoint = last_checkpoint(self.directory.path)
        if checkpoint is not None and not path.exists() and self.complete:
            raise BadInputError(
                f"{SAMPLES} was finished, but is not there any more",
                where=str(self.directory.path),
                fix="restore it from a copy, or start a new run",
            )
        if checkpoint is None or not path.exists():
            raise self._unfinished("checkpoint" if checkpoint is None else SAMPLES)
        now, plan = checkpoint.accounted, self.models.plan
        if (
            now.received != now.written + now.duplicates + now.rejected
            or now.written + now.missing != plan.readings
        ):
            raise self._unfinished(f"{plan.readings - now.written - now.missing:,} readings")
        pv = self.models.pv()
        try:
            with path.open("rb") as file:
                if self.models.external or now.missing:
                    return verify_foreign(plan, pv, iter(file), self._missing_rows(now.missing))
                return verify_own(plan, self.models.loads(), pv, file.read)
        except BadInputError as error:
            error.where = f"{path}, {error.where}"
            error.fix = error.fix or _FIX_CHANGED
            raise

    def prove(self) -> Summary:
        """Verify, and compare the files with the manifest.

        Raises:
            BadInputError: if the run is not finished or anything differs.
        """
        manifest = self.directory.load()
        summary = self.verify()
        for name, recorded in (manifest.files or {}).items():
            if self.directory.facts(name) != recorded:
                what = "the file differs from the manifest: its length or SHA-256 is another"
                if not (self.directory.path / name).exists():
                    what = "the file is missing"
                raise BadInputError(what, where=str(self.directory.path / name), fix=_FIX_CHANGED)
        if manifest.status not in _ENDED:
            what = f"the files are whole, but the run's status is {manifest.status}"
            raise BadInputError(what, where=str(self.directory.path), fix=self._resume_command)
        return summary

    def _missing_rows(self, missing_readings: int) -> int:
        """Readings go missing by whole averaging periods."""
        return missing_readings // self.models.plan.every_s

    def _unfinished(self, lacking: str) -> BadInputError:
        where, status = str(self.directory.path), self.directory.load().status
        if status in _ENDED:  # it was whole: going on would not bring back what somebody took away
            what = f"the run's status is {status}, but it lacks its {lacking}"
            return BadInputError(what, where=where, fix=_FIX_CHANGED)
        return BadInputError(
            f"the run is not finished: its status is {status}", where=where, fix=self._resume_command
        )

    @property
    def _resume_command(self) -> str:
        command = "simulate --dir" if self.models.external else "run --resume"
        return f"pvsim {command} {quote(str(self.directory.path))}"

    def _counts(self) -> dict[str, int]:
        checkpoint = last_checkpoint(self.directory.path)
        if checkpoint is None:
            return {}
        now = checkpoint.accounted
        names = ("received", "written", "duplicates", "rejected", "missing")
        return {name: getattr(now, name) for name in names}

    def _save(self, status: Status, error: str | None = None) -> None:
        ended = status != "running"
        facts = {name: self.directory.facts(name) for name in (SAMPLES, REJECTED, SUMMARY) if ended}
        manifest = msgspec.structs.replace(
            self.directory.load(),
            status=status,
            finished_utc=utc_now().isoformat(timespec="seconds") if ended else None,
            counts=self._counts() or None,
            files={name: fact for name, fact in facts.items() if fact is not None} or None,
            error=error,
        )
        self.directory.save(manifest)


def fork_roles(command_line: Callable[[list[str]], None]) -> dict[str, RoleProcess]:
    """Two processes that wait to become simulator and meter; call it before there is an event loop."""
    return {role: fork_role(f"pvsim-{role}", command_line) for role in _COMMANDS}


async def run_roles(
    run: Run,
    roles: dict[str, RoleProcess],
    connection: Connection,
    *,
    patience_s: float,
    revive: Callable[[], Awaitable[object]] | None,
    report: Callable[[str, dict[str, Any]], None],
    stop: Stop,
) -> None:
    """Let meter and simulator do the run, until the simulator has written everything.

    Args:
        run: The run.
        roles: The processes.
        connection: The broker and the way to it.
        patience_s: How long they go on without the broker.
        revive: Starts the broker where it is ours; called when a role has lost it.
        report: Takes a role's name and each of its reports.
        stop: The user's wish to stop.

    Raises:
        PvsimError: whatever the first role that failed said.
        InterruptedRunError: if `stop` was set.
    """
    if run.models.external:
        fix = "use pvsim simulate; a run that was begun: pvsim simulate --dir DIR"
        raise UsageError("a meter of this run is external: pvsim run has no readings", where="--meter", fix=fix)
    where = ["--dir", str(run.directory.path), "--transport", connection.name, "--patience", str(patience_s)]
    supervised = "--supervised=given" if revive is None else "--supervised=own"
    for role, process in roles.items():
        process.begin([_COMMANDS[role], *where, supervised], {"PVSIM_BROKER_URL": connection.address.amqp_url})
    reviver = _Reviver(revive)

    def relay(role: str, said: dict[str, Any]) -> None:
        if said.get("well") is False:
            reviver.start()
        elif said.get("well") and role == "simulator":  # the log may have become shorter, or be another one
            roles["meter"].nudge()
        report(role, said)

    try:
        await supervise(roles, leader="simulator", report=relay, stop=stop)
    finally:
        reviver.cancel()
        for process in roles.values():
            process.kill()


class _Reviver:
    """Starts our own broker again, once at a time; what goes wrong with that, the roles notice by themselves."""

    def __init__(self, revive: Callable[[], Awaitable[object]] | None) -> None:
        self._revive = revive
        self._task: asyncio.Future[None] | None = None

    def start(self) -> None:
        if self._revive is not None and (self._task is None or self._task.done()):
            self._task = asyncio.ensure_future(self._try(self._revive))

    def cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    @staticmethod
    async def _try(revive: Callable[[], Awaitable[object]]) -> None:
        try:
            await revive()
        except BrokerError as error:
            _log.warning("our own broker could not be started again", extra={"facts": {"error": str(error)}})


def _versions() -> dict[str, str]:
    import numpy as np  # noqa: PLC0415 - imported by the models anyway

    return {"pvsim": __version__, "python": platform.python_version(), "numpy": np.__version__}


def _pretty(summary: Summary) -> bytes:
    return msgspec.json.format(msgspec.json.encode(summary), indent=2) + b"\n"
