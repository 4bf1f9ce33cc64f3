"""The files of a run in partitions: those of each part in a directory of its own, proved and read as one run."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from shlex import quote
from typing import Any

from pvsim.adapters.csvfile import REJECTED, SAMPLES
from pvsim.adapters.descriptors import allow_many
from pvsim.adapters.rundir import RunDirectory, Status
from pvsim.adapters.shared.disk import cannot_write
from pvsim.adapters.shared.file_system import make_directory
from pvsim.app.meter import span_of
from pvsim.core.delivery.checkpoint import Checkpoint
from pvsim.core.results.interleaving import interleaved
from pvsim.core.results.meter_curves import Curves, curves_of, joined_curves
from pvsim.core.results.powers import ROWS
from pvsim.core.results.samples import Samples
from pvsim.core.results.totals import Totals
from pvsim.core.run.partitions import HASH, SEED
from pvsim.errors import InternalError
from pvsim.wiring.models import Models, PartModels
from pvsim.wiring.run_files import RunFiles

__all__ = ["PartFiles", "PartedFiles", "make_part_directory", "part_name", "partitions_of"]


def part_name(number: int) -> str:
    """The name of a part's directory, in that of the run."""
    return f"part-{number:03}"


def make_part_directory(run: RunDirectory, number: int) -> RunDirectory:
    """The directory of a part; it may be there already.

    Raises:
        CannotWriteError: if it cannot be made.
    """
    path = run.path / part_name(number)
    try:
        make_directory(path, exist_ok=True)
        run.sync()
    except OSError as error:
        raise cannot_write(error, path) from error
    return RunDirectory(path, accept_unsafe=run.file_system.accepted)


def partitions_of(models: Models) -> dict[str, Any] | None:
    """What a manifest says of the partitions; None where the run has none."""
    total = models.plan.partitions
    if total is None:
        return None
    parts = [
        {
            "partition": part.number,
            "stream": part.plan.stream,
            "meters": len(part.meters),
            "files": part_name(part.number),
        }
        for part in models.parts
    ]
    return {"count": total, "without_meters": total - len(parts), "hash": HASH, "hash_seed": SEED, "parts": parts}


@dataclass(frozen=True, slots=True)
class PartFiles(RunFiles):
    """The files of one part.

    Attributes:
        whole: Those of the run.
    """

    whole: "PartedFiles"

    @property
    def status(self) -> Status:
        """What the manifest says of the run."""
        return self.whole.status

    @property
    def resume_command(self) -> str:
        """What to type to finish the run."""
        return self.whole.resume_command

    @property
    def finished(self) -> bool:
        """Whether all its rows are written, and their file has its name."""
        checkpoint = self.checkpoint()
        whole = checkpoint is not None and checkpoint.accounted.next_position == self.models.plan.readings
        return whole and (self.directory.path / SAMPLES).exists()

    def curves(self) -> Curves:
        """The curves of each of its meters, of rows that are proved: to compute them is faster than to read."""
        models = self.models
        if models.external or self.counts().get("missing"):
            rows = self.rows()
        else:
            rows = models.simulated(ROWS, span_of(len(models.plan.meters)))
        return curves_of(models.plan, rows, of_run=len(self.whole.models.plan.meters))

    def daily_files(self) -> list[str]:
        """None: it is not split by days."""
        return []

    def only_split(self) -> bool:
        """Never."""
        return False


@dataclass(frozen=True, slots=True)
class PartedFiles(RunFiles):
    """What a run in partitions has left in its directory, and in those of its parts."""

    @property
    def parts(self) -> list[PartFiles]:
        """The files of each part, in the order of their partitions."""
        return [self.part(models) for models in self.models.parts]

    @property
    def lacking(self) -> list[int]:
        """The partitions with meters of which not all rows are there."""
        return [models.number for models, part in self._each() if not part.finished]

    def part(self, models: PartModels) -> PartFiles:
        """The files of one part."""
        path = self.directory.path / part_name(models.number)
        directory = RunDirectory(path, accept_unsafe=self.directory.file_system.accepted)
        return PartFiles(directory, models, self)

    @property
    def resume_command(self) -> str:
        """What to type to finish the run: here if its own processes began it, else with others."""
        directory = quote(str(self.directory.path))
        begun_by_run = self.directory.load().command is not None
        return f"pvsim run --resume {directory}" if begun_by_run else f"pvsim simulate --dir {directory}"

    def checkpoint(self) -> Checkpoint | None:
        """Each part has its own."""
        raise InternalError("a run in partitions has no checkpoint of its own", where=str(self.directory.path))

    def counts(self) -> dict[str, int]:
        """What became of the messages of all parts, by name; empty before the first checkpoint."""
        found: dict[str, int] = {}
        for part in self.parts:
            for name, count in part.counts().items():
                found[name] = found.get(name, 0) + count
        return found

    def reached_s(self) -> int:
        """How many whole seconds are safely on disk in all parts."""
        return min(part.reached_s() for part in self.parts)

    @property
    def names(self) -> Sequence[str]:
        """The files of the rows."""
        return [f"{part_name(part.number)}/{SAMPLES}" for part in self.models.parts]

    @property
    def names_of_rejected(self) -> Sequence[str]:
        """The files of messages that were rejected, where there are any."""
        return [f"{part_name(part.number)}/{REJECTED}" for part in self.models.parts]

    def require_rows(self) -> None:
        """See `RunFiles.require_rows`."""
        for part in self.parts:
            part.require_rows()

    def rows(self) -> Iterator[Samples]:
        """See `RunFiles.rows`: in the order of the whole run."""
        allow_many()
        return interleaved(self.models.plan, [(each.meters, part.rows()) for each, part in self._each()])

    def proved_rows(self) -> Iterator[Samples]:
        """See `RunFiles.proved_rows`."""
        allow_many()
        return interleaved(self.models.plan, [(each.meters, part.proved_rows()) for each, part in self._each()])

    def _totals(self) -> Totals:
        """See `RunFiles._totals`: without the curves of each meter, which take more memory than all else."""
        return self.models.totals(meter_curves=False)

    def _curves(self) -> Curves | None:
        """See `RunFiles._curves`: part by part, so that no more is counted than of one part's meters at a time."""
        plan = self.models.plan
        if len(plan.meters) == 1:
            return None
        return joined_curves(plan, ((each.meters, part.curves()) for each, part in self._each()))

    def _each(self) -> list[tuple[PartModels, PartFiles]]:
        return list(zip(self.models.parts, self.parts, strict=True))

    def daily_files(self) -> list[str]:
        """None: parts are not split by days."""
        return []

    def only_split(self) -> bool:
        """Never."""
        return False
