"""A finished run as a program reads it: its configuration, and its rows as samples."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pvsim.app.prove import read_samples
from pvsim.core.results.samples import Samples
from pvsim.core.run.plan import RunPlan
from pvsim.wiring.runs import Run

if TYPE_CHECKING:
    from pandas import DataFrame

    from pvsim.config import RunConfig

__all__ = ["FinishedRun", "open_run"]


@dataclass(frozen=True, slots=True)
class FinishedRun:
    """A run that has ended, be it with rows missing; `open_run` gives one."""

    _run: Run

    @property
    def path(self) -> Path:
        """Its directory."""
        return self._run.directory.path

    @property
    def config(self) -> "RunConfig":
        """What it was configured with."""
        return self._run.models.config

    @property
    def plan(self) -> RunPlan:
        """Its meters, seconds and rows."""
        return self._run.models.plan

    def samples(self) -> Iterator[Samples]:
        """The rows as its files have them, in order and in portions; no input of the run is needed.

        What an export limit curtailed is in no file: `curtailed_dw` is None.

        Raises:
            BadInputError: from the iteration, if a file is not what the run has left.
        """
        with self._run.files.rows_read() as (_, lines, now):
            yield from read_samples(self.plan, lines, now.missing // self.plan.every_s)

    def to_pandas(self) -> "DataFrame":
        """All rows as a data frame with the columns of `samples.csv`, under their local times.

        Raises:
            BadInputError: as `samples`.
            UsageError: if pandas is not installed.
        """
        from pvsim.adapters.frames import frame_of  # noqa: PLC0415 - pandas takes most of a second

        return frame_of(self.samples(), self.plan)


def open_run(directory: str | Path) -> FinishedRun:
    """Open a finished run, for example `runs/latest`; its files are compared with its manifest.

    Raises:
        BadInputError: if there is no run, it is not finished, or a file of it is not what it was.
    """
    run = Run.open(Path(directory).resolve())
    with run.files.rows_read():
        run.files.refuse_changed()
    return FinishedRun(run)
