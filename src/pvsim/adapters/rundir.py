"""The directory of a run: its manifest, its lock files, and the link to the latest one (DESIGN §9)."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from shutil import rmtree
from typing import Any, Literal

import msgspec

from pvsim.errors import BadInputError, CannotWriteError, PvsimError

__all__ = ["MANIFEST", "SUMMARY", "FileFacts", "Manifest", "RunDirectory"]

MANIFEST = "manifest.json"
SUMMARY = "summary.json"
MANIFEST_VERSION = 1

Status = Literal["running", "complete", "partial", "interrupted", "failed"]


class FileFacts(msgspec.Struct, frozen=True):
    """Length and digest of a file of the run."""

    bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a run is and how it ended. A result is whole only where `status` is `complete`.

    Attributes:
        manifest: Version of this file's form.
        config: The resolved configuration.
        config_sha256: Its digest.
        versions: Of pvsim and what it ran with.
        created_utc: Wall-clock time.
        finished_utc: Wall-clock time, None while it runs.
        counts: received = written + duplicates + rejected (I4).
        files: Facts of the finished files.
        error: Why it failed.
        inputs: What was read from files of measured data: days, gaps, clipped values.
    """

    manifest: int = MANIFEST_VERSION
    status: Status
    run_id: str
    config: dict[str, Any]
    config_sha256: str
    seed: int
    versions: dict[str, str]
    created_utc: str
    finished_utc: str | None = None
    counts: dict[str, int] | None = None
    files: dict[str, FileFacts] | None = None
    error: str | None = None
    inputs: dict[str, Any] | None = None


class RunDirectory:
    """One run's directory.

    Attributes:
        path: Where it is.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def create(cls, out: Path, run_id: str, now_utc: datetime, manifest: Manifest) -> "RunDirectory":
        """Make `out/<utc-start>-<id>` with its manifest, and point `out/latest` to it.

        Raises:
            CannotWriteError: if that is not possible.
        """
        path = out / f"{now_utc:%Y%m%dT%H%M%SZ}-{run_id}"
        try:
            _refuse_in_the_way(out / "latest")
            path.mkdir(parents=True)
        except FileExistsError as error:
            what = "the run directory exists" if path.is_dir() else "it is a file, not a directory"
            fix = "give another --out" if not path.is_dir() else "run again"
            raise CannotWriteError(what, where=str(error.filename or path), fix=fix) from error
        except OSError as error:
            what = f"cannot make the run directory: {error.strerror or error}"
            raise CannotWriteError(what, where=str(error.filename or path), fix="give another --out") from error
        directory = cls(path)
        try:
            directory.save(manifest)
            _replace_link(out / "latest", path.name)
        except (OSError, CannotWriteError) as error:
            rmtree(path, ignore_errors=True)  # nothing half-made stays
            reason = error.what if isinstance(error, CannotWriteError) else error.strerror or str(error)
            what = f"cannot make the run directory: {reason}"
            raise CannotWriteError(what, where=str(out), fix="make room, or give another --out") from error
        return directory

    @classmethod
    def open(cls, path: Path) -> "RunDirectory":
        """An existing run.

        Raises:
            BadInputError: if there is no run.
        """
        if not (path / MANIFEST).is_file():
            raise BadInputError("there is no run here", where=str(path), fix="name a directory below runs/")
        return cls(path)

    def load(self) -> Manifest:
        """The manifest.

        Raises:
            BadInputError: if it cannot be read.
        """
        path = self.path / MANIFEST
        try:
            manifest = msgspec.json.decode(path.read_bytes(), type=Manifest)
        except (OSError, msgspec.DecodeError) as error:
            what = f"the manifest cannot be read: {error}"
            raise BadInputError(what, where=str(path), fix="restore it from a copy, or start a new run") from error
        if manifest.manifest != MANIFEST_VERSION:
            what = f"a manifest of version {manifest.manifest}; this pvsim reads version {MANIFEST_VERSION}"
            raise BadInputError(what, where=str(path), fix="use the pvsim that made the run")
        return manifest

    def save(self, manifest: Manifest) -> None:
        """Write the manifest, all or nothing.

        Raises:
            CannotWriteError: if the disk is full or fails.
        """
        self.write(MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n")

    def write(self, name: str, content: bytes) -> None:
        """Write a small file, all or nothing.

        Raises:
            CannotWriteError: if the disk is full or fails.
        """
        path, temporary = self.path / name, self.path / f".{name}.{os.getpid()}"
        try:
            with temporary.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            what, fix = (
                f"cannot write: {error.strerror or error}",
                "make room, or mend the disk or its permissions",
            )
            raise CannotWriteError(what, where=str(path), fix=fix) from error

    def facts(self, name: str) -> FileFacts | None:
        """Length and digest of a file, None where it is missing."""
        path = self.path / name
        if not path.exists():
            return None
        with path.open("rb") as file:
            content = sha256()
            while piece := file.read(1 << 20):
                content.update(piece)
        return FileFacts(path.stat().st_size, content.hexdigest())

    @contextmanager
    def lock(self, role: str) -> Iterator[None]:
        """Be the only `role` of this run on this machine.

        Raises:
            PvsimError: if another process is, naming it.
            CannotWriteError: if the directory cannot be written.
        """
        path = self.path / f".{role}.lock"
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            what, fix = (
                f"cannot write: {error.strerror or error}",
                "make room, or mend the disk or its permissions",
            )
            raise CannotWriteError(what, where=str(path), fix=fix) from error
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                holder = os.pread(descriptor, 32, 0).decode(errors="replace").strip() or "unknown"
                what = f"another {role} works on this run (process {holder})"
                raise PvsimError(
                    what, where=str(self.path), fix=f"wait for it, or stop it: kill {holder}"
                ) from error
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, b"%d\n" % os.getpid(), 0)
            yield
        finally:
            os.close(descriptor)


def _refuse_in_the_way(link: Path) -> None:
    if link.exists() and not link.is_symlink():
        what = "it is in the way of the link to the latest run"
        raise CannotWriteError(what, where=str(link), fix="rename it, or give another --out")


def _replace_link(link: Path, target: str) -> None:
    temporary = link.with_name(f".latest.{os.getpid()}")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(target)
    temporary.replace(link)
