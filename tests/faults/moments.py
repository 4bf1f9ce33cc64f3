"""When it goes wrong."""

import time
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.faults.processes import Command, wait_until

from pvsim.adapters.csvfile import PARTIAL, SAMPLES, last_checkpoint
from pvsim.adapters.logs import LOG

__all__ = [
    "AfterCommit",
    "AfterMeter",
    "AfterRows",
    "AfterSeal",
    "AtOnce",
    "AtTime",
    "Moment",
    "Undisturbed",
    "has_published",
]


_PUBLISHED = "the meter has published everything"  # in the log of the run
LINE_BYTES = 120
"""Of a reading on its way, with its share of the protocol."""


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """What the run is without faults.

    Attributes:
        content: Of its samples file.
        readings: How many it has.
        seconds: How long its two roles worked.
    """

    content: bytes
    readings: int
    seconds: float

    @property
    def line_bytes(self) -> int:
        """About how many bytes pass between roles and broker: each reading to the broker and back."""
        return 2 * LINE_BYTES * self.readings


class Moment:
    """As soon as both roles run."""

    def wait(self, command: Command, directory: Path, normal: Undisturbed, rng: Random) -> bool:  # noqa: ARG002
        """Wait for the moment, meter and simulator being started; False if the run ended before it came."""
        return True


AtOnce = Moment


@dataclass(frozen=True)
class AtTime(Moment):
    """A random share of the time that the roles take undisturbed."""

    low: float = 0.0
    high: float = 0.95

    def wait(self, command: Command, directory: Path, normal: Undisturbed, rng: Random) -> bool:  # noqa: ARG002
        until = time.monotonic() + rng.uniform(self.low, self.high) * normal.seconds
        wait_until(lambda: time.monotonic() >= until or command.ended())
        return not command.ended()


@dataclass(frozen=True)
class AfterRows(Moment):
    """When a random share of the rows has been appended."""

    low: float = 0.02
    high: float = 0.95

    def wait(self, command: Command, directory: Path, normal: Undisturbed, rng: Random) -> bool:
        size = rng.uniform(self.low, self.high) * len(normal.content)
        return _wait(command, lambda: _size(directory / PARTIAL) >= size, directory)


@dataclass(frozen=True)
class AfterCommit(Moment):
    """After the first checkpoint that speaks of rows."""

    def wait(self, command: Command, directory: Path, normal: Undisturbed, rng: Random) -> bool:  # noqa: ARG002
        def committed() -> bool:
            checkpoint = last_checkpoint(directory)
            return checkpoint is not None and checkpoint.accounted.written > 0

        return _wait(command, committed, directory)


@dataclass(frozen=True)
class AfterMeter(Moment):
    """When the meter has published everything; the simulator is held until then."""

    def wait(self, command: Command, directory: Path, normal: Undisturbed, rng: Random) -> bool:  # noqa: ARG002
        with command.held("simulator"):
            wait_until(lambda: command.ended() or has_published(directory))
        return not command.ended()


@dataclass(frozen=True)
class AfterSeal(Moment):
    """When the samples file has its name and the run is being verified."""

    def wait(self, command: Command, directory: Path, normal: Undisturbed, rng: Random) -> bool:  # noqa: ARG002
        wait_until(lambda: (directory / SAMPLES).exists() or command.ended())
        return not command.ended()


def has_published(directory: Path) -> bool:
    """Whether the meter has published everything, as the run's log says."""
    path = directory / LOG
    return path.exists() and _PUBLISHED in path.read_text()


def _wait(command: Command, reached, directory: Path) -> bool:
    sealed = directory / SAMPLES
    wait_until(lambda: reached() or sealed.exists() or command.ended())
    return not (sealed.exists() or command.ended())


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
