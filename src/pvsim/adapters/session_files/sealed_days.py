"""The days of a service that are sealed: listed in the index, added up, and removed when they are old."""

from collections.abc import Callable, Container, Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

from pvsim.adapters.session_files.day_file import day_path
from pvsim.adapters.session_files.disk import writing
from pvsim.adapters.session_files.index import INDEX, Index, IndexedDay
from pvsim.adapters.session_files.jobs import Figures, Job, Listed, Sealed
from pvsim.adapters.session_files.old_days import remove
from pvsim.adapters.session_files.unlisted import unlisted
from pvsim.adapters.shared.disk import Disk
from pvsim.errors import PvsimError

__all__ = ["SealedDays"]

_MAX_UNSAVED = 200


class SealedDays:
    """The index of a service's directory, and what is left to do for the days in it.

    Args:
        directory: The service's directory, whose lock is held.
        service: Name of the service.
        open_days: Meter and day of those that are not sealed yet.
        disk: Makes the index safe.
        keep_days: How many local days are kept; older ones are removed. None: all.
        at: Called with the name of each point that a crash may be tried at.

    Attributes:
        index: The sealed days.
        notes: What a user should know, in sentences.

    Raises:
        BadInputError: if the index is damaged.
        CannotWriteError: if the directories cannot be read.
    """

    def __init__(
        self,
        directory: Path,
        service: str,
        open_days: Container[tuple[str, date]],
        disk: Disk,
        *,
        keep_days: int | None,
        at: Callable[[str], None],
    ) -> None:
        self.notes: list[str] = []
        self._directory, self._disk, self._keep_days, self._at = directory, disk, keep_days, at
        self._unsaved = 0
        self._removed_for: date | None = None
        self._given: set[tuple[str, str, str]] = set()
        self.index = Index.load(directory, service)
        with writing(directory):
            self._to_list = dict.fromkeys(unlisted(directory, self.index, open_days))
        self._to_add_up = {(meter, day): None for meter, day, facts in self.index.days() if not facts.added_up}
        if self._to_list:
            what = f"{len(self._to_list):,} sealed days are not in {INDEX}"
            self.notes.append(f"{what}: they are listed again from their directories")

    def next_job(self) -> Job | None:
        """A day to list or to add up; None where there is none, and each is given once."""
        left: tuple[tuple[Literal["list", "figures"], Iterable[tuple[str, str]]], ...]
        left = ("list", self._to_list), ("figures", self._to_add_up)
        for kind, days in left:
            for meter, day in days:
                if (kind, meter, day) not in self._given:
                    self._given.add((kind, meter, day))
                    return Job(kind, day_path(self._directory, meter, day), meter, day)
        return None

    def finish(self, job: Job, result: Sealed | Listed | Figures) -> None:
        """Take what a job has given; the index is written by `save_if_due`.

        Raises:
            CannotWriteError: if an old day cannot be removed.
        """
        self._unsaved += 1
        if isinstance(result, Sealed) and job.ended is not None:
            known = self.index.known(job.meter, job.day)
            if known is None or known.sha256 != result.sha256:
                self._list(job, IndexedDay.of(result, job.ended.rows, job.ended.held))
            self._remove_old(job.ended.day)
        elif isinstance(result, Listed):
            self._to_list.pop((job.meter, job.day), None)
            self._list(job, IndexedDay.of(result.sealed, result.rows, result.held))
            if result.figures is not None:
                self._add_up(job, result.figures)
        elif isinstance(result, Figures):
            self._add_up(job, result)

    def give_up(self, job: Job, error: PvsimError) -> None:
        """Say that a job has failed."""
        fix = f"; {error.fix}" if error.fix else ""
        self.notes.append(f"{job.meter}, {job.day}: {error}{fix}")
        self._to_list.pop((job.meter, job.day), None)
        if job.kind == "figures" and (facts := self.index.known(job.meter, job.day)) is not None:
            facts.problem = str(error)
            self._to_add_up.pop((job.meter, job.day), None)
            self._unsaved += 1

    def save_if_due(self, *, more_to_come: bool) -> None:
        """Write the index if much of it is new, or nothing else is about to change it.

        Args:
            more_to_come: Days are still to be sealed.

        Raises:
            OSError: if that is not possible.
        """
        if self._unsaved >= _MAX_UNSAVED or not (more_to_come or self._to_list or self._to_add_up):
            self.save()

    def save(self) -> None:
        """Write the index if it has changed.

        Raises:
            OSError: if that is not possible.
        """
        if self._unsaved:
            self.index.save(self._directory, self._disk)
            self._unsaved = 0
            self._at("after-index")

    def _list(self, job: Job, facts: IndexedDay) -> None:
        self.index.add(job.meter, job.day, facts)
        self._to_add_up[job.meter, job.day] = None

    def _add_up(self, job: Job, figures: Figures) -> None:
        if (facts := self.index.known(job.meter, job.day)) is not None:
            facts.load_kwh, facts.pv_kwh = figures.load_kwh, figures.pv_kwh
            facts.import_kwh, facts.export_kwh = figures.import_kwh, figures.export_kwh
            self._to_add_up.pop((job.meter, job.day), None)

    def _remove_old(self, today: date) -> None:
        if self._keep_days is None or today == self._removed_for:
            return
        self._removed_for = today
        for meter, day in self.index.before(today - timedelta(days=self._keep_days - 1)):
            path = day_path(self._directory, meter, day)
            with writing(path):
                left = remove(path)
            self.index.forget(meter, day)
            self._to_add_up.pop((meter, day), None)
            if left:
                what = f"removed but for what pvsim did not put there: {', '.join(left)}"
                self.notes.append(f"{meter}, {day}: {what}")
