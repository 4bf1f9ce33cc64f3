"""What `study.json` says of a study."""

from enum import StrEnum
from typing import Any

import msgspec

from pvsim.adapters.shared.manifests import FileFacts

__all__ = ["MANIFEST_VERSION", "StudyBest", "StudyCounts", "StudyManifest", "StudyRanking", "StudyStatus"]

MANIFEST_VERSION = 1


class StudyStatus(StrEnum):
    """Whether the result is whole."""

    OPEN = "open"
    PARTIAL = "partial"
    COMPLETE = "complete"


class StudyCounts(msgspec.Struct, frozen=True):
    """How many cases there are.

    Attributes:
        cases: Of the study.
        done: Those that have figures.
        failed: Those that have an error instead.
        elsewhere: Records of cases that are not of the study, from before its file was changed.
    """

    cases: int
    done: int
    failed: int
    elsewhere: int = 0


class StudyBest(msgspec.Struct, frozen=True):
    """One of the best combinations.

    Attributes:
        value: The mean of the figure over the seeds.
        number: Of its case with the first seed.
        id: Of that case.
        variant: Its variant; empty where none are compared.
        parameters: Its settings, by path.
    """

    value: float
    number: int
    id: str
    variant: str
    parameters: dict[str, Any]


class StudyRanking(msgspec.Struct, frozen=True):
    """The best combinations.

    Attributes:
        figure: What they are the best by.
        goal: `min` or `max`: whether less or more of it is better.
        seeds: Over how many seeds the means are.
        best: Some of them, the best first.
    """

    figure: str
    goal: str
    seeds: int
    best: tuple[StudyBest, ...]


class StudyManifest(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a study.

    Attributes:
        study: Version of this form.
        status: `open` until each case has a record; then `complete`, or `partial` where some have failed.
        name: Its name.
        versions: Of pvsim, Python and numpy, that its records are made with.
        study_sha256: Of the study file, whose copy is `study.toml`.
        folder: Where relative paths in the study file start; empty where that is not known.
        created_utc: When it was first begun.
        finished_utc: When its result was written; None until then.
        headline: The best combination in words, of the result that was written last.
        notes: What must be known with it.
        ranking: The best combinations of that result; None where none has the figure.
        counts: Its cases; None until they are first counted.
        files: The files of its result.
        language: Of its page.
        not_promised: What the file system does not know.
    """

    study: int = MANIFEST_VERSION
    status: StudyStatus = StudyStatus.OPEN
    name: str
    versions: dict[str, str]
    study_sha256: str
    folder: str = ""
    created_utc: str
    finished_utc: str | None = None
    headline: str = ""
    notes: tuple[str, ...] = ()
    ranking: StudyRanking | None = None
    counts: StudyCounts | None = None
    files: dict[str, FileFacts] | None = None
    language: str = "en"
    not_promised: tuple[str, ...] | None = None
