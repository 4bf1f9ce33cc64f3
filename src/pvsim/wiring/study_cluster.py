"""A study's jobs on a Dask cluster."""

from typing import TYPE_CHECKING

import msgspec

from pvsim.adapters.dask import open_cluster, parse_scheduler
from pvsim.config import RunConfig
from pvsim.config.files import files_of
from pvsim.core.study.record import Job
from pvsim.wiring.study_work import carry_out

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from pvsim.app.study_ports import Pool

__all__ = ["files_of_job", "open_pool", "parse_scheduler"]


def open_pool(scheduler: str, size: int) -> "AbstractAsyncContextManager[Pool]":
    """The workers of a cluster, which carry out jobs of studies.

    Args:
        scheduler: As `parse_scheduler` gives it.
        size: How many processes there are, where they are of this machine.

    Raises:
        UsageError: from entering it, if the extra is missing.
        ClusterError: from entering it, if there is no such cluster, or its workers have other versions.
    """
    return open_cluster(scheduler, carry_out, files_of_job, workers=size)


def files_of_job(job: bytes) -> dict[str, str]:
    """The digest of each file that the cases of a job read, by its path."""
    found: dict[str, str] = {}
    for case in Job.decode(job).cases:
        found |= files_of(msgspec.json.decode(case.config, type=RunConfig))
    return found
