"""What goes wrong with the clock on the wall."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from tests.faults.kinds.base import SHIM, Fault, Scene

from pvsim.adapters.logs import LOG

__all__ = ["ClockJumps"]

_JUMP = "jump"
_SPRING_UTC = datetime(2024, 3, 31, 0, 59, 59, tzinfo=UTC)


@dataclass(frozen=True)
class ClockJumps(Fault):
    """The wall clock of command and roles jumps while they work.

    Attributes:
        by_s: By so much; None: to the second before clocks go forward in Berlin, where the processes then live.
    """

    by_s: float | None

    def arm(self, scene: Scene) -> Mapping[str, str]:
        now_utc = datetime.now(UTC)  # noqa: TID251 - the clock is what this is about
        by_s = (_SPRING_UTC - now_utc).total_seconds() if self.by_s is None else self.by_s
        scene.memory["by_s"] = by_s
        clock = f"{by_s}@{scene.out / _JUMP}"
        return {"PVSIM_TEST_CLOCK": clock, "PYTHONPATH": str(SHIM), "TZ": "Europe/Berlin"}

    def inject(self, scene: Scene) -> int:
        if scene.command.ended():
            return 0
        (scene.out / _JUMP).touch()
        return 1

    def check(self, scene: Scene) -> None:
        lines = (scene.directory / LOG).read_text().splitlines()
        times = [datetime.fromisoformat(json.loads(line)["time"]).timestamp() for line in lines]
        jumped = max(times) - min(times) > 0.9 * abs(scene.memory["by_s"])
        scene.require("the clock has not jumped in between", holds=jumped)
