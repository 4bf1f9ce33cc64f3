"""A study in its directory, carried out and finished."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pvsim.adapters.clocks import utc_now
from pvsim.adapters.pool import LocalPool
from pvsim.adapters.shared.manifests import FileFacts
from pvsim.adapters.study_directory import (
    KeptRecords,
    RecordFile,
    StudyCounts,
    StudyDirectory,
    StudyManifest,
    StudyStatus,
)
from pvsim.app.study import StudyEnd, Work, study
from pvsim.app.study_book import CaseBook
from pvsim.app.study_progress import StudyProgress
from pvsim.core.study.record import CaseError, CaseRecord, CaseResult, decode_results
from pvsim.errors import PvsimError
from pvsim.wiring.study.broker import through_broker
from pvsim.wiring.study.file import configured
from pvsim.wiring.study.jobs import jobs
from pvsim.wiring.study.results import CASES_PARQUET, StudyResults, finish

if TYPE_CHECKING:
    from pvsim.app.ports import Stop
    from pvsim.app.study_ports import Pool, StudyObserver
    from pvsim.config.study import Study
    from pvsim.core.study.case import Case
    from pvsim.wiring.study.broker import BrokerSetting
    from pvsim.wiring.study.file import StudyFacts

__all__ = ["WORK", "OpenStudy", "local_pool", "now_text", "of_case", "records_of"]

WORK = "pvsim.wiring.study.work:carry_out"
"""What carries out a job, in whatever process."""


@dataclass(slots=True)
class OpenStudy:
    """A study whose directory is locked for this process.

    Attributes:
        facts: What it comes to.
        directory: Where it is.
        records: What is kept of its cases.
        progress: How far it is.
        manifest: What its directory says of it.
        elsewhere: How many records belong to no case of it.
        notes: What a user should know of what was there already.
    """

    facts: "StudyFacts"
    directory: StudyDirectory
    records: RecordFile
    progress: StudyProgress
    manifest: StudyManifest
    elsewhere: int
    notes: tuple[str, ...]

    @property
    def study(self) -> "Study":
        """What is asked for."""
        return self.facts.study

    @property
    def book(self) -> CaseBook:
        """Which of its cases are open, done and failed."""
        return self.progress.book

    def first_failed(self) -> CaseRecord | None:
        """The record of the first case that has failed; None where none has."""
        if not self.book.failed:
            return None
        failed = (case for case, _ in configured(self.study) if self.records.has_failed(case.id))
        case = next(failed, None)
        kept = KeptRecords(self.directory.path)
        try:
            record = None if case is None else kept.get(case.id)
            return None if case is None or record is None else of_case(case, record)
        finally:
            kept.close()

    async def carry_out(
        self,
        pool: "Pool",
        observer: "StudyObserver[CaseRecord]",
        stop: "Stop",
        broker: "BrokerSetting | None" = None,
    ) -> StudyEnd:
        """Carry out the cases that are open.

        Args:
            pool: Where.
            observer: Is shown the records that are safe.
            stop: The user's wish to stop.
            broker: How the cases go through a broker, by the processes of a pool that is made for that.

        Raises:
            CannotWriteError: if the disk is full or fails; the study can be resumed.
            PvsimError: if the pool cannot go on.
        """
        if not self.book.open:
            return StudyEnd()
        cases = self.book.draw(configured(self.study))
        work = jobs(cases, workers=pool.size, by_load=broker is not None)
        if broker is not None:
            work = through_broker(work, broker)
        shown = _Shown(self.book, observer)
        end = await study(work, pool=pool, records=self.records, read=records_of, observer=shown, stop=stop)
        if broker is not None:
            with suppress(OSError):  # no run is kept there, or it is not empty
                Path(broker.directory).rmdir()
        return end

    def finish(self, language: str | None = None) -> StudyResults:
        """Write the result, where each case has a record, and say so in the manifest; what is there already stays.

        Args:
            language: Of the page; None is the one that it has, English in the beginning.

        Raises:
            CannotWriteError: if the disk is full or fails.
        """
        counts = StudyCounts(self.book.cases, self.book.done, self.book.failed, self.elsewhere)
        now = msgspec.structs.replace(self.manifest, counts=counts, language=language or self.manifest.language)
        if self.book.open:
            self._save(msgspec.structs.replace(now, status=StudyStatus.OPEN, files=None, finished_utc=None))
            return StudyResults((), ())
        before = now.files or {}
        if now == self.manifest and CASES_PARQUET in before and before == self._facts(before):
            return StudyResults(
                tuple(self.directory.path / name for name in before), now.notes, now.headline, now.ranking
            )
        results = finish(self.directory.path, self.study, language=now.language)
        status = StudyStatus.PARTIAL if counts.failed else StudyStatus.COMPLETE
        files = self._facts(path.name for path in results.paths)
        told = {"headline": results.headline, "notes": results.notes, "ranking": results.ranking}
        self._save(msgspec.structs.replace(now, status=status, files=files, finished_utc=now_text(), **told))
        return results

    def _facts(self, names: Iterable[str]) -> dict[str, FileFacts]:
        """Length and digest of files that are there."""
        found = ((name, self.directory.facts(name)) for name in names)
        return {name: facts for name, facts in found if facts is not None}

    def _save(self, manifest: StudyManifest) -> None:
        if manifest != self.manifest:
            self.manifest = manifest
            self.directory.save(manifest)


@dataclass(frozen=True, slots=True)
class _Shown:
    """Keeps the book, and shows what it has kept."""

    book: CaseBook
    observer: "StudyObserver[CaseRecord]"

    def kept(self, records: Sequence[CaseRecord]) -> None:
        """See `app.study_ports.StudyObserver.kept`."""
        self.book.keep(records)
        self.observer.kept(records)


def local_pool(size: int) -> LocalPool:
    """Processes of this machine that carry out jobs of studies."""
    return LocalPool(WORK, size)


def of_case(case: "Case", record: CaseRecord) -> CaseRecord:
    """A record of a run, told of one of the cases that are this run."""
    return msgspec.structs.replace(
        record,
        number=case.number,
        variant=case.variant,
        parameters=case.parameters,
        repeat=case.repeat,
        seed=case.seed,
    )


def now_text() -> str:
    """The present time, as the manifest has it."""
    return f"{utc_now():%Y-%m-%dT%H:%M:%SZ}"


def records_of(work: "Work[Case]", result: bytes | PvsimError) -> list[CaseRecord]:
    """What is kept of the cases of a job; of one that cannot be carried out, the error."""
    if isinstance(result, PvsimError):
        results = [CaseResult(case.number, case.id, error=CaseError.of(result)) for case in work.cases]
    else:
        results = decode_results(result)
    return [
        CaseRecord(
            case.number,
            case.id,
            case.variant,
            case.parameters,
            case.repeat,
            case.seed,
            found.figures,
            found.hours,
            found.inputs,
            found.error,
        )
        for case, found in zip(work.cases, results, strict=True)
    ]
