"""The roles of a run as processes of their own, which report on standard output, a JSON object a line."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

__all__ = ["RoleProcess", "peak_memory_mb", "start_role"]


class RoleProcess:
    """A running role.

    It is in a session of its own, so that Ctrl-C in the terminal reaches only the parent, which then stops it
    in order; and it holds the other end of its standard input, whose end tells it that the parent is gone.
    """

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    async def reports(self) -> AsyncIterator[dict[str, Any]]:
        """What it reports, until it ends."""
        if self._process.stdout is None:
            return
        async for line in self._process.stdout:
            try:
                yield msgspec.json.decode(line, type=dict[str, Any])
            except msgspec.DecodeError:
                continue  # a line cut short by a kill

    async def wait(self) -> int:
        """Its exit code; negative for a signal."""
        return await self._process.wait()

    def stop(self) -> None:
        """Ask it to finish in order."""
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once."""
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        if self._process.returncode is None:
            self._process.send_signal(number)


async def start_role(arguments: list[str], extra_environment: Mapping[str, str]) -> RoleProcess:
    """Start `pvsim ARGUMENTS`; secrets travel in the environment, never in the arguments."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "pvsim",
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, **extra_environment},
        start_new_session=True,
    )
    return RoleProcess(process)


def peak_memory_mb() -> int:
    """The most memory that this process has had, in MB (`getrusage` would count the parent's before exec)."""
    status = Path("/proc/self/status").read_text()
    return round(next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")) / 1024)
