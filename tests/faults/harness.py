"""Runs a row of the table: disturb a run, resume it until it is complete, compare with the undisturbed one."""

import os
import shutil
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random

import msgspec
import numpy as np
from tests.faults.moments import Undisturbed
from tests.faults.processes import Command, wait_until
from tests.faults.table import Row

from pvsim.adapters.csvfile import SAMPLES
from pvsim.adapters.rundir import MANIFEST, Manifest
from pvsim.errors import BrokerError

__all__ = ["Laboratory", "Outcome"]

DAYS = {"streams": 4, "amqp": 1}  # long enough to be hit in the middle
ORPHAN_S = 10.0


@dataclass(slots=True)
class Outcome:
    """What became of one run.

    Attributes:
        faults: How many were injected.
        lost: Rows that the undisturbed run has and this one has not.
        doubled: Rows with the timestamp of an earlier one.
        different: Bytes that differ.
        recover_s: How long the undisturbed resume took.
        problems: Whatever else did not hold.
    """

    faults: int = 0
    lost: int = 0
    doubled: int = 0
    different: int = 0
    recover_s: float = 0.0
    problems: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether everything held."""
        return not (self.lost or self.doubled or self.different or self.problems)

    def compare(self, content: bytes, normal: bytes) -> None:
        """Count what differs between a samples file and the undisturbed one."""
        if content == normal:
            return
        rows, expected = content.splitlines(), normal.splitlines()
        self.lost = sum((Counter(expected) - Counter(rows)).values())
        self.doubled = len(rows) - len({row.split(b",", 1)[0] for row in rows})
        both = min(len(content), len(normal))
        a, b = (np.frombuffer(x[:both], dtype=np.uint8) for x in (content, normal))
        self.different = int(np.count_nonzero(a != b)) + abs(len(content) - len(normal))


class Laboratory:
    """A private node and a directory to try faults in.

    Args:
        home: The node's home; the node runs.
        directory: Where the runs go.
    """

    def __init__(self, home: Path, directory: Path) -> None:
        self._home, self._directory = home, directory
        own = {name: value for name, value in os.environ.items() if not name.startswith("PVSIM_")}
        packages = os.environ.get("PVSIM_BROKER_PACKAGES")
        self.environment = {
            **own,
            "PVSIM_BROKER_HOME": str(home),
            **({"PVSIM_BROKER_PACKAGES": packages} if packages else {}),
        }
        self._normal: dict[str, Undisturbed] = {}
        self._numbers = count()

    def command(self, *arguments: str, extra: Mapping[str, str] | None = None) -> Command:
        """Start `pvsim ARGUMENTS`."""
        log = self._directory / f"{next(self._numbers)}.log"
        return Command(list(arguments), {**self.environment, **(extra or {})}, self._directory, log)

    def start(self, out: Path, transport: str, extra: Mapping[str, str] | None = None) -> Command:
        """Start a new run below `out`."""
        options = ["--quiet", "--transport", transport, "--days", str(DAYS[transport])]
        return self.command("run", "--out", str(out), *options, extra=extra)

    def new_directory(self) -> Path:
        """A directory that nothing is in yet."""
        directory = self._directory / f"{next(self._numbers)}"
        directory.mkdir()
        return directory

    def forget_runs(self) -> None:
        """Remove the runs made so far: 20 MB each."""
        for path in self._directory.iterdir():
            if path.is_dir():
                shutil.rmtree(path)

    def normal(self, transport: str) -> Undisturbed:
        """The run without faults, made when first asked for."""
        if transport not in self._normal:
            out = self.new_directory()
            with self.start(out, transport) as command:
                if not command.wait_for_roles():
                    raise RuntimeError(command.printed)
                started, directory = time.monotonic(), the_run(out)
                wait_until(lambda: (directory / SAMPLES).exists() or command.ended())
                seconds = time.monotonic() - started
                if command.wait() != 0:
                    raise RuntimeError(command.printed)
            content = (directory / SAMPLES).read_bytes()
            self._normal[transport] = Undisturbed(content, content.count(b"\n") - 1, seconds)
        return self._normal[transport]

    def try_row(self, row: Row, seed: str) -> Outcome:
        """One run with the row's fault in it, resumed as soon as the disturbed command has ended."""
        normal, rng, outcome = self.normal(row.transport), Random(seed), Outcome()  # noqa: S311 - repeatable
        out = self.new_directory()
        with ExitStack() as stack:
            commands = [stack.enter_context(self.start(out, row.transport, row.fault.arm(rng)))]
            self._disturb(row, commands[0], out, normal=normal, rng=rng, outcome=outcome)
            for _ in range(row.times - 1):
                commands.append(stack.enter_context(self._again(out, row.transport, row.fault.arm(rng))))
                self._disturb(row, commands[-1], out, normal=normal, rng=rng, outcome=outcome)
            self._resume(row, out, normal, outcome)
            if not wait_until(lambda: not any(c.left() for c in commands), patience_s=ORPHAN_S):
                outcome.problems.append(f"orphans: {[c.roles for c in commands]}")
        return outcome

    def _again(self, out: Path, transport: str, extra: Mapping[str, str] | None = None) -> Command:
        return self.command("run", "--quiet", "--resume", str(the_run(out)), "--transport", transport, extra=extra)

    def _disturb(
        self, row: Row, command: Command, out: Path, *, normal: Undisturbed, rng: Random, outcome: Outcome
    ) -> None:
        hit = 0
        if command.wait_for_roles() and row.moment.wait(command, the_run(out), normal, rng):
            hit = row.fault.inject(command, self._home, rng)
        code = command.wait()
        outcome.faults += hit
        manifest = manifest_of(the_run(out))
        if manifest.status == "complete":  # it came too late; or so late that only the command was hit
            outcome.compare((the_run(out) / SAMPLES).read_bytes(), normal.content)
        elif not hit or (code, manifest.status) not in row.ends:
            outcome.problems.append(
                f"exit code {code} after {hit} faults, status {manifest.status}: {command.printed[-600:]}"
            )
        row.fault.mend(self._home, f"pvsim.{manifest.run_id}")

    def _resume(self, row: Row, out: Path, normal: Undisturbed, outcome: Outcome) -> None:
        started = time.monotonic()
        for left in reversed(range(row.resumes)):
            with self._again(out, row.resume_transport) as command:
                if left and command.wait() == BrokerError.exit_code:
                    continue
                self._expect_success(command, outcome)
            break
        outcome.recover_s = time.monotonic() - started
        directory = the_run(out)
        with self.command("verify", str(directory)) as command:
            self._expect_success(command, outcome)
        manifest = manifest_of(directory)
        if manifest.status != "complete" or not counts_close(manifest, normal.readings):
            outcome.problems.append(f"in the end: {manifest.status}, {manifest.counts}")
        samples = directory / SAMPLES
        outcome.compare(samples.read_bytes() if samples.exists() else b"", normal.content)

    @staticmethod
    def _expect_success(command: Command, outcome: Outcome) -> None:
        if code := command.wait():
            outcome.problems.append(f"exit code {code} without a fault: {command.printed[-600:]}")


def the_run(out: Path) -> Path:
    """The directory of the only run below `out`."""
    (directory,) = {path.parent for path in out.glob(f"*/{MANIFEST}") if not path.parent.is_symlink()}
    return directory


def manifest_of(directory: Path) -> Manifest:
    """The manifest of a run."""
    return msgspec.json.decode((directory / MANIFEST).read_bytes(), type=Manifest)


def counts_close(manifest: Manifest, readings: int) -> bool:
    """Whether every message and every reading is accounted for (I4)."""
    c = manifest.counts or {}
    return bool(c) and c["received"] == c["written"] + c["duplicates"] + c["rejected"] and c["written"] == readings
