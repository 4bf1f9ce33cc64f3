"""A single case of a study that was carried out, found by its id."""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from pvsim.adapters.shared.file_system import FileSystem
from pvsim.adapters.study_directory import MANIFEST, RECORDS, STUDY_FILE, StudyDirectory
from pvsim.config import RunConfig
from pvsim.config.study import Study
from pvsim.core.quantities.json_text import NOT_DECODED
from pvsim.core.study.case import Case
from pvsim.errors import BadInputError, UsageError
from pvsim.wiring.study.file import case_at, configured, read_study

__all__ = ["STUDIES", "FoundCase", "find_case"]

STUDIES = Path("studies")
"""Where studies are, each in a directory of its name."""

_LEAST = 4
"""Digits of an id that a case is looked for by."""


@dataclass(frozen=True, slots=True)
class FoundCase:
    """A case, and where it was found.

    Attributes:
        directory: Of the study.
        case: The case.
        config: The configuration of its run.
    """

    directory: Path
    case: Case
    config: RunConfig


class _Kept(msgspec.Struct):
    """What is read of a record."""

    number: int
    id: str


def find_case(text: str, studies: Path = STUDIES) -> FoundCase:
    """The case of `DIR:ID`, or of `ID` in one of the studies; the first digits of an id do.

    Args:
        text: What was typed.
        studies: Where studies are.

    Raises:
        UsageError: if it is no id, or several cases begin so.
        BadInputError: if there is no such study or case.
    """
    place, _, digits = text.rpartition(":")
    digits = digits.strip().lower()
    if len(digits) < _LEAST or set(digits) - set("0123456789abcdef"):
        what = f"--case: {digits!r} is no id of a case: {_LEAST} to 16 hexadecimal digits"
        raise UsageError(what, where="--case", fix="the table of the study, cases.csv, has the ids of its cases")
    directories = [Path(place)] if place else sorted(path.parent for path in studies.glob(f"*/{MANIFEST}"))
    if place and not (directories[0] / MANIFEST).is_file():
        raise BadInputError(
            "there is no study here", where=place, fix="name its directory, for example studies/roof"
        )
    found = {(path, known): number for path in directories for known, number in _begins(path, digits).items()}
    if not found:  # it may have no record yet
        found = _searched(directories, digits)
    if not found:
        where = place or str(studies)
        fix = "check the id, or name the directory of the study: --case DIR:ID"
        raise BadInputError(f"no study here has a case {digits}", where=where, fix=fix)
    if len({known for _, known in found}) > 1:
        (path, known), *_ = found
        several = ", ".join(sorted({known for _, known in found})[:4])
        fix = f"give more digits, for example --case {shlex.quote(f'{path}:{known}')}"
        raise UsageError(f"--case: several cases begin with {digits}: {several}", where="--case", fix=fix)
    (path, known), number = next(iter(found.items()))
    return _case(path, known, number)


def _begins(directory: Path, digits: str) -> dict[str, int]:
    """The ids in the records of a study that begin so, with the number that each had."""
    found: dict[str, int] = {}
    try:
        with (directory / RECORDS).open("rb") as file:
            for line in file:
                try:
                    kept = msgspec.json.decode(line, type=_Kept)
                except NOT_DECODED:  # the unfinished last line; others pvsim study refuses
                    continue
                if kept.id.startswith(digits):
                    found[kept.id] = kept.number
    except OSError:
        return {}
    return found


def _searched(directories: list[Path], digits: str) -> dict[tuple[Path, str], int]:
    """The same from the studies themselves, whose cases need not be done."""
    return {
        (path, case.id): case.number
        for path in directories
        for case, _ in configured(_study(path))
        if case.id.startswith(digits)
    }


def _case(directory: Path, known: str, number: int) -> FoundCase:
    study = _study(directory)
    for case, config in _near(study, number):
        if case.id == known:
            return FoundCase(directory, case, config)
    what = f"the study file has changed, and has no case {known} any more"
    raise BadInputError(what, where=str(directory / STUDY_FILE), fix="give the id of a case that is in cases.csv")


def _near(study: Study, number: int) -> Iterator[tuple[Case, RunConfig]]:
    """The case that had the id, then all others: their numbers may have changed."""
    if number < study.count:
        yield case_at(study, number)
    yield from configured(study)


def _study(directory: Path) -> Study:
    manifest = StudyDirectory(directory, FileSystem()).manifest()
    folder = Path(manifest.folder) if manifest is not None and manifest.folder else None
    return read_study(directory / STUDY_FILE, folder)
