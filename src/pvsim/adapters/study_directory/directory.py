"""The directory of a study, and what is written into it in one step."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pvsim.adapters.shared.disk import Disk, replace
from pvsim.adapters.shared.file_system import make_directory
from pvsim.adapters.shared.locks import only_process
from pvsim.adapters.shared.manifests import FileFacts, encode_manifest, facts_of_file, read_manifest
from pvsim.adapters.study_directory.disk import writing
from pvsim.adapters.study_directory.manifest import MANIFEST_VERSION, StudyManifest
from pvsim.errors import CannotWriteError

__all__ = ["MANIFEST", "STUDY_FILE", "StudyDirectory"]

MANIFEST = "study.json"
STUDY_FILE = "study.toml"
LOCK = "lock"


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
            HeldError: if another process does, naming it.
            CannotWriteError: if it cannot be made or written, or holds something else than a study.
        """
        with writing(self.path):
            make_directory(self.path, exist_ok=True)
            if not self.has_begun and (others := self._strangers()):
                what = f"the directory holds something else than a study: {others[0]}"
                raise CannotWriteError(what, where=str(self.path), fix="give another --out")
        another, fix = "another process works on this study", "wait for it, {stop}, or give another --out"
        with only_process(self.path / LOCK, self.disk, another=another, fix=fix, told=writing):
            yield

    def manifest(self) -> StudyManifest | None:
        """What its manifest says; None where it is not begun.

        Raises:
            BadInputError: if it is damaged.
            PvsimError: if it cannot be read.
        """
        return read_manifest(
            self.path / MANIFEST,
            StudyManifest,
            version_of=lambda manifest: manifest.study,
            known=MANIFEST_VERSION,
            instead="give another --out",
        )

    def save(self, manifest: StudyManifest) -> None:
        """Write the manifest, all or nothing.

        Raises:
            CannotWriteError: if the disk is full or fails.
        """
        self.write(MANIFEST, encode_manifest(manifest))

    def write(self, name: str, content: bytes) -> None:
        """Write a small file, all or nothing; what is there already stays as it is.

        Raises:
            CannotWriteError: if the disk is full or fails.
        """
        path = self.path / name
        with writing(path):
            if not path.is_file() or path.read_bytes() != content:
                replace(path, content, self.disk)

    def facts(self, name: str) -> FileFacts | None:
        """Length and digest of a file, None where it is missing.

        Raises:
            PvsimError: if it cannot be read.
        """
        return facts_of_file(self.path / name)

    def _strangers(self) -> list[str]:
        """What is in the directory and is not pvsim's: a study that was killed at once may have left its own."""
        own = {LOCK, STUDY_FILE, f".{MANIFEST}.new", f".{STUDY_FILE}.new"}
        return sorted(path.name for path in self.path.iterdir() if path.name not in own)
