"""Runs a row of the table: disturb a run, resume it until it is complete, compare with the undisturbed one."""

import os
import shutil
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random

import numpy as np
from tests.faults.agent import Agent
from tests.faults.kinds.base import Scene, manifest_of, the_run
from tests.faults.moments import Undisturbed
from tests.faults.processes import Command, wait_until
from tests.faults.table import Row

from pvsim.adapters.csvfile import SAMPLES
from pvsim.adapters.rundir import Manifest
from pvsim.errors import BadInputError, BrokerError

__all__ = ["DAYS", "Laboratory", "Outcome", "manifest_of", "the_run"]

DAYS = {"streams": 4, "amqp": 1}  # long enough to be hit in the middle
ORPHAN_S = 60.0


@dataclass(slots=True)
class Outcome:
    """What became of one run.

    Attributes:
        faults: How many were injected.
        lost: Rows that the undisturbed run has and this one has not.
        doubled: Rows with the timestamp of an earlier one.
        different: Bytes that differ.
        recover_s: How long the undisturbed resume took; of a run that heals, how long it took from the last
            fault to its end.
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
        self.home, self._directory = home, directory
        own = {name: value for name, value in os.environ.items() if not name.startswith("PVSIM_")}
        packages = os.environ.get("PVSIM_BROKER_PACKAGES")
        self.environment = {
            **own,
            "PVSIM_BROKER_HOME": str(home),
            **({"PVSIM_BROKER_PACKAGES": packages} if packages else {}),
        }
        self._agent = Agent(home)
        self._normal: dict[tuple[str, int], Undisturbed] = {}
        self._proved: set[str] = set()
        self._numbers = count()

    def close(self) -> None:
        """Leave the node alone."""
        self._agent.close()

    def command(
        self, *arguments: str, extra: Mapping[str, str] | None = None, prefix: Sequence[str] = ()
    ) -> Command:
        """Start `pvsim ARGUMENTS`."""
        log = self._directory / f"{next(self._numbers)}.log"
        environment = {**self.environment, **(extra or {})}
        return Command(list(arguments), environment, self._directory, log, prefix=prefix)

    def start(
        self,
        out: Path,
        transport: str,
        *options: str,
        extra: Mapping[str, str] | None = None,
        days: int | None = None,
        prefix: Sequence[str] = (),
    ) -> Command:
        """Start a new run below `out`."""
        length = str(days or DAYS[transport])
        arguments = ("--out", str(out), "--quiet", "--transport", transport, "--days", length, *options)
        return self.command("run", *arguments, extra=extra, prefix=prefix)

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

    def normal(self, transport: str, days: int | None = None) -> Undisturbed:
        """The run without faults, made when first asked for."""
        key = (transport, days or DAYS[transport])
        if key not in self._normal:
            out = self.new_directory()
            with self.start(out, transport, days=days) as command:
                if not command.wait_for_roles():
                    raise RuntimeError(command.printed)
                started, directory = time.monotonic(), the_run(out)
                wait_until(lambda: (directory / SAMPLES).exists() or command.ended())
                seconds = time.monotonic() - started
                if command.wait() != 0:
                    raise RuntimeError(command.printed)
            content = (directory / SAMPLES).read_bytes()
            self._normal[key] = Undisturbed(content, content.count(b"\n") - 1, seconds)
        return self._normal[key]

    def try_row(self, row: Row, seed: str) -> Outcome:
        """One run with the row's fault in it, resumed as soon as the disturbed command has ended.

        A row that heals is not resumed, because the command itself must end well; where it has not, the resume
        shows whether anything is lost.
        """
        normal, outcome = self.normal(row.transport, row.days), Outcome()
        with ExitStack() as stack:
            scene = Scene(
                home=self.home,
                out=self.new_directory(),
                transport=row.transport,
                rng=Random(seed),  # noqa: S311 - repeatable
                normal=normal,
                agent=self._agent,
                stack=stack,
            )
            commands = [self._disturb(row, scene, outcome, again=False)]
            commands += [self._disturb(row, scene, outcome, again=True) for _ in range(row.times - 1)]
            if not row.heals or scene.problems or outcome.problems:
                self._resume(row, scene, outcome)
            self._examine(row, scene, outcome)
            if not wait_until(lambda: not any(c.left() for c in commands), patience_s=ORPHAN_S):
                outcome.problems.append(f"orphans: {[c.roles for c in commands]}")
            outcome.problems += scene.problems
        return outcome

    def _disturb(self, row: Row, scene: Scene, outcome: Outcome, *, again: bool) -> Command:
        """Start the run or resume it, let the fault happen, and see how the command ends."""
        extra, prefix = row.fault.arm(scene), row.fault.prefix()
        scene.command = scene.stack.enter_context(
            self._again(scene.out, row.transport, *row.options, extra=extra, prefix=prefix)
            if again
            else self.start(scene.out, row.transport, *row.options, extra=extra, days=row.days, prefix=prefix)
        )
        hit = 0
        if scene.command.wait_for_roles() and row.moment.wait(
            scene.command, scene.directory, scene.normal, scene.rng
        ):
            scene.hit_at = time.monotonic()
            hit = row.fault.inject(scene)
        code = scene.command.wait()
        ended = time.monotonic()
        outcome.faults += hit
        manifest = manifest_of(scene.directory)
        if manifest.status == "complete":  # healed; or it came too late, or so late that only the command was hit
            outcome.compare((scene.directory / SAMPLES).read_bytes(), scene.normal.content)
        if row.heals:
            outcome.recover_s = ended - scene.hit_at if hit else 0.0
        good = hit and (code, manifest.status) in row.ends
        if not good and ((row.heals and code != 0) or manifest.status != "complete"):
            outcome.problems.append(
                f"exit code {code} after {hit} faults, status {manifest.status}: {scene.command.printed[-600:]}"
            )
        row.fault.mend(scene)
        return scene.command

    def _again(
        self,
        out: Path,
        transport: str,
        *options: str,
        extra: Mapping[str, str] | None = None,
        prefix: Sequence[str] = (),
    ) -> Command:
        arguments = ("--resume", str(the_run(out)), "--quiet", "--transport", transport, *options)
        return self.command("run", *arguments, extra=extra, prefix=prefix)

    def _resume(self, row: Row, scene: Scene, outcome: Outcome) -> None:
        if row.refused is not None and manifest_of(scene.directory).status != "complete":
            with self._again(scene.out, row.resume_transport) as command:
                scene.require(
                    f"exit code {command.wait()}, not a refusal: {command.printed[-600:]}",
                    holds=command.wait() == BadInputError.exit_code and row.refused in command.printed,
                )
            row.fault.restore(scene)
        started = time.monotonic()
        for left in reversed(range(row.resumes)):
            with self._again(scene.out, row.resume_transport) as command:
                if left and command.wait() == BrokerError.exit_code:
                    continue
                self._expect_success(command, outcome)
            break
        outcome.recover_s = time.monotonic() - started

    def _examine(self, row: Row, scene: Scene, outcome: Outcome) -> None:
        """What must hold of every finished run."""
        if str(row) not in self._proved:  # once: the command has verified its run itself
            self._proved.add(str(row))
            with self.command("verify", str(scene.directory)) as command:
                self._expect_success(command, outcome)
        manifest = manifest_of(scene.directory)
        if manifest.status != "complete" or not counts_close(manifest, scene.normal.readings):
            outcome.problems.append(f"in the end: {manifest.status}, {manifest.counts}")
        if manifest.confirmed not in {None, scene.normal.readings}:  # None: the roles ran by themselves
            outcome.problems.append(f"{manifest.confirmed} readings confirmed in the end")
        samples = scene.directory / SAMPLES
        outcome.compare(samples.read_bytes() if samples.exists() else b"", scene.normal.content)
        row.fault.check(scene)

    @staticmethod
    def _expect_success(command: Command, outcome: Outcome) -> None:
        if code := command.wait():
            outcome.problems.append(f"exit code {code} without a fault: {command.printed[-600:]}")


def counts_close(manifest: Manifest, readings: int) -> bool:
    """Whether every message and every reading is accounted for (I4)."""
    c = manifest.counts or {}
    return bool(c) and c["received"] == c["written"] + c["duplicates"] + c["rejected"] and c["written"] == readings
