"""A study in its directory: begun or resumed, carried out, and finished."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Self

import msgspec

from pvsim import __version__
from pvsim.adapters.clocks import utc_now
from pvsim.adapters.pool import LocalPool
from pvsim.adapters.rundir.file_system import FileSystem, cannot_read
from pvsim.adapters.study_directory import (
    MANIFEST,
    STUDY_FILE,
    KeptRecords,
    RecordFile,
    StudyCounts,
    StudyDirectory,
    StudyFile,
    StudyManifest,
    StudyStatus,
)
from pvsim.app.study import StudyEnd, Work, study
from pvsim.app.study_book import CaseBook
from pvsim.app.study_progress import StudyProgress
from pvsim.core.study.ranking import Objective, goal_of
from pvsim.core.study.record import CaseError, CaseRecord, CaseResult, decode_results
from pvsim.errors import BadInputError, PvsimError
from pvsim.wiring.runs import versions
from pvsim.wiring.study_broker import through_broker
from pvsim.wiring.study_file import check_all, configured, read_study
from pvsim.wiring.study_jobs import jobs
from pvsim.wiring.study_results import CASES_PARQUET, StudyResults, finish

if TYPE_CHECKING:
    from pvsim.app.ports import Stop
    from pvsim.app.study_ports import Pool, StudyObserver
    from pvsim.config.study import Study
    from pvsim.core.study.case import Case
    from pvsim.wiring.study_broker import BrokerSetting
    from pvsim.wiring.study_file import StudyFacts

__all__ = [
    "BEST",
    "STUDIES",
    "WORK",
    "OpenStudy",
    "find_study",
    "local_pool",
    "objectives_of",
    "open_study",
    "records_of",
]

STUDIES = Path("studies")
"""Where studies are, each in a directory of its name."""

_USUAL = ("money_total", "self_sufficiency", "energy_kwh_import")

BEST = 5
"""Of so many cases it is told that they are the best."""

WORK = "pvsim.wiring.study_work:carry_out"
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
            return None if case is None or record is None else _of_case(case, record)
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
        return await study(work, pool=pool, records=self.records, read=records_of, observer=shown, stop=stop)

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
            return StudyResults(tuple(self.directory.path / name for name in before), ())
        results = finish(self.directory.path, self.study, language=now.language)
        status = StudyStatus.PARTIAL if counts.failed else StudyStatus.COMPLETE
        files = self._facts(path.name for path in results.paths)
        self._save(msgspec.structs.replace(now, status=status, files=files, finished_utc=_now()))
        return results

    def _facts(self, names: Iterable[str]) -> dict[str, StudyFile]:
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


class _Entry:
    """Takes note of the cases that have a record already.

    Args:
        directory: Of the study.
        progress: Is told of them.

    Attributes:
        found: Their ids.
    """

    def __init__(self, directory: Path, progress: StudyProgress) -> None:
        self.found: set[str] = set()
        self._kept, self._progress = KeptRecords(directory), progress

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._kept.close()

    def enter(self, case: "Case") -> None:
        """Take note of a case."""
        self._progress.book.enter(case)
        if (record := self._kept.get(case.id)) is not None:
            self.found.add(case.id)
            self._progress.know(_of_case(case, record))


def local_pool(size: int) -> LocalPool:
    """Processes of this machine that carry out jobs of studies."""
    return LocalPool(WORK, size)


def find_study(path: Path) -> "tuple[Path, Study]":
    """The study of a study file, or of the directory of one that has begun: then of the copy that is there.

    Raises:
        BadInputError: as `read_study`.
    """
    if (path / MANIFEST).is_file():
        path /= STUDY_FILE
    if not _is_copy(path):
        return path, read_study(path)
    manifest = StudyDirectory(path.parent, FileSystem()).manifest()
    if manifest is None or not manifest.folder:
        return path, read_study(path)
    return path, replace(read_study(path, Path(manifest.folder)), name=manifest.name)


def _is_copy(path: Path) -> bool:
    """Whether a study file is the copy in the directory of its study."""
    return path.name == STUDY_FILE and (path.parent / MANIFEST).is_file()


@contextmanager
def open_study(
    path: Path,
    out: Path | None,
    *,
    again: bool = False,
    accept_unsafe: bool = False,
    show: Callable[[str], None] = lambda _: None,
) -> Iterator[OpenStudy]:
    """Begin a study, or open it again where it has begun; nothing of it is carried out yet.

    Args:
        path: The study file, or the directory of a study that has begun.
        out: Its directory; None is one of its name, or that one.
        again: Cases that have failed are open again.
        accept_unsafe: Use a file system that has no locks or no fsync.
        show: Is told how far the checks are.

    Raises:
        BadInputError: if something is wrong with the study file, or with what is in the directory.
        CannotWriteError: if the directory cannot be made or written.
        PvsimError: if another process works on it.
    """
    path, asked = find_study(path)
    text = _content(path)

    def checked(done: int, of: int) -> None:
        show(f"checking case {done:,} of {of:,}")

    file_system = FileSystem(accepted=accept_unsafe)
    begun = path.parent if _is_copy(path) else STUDIES / asked.name
    directory = StudyDirectory(begun if out is None else out, file_system)
    facts = (
        None if directory.has_begun else check_all(asked, notify=checked)
    )  # nothing is made for a file with mistakes
    with directory.lock():
        before = directory.manifest()
        if before is not None:
            _require_version(before, directory.path)
        records = RecordFile(directory.path, file_system, again=again)
        try:
            book = CaseBook(asked.count, records)
            progress = StudyProgress(book, objectives=objectives_of(asked), keep=BEST)
            with _Entry(directory.path, progress) as entry:
                if facts is None or len(records):
                    facts = check_all(asked, entry.enter, checked)
            elsewhere = len(records) - len(entry.found)
            manifest = _manifest(facts.study, before, text, lacks=file_system.lacks)
            directory.write(STUDY_FILE, text)
            if manifest != before:
                directory.save(manifest)
            opened = OpenStudy(facts, directory, records, progress, manifest, elsewhere, ())
            opened.notes = tuple(_notes(opened, before))
            yield opened
        finally:
            records.close()


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise cannot_read(error, path) from error


def _require_version(manifest: StudyManifest, directory: Path) -> None:
    """Refuse records of another version, whose figures may be others for the same case."""
    made_by = manifest.versions.get("pvsim", "unknown")
    if made_by.split(".")[:2] != __version__.split(".")[:2]:
        what = (
            f"its records were made by pvsim {made_by}, and this is {__version__}: figures of both do not belong"
        )
        fix = f"begin it anew in another directory: --out {directory}-{__version__}"
        raise BadInputError(f"{what} into one table", where=str(directory), fix=fix)


def _manifest(
    asked: "Study", before: StudyManifest | None, text: bytes, *, lacks: tuple[str, ...]
) -> StudyManifest:
    """What the manifest says now: of a study that goes on nothing else, if nothing has changed."""
    facts = {
        "name": asked.name,
        "folder": asked.folder,
        "study_sha256": sha256(text).hexdigest(),
        "not_promised": lacks or None,
    }
    if before is None:
        return StudyManifest(versions=versions(), created_utc=_now(), **facts)  # type: ignore[arg-type]  # by name
    return msgspec.structs.replace(before, **facts)


def _notes(opened: OpenStudy, before: StudyManifest | None) -> Iterator[str]:
    """What a user should know of what was there already."""
    book, cut, cases = opened.book, opened.records.cut, f"{opened.book.cases:,} cases"
    if opened.facts.same:
        yield f"{opened.facts.same:,} of {cases} are the same run as an earlier one, and share its record"
    if cut:
        yield f"an unfinished last record ({cut:,} bytes) was cut off; its case is carried out again"
    if before is not None and before.study_sha256 != opened.manifest.study_sha256:
        yield f"the study file was changed: {book.done + book.failed:,} of {cases} have a record already"
    elif book.done + book.failed and book.open:
        yield f"{book.done + book.failed:,} of {cases} have a record already"
    if opened.elsewhere:
        records = "1 record belongs" if opened.elsewhere == 1 else f"{opened.elsewhere:,} records belong"
        stay = "it stays" if opened.elsewhere == 1 else "they stay"
        yield f"{records} to no case any more: {stay} in records.jsonl, in no table"
    if book.failed:
        yield f"{book.failed:,} of {cases} have failed before; to carry them out again: --retry-failed"


def _of_case(case: "Case", record: CaseRecord) -> CaseRecord:
    """A record of a run, told of one of the cases that are this run."""
    return msgspec.structs.replace(
        record,
        number=case.number,
        variant=case.variant,
        parameters=case.parameters,
        repeat=case.repeat,
        seed=case.seed,
    )


def _now() -> str:
    return f"{utc_now():%Y-%m-%dT%H:%M:%SZ}"


def objectives_of(asked: "Study") -> tuple[Objective, ...]:
    """By what the best case is the best: as the study file says, else the first of these that each case has."""
    if asked.page.best is not None:
        return (Objective(asked.page.best, asked.page.goal or goal_of(asked.page.best)),)
    return tuple(Objective(figure, goal_of(figure)) for figure in _USUAL)


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
            found.error,
        )
        for case, found in zip(work.cases, results, strict=True)
    ]
