"""The directory of a run, and what is written into it in one step."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from shutil import rmtree

import msgspec

from pvsim.adapters.rundir.contents import check_contents
from pvsim.adapters.rundir.leavings import abandoned_links, leavings
from pvsim.adapters.rundir.manifest import MANIFEST_VERSION, Manifest
from pvsim.adapters.shared.disk import cannot_read, cannot_write
from pvsim.adapters.shared.file_system import NO_LOCKS, FileSystem, make_directory, new_file, require_file
from pvsim.adapters.shared.locks import only_process
from pvsim.adapters.shared.manifests import FileFacts, encode_manifest, facts_of_file, read_manifest
from pvsim.errors import BadInputError, CannotWriteError, PvsimError

__all__ = ["MANIFEST", "SUMMARY", "RunDirectory"]

MANIFEST = "manifest.json"
SUMMARY = "summary.json"

_NO_RUN = "name a run, for example runs/latest"


class RunDirectory:
    """One run's directory.

    Args:
        path: Where it is.
        accept_unsafe: Whether to use it although its file system has no locks or no fsync.

    Attributes:
        path: Where it is.
        file_system: What it is on.
        notes: What a user should know of making it.
    """

    def __init__(self, path: Path, *, accept_unsafe: bool = False) -> None:
        self.path = path
        self.file_system = FileSystem(accepted=accept_unsafe)
        self.notes: tuple[str, ...] = ()

    @classmethod
    def create(
        cls, out: Path, run_id: str, now_utc: datetime, manifest: Manifest, *, accept_unsafe: bool = False
    ) -> "RunDirectory":
        """Make `out/<utc-start>-<id>` with its manifest, and point `out/latest` to it where links can be made.

        Raises:
            CannotWriteError: if that is not possible, or the file system is unsafe and that is not accepted.
        """
        path = out / f"{now_utc:%Y%m%dT%H%M%SZ}-{run_id}"
        try:
            _refuse_in_the_way(out / "latest")
            make_directory(path)
        except FileExistsError as error:
            what = "the run directory exists" if path.is_dir() else "it is a file, not a directory"
            fix = "give another --out" if not path.is_dir() else "run again"
            raise CannotWriteError(what, where=str(error.filename or path), fix=fix) from error
        except OSError as error:
            what = f"cannot create the run directory: {error.strerror or error}"
            raise CannotWriteError(what, where=str(error.filename or path), fix="give another --out") from error
        directory = cls(path, accept_unsafe=accept_unsafe)
        try:
            with directory.lock("run"):
                directory.save(manifest)
                directory.sync()
        except (OSError, CannotWriteError) as error:
            rmtree(path, ignore_errors=True)  # nothing half-made stays
            if isinstance(error, CannotWriteError) and directory.file_system.refused:
                raise
            reason = error.what if isinstance(error, CannotWriteError) else error.strerror or str(error)
            what = f"cannot create the run directory: {reason}"
            raise CannotWriteError(what, where=str(out), fix="free some space, or give another --out") from error
        directory.notes = (*directory.file_system.lacks, *_link_latest(out / "latest", path.name))
        return directory

    @classmethod
    def open(cls, path: Path, *, accept_unsafe: bool = False) -> "RunDirectory":
        """An existing run.

        Raises:
            BadInputError: if there is no run.
            CannotWriteError: if it is another user's.
        """
        try:
            (path / MANIFEST).stat()
        except (FileNotFoundError, NotADirectoryError) as error:
            raise BadInputError("there is no run here", where=str(path), fix=_NO_RUN) from error
        except OSError as error:
            raise cannot_read(error, path) from error
        return cls(path, accept_unsafe=accept_unsafe)

    def load(self) -> Manifest:
        """The manifest.

        Raises:
            BadInputError: if there is none, or it is damaged.
            PvsimError: if it cannot be read.
        """
        manifest = read_manifest(
            self.path / MANIFEST,
            Manifest,
            version_of=lambda manifest: manifest.manifest,
            known=MANIFEST_VERSION,
            instead="start a new run",
            check=check_contents,
        )
        if manifest is None:
            raise BadInputError("there is no run here", where=str(self.path), fix=_NO_RUN)
        return manifest

    def save(self, manifest: Manifest) -> None:
        """Write the manifest, all or nothing, with what the file system has shown not to know.

        Raises:
            CannotWriteError: if the disk is full or fails.
        """
        error = manifest.error and manifest.error.encode(errors="backslashreplace").decode()
        while True:
            known = self.file_system.lacks
            lacks = tuple(dict.fromkeys((*(manifest.not_promised or ()), *known))) or None
            manifest = msgspec.structs.replace(manifest, not_promised=lacks, error=error)
            self.write(MANIFEST, encode_manifest(manifest))
            if self.file_system.lacks == known:  # writing may have shown that there is no fsync
                return

    def write(self, name: str, content: bytes | Iterable[bytes]) -> None:
        """Write a file, all or nothing.

        Args:
            name: Of the file.
            content: What is in it, or the pieces of that.

        Raises:
            CannotWriteError: if the disk is full or fails.
        """
        path = self.path / name
        try:
            with new_file(path, self.file_system) as file:
                file.writelines([content] if isinstance(content, bytes) else content)
        except OSError as error:
            raise cannot_write(error, path) from error

    def place(self, temporary: Path, name: str) -> None:
        """Give a finished hidden file its name, when it is safe on the disk.

        Raises:
            CannotWriteError: if the disk is full or fails.
        """
        try:
            require_file(self.path / name)
            with temporary.open("rb+") as file:
                self.file_system.sync(file.fileno())
            temporary.chmod(0o644 & temporary.stat().st_mode)
            temporary.replace(self.path / name)
        except OSError as error:
            raise cannot_write(error, self.path / name) from error
        self.sync()

    def sync(self) -> None:
        """Make the names in the directory safe on the disk.

        Raises:
            CannotWriteError: if the disk fails, or its file system does not know how and that is not accepted.
        """
        try:
            self.file_system.sync_directory(self.path)
        except OSError as error:
            raise cannot_write(error, self.path) from error

    def facts(self, name: str) -> FileFacts | None:
        """Length and digest of a file, None where it is missing."""
        return facts_of_file(self.path / name)

    @contextmanager
    def lock(self, role: str) -> Iterator[None]:
        """Be the only `role` of this run.

        Raises:
            HeldError: if another process is, naming it.
            CannotWriteError: if the directory cannot be written, or its file system knows no locks.
        """
        another, fix = f"another {role} works on this run", "wait for it, or {stop}"
        with only_process(self.path / f".{role}.lock", self.file_system, another=another, fix=fix):
            yield

    def tidy(self, *names: str) -> None:
        """Remove what killed processes have left, and files of these names.

        Nothing happens where another process works on the run, or where that cannot be told.
        """
        for path in abandoned_links(self.path.parent):
            with suppress(OSError):
                path.unlink()
        if not (leavings(self.path) or any((self.path / name).exists() for name in names)):
            return
        with suppress(PvsimError, OSError), self.lock("run"):
            self.sweep(*names)

    def sweep(self, *names: str) -> None:
        """The same in the run's directory alone, for whoever holds its lock."""
        if NO_LOCKS in self.file_system.lacks:
            return
        for path in (*leavings(self.path), *(self.path / name for name in names)):
            with suppress(OSError):
                path.unlink()


def _refuse_in_the_way(link: Path) -> None:
    if link.exists() and not link.is_symlink():
        what = "it is in the way of the link to the latest run"
        raise CannotWriteError(what, where=str(link), fix="rename it, or give another --out")


def _link_latest(link: Path, target: str) -> tuple[str, ...]:
    """Point the link to the run; where that is not possible (FAT has no links), what to tell the user."""
    temporary = link.with_name(f".latest.{os.getpid()}")
    try:
        temporary.unlink(missing_ok=True)
        temporary.symlink_to(target)
        temporary.replace(link)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        return (f"no link {link} to this run: {error.strerror}; name the run {link.with_name(target)}",)
    return ()
