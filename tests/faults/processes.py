"""A command of pvsim as a process, and the processes that it starts, as /proc shows them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

__all__ = ["PATIENCE_S", "Command", "cpu_seconds", "wait_until"]

PATIENCE_S = 240.0  # nothing here takes a tenth of it alone: what has not ended by then hangs
_TICK_S = 0.002  # no event tells of another process's children, or of how long its file is
_ROLE_OF = {"pvsim-meter": "meter", "pvsim-simulator": "simulator"}


def wait_until(true: Callable[[], bool], *, patience_s: float = PATIENCE_S) -> bool:
    """Wait for a condition outside this process; False if it did not come in time."""
    until = time.monotonic() + patience_s
    while not true():
        if time.monotonic() > until:
            return False
        time.sleep(_TICK_S)
    return True


class Command:
    """`pvsim ARGUMENTS` under way; leaving the block ends it with everything that it started.

    Attributes:
        roles: Process ids of the roles seen so far, by name.
    """

    def __init__(
        self,
        arguments: list[str],
        environment: Mapping[str, str],
        cwd: Path,
        log: Path,
        *,
        prefix: Sequence[str] = (),
    ) -> None:
        self.roles: dict[str, int] = {}
        self._log = log
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                [*prefix, sys.executable, "-m", "pvsim", *arguments],
                env=environment,
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        for pid in self.left():
            os.kill(pid, signal.SIGKILL)

    @property
    def pid(self) -> int:
        """Its own process id."""
        return self._process.pid

    @property
    def printed(self) -> str:
        """What it and its roles have printed."""
        return self._log.read_text(errors="replace")

    def ended(self) -> bool:
        """Whether the command itself has ended."""
        return self._process.poll() is not None

    def wait(self) -> int | None:
        """Its exit code, negative for a signal; None if it hangs."""
        try:
            return self._process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            return None

    def wait_for_roles(self) -> bool:
        """Wait until meter and simulator run; False if the command ended before."""
        wait_until(lambda: self.look() == 2 or self.ended())
        return len(self.roles) == 2

    def look(self) -> int:
        """Find the roles by their parent's id; how many have been seen."""
        if len(self.roles) < 2:
            for entry in Path("/proc").iterdir():
                if entry.name.isdigit() and _parent(entry) == self.pid and (role := _role(entry)):
                    self.roles[role] = int(entry.name)
        return len(self.roles)

    def pid_of(self, name: str) -> int | None:
        """The process id of `run`, `meter` or `simulator`; None where it does not run."""
        if name == "run":
            return None if self.ended() else self.pid
        pid = self.roles.get(name)
        return pid if pid is not None and _is_role(pid) else None

    @contextmanager
    def held(self, name: str) -> Iterator[None]:
        """Stop a role for a while, if it runs."""
        self.signal(name, signal.SIGSTOP)
        try:
            yield
        finally:
            self.signal(name, signal.SIGCONT)

    def signal(self, name: str, number: signal.Signals) -> bool:
        """Signal the command or a role; False if it does not run."""
        if (pid := self.pid_of(name)) is None:
            return False
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return False
        return True

    def left(self) -> list[int]:
        """Roles that still run."""
        return [pid for pid in self.roles.values() if _is_role(pid)]


def cpu_seconds(pid: int | None) -> float | None:
    """The processor time that a process has taken, None where there is none."""
    if pid is None:
        return None
    try:
        fields = Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _parent(process: Path) -> int | None:
    try:
        state, parent = (process / "stat").read_text().rpartition(")")[2].split()[:2]
    except OSError:  # gone
        return None
    return None if state in "ZX" else int(parent)


def _role(process: Path) -> str | None:
    try:
        return _ROLE_OF.get((process / "comm").read_text().strip())
    except OSError:
        return None


def _is_role(pid: int) -> bool:
    process = Path("/proc", str(pid))
    return _parent(process) is not None and _role(process) is not None
