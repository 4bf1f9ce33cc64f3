"""All files of a service, and the checkpoint that holds them together.

    <directory>/checkpoint          where the service goes on, replaced as a whole at each commit
    <directory>/METER/DAY/          samples.csv.part, which grows; when the day is over a run's directory
    <directory>/index.json          the sealed days
    <directory>/rejected.jsonl      messages that are in no row

What is appended waits in memory until the commit: then each file is opened, written, made safe and closed, so that
a thousand meters need a hundred descriptors.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self
from zlib import crc32

from pvsim.adapters.session_files import day_file, rejected
from pvsim.adapters.session_files.day_file import day_path
from pvsim.adapters.session_files.disk import MODE, Appends, read, writing
from pvsim.adapters.session_files.index import Index
from pvsim.adapters.session_files.jobs import Figures, Job, Listed, Sealed
from pvsim.adapters.session_files.sealed_days import SealedDays
from pvsim.adapters.shared.disk import Disk, replace
from pvsim.adapters.shared.locks import only_process
from pvsim.core.results import rows
from pvsim.core.run.plan import RunPlan
from pvsim.core.session.checkpoint import OpenDay, ServiceCheckpoint, decode_checkpoint, encode_checkpoint, raw
from pvsim.core.session.closed import Closed, EndedDay
from pvsim.core.session.state import SessionState
from pvsim.core.session.texts import DayText, day_texts
from pvsim.errors import BadInputError, CannotWriteError, PvsimError, UsageError

__all__ = ["CHECKPOINT", "DayForms", "SessionFiles"]

CHECKPOINT = "checkpoint"
LOCK = "lock"


class DayForms(Protocol):
    """What the rows of days look like, and what their directories say."""

    def plan_of(self, meter: str, day: date) -> RunPlan:
        """The plan of a meter's day: the run that its directory is in the end."""
        ...

    def config_of(self, day: date) -> bytes:
        """What all meters of a day have in common, as JSON: it is kept with the checkpoint."""
        ...

    def restore(self, configs: Mapping[str, bytes], state: SessionState) -> None:
        """Go on with what `config_of` gave for days that are not sealed yet."""
        ...

    def config_of_meter(self, ended: EndedDay) -> bytes:
        """The configuration of the run that a meter's day is, as JSON."""
        ...


class SessionFiles:
    """Fulfils `listen_ports.SessionFiles`.

    Args:
        directory: The service's directory; it is made.
        service: Name of the service.
        zone: Where its days begin at midnight.
        forms: What the rows of days look like.
        disk: Makes files and names safe.
        keep_days: How many local days are kept; older ones are removed. None: all.
        at: Called with the name of each point that a crash may be tried at.

    Raises:
        HeldError: if another service has the directory.
        BadInputError: if the files and the checkpoint do not fit.
        UsageError: if the checkpoint was made with settings that cannot change.
        CannotWriteError: if the files cannot be made.
    """

    def __init__(
        self,
        directory: Path,
        *,
        service: str,
        zone: str,
        forms: DayForms,
        disk: Disk,
        keep_days: int | None = None,
        at: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._directory, self._forms, self._disk, self._at = directory, forms, disk, at
        self._closed: list[Closed] = []
        self._failed = False
        self._given: set[tuple[str, date]] = set()
        with writing(directory):
            directory.mkdir(0o755, parents=True, exist_ok=True)
        another, fix = "another service has this directory", "{stop}, or give another --out"
        self._alone = ExitStack()
        try:
            self._alone.enter_context(only_process(directory / LOCK, disk, another=another, fix=fix, told=writing))
            with writing(directory):
                self._checkpoint = self._open(service, zone)
            self._days = {(each.meter, each.day): each for each in self._checkpoint.days}
            self._sealed = SealedDays(directory, service, self._days, disk, keep_days=keep_days, at=at)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def state(self) -> SessionState | None:
        """See `listen_ports.SessionFiles.state`."""
        return self._checkpoint.state if self._checkpoint.state.messages else None

    @property
    def kept(self) -> Mapping[str, bytes]:
        """See `listen_ports.SessionFiles.kept`."""
        return {name: bytes(content) for name, content in self._checkpoint.kept.items()}

    @property
    def index(self) -> Index:
        """The sealed days."""
        return self._sealed.index

    @property
    def notes(self) -> list[str]:
        """What a user should know, in sentences."""
        return self._sealed.notes

    def append(self, closed: Closed) -> None:
        """See `listen_ports.SessionFiles.append`."""
        self._refuse_failed()
        self._closed.append(closed)

    def commit(self, state: SessionState, kept: Mapping[str, bytes]) -> None:
        """See `listen_ports.SessionFiles.commit`."""
        self._refuse_failed()
        with self._all_or_nothing():
            with Appends(self._disk) as appends:
                for each in day_texts(self._closed, self._forms.plan_of):
                    self._extend(each, appends)
                lines = b"".join(each.rejected for each in self._closed)
                lengths = rejected.extend(self._directory, lines, self._checkpoint.rejected_bytes, appends)
                appends.sync()
            self._at("after-fsync")
            for ended in (ended for each in self._closed for ended in each.ended):
                self._days[ended.meter, ended.day].ended = ended
            self._sealed.save()  # before the checkpoint forgets what it lists
            self._save(state, kept, lengths)
            self._closed.clear()
            if len(lengths) > 1:
                rejected.turn(self._directory, len(lengths) - 1, self._disk)
                self._at("after-turn")
                self._save(state, kept, lengths[-1:])

    def describe(self, name: str, content: bytes) -> None:
        """Write a small file of the service beside the others, all or nothing, if it differs.

        Raises:
            CannotWriteError: if the disk is full or fails.
        """
        path = self._directory / name
        with writing(path):
            if read(path) != content:
                replace(path, content, self._disk, MODE)

    def next_job(self) -> Job | None:
        """Something to do for a day that is over and safe on disk; None where there is nothing now.

        It is carried out in a process of its own, and its result given to `finish`. What is left undone is given
        again by the next start.
        """
        for each in self._checkpoint.days:
            if each.ended is not None and (each.meter, each.day) not in self._given:
                self._given.add((each.meter, each.day))
                config, day = self._forms.config_of_meter(each.ended), each.day.isoformat()
                path = day_path(self._directory, each.meter, day)
                return Job("seal", path, each.meter, day, each.ended, config, each.crc32)
        return self._sealed.next_job()

    def finish(self, job: Job, result: Sealed | Listed | Figures) -> None:
        """Take what a job has given.

        Raises:
            CannotWriteError: if the index cannot be written, or an old day cannot be removed.
        """
        if isinstance(result, Sealed) and job.ended is not None:
            del self._days[job.meter, job.ended.day]
        self._sealed.finish(job, result)
        self._save_index_if_due()

    def give_up(self, job: Job, error: PvsimError) -> None:
        """Say that a job has failed: a day that cannot be sealed is tried again by the next start.

        Raises:
            CannotWriteError: if the index cannot be written.
        """
        self._sealed.give_up(job, error)
        self._save_index_if_due()

    def close(self) -> None:
        """Give up the lock; what is not committed comes again from the log."""
        self._alone.close()

    # --- opening ---

    def _open(self, service: str, zone: str) -> ServiceCheckpoint:
        path = self._directory / CHECKPOINT
        if (content := read(path)) is None:
            return self._begin(service, zone)
        try:
            checkpoint = decode_checkpoint(content)
        except BadInputError as error:
            error.where = str(path)
            raise
        if (checkpoint.service, checkpoint.zone) != (service, zone):
            what = f"these are the files of {checkpoint.service}, whose days are those of {checkpoint.zone}"
            fix = f"start it with that name and time zone, or with another --out than {self._directory.parent}"
            raise UsageError(f"{what}, not of {service} in {zone}", where=str(self._directory), fix=fix)
        configs = {day: bytes(config) for day, config in checkpoint.configs.items()}
        self._forms.restore(configs, checkpoint.state)
        for each in checkpoint.days:
            self._refuse_another_range(each)
            day_file.cut_back(day_path(self._directory, each.meter, each.day.isoformat()), each)
        lengths = [checkpoint.rejected_bytes, *checkpoint.rejected_next]
        checkpoint.rejected_bytes = rejected.cut_back(self._directory, lengths, self._disk)
        if checkpoint.rejected_next:  # before another commit writes files of the same names
            checkpoint.rejected_next = []
            replace(path, encode_checkpoint(checkpoint), self._disk, MODE)
        return checkpoint

    def _begin(self, service: str, zone: str) -> ServiceCheckpoint:
        others = [path for path in self._directory.iterdir() if path.is_dir() or path.name == rejected.REJECTED]
        if others:
            what = f"there are files of a service, such as {others[0].name}, but no {CHECKPOINT}"
            fix = "restore it from a copy, or start with another --out"
            raise BadInputError(what, where=str(self._directory), fix=fix)
        checkpoint = ServiceCheckpoint(service=service, zone=zone, state=SessionState())
        replace(self._directory / CHECKPOINT, encode_checkpoint(checkpoint), self._disk, MODE)
        self._disk.sync_directory(self._directory.parent)
        return checkpoint

    def _refuse_another_range(self, day: OpenDay) -> None:
        now = self._forms.plan_of(day.meter, day.day).meter_range
        if day.ended is None and (now.low_dw, now.high_dw) != (day.low_dw, day.high_dw):
            before = f"{day.low_dw // 10}..{day.high_dw // 10} W"
            what = f"meter {day.meter} could show {before} when its rows of {day.day} began, and now {now}"
            fix = "start with the kind and maximum as before, and change them tomorrow, or give another --out"
            raise UsageError(what, where=str(self._directory), fix=fix)

    # --- writing ---

    def _extend(self, rows_of_day: DayText, appends: Appends) -> None:
        meter, day = rows_of_day.meter, rows_of_day.day
        path, known = day_path(self._directory, meter, day.isoformat()), self._days.get((meter, day))
        if known is None:
            plan = self._forms.plan_of(meter, day)
            header, may = rows.header(plan), plan.meter_range
            day_file.begin(path, header, appends, self._disk)
            self._at("after-begin")
            known = OpenDay(
                meter=meter,
                day=day,
                bytes=len(header),
                crc32=crc32(header),
                low_dw=may.low_dw,
                high_dw=may.high_dw,
            )
            self._days[meter, day] = known
        day_file.extend(path, rows_of_day.text, known, appends)
        self._at("after-append")

    def _save(self, state: SessionState, kept: Mapping[str, bytes], lengths: list[int]) -> None:
        days = list(self._days.values())
        configs = {day: self._forms.config_of(day) for day in {each.day for each in days}}
        checkpoint = ServiceCheckpoint(
            service=self._checkpoint.service,
            zone=self._checkpoint.zone,
            state=state,
            days=days,
            configs=raw({day.isoformat(): config for day, config in sorted(configs.items())}),
            rejected_bytes=lengths[0],
            rejected_next=lengths[1:],
            kept=raw(kept),
        )
        replace(self._directory / CHECKPOINT, encode_checkpoint(checkpoint), self._disk, MODE)
        self._checkpoint = checkpoint
        self._at("after-checkpoint")

    def _save_index_if_due(self) -> None:
        with self._all_or_nothing():
            self._sealed.save_if_due(more_to_come=any(each.ended is not None for each in self._days.values()))

    def _refuse_failed(self) -> None:
        if self._failed:
            what = "the files of the service are closed after a write error"
            raise CannotWriteError(what, where=str(self._directory), fix="start the service again")

    @contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        """Nothing is written or tried again after an error: the kernel may have dropped the pages."""
        try:
            with writing(self._directory):
                yield
        except BaseException:
            self._failed = True
            raise
