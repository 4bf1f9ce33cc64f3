"""What goes wrong with the disk, and what people do to the files."""

import resource
from collections.abc import Mapping
from dataclasses import dataclass

from tests.faults.kinds.base import SHIM, Fault, Scene

__all__ = ["FileLimit", "FsyncFails"]


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
class FsyncFails(Fault):
    """EIO from the simulator's fdatasync: the kernel may have dropped the pages."""

    at_most: int = 1

    def arm(self, scene: Scene) -> Mapping[str, str]:
        nth = scene.rng.randint(1, self.at_most)
        return {"PVSIM_TEST_FAULT": f"eio:fdatasync:{nth}", "PYTHONPATH": str(SHIM)}

    def inject(self, scene: Scene) -> int:
        return int(scene.command.wait() != 0)
