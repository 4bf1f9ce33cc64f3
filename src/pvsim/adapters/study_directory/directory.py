"""The directory of a study, and what is written into it in one step."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import msgspec

from pvsim.adapters.disk import Disk, replace
from pvsim.adapters.study_directory.disk import writing
from pvsim.adapters.study_directory.manifest import MANIFEST_VERSION, StudyFile, StudyManifest
from pvsim.errors import BadInputError, CannotWriteError, PvsimError

__all__ = ["MANIFEST", "STUDY_FILE", "StudyDirectory"]

MANIFEST = "study.json"
STUDY_FILE = "study.toml"
LOCK = "lock"

_HOLDER_BYTES = 300


class StudyDirectory:
    """One study's directory.

    Args:
        path: Where it is, or will be.
        disk: What it is on.
    """

    def __init__(self, path: Path, disk: Disk) -> None:
        self.path, self.disk = path, disk

    @property
    def has_begun(self) -> bool:
        """Whether there is a study in it."""
        return (self.path / MANIFEST).exists()

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Make the directory where there is none, and be the only one that works on it.

        Raises:
            PvsimError: if another process does, naming it.
            CannotWriteError: if it cannot be made or written, or holds something else than a study.
        """
        with writing(self.path):
            for above in reversed((self.path, *self.path.parents)):
                if not above.exists():
                    above.mkdir(0o755, exist_ok=True)
            if not self.has_begun and (others := self._strangers()):
                what = f"the directory holds something else than a study: {others[0]}"
                raise CannotWriteError(what, where=str(self.path), fix="give another --out")
            descriptor = os.open(self.path / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            with writing(self.path / LOCK):
                try:
                    self.disk.lock(descriptor)
                except BlockingIOError as error:
                    raise self._held(os.pread(descriptor, _HOLDER_BYTES, 0)) from error
                os.ftruncate(descriptor, 0)
                os.pwrite(descriptor, b"%d %s\n" % (os.getpid(), os.uname().nodename.encode(errors="replace")), 0)
            yield
        finally:
            os.close(descriptor)

    def manifest(self) -> StudyManifest | None:
        """What its manifest says; None where it is not begun.

        Raises:
            BadInputError: if it is damaged.
        """
        path = self.path / MANIFEST
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise CannotWriteError(f"cannot read: {error.strerror or error}", where=str(path)) from error
        try:
            found = msgspec.json.decode(content, type=StudyManifest)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            what, fix = f"the manifest is damaged: {error}", "restore it from a copy, or give another --out"
            raise BadInputError(what, where=str(path), fix=fix) from error
        if found.study != MANIFEST_VERSION:
            what = f"a manifest of version {found.study}; this pvsim reads version {MANIFEST_VERSION}"
            raise BadInputError(what, where=str(path), fix="give another --out")
        return found

    def save(self, manifest: StudyManifest) -> None:
        """Write the manifest, all or nothing.

        Raises:
            CannotWriteError: if the disk is full or fails.
        """
        self.write(MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n")

    def write(self, name: str, content: bytes) -> None:
        """Write a small file, all or nothing; what is there already stays as it is.

        Raises:
            CannotWriteError: if the disk is full or fails.
        """
        path = self.path / name
        with writing(path):
            if not path.is_file() or path.read_bytes() != content:
                replace(path, content, self.disk)

    def facts(self, name: str) -> StudyFile | None:
        """Length and digest of a file, None where it is missing.

        Raises:
            BadInputError: if it cannot be read.
        """
        path = self.path / name
        try:
            with path.open("rb") as file:
                content = sha256()
                while piece := file.read(1 << 20):
                    content.update(piece)
                return StudyFile(file.tell(), content.hexdigest())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise BadInputError(f"cannot read: {error.strerror or error}", where=str(path)) from error

    def _strangers(self) -> list[str]:
        """What is in the directory and is not pvsim's: a study that was killed at once may have left its own."""
        own = {LOCK, STUDY_FILE, f".{MANIFEST}.new", f".{STUDY_FILE}.new"}
        return sorted(path.name for path in self.path.iterdir() if path.name not in own)

    def _held(self, content: bytes) -> PvsimError:
        """What is known of the process that has the lock."""
        pid, _, host = content.decode(errors="replace").strip().partition(" ")
        what, fix = "another process works on this study", "wait until it has ended, or give another --out"
        if pid.isdigit():
            away = f" on {host}" if host not in {"", os.uname().nodename} else ""
            what = f"another process works on this study: {pid}{away}"
            fix = f"wait for it, stop it{away}: kill {pid}, or give another --out"
        return PvsimError(what, where=str(self.path), fix=fix)
