"""The faults that a run must survive: fault × moment × transport × expectation."""

import signal
from dataclasses import dataclass, replace

from tests.faults.faults import BrokerKilled, CrashAt, Fault, FileLimit, FsyncFails, Signals, StreamDeleted
from tests.faults.moments import AfterCommit, AfterRows, AfterSeal, AtOnce, AtTime, Moment

__all__ = ["SHORT", "TABLE", "Row"]

TRANSPORTS = ("streams", "amqp")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    Every row also holds what `harness` checks of all: I1, I2, I4, I5, no orphan, no hang.

    Attributes:
        ends: How the disturbed command may end, and what the manifest may say then. A command that the fault
            came too late for ends with 0, and its run is complete.
        transport: Of the disturbed attempts.
        resume_transport: Of the last one.
        times: How many attempts are disturbed, one after the other, before one is left alone.
        resumes: How often it may be resumed until it is complete: all but the last may end with 69, because a
            broker that has just started may close connections.
    """

    name: str
    fault: Fault
    moment: Moment
    ends: frozenset[tuple[int, str]]
    transport: str = "streams"
    resume_transport: str = "streams"
    times: int = 1
    resumes: int = 1

    def __str__(self) -> str:
        return f"{self.name}-{self.transport}"


FAILED, FULL, NO_BROKER = (1, "failed"), (73, "failed"), (69, "failed")
INTERRUPTED = (130, "interrupted")
ENDED_NOW = (130, "running")  # at the second signal
KILLED, TERMINATED = (-signal.SIGKILL, "running"), (-signal.SIGTERM, "running")

METER, SIMULATOR, RUN = Signals(("meter",)), Signals(("simulator",)), Signals(("run",))
BOTH, ALL = Signals(("meter", "simulator")), Signals(("run", "meter", "simulator"))
TERM, INT = (Signals(("run",), (number,)) for number in (signal.SIGTERM, signal.SIGINT))
INT_TERM = Signals(("run",), (signal.SIGINT, signal.SIGTERM))


def _row(name: str, fault: Fault, moment: Moment, *ends: tuple[int, str]) -> Row:
    return Row(name, fault, moment, frozenset(ends))


_ROWS = (
    _row("kill-meter-any-time", METER, AtTime(), FAILED),
    _row("kill-simulator-any-time", SIMULATOR, AtTime(), FAILED),
    _row("kill-both-any-time", BOTH, AtTime(), FAILED),
    _row("kill-run-any-time", RUN, AtTime(), KILLED),
    _row("kill-all-any-time", ALL, AtTime(), KILLED),
    _row("kill-simulator-by-rows", SIMULATOR, AfterRows(), FAILED),
    _row("kill-both-by-rows", BOTH, AfterRows(), FAILED),
    _row("kill-run-by-rows", RUN, AfterRows(), KILLED),
    _row("kill-all-by-rows", ALL, AfterRows(), KILLED),
    _row("kill-all-after-first-checkpoint", ALL, AfterCommit(), KILLED),
    _row("kill-run-at-once", RUN, AtOnce(), KILLED),
    _row("kill-both-at-once", BOTH, AtOnce(), FAILED),
    _row("kill-run-while-verifying", RUN, AfterSeal(), KILLED),
    replace(_row("kill-all-three-times", ALL, AfterRows(), KILLED), times=3),
    _row("term-run", TERM, AfterRows(), INTERRUPTED),
    _row("int-run", INT, AtTime(0.1), INTERRUPTED),
    _row("term-run-at-once", TERM, AtOnce(), INTERRUPTED, TERMINATED),  # by the signal itself: no handler yet
    _row("int-and-term-run", INT_TERM, AfterRows(), ENDED_NOW),
    _row("crash-after-append", CrashAt("after-append", 12), AtOnce(), FAILED),
    _row("crash-after-fsync", CrashAt("after-fsync"), AtOnce(), FAILED),
    _row("crash-after-checkpoint", CrashAt("after-checkpoint"), AtOnce(), FAILED),
    _row("crash-before-rename", CrashAt("before-rename"), AtOnce(), FAILED),
    _row("crash-after-rename", CrashAt("after-rename"), AtOnce(), FAILED),
    _row("disk-full", FileLimit(), AtOnce(), FULL),
    _row("fsync-eio", FsyncFails(at_most=3), AtOnce(), FULL),
    replace(_row("broker-killed", BrokerKilled(), AfterRows(0.02, 0.5), NO_BROKER), resumes=3),
    _row("stream-deleted", StreamDeleted(ALL.targets), AfterRows(), KILLED),
)

TABLE: tuple[Row, ...] = (
    *(replace(row, transport=name, resume_transport=name) for name in TRANSPORTS for row in _ROWS),
    *(
        replace(_row(f"kill-all-then-{after}", ALL, AfterRows(), KILLED), transport=before, resume_transport=after)
        for before, after in (TRANSPORTS, TRANSPORTS[::-1])
    ),
)

_LONG = {
    "kill-simulator-any-time", "kill-run-any-time", "kill-all-any-time", "kill-all-by-rows", "kill-run-at-once",
    "crash-before-rename", "int-run", "kill-all-then-amqp",
}  # fmt: skip
_SHORT_AMQP = {"kill-run-by-rows", "kill-all-then-streams"}
SHORT: tuple[Row, ...] = tuple(
    row for row in TABLE if (row.name in _SHORT_AMQP if row.transport == "amqp" else row.name not in _LONG)
)
"""What is run with each change; the others are much like them."""
