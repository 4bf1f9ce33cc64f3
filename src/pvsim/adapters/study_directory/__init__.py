"""The directory of a study: its manifest, the copy of its study file, its records and its lock."""

from pvsim.adapters.study_directory.directory import MANIFEST, STUDY_FILE, StudyDirectory
from pvsim.adapters.study_directory.manifest import (
    StudyBest,
    StudyCounts,
    StudyManifest,
    StudyRanking,
    StudyStatus,
)
from pvsim.adapters.study_directory.records import RECORDS, KeptRecords, RecordFile

__all__ = [
    "MANIFEST",
    "RECORDS",
    "STUDY_FILE",
    "KeptRecords",
    "RecordFile",
    "StudyBest",
    "StudyCounts",
    "StudyDirectory",
    "StudyManifest",
    "StudyRanking",
    "StudyStatus",
]
