"""Studies in their directories, without the command that makes them."""

import asyncio
from hashlib import sha256
from pathlib import Path

import msgspec

from pvsim.adapters.shared.file_system import FileSystem
from pvsim.adapters.study_directory import STUDY_FILE, RecordFile, StudyDirectory, StudyManifest
from pvsim.core.study.record import CaseRecord, Job, JobCase, decode_results
from pvsim.wiring.study.file import configured, read_study
from pvsim.wiring.study.work import carry_out

__all__ = ["kept_study"]


def kept_study(
    file: Path, directory: Path, *, numbers: range | None = None, compute: bool = False
) -> list[CaseRecord]:
    """Make the directory of a study with records of some cases.

    Args:
        file: The study file.
        directory: Where.
        numbers: Of which cases; all if left out.
        compute: Whether they get figures, which takes its time.
    """
    study, text = read_study(file), file.read_bytes()
    records = []
    for case, config in configured(study):
        if numbers is not None and case.number not in numbers:
            continue
        record = CaseRecord(case.number, case.id, case.variant, case.parameters, case.repeat, case.seed)
        if compute:
            one = JobCase(case.number, case.id, msgspec.Raw(msgspec.json.encode(config)))
            (result,) = decode_results(carry_out(Job(0, (one,)).encode()))
            record = msgspec.structs.replace(
                record, figures=result.figures, hours=result.hours, error=result.error
            )
        records.append(record)
    kept = StudyDirectory(directory, FileSystem())
    with kept.lock():
        kept.write(STUDY_FILE, text)
        kept.save(
            StudyManifest(
                name=study.name,
                versions={},
                study_sha256=sha256(text).hexdigest(),
                folder=study.folder,
                created_utc="2026-11-26T12:00:00Z",
            )
        )
        file_of_records = RecordFile(directory, FileSystem())
        asyncio.run(file_of_records.append(records))
        file_of_records.close()
    return records
