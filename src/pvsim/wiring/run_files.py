"""The files of a run: what their checkpoint and manifest say of them, and the proof that they are right."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from shlex import quote

from pvsim.adapters.csvfile import CHECKPOINT, PARTIAL, REJECTED, SAMPLES, last_checkpoint
from pvsim.adapters.duckdb.parquet import PARQUET
from pvsim.adapters.rundir import RunDirectory, Status
from pvsim.adapters.rundir.daily import DAYS, DailyFiles, days_in
from pvsim.adapters.shared.disk import cannot_read
from pvsim.app.prove import Read, add_up, prove, prove_foreign, read_samples
from pvsim.config.changed_models import changed_models
from pvsim.core.delivery.accounting import Accounted
from pvsim.core.delivery.checkpoint import Checkpoint, check_fits
from pvsim.core.results.accumulator import Adder
from pvsim.core.results.meter_curves import Curves
from pvsim.core.results.samples import Samples
from pvsim.core.results.spans import FoundSpans, Spans
from pvsim.core.results.summary import Summary
from pvsim.core.results.totals import Totals
from pvsim.errors import BadInputError
from pvsim.wiring.models import Models

__all__ = ["RunFiles"]

_ENDED: frozenset[Status] = frozenset({"complete", "partial"})
_FIX_CHANGED = "restore the file from a copy, or start a new run with the same options"


@dataclass(frozen=True, slots=True)
class RunFiles:
    """What a run has left in its directory."""

    directory: RunDirectory
    models: Models

    @property
    def ended(self) -> bool:
        """Whether the run has been finished and verified, be it with rows missing: then it stays what it is."""
        return self.status in _ENDED

    @property
    def status(self) -> Status:
        """What the manifest says."""
        return self.directory.load().status

    @property
    def resume_command(self) -> str:
        """What to type to finish the run."""
        directory = quote(str(self.directory.path))
        return f"pvsim simulate --dir {directory}" if self.models.external else f"pvsim run --resume {directory}"

    def checkpoint(self) -> Checkpoint | None:
        """What is safely on disk; None before the first checkpoint.

        Raises:
            BadInputError: if it is damaged.
            PvsimError: if it cannot be read.
        """
        try:
            return last_checkpoint(
                self.directory.path, self.models.slot_bytes, partial(check_fits, plan=self.models.plan)
            )
        except OSError as error:
            raise cannot_read(error, self.directory.path / CHECKPOINT) from error

    def counts(self) -> dict[str, int]:
        """What became of the messages, by name; empty before the first checkpoint."""
        checkpoint = self.checkpoint()
        if checkpoint is None:
            return {}
        now = checkpoint.accounted
        names = ["received", "written", "duplicates", "rejected", "missing"]
        names += ["held"] if self.models.plan.holds else []
        return {name: getattr(now, name) for name in names}

    def reached_s(self) -> int:
        """How many whole seconds of the run are safely on disk.

        Raises:
            PvsimError: as `checkpoint`.
        """
        checkpoint = self.checkpoint()
        return 0 if checkpoint is None else checkpoint.accounted.next_position // len(self.models.plan.meters)

    @property
    def names(self) -> Sequence[str]:
        """The files of its rows, before they are split by days."""
        return (SAMPLES,)

    @property
    def names_of_rejected(self) -> Sequence[str]:
        """The files of messages that were rejected, where there are any."""
        return (REJECTED,)

    def require_rows(self) -> None:
        """Refuse a run whose rows are not there.

        Raises:
            BadInputError: if the run is not finished, or its file is gone.
        """
        with self.rows_read():
            pass

    def rows(self) -> Iterator[Samples]:
        """The rows as the files have them, in order, in portions.

        Raises:
            BadInputError: as `require_rows`; from the iteration if a file is not what the run has left.
        """
        with self.rows_read() as (_, lines, now):
            yield from read_samples(self.models.plan, lines, now.missing // self.models.plan.every_s)

    def prove(self, *adders: Adder) -> Summary:
        """Prove the rows, and compare the files with the manifest.

        Args:
            adders: What else wants the rows.

        Raises:
            BadInputError: if the run is not finished or anything differs.
        """
        self.directory.tidy()
        summary, _ = self.verified(*adders)
        self.refuse_changed()
        if self.daily_files():  # proved: the one that they were made of is not needed
            self.directory.tidy(SAMPLES)
        return summary

    def refuse_changed(self, *, but: str = "") -> None:
        """Compare the files of a run that has ended with its manifest.

        Args:
            but: The name of a file that may be another: it is about to be made anew.

        Raises:
            BadInputError: if it has not ended, or a file is not what it was.
        """
        manifest = self.directory.load()
        for name, recorded in (manifest.files or {}).items():
            if name != but and self.directory.facts(name) != recorded:
                what = "the file differs from the manifest: its length or SHA-256 is another"
                if not (self.directory.path / name).exists():
                    what = "the file is missing"
                fix = f"pvsim export {quote(str(self.directory.path))}" if name == PARQUET else _FIX_CHANGED
                raise BadInputError(what, where=str(self.directory.path / name), fix=fix)
        if manifest.status not in _ENDED:
            what = f"the files are whole, but the run's status is {manifest.status}"
            raise BadInputError(what, where=str(self.directory.path), fix=self.resume_command)

    def verified(self, *adders: Adder) -> tuple[Summary, FoundSpans]:
        """Prove the rows: the figures of the run, and where it has none or holds the value before.

        Args:
            adders: What else wants the rows, such as a page: each portion is handed on when it is proved.

        Raises:
            BadInputError: if the run is not finished or anything differs.
        """
        self.refuse_other_models()
        totals = self._totals()  # first: a file of prices that is wrong is no mistake of the rows
        spans = self._prove_rows(totals, adders)
        return self.models.among_years(totals.result(self._curves())), spans

    def refuse_other_models(self) -> None:
        """Refuse a run whose rows this version would compute differently: it can neither prove nor continue them.

        Raises:
            BadInputError: if it was made by a version whose models gave other values.
        """
        manifest = self.directory.load()
        made_by = manifest.versions.get("pvsim", "unknown")
        if not (models := changed_models(self.models.config, made_by)):
            return
        what = f"the run was made by pvsim {made_by}, whose {' and '.join(models)} had other values than now"
        again = f"make it again: {manifest.command}" if manifest.command else "make it again"
        raise BadInputError(what, where=str(self.directory.path), fix=f"{again}; its rows can still be read")

    @contextmanager
    def rows_read(self) -> Iterator[tuple[Read, Iterator[bytes], Accounted]]:
        """The file of the rows, or those of each day as if they were one: its bytes, its lines, and what is in it.

        What is wrong with it is said with its name.

        Raises:
            BadInputError: if the run is not finished.
        """
        path = self.directory.path / SAMPLES
        checkpoint = self.checkpoint()
        days = self.daily_files()
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

    def proved_rows(self) -> Iterator[Samples]:
        """The rows in order, in portions: each is handed on when it is proved.

        Raises:
            BadInputError: as `verified`.
        """
        plan = self.models.plan
        with self.rows_read() as (read, lines, now):
            if not self.models.external and not now.missing:
                yield from prove(plan, self.models.expected.take(), read)
                return
            held_s = 0
            for samples in prove_foreign(plan, self.models.pv(), lines, now.missing // plan.every_s):
                held_s += 0 if samples.held_s is None else int(samples.held_s.sum())
                yield samples
            if plan.holds and held_s != now.held:
                what = f"{held_s:,} seconds are flagged as held, but {now.held:,} are known"
                raise BadInputError(what, where="column flags")

    def _totals(self) -> Totals:
        """What adds up the figures of the run in the proving pass."""
        return self.models.totals()

    def _curves(self) -> Curves | None:
        """The curves of each meter, of rows that are proved; None where `_totals` adds them up."""
        return None

    def _prove_rows(self, totals: Totals, adders: tuple[Adder, ...]) -> FoundSpans:
        """The proving pass: whatever wants the rows of a finished run takes them here."""
        plan = self.models.plan
        if not self.models.external and not self.counts().get("missing"):
            add_up(self.proved_rows(), totals, *adders)
            return FoundSpans(plan)
        spans = Spans(plan)
        add_up(self.proved_rows(), totals, spans, *adders)
        return spans.result()

    def daily_files(self) -> list[str]:
        """The names of the daily files; none before the run has been split."""
        manifest = self.directory.load()
        names = [Path(name).name for name in manifest.files or {} if Path(name).parent.name == DAYS]
        return days_in(self.directory.path / DAYS) if not names and self.only_split() else names

    def only_split(self) -> bool:
        """Whether the rows are in daily files that the manifest has lost: pvsim 0.1 did that to partial runs."""
        path = self.directory.path
        whole = any((path / name).exists() for name in (SAMPLES, PARTIAL))
        return self.models.config.split == "day" and not whole and (path / DAYS).is_dir()

    def _unfinished(self, lacking: str) -> BadInputError:
        where, status = str(self.directory.path), self.status
        if status in _ENDED:  # it was whole: going on would not bring back what somebody took away
            what = f"the run's status is {status}, but it lacks its {lacking}"
            return BadInputError(what, where=where, fix=_FIX_CHANGED)
        return BadInputError(
            f"the run is not finished: its status is {status}", where=where, fix=self.resume_command
        )
