"""The roles of a run as processes of their own, which work and report over pipes.

They are forked, not started as new programs: importing numpy and the rest costs each process 0.35 s of CPU,
a third of the time of a day's run on two cores. Forking is safe where nothing else runs yet: the roles are forked
before there is an event loop, a lock or a thread, and wait on standard input until they are told to begin.
"""

import asyncio
import gc
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias

from pvsim.app.ports import BrokerState, ClockState, Notice, ObserverState
from pvsim.app.role_messages import Begin, Done, Failed, FromRole, ToRole, decode_from_role, decode_to_role, encode
from pvsim.errors import InternalError, InterruptedRunError, PvsimError

__all__ = ["Reports", "RoleProcess", "Work", "fork_role"]

_DESCRIPTORS = 4_096
"""Higher ones are not ours; closing every possible one takes minutes where the limit is a billion."""

_PROGRESS_S = 0.1


class RoleProcess:
    """A running role.

    It is in a session of its own, so that Ctrl-C in the terminal reaches only the parent, which then stops it
    in order; and its standard input is a pipe from the parent, whose end tells it that the parent is gone.

    Args:
        pid: The process.
        reports: The end of the pipe that it reports into.
        orders: The end of the pipe that is its standard input.
    """

    def __init__(self, pid: int, reports: int, orders: int) -> None:
        self.pid = pid
        self._reports, self._orders = reports, orders
        self._code: int | None = None

    async def reports(self) -> AsyncIterator[FromRole]:
        """What it reports, until it ends."""
        reader = asyncio.StreamReader()
        with os.fdopen(self._reports, "rb") as pipe:
            loop = asyncio.get_running_loop()
            transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), pipe)
            try:
                async for line in reader:
                    try:
                        yield decode_from_role(line)
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

    def tell(self, message: ToRole) -> None:
        """Tell it something; nothing happens where it has ended: `wait` says how."""
        if self._code is not None:  # the pipe is closed, and its number may be another file's
            return
        with suppress(BrokenPipeError):
            os.write(self._orders, encode(message))

    def stop(self, *, now: bool = False) -> None:
        """Ask it to finish in order; `now` ends it at once."""
        if self._code is None:
            os.kill(self.pid, signal.SIGKILL if now else signal.SIGTERM)

    def kill(self) -> None:
        """End it at once, if it has not ended, and forget it."""
        if self._code is None:
            os.kill(self.pid, signal.SIGKILL)
            self._reap()

    def _reap(self) -> None:
        _, status = os.waitpid(self.pid, 0)
        self._code = os.waitstatus_to_exitcode(status)
        os.close(self._orders)


class Reports:
    """What a role reports to its parent, on standard output.

    Progress goes ten times a second at most, and the newest before the last word; all else at once. Where the
    parent is gone, nobody listens: the end of standard input tells the role so.
    """

    def __init__(self) -> None:
        self._pipe = os.fdopen(1, "wb", closefd=False)
        self._newest: Notice | None = None
        self._last_s = 0.0

    def __call__(self, progress: Notice) -> None:
        """Take the role's progress; see `ports.Notify`."""
        if isinstance(progress, BrokerState | ObserverState | ClockState):
            self._say(progress)
            return
        self._newest, now_s = progress, time.monotonic()
        if now_s - self._last_s >= _PROGRESS_S:
            self._last_s = now_s
            self._say_newest()

    def end(self, last: Done | Failed) -> None:
        """Say how it ended."""
        self._say_newest()
        self._say(last)

    def _say_newest(self) -> None:
        if self._newest is not None:
            self._say(self._newest)
            self._newest = None

    def _say(self, message: FromRole) -> None:
        with suppress(BrokenPipeError):
            self._pipe.write(encode(message))
            self._pipe.flush()


Work: TypeAlias = Callable[[Begin, Reports], None]
"""What a role does, in a process of its own; what else its parent tells it comes on standard input."""


def fork_role(name: str, work: Work, error_of: Callable[[Exception], PvsimError]) -> RoleProcess:
    """Fork a process that waits for `Begin` and then works; without one it ends when the parent does.

    Args:
        name: What the process is called in `ps` and `top`, up to 15 characters.
        work: What it does.
        error_of: What to tell of an exception that ends the work.
    """
    orders_read, orders_write = os.pipe()
    reports_read, reports_write = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    gc.freeze()  # what both have now is not looked through for garbage, which would copy its pages
    pid = os.fork()
    if pid:
        os.close(orders_read)
        os.close(reports_write)
        return RoleProcess(pid, reports_read, orders_write)
    code: int = InternalError.exit_code
    try:
        gc.enable()  # whatever it is in the parent
        os.setsid()
        os.dup2(orders_read, 0)
        os.dup2(reports_write, 1)
        os.closerange(3, _DESCRIPTORS)
        Path("/proc/self/comm").write_text(name)
        code = _do(work, error_of)
    except KeyboardInterrupt:
        code = InterruptedRunError.exit_code
    except BaseException:  # noqa: BLE001 - the outermost edge of a process that ends by os._exit
        sys.excepthook(*sys.exc_info())
    finally:
        with suppress(OSError):
            sys.stderr.flush()
        os._exit(code)


def _do(work: Work, error_of: Callable[[Exception], PvsimError]) -> int:
    """Do the work once the parent says so; the exit code."""
    reports = Reports()
    if (begin := _read_begin()) is None:
        return 0
    try:
        work(begin, reports)
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent is to say it
        known = error_of(error)
        reports.end(Failed.of(known))
        return known.exit_code
    reports.end(Done(peak_memory_mb()))
    return 0


def _read_begin() -> Begin | None:
    """The parent's word to begin, before which no other counts; None if it has gone or needs no role."""
    while line := _read_line():
        if isinstance(message := decode_to_role(line), Begin):
            return message
    return None


def _read_line() -> bytes:
    """A whole line of standard input; nothing at its end."""
    line = b""
    while not line.endswith(b"\n"):
        if not (piece := os.read(0, 1)):  # one at a time: what follows belongs to the work
            return b""
        line += piece
    return line


def peak_memory_mb() -> int:
    """The most memory that this process has had, in MB (`getrusage` would count the parent's before a fork)."""
    status = Path("/proc/self/status").read_text()
    return round(next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")) / 1024)
