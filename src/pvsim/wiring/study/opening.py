"""A study is begun in a directory, or found there: its file is checked, and what is there already is told."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Self

import msgspec

from pvsim import __version__
from pvsim.adapters.shared.disk import cannot_read
from pvsim.adapters.shared.file_system import FileSystem
from pvsim.adapters.study_directory import (
    MANIFEST,
    STUDY_FILE,
    KeptRecords,
    RecordFile,
    StudyDirectory,
    StudyManifest,
)
from pvsim.app.study_book import CaseBook
from pvsim.app.study_progress import StudyProgress
from pvsim.core.study.plain import inline
from pvsim.core.study.ranking import Objective, goal_of
from pvsim.errors import BadInputError
from pvsim.wiring.runs import versions
from pvsim.wiring.study.case import STUDIES
from pvsim.wiring.study.file import check_all, read_study
from pvsim.wiring.study.results import BEST, objective_said
from pvsim.wiring.study.study import OpenStudy, now_text, of_case

if TYPE_CHECKING:
    from pvsim.config.study import Study
    from pvsim.core.study.case import Case

__all__ = ["find_study", "objectives_of", "open_study"]

_ENDED = ("status", "finished_utc", "counts", "files", "headline", "notes", "ranking")
"""What the manifest says of how a study ended."""

_USUAL = ("money_total", "self_sufficiency", "energy_kwh_import")


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
            if before is not None and before.name != asked.name and elsewhere:
                raise _of_another(before.name, asked.name, elsewhere, directory.path)
            manifest = _manifest(asked, before, text, is_open=book.open > 0, lacks=file_system.lacks)
            directory.write(STUDY_FILE, text)
            if manifest != before:
                directory.save(manifest)
            opened = OpenStudy(facts, directory, records, progress, manifest, elsewhere, ())
            opened.notes = tuple(_notes(opened, before))
            yield opened
        finally:
            records.close()


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
            self._progress.know(of_case(case, record))


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


def _of_another(its_name: str, name: str, elsewhere: int, directory: Path) -> BadInputError:
    """The error of a directory that has the results of another study, which would be replaced."""
    which = "a record that belongs" if elsewhere == 1 else f"{elsewhere:,} records that belong"
    what = (
        f"the directory has the study {its_name}, with {which} to no case of {name}; its tables would be replaced"
    )
    fix = f"give another --out; to go on in its place, write name = {inline([its_name])[1:-1]} in the study file"
    return BadInputError(what, where=str(directory), fix=fix)


def _manifest(
    asked: "Study", before: StudyManifest | None, text: bytes, *, is_open: bool, lacks: tuple[str, ...]
) -> StudyManifest:
    """What the manifest says now: of a study that has ended nothing else, if nothing has changed."""
    now = StudyManifest(
        name=asked.name,
        versions=versions(),
        folder=asked.folder,
        study_sha256=sha256(text).hexdigest(),
        created_utc=now_text(),
        not_promised=lacks or None,
    )
    if before is None:
        return now
    same = ("versions", "created_utc", "language", *(() if is_open else _ENDED))
    return msgspec.structs.replace(now, **{name: getattr(before, name) for name in same})


def _notes(opened: OpenStudy, before: StudyManifest | None) -> Iterator[str]:
    """What a user should know of what was there already."""
    book, cut, cases = opened.book, opened.records.cut, f"{opened.book.cases:,} cases"
    if same := opened.facts.same:
        one = "is the same run as an earlier one, and shares its record"
        yield f"{same:,} of {cases} {one if same == 1 else 'are runs as earlier ones, and share their records'}"
    if cut:
        yield f"an unfinished last record ({cut:,} bytes) was cut off; its case is carried out again"
    known = f"records of {book.done + book.failed:,} of {cases} are there already"
    if before is not None and before.study_sha256 != opened.manifest.study_sha256:
        yield f"the study file was changed: {known}"
    elif book.done + book.failed and book.open:
        yield known
    if opened.elsewhere:
        records = "1 record belongs" if opened.elsewhere == 1 else f"{opened.elsewhere:,} records belong"
        stay = "it stays" if opened.elsewhere == 1 else "they stay"
        yield f"{records} to no case any more: {stay} in records.jsonl, in no table"
    if book.failed:
        yield f"{book.failed:,} of {cases} failed before; to carry them out again: --retry-failed"


def objectives_of(asked: "Study") -> tuple[Objective, ...]:
    """By what the best case is the best: as the study file says, else the first of these that each case has."""
    said = objective_said(asked)
    return (said,) if said is not None else tuple(Objective(figure, goal_of(figure)) for figure in _USUAL)
