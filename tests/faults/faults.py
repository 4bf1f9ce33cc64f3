"""What goes wrong. A fault may be armed before the command starts, injected while it runs, mended afterwards."""

import asyncio
import os
import resource
import signal
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.faults.processes import Command

from pvsim.adapters import node, streams

__all__ = ["BrokerKilled", "CrashAt", "Fault", "FileLimit", "FsyncFails", "Signals", "StreamDeleted"]

SHIM = Path(__file__).parent / "shim"


class Fault:
    """No fault; the others say what they change."""

    def arm(self, rng: Random) -> dict[str, str]:  # noqa: ARG002
        """What to add to the command's environment."""
        return {}

    def inject(self, command: Command, home: Path, rng: Random) -> int:  # noqa: ARG002
        """Do it now; how many faults that were (0: there was nothing left to hit)."""
        return 0

    def mend(self, home: Path, stream: str) -> None:
        """After the disturbed command has ended, before the run is resumed."""


@dataclass(frozen=True)
class Signals(Fault):
    """Signals to processes: `run` (the command itself), `meter`, `simulator`; in random order."""

    targets: tuple[str, ...]
    numbers: tuple[signal.Signals, ...] = (signal.SIGKILL,)

    def inject(self, command: Command, home: Path, rng: Random) -> int:  # noqa: ARG002
        hit = 0
        for target in rng.sample(self.targets, len(self.targets)):
            for number in self.numbers:
                if (pid := command.pid_of(target)) is not None:
                    os.kill(pid, number)
                    hit += 1
        return hit


@dataclass(frozen=True)
class FileLimit(Fault):
    """The simulator's files can grow no further, as on a full disk; works for root and in containers alike."""

    def inject(self, command: Command, home: Path, rng: Random) -> int:  # noqa: ARG002
        pid = command.pid_of("simulator")
        if pid is None:
            return 0
        hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)[1]
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (rng.randrange(1 << 16, 3 << 20), hard))
        return 1


@dataclass(frozen=True)
class CrashAt(Fault):
    """SIGKILL of the simulator at a named point of its sample file."""

    point: str
    at_most: int = 1

    def arm(self, rng: Random) -> dict[str, str]:
        nth = rng.randint(1, self.at_most)
        return {"PVSIM_TEST_FAULT": f"kill:{self.point}:{nth}", "PYTHONPATH": str(SHIM)}

    def inject(self, command: Command, home: Path, rng: Random) -> int:  # noqa: ARG002
        return int(command.wait() != 0)


@dataclass(frozen=True)
class FsyncFails(CrashAt):
    """EIO from the simulator's fdatasync: the kernel may have dropped the pages."""

    point: str = "fdatasync"

    def arm(self, rng: Random) -> dict[str, str]:
        nth = rng.randint(1, self.at_most)
        return {"PVSIM_TEST_FAULT": f"eio:{self.point}:{nth}", "PYTHONPATH": str(SHIM)}


@dataclass(frozen=True)
class BrokerKilled(Fault):
    """SIGKILL of the broker's VM; the next command finds it dead and starts it again."""

    def inject(self, command: Command, home: Path, rng: Random) -> int:  # noqa: ARG002
        pid = asyncio.run(node.status(home)).pid
        if pid is None or command.ended():
            return 0
        os.kill(pid, signal.SIGKILL)
        return 1


@dataclass(frozen=True)
class StreamDeleted(Signals):
    """Everything is killed, and then somebody deletes the stream."""

    def mend(self, home: Path, stream: str) -> None:
        async def delete() -> None:
            async with streams.StreamTransport(await node.up(home)).log(stream) as log:
                await log.delete()

        asyncio.run(delete())
