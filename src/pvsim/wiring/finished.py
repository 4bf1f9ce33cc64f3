"""A finished run as a program reads it: its configuration, its figures, and its rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pvsim.adapters.rundir import SUMMARY, Manifest
from pvsim.adapters.shared.disk import cannot_read
from pvsim.core.quantities.json_text import NOT_DECODED
from pvsim.core.results.samples import Samples
from pvsim.core.results.summary import Summary
from pvsim.core.run.plan import RunPlan
from pvsim.core.site.schema import Site
from pvsim.errors import BadInputError
from pvsim.wiring.configure import asked_path, with_prices_of
from pvsim.wiring.prices import totals_of, worth_of
from pvsim.wiring.run_rows import RunRows
from pvsim.wiring.runs import Run

if TYPE_CHECKING:
    from pvsim.config import RunConfig

__all__ = ["FinishedRun", "open_run"]


@dataclass(frozen=True, slots=True)
class FinishedRun(RunRows):
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

    @property
    def manifest(self) -> Manifest:
        """How it ended, and what it was made with."""
        return self._run.directory.load()

    @property
    def summary(self) -> Summary:
        """What it comes to: its `summary.json`.

        Raises:
            BadInputError: if it is missing or damaged.
        """
        path, fix = self.path / SUMMARY, "restore it from a copy"
        try:
            summary = msgspec.json.decode(path.read_bytes(), type=Summary)
            meters = {name: msgspec.convert(each, Summary) for name, each in (summary.meters or {}).items()}
        except (FileNotFoundError, NotADirectoryError) as error:
            raise BadInputError("the file is missing", where=str(path), fix=fix) from error
        except OSError as error:
            raise cannot_read(error, path) from error
        except NOT_DECODED as error:
            raise BadInputError(f"the summary is damaged: {error}", where=str(path), fix=fix) from error
        return msgspec.structs.replace(summary, meters=meters or None)

    def priced(self, site: str | Site) -> Summary:
        """Its summary at other prices: with the tariff, cost and CO2 of another site; nothing is written.

        The rows are verified once more on the way.

        Args:
            site: An example by name, the path of a site file, or a site.

        Raises:
            BadInputError: if the site is wrong, or a file of the run is not what it was.
            UsageError: if the site is in another zone.
        """
        config = with_prices_of(self.config, site)
        totals = totals_of(config, self.plan, worth_of(config, self.plan.timeline), meter_curves=False)
        proved = self._run.files.prove(totals)
        meters = None if proved.meters is None else dict(proved.meters)
        return msgspec.structs.replace(totals.result(), meters=meters, yield_among_years=proved.yield_among_years)

    def samples(self) -> Iterator[Samples]:
        """The rows as its files have them, in order and in portions; no input of the run is needed.

        What an export limit curtailed is in no file: `curtailed_dw` is None.

        Raises:
            BadInputError: from the iteration, if a file is not what the run has left.
        """
        return self._run.files.rows()


def open_run(directory: str | Path) -> FinishedRun:
    """Open a finished run, for example `runs/latest`; its files are compared with its manifest.

    Raises:
        BadInputError: if there is no run, it is not finished, or a file of it is not what it was.
        UsageError: if it is no path.
    """
    run = Run.open(asked_path(directory, "directory", "runs/latest").resolve())
    run.files.require_rows()
    run.files.refuse_changed()
    return FinishedRun(run)
