"""The samples file with its checkpoint: append, fsync, checkpoint, and cut back after a crash.

Here samples become text; nothing that a checkpoint vouches for is rendered again when a run goes on.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from shlex import quote
from types import TracebackType
from typing import Self

from pvsim.adapters.shared.disk import Disk
from pvsim.adapters.shared.file_system import FileSystem
from pvsim.core.delivery.accounting import Accounted
from pvsim.core.delivery.checkpoint import SLOT_BYTES, Checkpoint, check_resume, decode, encode
from pvsim.core.results import rows
from pvsim.core.results.samples import Samples
from pvsim.core.run.plan import RunPlan
from pvsim.errors import BadInputError, CannotWriteError, PvsimError

__all__ = ["CHECKPOINT", "PARTIAL", "REJECTED", "SAMPLES", "CsvSampleFile", "last_checkpoint"]

SAMPLES = "samples.csv"
PARTIAL = "samples.csv.part"
REJECTED = "rejected.jsonl"
CHECKPOINT = "checkpoint"
_HASH_CHUNK = 1 << 20


class CsvSampleFile:
    """Fulfils `ports.SampleFile` in a run's directory.

    While the run goes on the rows are in `samples.csv.part`; sealing gives the file its name. The caller holds
    the run's lock.

    Args:
        directory: The run's directory.
        plan: The run; it says which columns the rows have.
        run: Digest of the run's configuration, 16 bytes.
        slot: Length of a slot of the checkpoint, as `core.delivery.checkpoint.slot_bytes`.
        disk: Makes files and names safe; by default one that must know fsync.
        check: Raises if what a checkpoint accounts for cannot be; called before anything is changed.
        at: Called with the name of each point that a crash may be tried at.

    Raises:
        BadInputError: if the files and the checkpoint do not fit.
        CannotWriteError: if the files cannot be made.
    """

    def __init__(
        self,
        directory: Path,
        *,
        plan: RunPlan,
        run: bytes,
        slot: int = SLOT_BYTES,
        disk: Disk | None = None,
        check: Callable[[Accounted], None] = lambda _: None,
        at: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._disk, self._check = disk or FileSystem(), check
        self._directory, self._plan, self._slot, self._at = directory, plan, slot, at
        self._failed = False
        self._dirty = False
        self._hash = sha256()
        self._descriptors: dict[str, int] = {}
        try:
            self._checkpoint = self._open(run)
        except OSError as error:
            self.close()
            raise self._cannot_write(error) from error
        except PvsimError:
            self.close()
            raise
        self._accounted = self._checkpoint.accounted

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def accounted(self) -> Accounted:
        """See `ports.SampleFile.accounted`."""
        return self._checkpoint.accounted

    @property
    def sha256(self) -> str:
        """Digest of everything appended so far."""
        return self._hash.hexdigest()

    def append(self, samples: Samples, rejected: bytes, accounted: Accounted) -> None:
        """See `ports.SampleFile.append`."""
        text = rows.render(samples, self._plan)
        self._write(PARTIAL, text)
        self._hash.update(text)
        if rejected:
            self._write(REJECTED, rejected)
        self._accounted = accounted
        self._dirty = True
        self._at("after-append")

    def commit(self) -> None:
        """See `ports.SampleFile.commit`."""
        if self._failed or not self._dirty:
            return
        with self._writing():
            for name in (PARTIAL, REJECTED):
                if name in self._descriptors:
                    self._disk.sync_data(self._descriptors[name])
            self._at("after-fsync")
            self._save(
                replace(
                    self._checkpoint,
                    generation=self._checkpoint.generation + 1,
                    samples_bytes=self._size(PARTIAL),
                    rejected_bytes=self._size(REJECTED),
                    samples_sha256=self._hash.digest(),
                    accounted=self._accounted,
                )
            )
        self._dirty = False
        self._at("after-checkpoint")

    def seal(self) -> None:
        """See `ports.SampleFile.seal`."""
        self.commit()
        self._at("before-rename")
        with self._writing():
            if (self._directory / PARTIAL).exists():
                (self._directory / PARTIAL).rename(self._directory / SAMPLES)
            self._disk.sync_directory(self._directory)
        self._at("after-rename")

    def close(self) -> None:
        """Close the files; what is not committed is cut off at the next start."""
        for descriptor in self._descriptors.values():
            os.close(descriptor)
        self._descriptors.clear()

    # --- opening ---

    def _open(self, run: bytes) -> Checkpoint:
        slots = self._directory / CHECKPOINT
        checkpoint = last_checkpoint(self._directory, self._slot, self._check)
        if checkpoint is None:
            return self._begin(run)
        sealed = self._directory / SAMPLES
        samples = sealed if sealed.exists() else self._directory / PARTIAL
        rejected = self._directory / REJECTED
        check_resume(checkpoint, run, _size_of(samples), _size_of(rejected))
        self._check_content(samples, checkpoint)
        if (
            not checkpoint.accounted.next_position
        ):  # no reading shows where the log goes on: it is read from its start
            return self._begin(run)
        if samples == sealed and _size_of(sealed) > checkpoint.samples_bytes:
            samples = self._unseal(sealed, checkpoint)
        self._descriptors[CHECKPOINT] = os.open(slots, os.O_RDWR)
        if samples != sealed:
            self._reopen(samples, PARTIAL, checkpoint.samples_bytes)
            if rejected.exists():
                self._reopen(rejected, REJECTED, checkpoint.rejected_bytes)
        return checkpoint

    def _unseal(self, sealed: Path, checkpoint: Checkpoint) -> Path:
        """The newest slot was lost after the file had its name: go on from the older one, as if it had none."""
        if checkpoint.accounted.ended:
            raise BadInputError(
                "the file was changed after pvsim wrote it: it is longer than the checkpoint says",
                where=str(sealed),
                fix="restore it from a copy, or start a new run",
            )
        return sealed.rename(self._directory / PARTIAL)

    def _begin(self, run: bytes) -> Checkpoint:
        """Start from nothing; what is there without a checkpoint, or before the first reading, is made again."""
        if (self._directory / SAMPLES).exists():
            raise BadInputError(
                f"{SAMPLES} is there, but its checkpoint is not",
                where=str(self._directory),
                fix="start a new run, or remove the file",
            )
        (self._directory / REJECTED).unlink(missing_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_TRUNC
        self._descriptors[CHECKPOINT] = os.open(self._directory / CHECKPOINT, flags, 0o644)
        self._descriptors[PARTIAL] = os.open(self._directory / PARTIAL, flags | os.O_APPEND, 0o644)
        header, self._hash = rows.header(self._plan), sha256()
        _write_all(self._descriptors[PARTIAL], header)
        self._hash.update(header)
        self._disk.sync_data(self._descriptors[PARTIAL])
        checkpoint = Checkpoint(0, run, len(header), 0, self._hash.digest(), Accounted())
        self._save(checkpoint)
        self._disk.sync_directory(self._directory)
        return checkpoint

    def _check_content(self, path: Path, checkpoint: Checkpoint) -> None:
        """Nobody may have changed what the checkpoint vouches for; also brings the running digest up to it."""
        left = checkpoint.samples_bytes
        with path.open("rb") as file:
            while left and (piece := file.read(min(left, _HASH_CHUNK))):
                self._hash.update(piece)
                left -= len(piece)
        if self._hash.digest() != checkpoint.samples_sha256:
            raise BadInputError(
                "the file was changed after pvsim wrote it: its SHA-256 differs from the checkpoint's",
                where=str(path),
                fix="restore it from a copy, or start a new run",
            )

    def _reopen(self, path: Path, name: str, length: int) -> None:
        self._descriptors[name] = os.open(path, os.O_RDWR | os.O_APPEND)
        os.ftruncate(self._descriptors[name], length)

    # --- writing ---

    def _write(self, name: str, data: bytes) -> None:
        if self._failed:
            raise CannotWriteError("the run's files are closed after a write error", where=str(self._directory))
        with self._writing():
            if name not in self._descriptors:
                flags = os.O_RDWR | os.O_CREAT | os.O_APPEND
                self._descriptors[name] = os.open(self._directory / name, flags, 0o644)
                self._disk.sync_directory(self._directory)
            _write_all(self._descriptors[name], data)

    def _save(self, checkpoint: Checkpoint) -> None:
        descriptor = self._descriptors[CHECKPOINT]
        os.pwrite(descriptor, encode(checkpoint, self._slot), checkpoint.generation % 2 * self._slot)
        self._disk.sync_data(descriptor)
        self._checkpoint = checkpoint

    def _size(self, name: str) -> int:
        return os.fstat(self._descriptors[name]).st_size if name in self._descriptors else 0

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Nothing is written or tried again after an error: the kernel may have dropped the pages."""
        try:
            yield
        except CannotWriteError:
            self._failed = True
            raise
        except OSError as error:
            raise self._cannot_write(error) from error

    def _cannot_write(self, error: OSError) -> CannotWriteError:
        self._failed = True
        return CannotWriteError(
            f"cannot write the samples: {error.strerror or error}",
            where=str(error.filename or self._directory),
            fix=f"make room or repair the disk, then: pvsim run --resume {quote(str(self._directory))}",
        )


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _size_of(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def last_checkpoint(
    directory: Path, slot: int = SLOT_BYTES, check: Callable[[Accounted], None] = lambda _: None
) -> Checkpoint | None:
    """What a run's checkpoint says, None where there is none yet; `slot` and `check` as in `CsvSampleFile`.

    Raises:
        BadInputError: if it is whole, but what it says cannot be.
        OSError: if it cannot be read.
    """
    path = directory / CHECKPOINT
    if not path.exists():
        return None
    try:
        if (checkpoint := decode(path.read_bytes(), slot)) is not None:
            check(checkpoint.accounted)
    except BadInputError as error:
        error.where = error.where or str(path)
        raise
    return checkpoint
