"""A run from its directory to its verified files, whoever does the work in between."""

import platform
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from logging import getLogger
from pathlib import Path
from shlex import quote
from typing import Literal, TypeAlias

import msgspec

from pvsim import __version__
from pvsim.adapters.clocks import utc_now
from pvsim.adapters.csvfile import CHECKPOINT, PARTIAL, REJECTED, SAMPLES, last_checkpoint
from pvsim.adapters.rundir import SUMMARY, Manifest, RunDirectory, Status
from pvsim.adapters.rundir.daily import DAYS, DailyFiles, days_in, split_by_day
from pvsim.adapters.rundir.file_system import cannot_read
from pvsim.app.prove import Read, add_up, prove, prove_foreign
from pvsim.app.simulate import simulate
from pvsim.config import RunConfig, digest
from pvsim.core.delivery.accounting import Accounted
from pvsim.core.delivery.checkpoint import Checkpoint, check_fits
from pvsim.core.delivery.sequence import SequenceGapError
from pvsim.core.results.metrics import Summary, Tally
from pvsim.core.results.spans import Spans
from pvsim.errors import BadInputError, InterruptedRunError, PartialResultError, PvsimError, UsageError
from pvsim.wiring.models import Models

__all__ = ["Run"]

Clipped: TypeAlias = Mapping[str, Mapping[str, int]]

_log = getLogger(__name__)
_ENDED: frozenset[Status] = frozenset({"complete", "partial"})
_SHOWN_SPANS = 3
_FIX_CHANGED = "restore the file from a copy, or start a new run with the same options"


@dataclass(frozen=True, slots=True)
class Run:
    """A run with its directory; make one with `create` or `resume`."""

    directory: RunDirectory
    models: Models

    @classmethod
    def create(cls, config: RunConfig, out: Path, *, accept_unsafe: bool = False) -> "Run":
        """Check the configuration, read its files, and make the directory.

        Args:
            config: The configuration.
            out: Where the directory is made.
            accept_unsafe: Go on where the file system knows no locks or no fsync.

        Raises:
            UsageError: if the configuration is impossible.
            BadInputError: if a file of measured data does not fit.
            CannotWriteError: if the directory cannot be made.
        """
        models = Models(config)
        inputs = msgspec.to_builtins(models.inputs) or None
        now = utc_now()
        manifest = Manifest(
            status="running",
            run_id=config.run_id,
            config=msgspec.to_builtins(config),
            config_sha256=digest(config).hex(),
            seed=config.seed,
            versions=_versions(),
            created_utc=now.isoformat(timespec="seconds"),
            inputs=inputs,
        )
        directory = RunDirectory.create(out, config.run_id, now, manifest, accept_unsafe=accept_unsafe)
        return cls(directory, models)

    @classmethod
    def open(cls, path: Path, *, accept_unsafe: bool = False) -> "Run":
        """A run that exists; a file system that was accepted once is accepted again.

        Raises:
            BadInputError: if there is none, or its manifest is damaged.
            PvsimError: if it cannot be read.
        """
        directory = RunDirectory.open(path, accept_unsafe=accept_unsafe)
        manifest = directory.load()
        directory.file_system.accepted |= manifest.not_promised is not None
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

    def going_on(self, missing: Literal["skip", "hold", "stop"] | None, *, external_only: bool = False) -> "Run":
        """The run, from now on with another answer to readings that are missing.

        Args:
            missing: The answer; None leaves it as it is.
            external_only: Something else was said that only an external meter can mean.

        Raises:
            UsageError: if no meter of the run is external, or the answer belongs to the run's beginning.
        """
        config = self.models.config
        if self.ended or (missing is None and not external_only):
            return self
        field = "meter.timeout_s" if missing is None else "meter.missing"
        if not self.models.external:
            what = f"`{field}` is about readings of an external meter, and this run has none"
            raise UsageError(what, field=field, fix="leave it out")
        if missing in {None, config.missing}:
            return self
        if "hold" in {missing, config.missing}:
            what = f"this run began with {config.missing}: hold adds a column to its rows, from the first one on"
            raise UsageError(what, field=field, fix="leave it out, or start a new run with another --out")
        config = msgspec.structs.replace(config, missing=missing)
        manifest = msgspec.structs.replace(self.directory.load(), config=msgspec.to_builtins(config))
        self.directory.save(manifest)
        return Run(self.directory, Models(config))

    @property
    def ended(self) -> bool:
        """Whether the run has been finished and verified, be it with rows missing: then it stays what it is."""
        return self.status in _ENDED

    @property
    def status(self) -> Status:
        """What the manifest says."""
        return self.directory.load().status

    @property
    def clipped(self) -> Clipped:
        """The seconds of each building above what its meter can show, as they were counted in the end."""
        inputs = self.directory.load().inputs or {}
        return {name: report for name, report in inputs.items() if "clipped_s" in report}

    def prove_again(self) -> Summary:
        """Prove a run that has ended once more, and say how it ended; nothing of it is written.

        Raises:
            PartialResultError: if it ended, but rows are missing.
            BadInputError: if a file of it is not what it was.
        """
        summary = self.prove()
        if self.status == "partial":
            raise self._partial()
        return summary

    @property
    def clock(self) -> str:
        """The clock that the manifest speaks of."""
        return self.directory.load().clock or "max"

    @property
    def reached_utc(self) -> int:
        """The first simulated second that is not safely on disk."""
        checkpoint, plan = self._checkpoint(), self.models.plan
        position = 0 if checkpoint is None else checkpoint.accounted.next_position
        return plan.timeline.start_utc + position // len(plan.meters)

    async def carry_out(self, work: Callable[[], Awaitable[object]], *, clock: str | None = None) -> Summary:
        """Do the work, verify what it left, and write down how it ended (I5).

        A run that has ended, perhaps by another process a moment ago, is only proved again.

        Args:
            work: What is left to do.
            clock: The clock from now on, for the manifest; None leaves it as it is.

        Raises:
            InterruptedRunError: if the user stopped it; it can be resumed.
            PartialResultError: if it ended, but rows are missing.
            PvsimError: whatever ended the work.
        """
        with self.directory.lock("run"):
            if self.ended:
                return self.prove_again()
            self.directory.sweep()
            self._save("running", clock=clock)
            try:
                if not self._only_split():
                    await work()
                summary, spans = self._verified()
                self.directory.write(SUMMARY, _pretty(summary))
                at_most = (summary.peak_kw.load or 0.0) >= self.models.config.meter_max_w / 1_000
                missing = self._counts().get("missing", 0)
                clipped = self.models.clipped() if at_most else {}
                self._finish("partial" if missing else "complete", spans, clipped)
            except BaseException as error:  # a defect too: the manifest must not say that the run goes on
                self._give_up(error)
                raise
        if missing:
            raise self._partial()
        return summary

    def _partial(self) -> PartialResultError:
        missing, spans = self._counts().get("missing", 0), (self.directory.load().missing or {})
        shown = [f"{span['meter']} from {span['from']} to {span['to']}" for span in spans.get("first", ())]
        more = f" and {spans['spans'] - _SHOWN_SPANS:,} more" if len(shown) > _SHOWN_SPANS else ""
        what = f"{missing:,} readings have no row: they never came, were rejected, or their averaging period was"
        where = ": " + ", ".join(shown[:_SHOWN_SPANS]) + more if shown else ""
        rejected = f", and {REJECTED}" if (self.directory.path / REJECTED).exists() else ""
        fix = f"see missing in manifest.json{rejected}"
        return PartialResultError(what + where, where=str(self.directory.path), fix=fix)

    def _finish(self, status: Status, spans: Spans, clipped: Clipped) -> None:
        """Write down that the run has ended well, with its files in their last form."""
        samples = self.directory.path / SAMPLES
        if self.models.config.split == "none":
            self._save(status, files=[SAMPLES], spans=spans, clipped=clipped)
            return
        names = self._daily_files()
        if not self._only_split():
            names = split_by_day(samples, self.directory.path / DAYS, self.directory.file_system)
        self._save(status, files=[f"{DAYS}/{name}" for name in names], spans=spans, clipped=clipped)
        self.directory.sync()  # before the rows are only in the daily files
        samples.unlink(missing_ok=True)

    def _give_up(self, error: BaseException) -> None:
        if isinstance(error, PvsimError):
            if isinstance(error, SequenceGapError) and self.models.external:
                error.fix = f"to go on without them: {self._resume_command} --missing skip"
            error.fix = error.fix or self._resume_command
        interrupted = isinstance(error, InterruptedRunError)
        if not interrupted:
            _log.error("the run failed", extra={"facts": {"error": repr(error)}})
        with suppress(PvsimError):  # on a full disk the manifest goes on saying "running"
            self._save("interrupted" if interrupted else "failed", str(error) or repr(error))

    def verify(self) -> Summary:
        """Prove the samples file against the configuration and the counts.

        Raises:
            BadInputError: if the run is not finished or anything differs.
        """
        return self._verified()[0]

    def _verified(self) -> tuple[Summary, Spans]:
        with self.rows_read() as (read, lines, now):
            return self._verify_rows(read, lines, now)

    @contextmanager
    def rows_read(self) -> Iterator[tuple[Read, Iterator[bytes], Accounted]]:
        """The file of the rows, or those of each day as if they were one: its bytes, its lines, and what is in it.

        What is wrong with it is said with its name.

        Raises:
            BadInputError: if the run is not finished.
        """
        path = self.directory.path / SAMPLES
        checkpoint = self._checkpoint()
        days = self._daily_files()
        if checkpoint is not None and not days and not path.exists() and self.ended:
            raise BadInputError(
                f"{SAMPLES} was finished, but is not there any more",
                where=str(self.directory.path),
                fix="restore it from a copy, or start a new run",
            )
        if checkpoint is None or not (days or path.exists()):
            raise self._unfinished("checkpoint" if checkpoint is None else SAMPLES)
        now, plan = checkpoint.accounted, self.models.plan
        if now.received != now.written + now.duplicates + now.rejected or now.next_position != plan.readings:
            raise self._unfinished(f"{plan.readings - now.next_position:,} readings")
        try:
            if days:
                path = self.directory.path / DAYS
                daily = DailyFiles(path, days)
                yield daily.read, daily.lines(), now
            else:
                with path.open("rb") as file:
                    yield file.read, iter(file), now
        except BadInputError as error:
            error.where = error.where if error.where.startswith(str(path)) else f"{path}, {error.where}"
            error.fix = error.fix or _FIX_CHANGED
            raise

    def _verify_rows(self, read: Read, lines: Iterator[bytes], now: Accounted) -> tuple[Summary, Spans]:
        """The proving pass: whatever wants the rows of a finished run takes them here."""
        plan, pv = self.models.plan, self.models.pv()
        tally, spans = Tally(plan), Spans(plan)
        if not self.models.external and not now.missing:
            add_up(prove(plan, simulate(plan, self.models.loads(), pv), read), tally)
            return tally.result(), spans
        missing_rows = now.missing // plan.every_s  # whole periods go missing
        add_up(prove_foreign(plan, pv, lines, missing_rows), tally, spans)
        spans.close()
        if plan.holds and spans.held_s != now.held:
            what = f"{spans.held_s:,} seconds are flagged as held, but {now.held:,} are known"
            raise BadInputError(what, where="column flags")
        return tally.result(), spans

    def _daily_files(self) -> list[str]:
        """The names of the daily files; none before the run has been split."""
        manifest = self.directory.load()
        names = [Path(name).name for name in manifest.files or {} if Path(name).parent.name == DAYS]
        return days_in(self.directory.path / DAYS) if not names and self._only_split() else names

    def _only_split(self) -> bool:
        """Whether the rows are in daily files that the manifest has lost: pvsim 0.1 did that to partial runs."""
        path = self.directory.path
        whole = any((path / name).exists() for name in (SAMPLES, PARTIAL))
        return self.models.config.split == "day" and not whole and (path / DAYS).is_dir()

    def prove(self) -> Summary:
        """Verify, and compare the files with the manifest.

        Raises:
            BadInputError: if the run is not finished or anything differs.
        """
        self.directory.tidy()
        summary = self.verify()
        self.refuse_changed()
        if self._daily_files():  # proved: the one that they were made of is not needed
            self.directory.tidy(SAMPLES)
        return summary

    def refuse_changed(self) -> None:
        """Compare the files of a run that has ended with its manifest.

        Raises:
            BadInputError: if it has not ended, or a file is not what it was.
        """
        manifest = self.directory.load()
        for name, recorded in (manifest.files or {}).items():
            if self.directory.facts(name) != recorded:
                what = "the file differs from the manifest: its length or SHA-256 is another"
                if not (self.directory.path / name).exists():
                    what = "the file is missing"
                raise BadInputError(what, where=str(self.directory.path / name), fix=_FIX_CHANGED)
        if manifest.status not in _ENDED:
            what = f"the files are whole, but the run's status is {manifest.status}"
            raise BadInputError(what, where=str(self.directory.path), fix=self._resume_command)

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
        directory = quote(str(self.directory.path))
        return f"pvsim simulate --dir {directory}" if self.models.external else f"pvsim run --resume {directory}"

    def _checkpoint(self) -> Checkpoint | None:
        try:
            return last_checkpoint(
                self.directory.path, self.models.slot_bytes, partial(check_fits, plan=self.models.plan)
            )
        except OSError as error:
            raise cannot_read(error, self.directory.path / CHECKPOINT) from error

    def _counts(self) -> dict[str, int]:
        checkpoint = self._checkpoint()
        if checkpoint is None:
            return {}
        now = checkpoint.accounted
        names = ["received", "written", "duplicates", "rejected", "missing"]
        names += ["held"] if self.models.plan.holds else []
        return {name: getattr(now, name) for name in names}

    def _save(
        self,
        status: Status,
        error: str | None = None,
        *,
        files: Sequence[str] = (SAMPLES,),
        spans: Spans | None = None,
        clipped: Clipped | None = None,
        clock: str | None = None,
    ) -> None:
        ended = status != "running"
        facts = {name: self.directory.facts(name) for name in (*files, REJECTED, SUMMARY) if ended}
        manifest = msgspec.structs.replace(
            self.directory.load(),
            status=status,
            finished_utc=utc_now().isoformat(timespec="seconds") if ended else None,
            counts=self._counts() or None,
            files={name: fact for name, fact in facts.items() if fact is not None} or None,
            error=error,
            missing=None,
            held=None,
        )
        if clock is not None:
            manifest = msgspec.structs.replace(manifest, clock=None if clock == "max" else clock)
        if spans is not None:
            manifest = msgspec.structs.replace(manifest, **spans.report())
        if clipped:
            manifest = msgspec.structs.replace(manifest, inputs={**(manifest.inputs or {}), **clipped})
        self.directory.save(manifest)


def _versions() -> dict[str, str]:
    import numpy as np  # noqa: PLC0415 - imported by the models anyway

    return {"pvsim": __version__, "python": platform.python_version(), "numpy": np.__version__}


def _pretty(summary: Summary) -> bytes:
    return msgspec.json.format(msgspec.json.encode(summary), indent=2) + b"\n"
