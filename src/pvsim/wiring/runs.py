"""A run from its directory to its verified files, whoever does the work in between."""

import platform
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from logging import getLogger
from pathlib import Path
from typing import Literal

import msgspec

from pvsim import __version__
from pvsim.adapters.clocks import utc_now
from pvsim.adapters.csvfile import SAMPLES
from pvsim.adapters.duckdb.parquet import PARQUET
from pvsim.adapters.rundir import SUMMARY, Manifest, RunDirectory, Status
from pvsim.adapters.rundir.daily import DAYS, split_by_day
from pvsim.adapters.shared.locks import HeldError
from pvsim.config import RunConfig, digest
from pvsim.core.delivery.sequence import SequenceGapError
from pvsim.core.results.accumulator import Adder
from pvsim.core.results.input_counts import reports_of
from pvsim.core.results.spans import FoundSpans
from pvsim.core.results.summary import Summary
from pvsim.core.run.pacing import parse_speed
from pvsim.errors import BadInputError, InterruptedRunError, PartialResultError, PvsimError, UsageError
from pvsim.wiring.cuts import Cuts
from pvsim.wiring.models import Models
from pvsim.wiring.parquet import require_formats, verified
from pvsim.wiring.part_files import PartedFiles, partitions_of
from pvsim.wiring.run_files import RunFiles
from pvsim.wiring.summary_file import summary_pieces

__all__ = ["Run", "versions"]

_log = getLogger(__name__)
_SHOWN_SPANS = 3
_SHOWN_PARTS = 8
_CUTS = {"clipped_s", "dimmed_s"}


@dataclass(frozen=True, slots=True)
class Run:
    """A run with its directory: a new one by `create`, one that exists by `open`."""

    directory: RunDirectory
    models: Models

    @property
    def files(self) -> RunFiles:
        """What it has left on disk so far."""
        return (
            PartedFiles(self.directory, self.models)
            if self.models.parts
            else RunFiles(self.directory, self.models)
        )

    @classmethod
    def create(
        cls,
        config: RunConfig,
        out: Path,
        *,
        accept_unsafe: bool = False,
        command: str | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> "Run":
        """Check the configuration, read its files, and make the directory.

        Args:
            config: The configuration.
            out: Where the directory is made.
            accept_unsafe: Whether to use it although the file system has no locks or no fsync.
            command: What was typed, for the manifest.
            progress: Takes how many meters are made, after each, where they are made here.

        Raises:
            UsageError: if the configuration is impossible, or a format of it needs what is not installed.
            BadInputError: if a file of measured data does not fit.
            CannotWriteError: if the directory cannot be made.
        """
        require_formats(config, out)
        models = Models(config)
        if progress is not None and not models.external:
            models.make_loads(progress)
        inputs = msgspec.to_builtins(models.inputs) or None
        now = utc_now()
        manifest = Manifest(
            status="running",
            run_id=config.run_id,
            config=msgspec.to_builtins(config),
            config_sha256=digest(config).hex(),
            partitions=partitions_of(models),
            seed=config.seed,
            versions=versions(),
            created_utc=now.isoformat(timespec="seconds"),
            inputs=inputs,
            command=command,
            homes=msgspec.to_builtins(models.homes) or None,
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
        if self.files.ended or (missing is None and not external_only):
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
    def cuts(self) -> Cuts:
        """What each building would take and does not, as it was counted in the end."""
        inputs = self.directory.load().inputs or {}
        return {name: report for name, report in reports_of(inputs).items() if report.keys() & _CUTS}

    def prove_again(self, *adders: Adder) -> Summary:
        """Prove a run that has ended once more, and say how it ended; nothing of it is written.

        Args:
            adders: What else wants the rows.

        Raises:
            PartialResultError: if it ended, but rows are missing.
            BadInputError: if a file of it is not what it was.
        """
        summary = self.files.prove(*adders)
        if self.files.status == "partial":
            raise self._partial()
        return summary

    def speed(self, asked: float | None) -> float:
        """How fast simulated time goes: as it is asked for, else by the clock with which the run began."""
        if asked is not None:
            return asked
        return parse_speed(self.directory.load().clock or "max", "clock of the manifest")

    @property
    def reached_utc(self) -> int:
        """The first simulated second that is not safely on disk."""
        return self.models.plan.timeline.start_utc + self.files.reached_s()

    async def carry_out(
        self, work: Callable[[], Awaitable[int | None]], *adders: Adder, clock: str | None = None
    ) -> Summary:
        """Do the work, verify what it left, and write down how it ended (I5).

        A run that has ended, perhaps by another process a moment ago, is only proved again.

        Args:
            work: What is left to do; it gives how many readings the broker has confirmed, None where that is not
                known.
            adders: What else wants the rows that are proved in the end.
            clock: The clock from now on, for the manifest; None leaves it as it is.

        Raises:
            InterruptedRunError: if the user stopped it; it can be resumed.
            PartialResultError: if it ended, but rows are missing.
            PvsimError: whatever ended the work.
        """
        with self.directory.lock("run"):
            if self.files.ended:
                return self.prove_again(*adders)
            self.files.refuse_other_models()
            self.directory.sweep()
            self._save("running", clock=clock)
            try:
                require_formats(self.models.config, self.directory.path)
                confirmed = None if self.files.only_split() else await work()
                summary = self.write_end(*adders, confirmed=confirmed)
            except BaseException as error:  # a defect too: the manifest must not say that the run goes on
                self._give_up(error)
                raise
        if self.files.status == "partial":
            raise self._partial()
        return summary

    @property
    def lacking(self) -> Sequence[int]:
        """The partitions of which rows are lacking here; those that there are may have been copied."""
        return PartedFiles(self.directory, self.models).lacking

    async def carry_out_share(
        self, work: Callable[[], Awaitable[object]], *adders: Adder, again: str = ""
    ) -> Summary | None:
        """Do what is a share of the work, beside other processes; whoever finds all rows there proves them.

        Args:
            work: What is to be done.
            adders: What else wants the rows that are proved in the end.
            again: What to type to go on with it, where that is not to go on with the run.

        Returns:
            None where parts are lacking, or another process proves them.

        Raises:
            InterruptedRunError: if the user stopped it; it can be continued.
            PartialResultError: as `carry_out`.
            PvsimError: whatever ended the work.
        """
        if self.files.ended:
            return self.prove_again(*adders)
        self.files.refuse_other_models()
        if self.lacking:
            try:
                await work()
            except BaseException as error:  # as in `carry_out`
                if isinstance(error, PvsimError):
                    error.fix = error.fix or again
                with suppress(HeldError), self.directory.lock("run"):
                    self._give_up(error)
                raise
        try:
            with self.directory.lock("run"):
                summary = self._prove_share(*adders)
        except HeldError:
            return None
        if self.files.status == "partial":
            raise self._partial()
        return summary

    def _prove_share(self, *adders: Adder) -> Summary | None:
        """Prove the run if all its rows are there, for who holds its lock."""
        if self.files.ended:
            return self.prove_again(*adders)
        if lacking := self.lacking:
            some = ", ".join(map(str, lacking[:_SHOWN_PARTS])) + (" …" if len(lacking) > _SHOWN_PARTS else "")
            self._save("interrupted", f"the rows of {len(lacking):,} partitions are not here: {some}")
            return None
        self.directory.sweep()
        try:
            return self.write_end(*adders)
        except BaseException as error:  # as in `carry_out`
            self._give_up(error)
            raise

    def write_end(self, *adders: Adder, confirmed: int | None = None) -> Summary:
        """Verify the rows, all of which are there, and write down how the run has ended; for who holds its lock.

        Args:
            adders: What else wants the rows.
            confirmed: How many readings the broker has confirmed, None where that is not known.

        Raises:
            PvsimError: if a file is not what it must be, or cannot be written.
        """
        summary, spans = verified(self.files, *adders)
        self.directory.write(SUMMARY, summary_pieces(summary))
        config = self.models.config
        at_most = (summary.peak_kw.load or 0.0) >= config.meter_max_w / 1_000
        missing = self.files.counts().get("missing", 0)
        cuts = self.models.cuts(clipped=at_most or config.every_s > 1)  # a mean hides its seconds
        self._finish("partial" if missing else "complete", spans, cuts, confirmed)
        return summary

    def _partial(self) -> PartialResultError:
        missing, spans = self.files.counts().get("missing", 0), (self.directory.load().missing or {})
        shown = [f"{span['meter']} from {span['from']} to {span['to']}" for span in spans.get("first", ())]
        more = f" and {spans['spans'] - _SHOWN_SPANS:,} more" if len(shown) > _SHOWN_SPANS else ""
        what = f"{missing:,} readings have no row: they never came, were rejected, or their averaging period was"
        where = ": " + ", ".join(shown[:_SHOWN_SPANS]) + more if shown else ""
        rejected = "".join(
            f", and {name}" for name in self.files.names_of_rejected if (self.directory.path / name).exists()
        )
        fix = f"see missing in manifest.json{rejected}"
        return PartialResultError(what + where, where=str(self.directory.path), fix=fix)

    def _finish(self, status: Status, spans: FoundSpans, cuts: Cuts, confirmed: int | None) -> None:
        """Write down that the run has ended well, with its files in their last form."""
        samples = self.directory.path / SAMPLES
        if self.models.config.split == "none":
            self._save(status, files=self.files.names, spans=spans, cuts=cuts, confirmed=confirmed)
            return
        names = self.files.daily_files()
        if not self.files.only_split():
            names = split_by_day(samples, self.directory.path / DAYS, self.directory.file_system)
        self._save(status, files=[f"{DAYS}/{name}" for name in names], spans=spans, cuts=cuts, confirmed=confirmed)
        self.directory.sync()  # before the rows are only in the daily files
        samples.unlink(missing_ok=True)

    def _give_up(self, error: BaseException) -> None:
        if isinstance(error, PvsimError):
            if isinstance(error, SequenceGapError) and self.models.external:
                error.fix = f"to go on without them: {self.files.resume_command} --missing skip"
            error.fix = error.fix or self.files.resume_command
        interrupted = isinstance(error, InterruptedRunError)
        if not interrupted:
            _log.error("the run failed", extra={"facts": {"error": repr(error)}})
        with suppress(PvsimError):  # on a full disk the manifest goes on saying "running"
            self._save("interrupted" if interrupted else "failed", str(error) or repr(error))

    def _save(
        self,
        status: Status,
        error: str | None = None,
        *,
        files: Sequence[str] = (SAMPLES,),
        spans: FoundSpans | None = None,
        cuts: Cuts | None = None,
        clock: str | None = None,
        confirmed: int | None = None,
    ) -> None:
        ended = status != "running"
        names = (*files, PARQUET, *self.files.names_of_rejected, SUMMARY) if ended else ()
        facts = {name: self.directory.facts(name) for name in names}
        manifest = msgspec.structs.replace(
            self.directory.load(),
            status=status,
            finished_utc=utc_now().isoformat(timespec="seconds") if ended else None,
            counts=self.files.counts() or None,
            files={name: fact for name, fact in facts.items() if fact is not None} or None,
            error=error,
            missing=None,
            held=None,
        )
        if clock is not None:
            manifest = msgspec.structs.replace(manifest, clock=None if clock == "max" else clock)
        if confirmed is not None:
            manifest = msgspec.structs.replace(manifest, confirmed=confirmed)
        if spans is not None:
            manifest = msgspec.structs.replace(manifest, **spans.report())
        if cuts:
            manifest = msgspec.structs.replace(manifest, inputs={**(manifest.inputs or {}), **cuts})
        self.directory.save(manifest)


def versions() -> dict[str, str]:
    """Of pvsim and what it runs with, for a manifest."""
    import numpy as np  # noqa: PLC0415 - imported by the models anyway

    return {"pvsim": __version__, "python": platform.python_version(), "numpy": np.__version__}
