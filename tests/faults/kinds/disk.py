"""What goes wrong with the disk, and what people do to the files."""

import os
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.faults.kinds.base import Fault, Scene
from tests.faults.kinds.processes import CrashAt, Signals

from pvsim.adapters.csvfile import CHECKPOINT, PARTIAL, last_checkpoint
from pvsim.adapters.rundir import MANIFEST
from pvsim.core.delivery.checkpoint import SLOT_BYTES

__all__ = [
    "ChangedManifest",
    "ChangedRow",
    "DirectoryReadOnly",
    "DiskFull",
    "FileLimit",
    "FsyncFails",
    "Shortened",
    "TornLine",
    "TornSlot",
]

_MB = 1 << 20


@dataclass(frozen=True)
class FileLimit(Fault):
    """The simulator's files can grow no further, as on a full disk; works for root and in containers alike."""

    def inject(self, scene: Scene) -> int:
        pid = scene.command.pid_of("simulator")
        if pid is None:
            return 0
        hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)[1]
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (scene.rng.randrange(1 << 16, 3 << 20), hard))
        return 1


@dataclass(frozen=True)
class FsyncFails(CrashAt):
    """EIO from the simulator's fdatasync: the kernel may have dropped the pages."""

    point: str = "fdatasync"
    kind: str = "eio"


@dataclass(frozen=True)
class DiskFull(Fault):
    """A file system of its own that is too small for the run; it grows before the resume."""

    def impossible(self) -> str:
        return _why_no_mount()

    def arm(self, scene: Scene) -> Mapping[str, str]:
        size = scene.rng.randrange(_MB, max(len(scene.normal.content) - _MB, 2 * _MB))
        _run("mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(scene.out))
        scene.stack.callback(lambda: _run("umount", "--lazy", str(scene.out)))
        return {}

    def inject(self, scene: Scene) -> int:
        return int(scene.command.wait() != 0)

    def mend(self, scene: Scene) -> None:
        _run("mount", "-o", f"remount,size={3 * len(scene.normal.content) + 8 * _MB}", str(scene.out))


@dataclass(frozen=True)
class DirectoryReadOnly(Fault):
    """The run's directory loses its write permission: open files go on, but nothing gets another name."""

    def prefix(self) -> list[str]:
        """The superuser may write everywhere, without this one capability only what it is allowed to."""
        return [] if os.geteuid() else ["setpriv", "--bounding-set", "-dac_override", "--"]

    def impossible(self) -> str:
        return "" if os.geteuid() or shutil.which("setpriv") else "no setpriv"

    def inject(self, scene: Scene) -> int:
        if scene.command.ended():
            return 0
        scene.directory.chmod(0o555)
        return 1

    def mend(self, scene: Scene) -> None:
        scene.directory.chmod(0o755)


class _Tampered(Signals):
    """Everything is killed, and then something happens to a file."""

    def inject(self, scene: Scene) -> int:
        hit = super().inject(scene)
        scene.command.wait()
        return hit

    def mend(self, scene: Scene) -> None:
        if (scene.directory / PARTIAL).exists():
            self.tamper(scene)

    def tamper(self, scene: Scene) -> None:
        """Do it."""
        raise NotImplementedError

    def change(self, scene: Scene, path: Path, content: bytes) -> None:
        """Replace a file's content, and remember what it was."""
        scene.memory["changed"] = (path, path.read_bytes(), content)
        path.write_bytes(content)

    def restore(self, scene: Scene) -> None:
        path, before, after = scene.memory["changed"]
        scene.require(f"the refused resume changed {path.name}", holds=path.read_bytes() == after)
        path.write_bytes(before)


class TornLine(_Tampered):
    """A row was half on disk when the power went."""

    def tamper(self, scene: Scene) -> None:
        with (scene.directory / PARTIAL).open("ab") as file:
            file.write(scene.normal.content.splitlines()[1][: scene.rng.randint(1, 40)])


class TornSlot(_Tampered):
    """The newest slot of the checkpoint was half on disk."""

    def tamper(self, scene: Scene) -> None:
        newest = last_checkpoint(scene.directory)
        with (scene.directory / CHECKPOINT).open("r+b") as file:
            file.seek((newest.generation if newest else 0) % 2 * SLOT_BYTES)
            file.write(scene.rng.randbytes(scene.rng.randint(1, SLOT_BYTES)))


class ChangedRow(_Tampered):
    """Somebody changed one byte of what the checkpoint vouches for."""

    def tamper(self, scene: Scene) -> None:
        path, checkpoint = scene.directory / PARTIAL, last_checkpoint(scene.directory)
        content = bytearray(path.read_bytes())
        at = scene.rng.randrange(checkpoint.samples_bytes if checkpoint else 1)
        content[at] ^= 1 << scene.rng.randrange(8)
        self.change(scene, path, bytes(content))


class Shortened(_Tampered):
    """The end of the samples is gone, though the checkpoint speaks of it."""

    def tamper(self, scene: Scene) -> None:
        path, checkpoint = scene.directory / PARTIAL, last_checkpoint(scene.directory)
        end = scene.rng.randrange(checkpoint.samples_bytes if checkpoint else 1)
        self.change(scene, path, path.read_bytes()[:end])


class ChangedManifest(_Tampered):
    """Somebody gave the run another seed by hand."""

    def tamper(self, scene: Scene) -> None:
        path = scene.directory / MANIFEST
        self.change(scene, path, path.read_bytes().replace(b'"seed": 1', b'"seed": 2'))


@cache
def _why_no_mount() -> str:
    with tempfile.TemporaryDirectory() as place:
        try:
            _run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", place)
        except (OSError, subprocess.CalledProcessError):
            return "no file system can be mounted"
        _run("umount", place)
    return ""


def _run(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True)
