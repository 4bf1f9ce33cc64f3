"""A study in this process, for programs: no directory, no workers, no broker."""

from collections.abc import Iterator, Mapping
from os import PathLike
from typing import Any

from pvsim.config.study import Study
from pvsim.core.study.record import CaseRecord
from pvsim.wiring.configure import asked_path
from pvsim.wiring.study.file import check_all, configured, read_study, study_of_data
from pvsim.wiring.study.jobs import jobs
from pvsim.wiring.study.study import records_of
from pvsim.wiring.study.work import carry_out

__all__ = ["study"]


def study(asked: str | PathLike[str] | Mapping[str, Any]) -> list[CaseRecord]:
    """Carry out all cases of a study in this process, one after the other; nothing is written.

    Args:
        asked: The path of a study file, or what one has as dicts and lists; relative paths in it start here then.

    Returns:
        A record of each case, in the order of the study. A case that fails has its error in place of its figures.

    Raises:
        BadInputError: if something in it is wrong: everything that is.
        UsageError: if it is neither a path nor a dict.
    """
    found = (
        study_of_data(asked)
        if isinstance(asked, Mapping)
        else read_study(asked_path(asked, "asked", "study.toml"))
    )
    check_all(found)
    return sorted(_records(found), key=lambda record: record.number)


def _records(found: Study) -> Iterator[CaseRecord]:
    for work in jobs(configured(found), workers=1):
        yield from records_of(work, carry_out(work.job))
