"""The roles of a run as processes of their own, which report on standard output, a JSON object a line.

They are forked, not started anew: importing numpy and the rest costs each process 0.35 s of CPU, a third of the
time of a day's run on two cores. Forking is safe where nothing else runs yet: the roles are forked before there
is an event loop, a lock or a thread, and wait for their command on standard input.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from pvsim.errors import InternalError

__all__ = ["ParentWord", "RoleProcess", "fork_role", "peak_memory_mb", "read_word"]


_DESCRIPTORS = 4_096
"""Higher ones are not ours; closing every possible one takes minutes where the limit is a billion."""


@dataclass(frozen=True, slots=True)
class _Order:
    """What a forked process is to do."""

    arguments: list[str]
    environment: dict[str, str]


class ParentWord(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the parent tells a role that works, one JSON object a line.

    Attributes:
        look_again: Look once more whether everything has been done.
        broker_url: The broker is at this address now.
    """

    look_again: bool = False
    broker_url: str | None = None


class RoleProcess:
    """A running role.

    It is in a session of its own, so that Ctrl-C in the terminal reaches only the parent, which then stops it
    in order; and its standard input is a pipe from the parent, whose end tells it that the parent is gone.
    """

    def __init__(self, pid: int, reports: int, leash: int) -> None:
        self.pid = pid
        self._reports, self._leash = reports, leash
        self._code: int | None = None

    async def reports(self) -> AsyncIterator[dict[str, Any]]:
        """What it reports, until it ends."""
        reader = asyncio.StreamReader()
        with os.fdopen(self._reports, "rb") as pipe:
            loop = asyncio.get_running_loop()
            transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), pipe)
            try:
                async for line in reader:
                    try:
                        yield json.loads(line)
                    except ValueError:
                        continue  # a line cut short by a kill
            finally:
                transport.close()

    async def wait(self) -> int:
        """Its exit code; negative for a signal."""
        if self._code is None:
            ended = asyncio.Event()
            loop = asyncio.get_running_loop()
            descriptor = os.pidfd_open(self.pid)
            loop.add_reader(descriptor, ended.set)
            try:
                await ended.wait()
            finally:
                loop.remove_reader(descriptor)
                os.close(descriptor)
            self._reap()
        return self._code or 0

    def begin(self, arguments: list[str], environment: Mapping[str, str]) -> None:
        """Let it run `pvsim ARGUMENTS`; secrets travel in the environment, through the pipe."""
        order = json.dumps({"arguments": arguments, "environment": dict(environment)})
        with suppress(BrokenPipeError):  # it has died already: `wait` says how
            os.write(self._leash, order.encode() + b"\n")

    def nudge(self) -> None:
        """Let it look once more whether it has done everything; nothing happens where it has ended."""
        self._tell(ParentWord(look_again=True))

    def tell_broker(self, url: str) -> None:
        """Let it connect to that address from now on; nothing happens where it has ended."""
        self._tell(ParentWord(broker_url=url))

    def stop(self, *, now: bool = False) -> None:
        """Ask it to finish in order; `now` ends it at once."""
        if self._code is None:
            os.kill(self.pid, signal.SIGKILL if now else signal.SIGTERM)

    def kill(self) -> None:
        """End it at once, if it has not ended, and forget it."""
        if self._code is None:
            os.kill(self.pid, signal.SIGKILL)
            self._reap()

    def _tell(self, word: ParentWord) -> None:
        if self._code is not None:  # the pipe is closed, and its number may be another file's
            return
        with suppress(BrokenPipeError):
            os.write(self._leash, msgspec.json.encode(word) + b"\n")

    def _reap(self) -> None:
        _, status = os.waitpid(self.pid, 0)
        self._code = os.waitstatus_to_exitcode(status)
        os.close(self._leash)


def fork_role(name: str, command_line: Callable[[list[str]], None]) -> RoleProcess:
    """Fork a process that waits for its command; without one it ends when the parent does.

    Args:
        name: What the process is called in `ps` and `top`, up to 15 characters.
        command_line: Runs `pvsim ARGUMENTS`; ends by returning or by SystemExit.
    """
    leash_read, leash_write = os.pipe()
    report_read, report_write = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        os.close(leash_read)
        os.close(report_write)
        return RoleProcess(pid, report_read, leash_write)
    code: int = InternalError.exit_code
    try:
        os.setsid()
        os.dup2(leash_read, 0)
        os.dup2(report_write, 1)
        os.closerange(3, _DESCRIPTORS)
        Path("/proc/self/comm").write_text(name)
        if (order := _read_order()) is not None:
            os.environ.update(order.environment)
            command_line(order.arguments)
        code = 0
    except SystemExit as request:
        code = request.code if isinstance(request.code, int) else 1
    except BaseException:  # noqa: BLE001 - the outermost edge of a process that ends by os._exit
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def read_word(line: bytes) -> ParentWord:
    """What the parent has said in a line."""
    return msgspec.json.decode(line, type=ParentWord)


def _read_order() -> _Order | None:
    """The command that the parent writes; None if the parent has gone or needs no role."""
    line = b""
    while not line.endswith(b"\n"):
        if not (piece := os.read(0, 1)):  # one at a time: what follows belongs to the role
            return None
        line += piece
    return _Order(**json.loads(line))  # msgspec takes no names of files that are not UTF-8


def peak_memory_mb() -> int:
    """The most memory that this process has had, in MB (`getrusage` would count the parent's before a fork)."""
    status = Path("/proc/self/status").read_text()
    return round(next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")) / 1024)
