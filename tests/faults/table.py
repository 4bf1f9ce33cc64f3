"""The faults that a run must survive: fault × moment × transport × expectation."""

import signal
from dataclasses import dataclass, replace

from tests.faults.forwarder import Manner
from tests.faults.kinds.base import Fault
from tests.faults.kinds.broker import (
    Alarm,
    AppRestarted,
    BrokerKilled,
    BrokerMoved,
    BrokerPaused,
    BrokerRestarted,
    ConnectionsClosed,
    Retention,
    StreamDeleted,
    StreamDeletedMeanwhile,
)
from tests.faults.kinds.clock import ClockJumps
from tests.faults.kinds.data import Garbage, each_kind, early, oversize, unknown_meters
from tests.faults.kinds.disk import (
    ChangedManifest,
    ChangedRow,
    DirectoryReadOnly,
    DiskFull,
    FileLimit,
    FsyncFails,
    Shortened,
    TornLine,
    TornSlot,
)
from tests.faults.kinds.line import Broken, Slow
from tests.faults.kinds.processes import CrashAt, Paused, Signals
from tests.faults.moments import AfterCommit, AfterMeter, AfterRows, AfterSeal, AtOnce, AtTime, Moment

__all__ = ["SHORT", "TABLE", "TRANSPORTS", "Row"]

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
        refused: What the first resume must complain of, with 65, before it is mended; None if it is not refused.
        days: Length of the run; None for the transport's usual one.
        options: Of the disturbed commands.
        runs: How often it is tried when all are: slow ones rarely.
    """

    name: str
    fault: Fault
    moment: Moment
    ends: frozenset[tuple[int, str]]
    transport: str = "streams"
    resume_transport: str = "streams"
    times: int = 1
    resumes: int = 1
    refused: str | None = None
    days: int | None = None
    options: tuple[str, ...] = ()
    runs: int = 3

    @property
    def over(self) -> str:
        """The transports, for people."""
        return self.transport if self.transport == self.resume_transport else "both"

    @property
    def heals(self) -> bool:
        """Whether the command itself must get over the fault, with no resume."""
        return self.ends == {COMPLETE}

    def impossible(self) -> str:
        """Why it cannot be tried on this machine; empty where it can."""
        return self.fault.impossible()

    def __str__(self) -> str:
        return f"{self.name}-{self.transport}"


COMPLETE = (0, "complete")
FAILED, FULL, NO_BROKER = (1, "failed"), (73, "failed"), (69, "failed")
FULL_UNSAID = (73, "running")  # not even the manifest could be written
INTERRUPTED = (130, "interrupted")
KILLED, TERMINATED = (-signal.SIGKILL, "running"), (-signal.SIGTERM, "running")

METER, SIMULATOR, RUN = Signals(("meter",)), Signals(("simulator",)), Signals(("run",))
BOTH, ALL = Signals(("meter", "simulator")), Signals(("run", "meter", "simulator"))
TERM, INT = (Signals(("run",), (number,)) for number in (signal.SIGTERM, signal.SIGINT))
INT_TERM = Signals(("run",), (signal.SIGINT, signal.SIGTERM))

AT_ONCE, EARLY, LATE = AtOnce(), AfterRows(0.02, 0.3), AfterRows(0.6, 0.95)
LONG_S = 40.0  # ours gives a silent connection up after 25 s


def _row(name: str, fault: Fault, moment: Moment, *ends: tuple[int, str]) -> Row:
    return Row(name, fault, moment, frozenset(ends))


def _heals(name: str, fault: Fault, moment: Moment = AT_ONCE, *, runs: int = 3, days: int | None = None) -> Row:
    return replace(_row(name, fault, moment, COMPLETE), runs=runs, days=days)


_PROCESSES = (
    _row("kill-meter-any-time", METER, AtTime(), FAILED),
    _row("kill-simulator-any-time", SIMULATOR, AtTime(), FAILED),
    _row("kill-both-any-time", BOTH, AtTime(), FAILED),
    _row("kill-run-any-time", RUN, AtTime(), KILLED),
    _row("kill-all-any-time", ALL, AtTime(), KILLED),
    _row("kill-simulator-by-rows", SIMULATOR, AfterRows(), FAILED),
    _row("kill-both-by-rows", BOTH, AfterRows(), FAILED),
    _row("kill-run-by-rows", RUN, AfterRows(), KILLED),
    replace(_row("kill-all-by-rows", ALL, AfterRows(), KILLED), runs=8),
    _row("kill-all-after-first-checkpoint", ALL, AfterCommit(), KILLED),
    _row("kill-run-at-once", RUN, AtOnce(), KILLED),
    _row("kill-both-at-once", BOTH, AtOnce(), FAILED),
    _row("kill-run-while-verifying", RUN, AfterSeal(), KILLED),
    replace(_row("kill-all-three-times", ALL, AfterRows(), KILLED), times=3, runs=12),
    _row("term-run", TERM, AfterRows(), INTERRUPTED),
    _row("int-run", INT, AtTime(0.1), INTERRUPTED),
    _row("term-run-at-once", TERM, AtOnce(), INTERRUPTED, TERMINATED),  # by the signal itself: no handler yet
    _row("int-and-term-run", INT_TERM, AfterRows(), INTERRUPTED),
    _row("term-meter", Signals(("meter",), (signal.SIGTERM,)), AtTime(), INTERRUPTED, FAILED),
    _row("term-simulator", Signals(("simulator",), (signal.SIGTERM,)), AtTime(), INTERRUPTED, FAILED),
    _row("crash-after-append", CrashAt("after-append", 12), AtOnce(), FAILED),
    _row("crash-after-fsync", CrashAt("after-fsync"), AtOnce(), FAILED),
    _row("crash-after-checkpoint", CrashAt("after-checkpoint"), AtOnce(), FAILED),
    _row("crash-before-rename", CrashAt("before-rename"), AtOnce(), FAILED),
    _row("crash-after-rename", CrashAt("after-rename"), AtOnce(), FAILED),
    _row("crash-before-end-marker", CrashAt("before-end-marker"), AtOnce(), FAILED),
    _row("crash-after-end-marker", CrashAt("after-end-marker"), AtOnce(), FAILED),
    _heals("pause-meter", Paused(("meter",)), AtTime()),
    _heals("pause-simulator", Paused(("simulator",)), AtTime()),
    _heals("pause-run", Paused(("run",)), AtTime()),
    _heals("pause-all", Paused(("run", "meter", "simulator")), AtTime()),
    *(
        _heals(f"pause-{who}-60-s", Paused(targets, 60.0, 60.0), EARLY, runs=1)
        for who, targets in {
            "meter": ("meter",), "simulator": ("simulator",), "all": ("run", "meter", "simulator")
        }.items()
    ),
)  # fmt: skip

_MIDDLE = AfterRows(0.1, 0.6)
_DISK = (
    _row("disk-full", FileLimit(), AtOnce(), FULL),
    _row("disk-really-full", DiskFull(), AtOnce(), FULL, FULL_UNSAID),
    _row("directory-read-only", DirectoryReadOnly(), _MIDDLE, FULL, FULL_UNSAID),
    _row("fsync-eio", FsyncFails(at_most=3), AtOnce(), FULL),
    _row("kill-and-torn-line", TornLine(ALL.targets), _MIDDLE, KILLED),
    _row("kill-and-torn-checkpoint", TornSlot(ALL.targets), _MIDDLE, KILLED),
    *(
        replace(_row(f"kill-and-{name}", fault, _MIDDLE, KILLED), refused=words)
        for name, fault, words in (
            ("changed-row", ChangedRow(ALL.targets), "changed after pvsim wrote it"),
            ("shortened-samples", Shortened(ALL.targets), "the checkpoint is ahead of the samples file"),
            ("changed-manifest", ChangedManifest(ALL.targets), "the configuration in the manifest was changed"),
        )
    ),
)

_DATA = (
    _heals("stranger-each-kind", Garbage(each_kind), AfterRows(0.001, 0.1)),
    _heals("stranger-early", Garbage(early), AfterRows(0.001, 0.1)),
    _heals("stranger-10000-meters", Garbage(unknown_meters, "streams"), AfterRows(0.001, 0.1), runs=2),
    _heals("stranger-oversize", Garbage(oversize, "amqp"), AfterRows(0.001, 0.1), runs=2),
)

_CLOCK = (
    _heals("clock-an-hour-on", ClockJumps(3_600.0), AfterRows(0.02, 0.7)),
    _heals("clock-an-hour-back", ClockJumps(-3_600.0), AfterRows(0.02, 0.7)),
    _heals("clock-to-daylight-saving", ClockJumps(None), AfterRows(0.02, 0.7)),
)

_BROKER = (
    _heals("broker-killed", BrokerKilled(), AtTime(0.0, 0.5), runs=2),
    replace(
        _row("broker-killed-no-patience", BrokerKilled(), AfterRows(0.02, 0.5), NO_BROKER),
        resumes=3,
        runs=2,
        options=("--patience", "0"),
    ),
    _heals("broker-killed-and-started", BrokerRestarted(), AtTime(0.0, 0.6), runs=3),
    _heals("broker-moved", BrokerMoved(), AtTime(0.0, 0.5)),
    _heals("broker-stop-app", AppRestarted(), AtTime(0.0, 0.7)),
    _heals("broker-paused", BrokerPaused(), AtTime(0.0, 0.6), runs=3),
    _heals("broker-paused-40-s", BrokerPaused(LONG_S, LONG_S), EARLY, runs=1),
    _heals("connections-closed", ConnectionsClosed(), AtTime()),
    _heals("connections-closed-10-times", ConnectionsClosed(10), AtOnce(), runs=6),
    _heals("disk-alarm", Alarm("disk"), EARLY, runs=3),
    _heals("memory-alarm", Alarm("memory"), EARLY, runs=3),
    _heals("disk-alarm-before", Alarm("disk", before=True), runs=3),
    _heals("memory-alarm-before", Alarm("memory", before=True), runs=3),
    _row("stream-deleted", StreamDeleted(ALL.targets), AfterRows(), KILLED),
    _heals("stream-deleted-early", StreamDeletedMeanwhile(), EARLY),
    _heals("stream-deleted-late", StreamDeletedMeanwhile(), LATE),
    _heals("stream-deleted-after-meter", StreamDeletedMeanwhile(), AfterMeter()),
    _heals("stream-truncated", Retention(), AfterMeter()),
)

_LINE = (
    _heals("line-cut", Broken("cut"), runs=8),
    _heals("line-cut-10-times", Broken("cut", 10), runs=16),
    _heals("line-reset", Broken("reset"), runs=8),
    _heals("line-reset-10-times", Broken("reset", 10), runs=16),
    _heals("line-half-closed", Broken("half-close")),
    _heals("line-cut-and-refused", Broken("cut", everyone=True, refuse_s=3.0)),
    _heals("line-stalls", Broken("stall", seconds=2.0)),
    _heals("line-stalls-up", Broken("stall", seconds=2.0, directions=("up",))),
    _heals("line-stalls-down", Broken("stall", seconds=2.0, directions=("down",))),
    _heals("line-stalls-40-s", Broken("stall", everyone=True, seconds=LONG_S), runs=1),
    _heals("line-stalls-up-40-s", Broken("stall", seconds=LONG_S, directions=("up",)), runs=1),
    _heals("line-stalls-down-40-s", Broken("stall", seconds=LONG_S, directions=("down",)), runs=1),
    _heals("line-delays", Slow(Manner(delay_s=(0.005, 0.050))), days=1, runs=3),
    _heals("line-crumbs", Slow(Manner(window_bytes=2_048, pieces=(7, 4_096))), days=1, runs=2),
)

TABLE: tuple[Row, ...] = (
    *(
        replace(row, transport=name, resume_transport=name, runs=runs)
        for name in TRANSPORTS
        for row in (*_PROCESSES, *_BROKER, *_LINE, *_DISK, *_DATA, *_CLOCK)
        for runs in (row.runs if name == "streams" else max(1, row.runs // 3),)  # a day takes five times as long
    ),
    *(
        replace(_row(f"kill-all-then-{after}", ALL, AfterRows(), KILLED), transport=before, resume_transport=after)
        for before, after in (TRANSPORTS, TRANSPORTS[::-1])
    ),
)

_SHORT = {
    "streams": {
        "kill-meter-any-time", "kill-both-by-rows", "kill-run-by-rows", "kill-all-after-first-checkpoint",
        "kill-run-while-verifying", "kill-all-three-times", "term-run", "term-run-at-once", "crash-after-fsync",
        "crash-after-rename", "crash-after-end-marker", "pause-all",
        "broker-killed", "broker-moved", "broker-stop-app", "connections-closed", "disk-alarm",
        "stream-deleted-late", "stream-deleted-after-meter", "stream-truncated",
        "line-cut-10-times", "line-stalls-down",
        "disk-full", "fsync-eio", "kill-and-torn-checkpoint", "stranger-each-kind", "clock-to-daylight-saving",
    },
    "amqp": {"kill-run-by-rows", "kill-all-then-streams"},
}  # fmt: skip
SHORT: tuple[Row, ...] = tuple(row for row in TABLE if row.name in _SHORT[row.transport])
"""What is run with each change; the others are much like them."""
