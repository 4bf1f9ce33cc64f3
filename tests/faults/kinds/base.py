"""What goes wrong: a fault, and the scene that it happens in."""

import asyncio
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import msgspec
from tests.faults.agent import Agent
from tests.faults.moments import Undisturbed
from tests.faults.processes import Command

from pvsim.adapters import node
from pvsim.adapters.rundir import MANIFEST, Manifest
from pvsim.core.messages.address import BrokerAddress

__all__ = ["SHIM", "Fault", "Scene", "manifest_of", "the_run"]

SHIM = Path(__file__).parents[1] / "shim"


def the_run(out: Path) -> Path:
    """The directory of the only run below `out`."""
    (directory,) = {path.parent for path in out.glob(f"*/{MANIFEST}") if not path.parent.is_symlink()}
    return directory


def manifest_of(directory: Path) -> Manifest:
    """The manifest of a run."""
    return msgspec.json.decode((directory / MANIFEST).read_bytes(), type=Manifest)


@dataclass(slots=True)
class Scene:
    """One attempt at a row.

    Attributes:
        home: The private node's.
        out: Where the run's directory is, or will be.
        transport: `streams` or `amqp`.
        rng: Chooses what the row leaves open.
        normal: The same run without faults.
        agent: Does what an operator would do on the broker.
        stack: What must be undone when the attempt is over, however it ends.
        command: The disturbed command, once it has started.
        memory: What a fault wishes to remember until later.
        hit_at: When the last fault was, as `time.monotonic` has it.
        problems: What did not hold.
    """

    home: Path
    out: Path
    transport: str
    rng: Random
    normal: Undisturbed
    agent: Agent
    stack: ExitStack
    command: Command = None  # type: ignore[assignment] - set as soon as it has started
    memory: dict[str, Any] = field(default_factory=dict)
    hit_at: float = 0.0
    problems: list[str] = field(default_factory=list)

    @property
    def directory(self) -> Path:
        """The run's."""
        return the_run(self.out)

    @property
    def run_id(self) -> str:
        """The run's."""
        return manifest_of(self.directory).run_id

    @property
    def stream(self) -> str:
        """The run's."""
        return f"pvsim.{self.run_id}"

    def address(self) -> BrokerAddress:
        """The private node's; it is started where it does not run."""
        return asyncio.run(node.up(self.home))

    def require(self, what: str, *, holds: bool) -> None:
        """Note a problem where something does not hold."""
        if not holds:
            self.problems.append(what)


class Fault:
    """No fault; the others say what they change."""

    def impossible(self) -> str:
        """Why it cannot be made on this machine; empty where it can."""
        return ""

    def prefix(self) -> list[str]:
        """Words to start the command with."""
        return []

    def arm(self, scene: Scene) -> Mapping[str, str]:  # noqa: ARG002
        """Before the command starts; what to add to its environment."""
        return {}

    def inject(self, scene: Scene) -> int:  # noqa: ARG002
        """Do it now; how many faults that were (0: there was nothing left to hit)."""
        return 0

    def mend(self, scene: Scene) -> None:
        """After the disturbed command has ended, before the run is resumed."""

    def restore(self, scene: Scene) -> None:
        """After a resume was refused."""

    def check(self, scene: Scene) -> None:
        """What else must hold of the finished run."""
