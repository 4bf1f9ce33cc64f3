"""What goes wrong with our own processes."""

import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass

from tests.faults.kinds.base import SHIM, Fault, Scene

__all__ = ["CrashAt", "Paused", "Signals"]


@dataclass(frozen=True)
class Signals(Fault):
    """Signals to processes: `run` (the command itself), `meter`, `simulator`; in random order."""

    targets: tuple[str, ...]
    numbers: tuple[signal.Signals, ...] = (signal.SIGKILL,)

    def inject(self, scene: Scene) -> int:
        hit = 0
        for target in scene.rng.sample(self.targets, len(self.targets)):
            for number in self.numbers:
                hit += scene.command.signal(target, number)
        return hit


@dataclass(frozen=True)
class Paused(Fault):
    """SIGSTOP to processes, and SIGCONT a while later: a laptop's lid, a debugger, a machine without memory."""

    targets: tuple[str, ...]
    low_s: float = 0.2
    high_s: float = 2.0

    def inject(self, scene: Scene) -> int:
        hit = [target for target in self.targets if scene.command.signal(target, signal.SIGSTOP)]
        time.sleep(scene.rng.uniform(self.low_s, self.high_s))
        for target in scene.rng.sample(hit, len(hit)):
            scene.command.signal(target, signal.SIGCONT)
        return len(hit)


@dataclass(frozen=True)
class CrashAt(Fault):
    """SIGKILL of a role, or another fault, at a named point: see the shim."""

    point: str
    at_most: int = 1
    kind: str = "kill"

    def arm(self, scene: Scene) -> Mapping[str, str]:
        nth = scene.rng.randint(1, self.at_most)
        return {"PVSIM_TEST_FAULT": f"{self.kind}:{self.point}:{nth}", "PYTHONPATH": str(SHIM)}

    def inject(self, scene: Scene) -> int:
        return int(scene.command.wait() != 0)
