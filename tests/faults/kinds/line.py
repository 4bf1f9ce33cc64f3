"""What goes wrong between the roles and the broker."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from tests.faults.forwarder import Direction, Forwarder, Incident, Manner
from tests.faults.kinds.base import Fault, Scene

__all__ = ["Broken", "Slow"]


@dataclass(frozen=True)
class _Line(Fault):
    """A line before the broker."""

    def incidents(self, scene: Scene) -> list[Incident]:  # noqa: ARG002
        """What happens to it, and when."""
        return []

    def manner(self) -> Manner:
        """How it is all the time."""
        return Manner()

    def arm(self, scene: Scene) -> Mapping[str, str]:
        line = Forwarder(scene.address(), scene.rng, incidents=self.incidents(scene), manner=self.manner())
        scene.memory["line"] = scene.stack.enter_context(line)
        return {"PVSIM_BROKER_URL": line.url}

    def inject(self, scene: Scene) -> int:
        scene.command.wait()
        line: Forwarder = scene.memory["line"]
        scene.hit_at = line.happened_at or scene.hit_at
        return line.happened


@dataclass(frozen=True)
class Broken(_Line):
    """Incidents at random bytes of the run.

    Attributes:
        times: How many, the first within the first `share` of the bytes and each next one as far again.
        share: Of the bytes of the undisturbed run (each reading passes twice, about 110 bytes a time).
        everyone: Hit all connections, or one; both at random where it is None.
        seconds: How long it stalls.
    """

    kind: Literal["cut", "reset", "half-close", "stall"]
    times: int = 1
    share: float = 0.9
    everyone: bool | None = None
    seconds: float = 0.0
    directions: tuple[Direction, ...] = ("up", "down")
    refuse_s: float = 0.0

    def incidents(self, scene: Scene) -> list[Incident]:
        first = int(scene.rng.uniform(0.001, self.share / self.times) * scene.normal.line_bytes)
        step = int(self.share / self.times * scene.normal.line_bytes)
        return [
            Incident(
                first + i * step,
                self.kind,
                everyone=scene.rng.random() < 0.5 if self.everyone is None else self.everyone,
                seconds=self.seconds,
                directions=self.directions,
                refuse_s=self.refuse_s,
            )
            for i in range(self.times)
        ]


@dataclass(frozen=True)
class Slow(_Line):
    """Nothing is lost, but everything comes late, or in crumbs."""

    how: Manner

    def manner(self) -> Manner:
        return self.how

    def inject(self, scene: Scene) -> int:
        super().inject(scene)
        return 1
