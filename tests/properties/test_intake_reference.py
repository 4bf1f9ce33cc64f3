"""I1, I2, I4: the intake against a plain model of it, on random logs in random batches."""

import json
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from zlib import crc32

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.core.blocks import ReadingBlocks
from pvsim.core.contract import Reason
from pvsim.core.intake import Batch, Intake, SequenceGapError
from pvsim.core.ledger import Accounted
from pvsim.core.plan import RunPlan
from pvsim.core.timeline import Timeline

START = 1_718_920_788  # twelve seconds before midnight of 2024-06-21 in Berlin
SECONDS = 12
TIMELINE = Timeline(date(2024, 6, 20), 1, "Europe/Berlin", (START, START + SECONDS), (START,), (7_200,))


class Ramp:
    """A PV source that a reader can check: 1.1 W more each second."""

    def power_dw(self, first_utc, n):
        return np.arange(first_utc, first_utc + n, dtype=np.int64) % 1_000 * 11


# --- the model: one message after the other, dictionaries, decimals -------------------------------------


@dataclass
class Model:
    """What the files must hold after a log, told as slowly and plainly as possible."""

    plan: RunPlan
    values: dict[int, int | None] = field(default_factory=dict)  # by position; None: rejected in its place
    offset_of: dict[int, int] = field(default_factory=dict)
    rejected: dict[int, str] = field(default_factory=dict)  # by offset
    received: int = 0
    duplicates: int = 0
    ended: bool = False
    gap: bool = False

    def take(self, offset: int, message: dict | None) -> None:
        """One message; None is garbage."""
        if self.ended or self.gap:
            return
        if message is not None and message["kind"] == "end" and message["readings"] == self.plan.readings:
            self.ended = len(self.values) == self.plan.readings
            self.gap = not self.ended
            return
        if message is not None and message["kind"] == "reading":
            position = position_of(self.plan, message)
            if position > len(self.values):
                self.gap = True
                return
            self.received += 1
            if position < len(self.values):
                self.duplicates += 1
                return
            in_range = 0 <= message["meter_w"] <= 9_000
            self.values[position] = round(message["meter_w"] * 10) if in_range else None
            self.offset_of[position] = offset
            if not in_range:
                self.rejected[offset] = Reason.RANGE
            return
        self.received += 1
        self.rejected[offset] = Reason.NOT_JSON if message is None else Reason.WRONG_END

    def rows(self) -> list[str]:
        """The rows of whole periods; a rejected reading takes the others of its period with it."""
        plan, lines, n_meters = self.plan, [], len(self.plan.meters)
        for first in range(0, len(self.values) - plan.window + 1, plan.window):
            seconds = range(START + first // n_meters, START + first // n_meters + plan.every_s)
            pv = round(Fraction(sum(t % 1_000 * 11 for t in seconds), plan.every_s))
            time = datetime.fromtimestamp(seconds[0] + 7_200, UTC).strftime("%Y-%m-%dT%H:%M:%S+02:00")
            for meter, name in enumerate(plan.meters):
                period = range(first + meter, first + plan.window, n_meters)
                lost = [p for p in period if self.values[p] is not None]
                if len(lost) < len(period):
                    self.rejected.update({self.offset_of[p]: Reason.WINDOW for p in lost})
                    continue
                mean = round(Fraction(sum(self.values[p] for p in period), plan.every_s))
                kw = [f"{Decimal(dw).scaleb(-4):.4f}" for dw in (mean, pv, mean - pv)]
                lines.append(",".join([time, *([name] if n_meters > 1 else []), *kw]))
        return lines

    def check(self, rows: bytes, rejected: bytes, accounted: Accounted) -> None:
        """Compare with what the intake made of the same log."""
        assert rows.decode().splitlines() == self.rows()
        whole = len(self.values) // self.plan.window * self.plan.window
        pending = len(self.values) - whole
        lines = [json.loads(line) for line in rejected.splitlines()]
        assert [line["offset"] for line in lines] == sorted(line["offset"] for line in lines)
        assert accounted.next_position == whole
        assert accounted.received == accounted.written + accounted.duplicates + accounted.rejected
        assert accounted.rejected == len(lines)
        assert accounted.written == accounted.next_position - accounted.missing
        assert accounted.ended == self.ended
        if not pending:
            assert [(line["offset"], line["reason"]) for line in lines] == sorted(self.rejected.items())
            assert accounted.received == self.received
            assert accounted.duplicates == self.duplicates
            values = [-1 if v is None else v for v in self.values.values()]
            assert accounted.readings_crc32 == crc32(np.array(values, dtype="<i4").tobytes())


# --- random logs ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Log:
    plan: RunPlan
    first_offset: int
    messages: list[dict | None]
    bodies: list[bytes]


def position_of(plan: RunPlan, message: dict) -> int:
    """Where a reading stands; an end marker stands nowhere."""
    if message["kind"] == "end":
        return -1
    return message["seq"] * len(plan.meters) + plan.meters.index(message["meter"])


def body_of(plan: RunPlan, message: dict, *, ours: bool) -> bytes:
    """The message in the form of our own meter, or as another program would write it."""
    if message["kind"] == "reading" and ours and 0 <= message["meter_w"] <= 9_000:
        value = np.array([round(message["meter_w"] * 10)])
        return ReadingBlocks(plan).write(position_of(plan, message), value).tobytes()
    return json.dumps(message).encode()


def reading_of(plan: RunPlan, position: int) -> dict:
    seq, meter = divmod(position, len(plan.meters))
    message = {"v": 1, "kind": "reading", "run": "r1", "meter": plan.meters[meter], "seq": seq}
    t_utc = datetime.fromtimestamp(START + seq, UTC).isoformat()
    return message | {"t_utc": t_utc, "meter_w": value_dw(position) / 10}


def value_dw(position: int) -> int:
    return position * 7_919 % 90_001


def end_of(plan: RunPlan, readings: int) -> dict:
    values = np.array([value_dw(p) for p in range(plan.readings)], dtype="<i4")
    return {"v": 1, "kind": "end", "run": "r1", "readings": readings, "crc32": crc32(values.tobytes())}


def event_at(draw: st.DrawFn, plan: RunPlan, position: int, *, troubled: bool) -> list[dict | None]:
    """What the log holds next: mostly the next reading, and all that may stand between two."""
    kinds = ["new"] * 8 + ["old", "garbage", "range", "wrong end", "burst"]
    match draw(st.sampled_from(kinds)) if troubled else "new":
        case "range":
            return [reading_of(plan, position) | {"meter_w": draw(st.sampled_from([-0.1, 9_000.1, 1e6]))}]
        case "old" if position:
            return [reading_of(plan, draw(st.integers(0, position - 1)))]
        case "burst":  # a publisher that repeats its last readings before it goes on
            first = max(0, position - draw(st.integers(1, 9)))
            return [reading_of(plan, p) for p in range(first, position)]
        case "garbage":
            return [None]
        case "wrong end":
            return [end_of(plan, plan.readings + 1)]
    return [reading_of(plan, position)]


@st.composite
def logs(draw: st.DrawFn, *, gaps: bool = True) -> Log:
    """Readings in order, with duplicates, garbage, impossible values, end markers, and now and then a gap."""
    every_s = draw(st.sampled_from([1, 2, 3, 4]))
    plan = RunPlan("r1", TIMELINE, ("m1", "m2", "m3")[: draw(st.sampled_from([1, 1, 2, 3]))], every_s)
    stop = draw(st.sampled_from([plan.readings, plan.readings, draw(st.integers(0, plan.readings))]))
    troubled = draw(st.booleans())
    messages: list[dict | None] = []
    position = 0
    while position < stop:
        event = event_at(draw, plan, position, troubled=troubled)
        messages += event
        position += event != [] and event[-1] is not None and position_of(plan, event[-1]) == position
    end = end_of(plan, plan.readings)
    if stop == plan.readings:
        messages += draw(st.sampled_from([[], [end], [end, end], [None, end, reading_of(plan, 0)], [end, None]]))
    elif gaps and stop < plan.readings - 1:
        messages += draw(st.sampled_from([[], [], [end], [reading_of(plan, stop + 1)]]))
    garbage = st.sampled_from([b"", b"what?", b"\xff" * 600])
    ours = draw(st.sampled_from([True, True, False]))
    bodies = [draw(garbage) if m is None else body_of(plan, m, ours=ours) for m in messages]
    return Log(plan, draw(st.sampled_from([0, 0, 1_000])), messages, bodies)


def batches(data: st.DataObject, log: Log, first: int = 0) -> list[Batch]:
    """The log from index `first` on, cut anywhere, as arrays wherever that is possible or as lists."""
    cuts = data.draw(st.sets(st.integers(first, len(log.bodies)), max_size=6))
    made = []
    for start, stop in pairwise(sorted(cuts | {first, len(log.bodies)})):
        bodies = log.bodies[start:stop]
        made.append(Batch(log.first_offset + start, bodies))
        if len(set(map(len, bodies))) == 1 and bodies[0] and data.draw(st.integers(0, 3)):
            array = np.frombuffer(b"".join(bodies), dtype=np.uint8).reshape(len(bodies), -1)
            made[-1] = Batch(log.first_offset + start, array)
    return made


class Files:
    """What a writer would have on disk."""

    def __init__(self) -> None:
        self.rows, self.rejected = b"", b""

    def append_flushed(self, intake: Intake) -> None:
        if output := intake.flush():
            self.rows += output.rows
            self.rejected += output.rejected
            assert output.accounted == intake.accounted
            assert intake.flush() is None


def run(intake: Intake, files: Files, taken: list[Batch], flush_after: list[bool]) -> bool:
    """Take batches as the simulator does, flush now and then and at the end; say whether there was a gap."""
    gap = False
    for batch, flush in zip(taken, flush_after, strict=False):
        try:
            intake.take(batch)
        except SequenceGapError:
            gap = True
            break
        if flush:
            files.append_flushed(intake)
    files.append_flushed(intake)
    return gap


@given(log=logs(), data=st.data())
@settings(max_examples=250, deadline=None)
def test_the_files_are_the_models_whatever_the_batches(log, data):
    """I2 and I4: rows, counts and rejected messages, for any batching and any moments of flushing."""
    model = Model(log.plan)
    for i, message in enumerate(log.messages):
        model.take(log.first_offset + i, message)
    made = batches(data, log)
    intake, files = Intake(log.plan, Ramp()), Files()
    flush_after = data.draw(st.lists(st.booleans(), min_size=len(made), max_size=len(made)))
    assert run(intake, files, made, flush_after) == model.gap
    assert intake.complete == (len(model.values) == log.plan.readings)
    assert intake.ended == model.ended
    model.check(files.rows, files.rejected, intake.accounted)


@given(log=logs(gaps=False), data=st.data())
@settings(max_examples=250, deadline=None)
def test_a_restart_after_any_flush_gives_the_same_bytes_and_counts(log, data):
    """I1: after a crash the log is delivered again from an earlier offset, and nothing shows it."""
    undisturbed, expected = Files(), Intake(log.plan, Ramp())
    run(expected, undisturbed, [Batch(log.first_offset, log.bodies)], [True])

    files, accounted, first = Files(), None, 0
    for _ in range(data.draw(st.integers(1, 3))):
        intake = Intake(log.plan, Ramp(), accounted)
        made = batches(data, log, first)
        survives = data.draw(st.integers(0, len(made)))
        for batch in made[:survives]:
            intake.take(batch)
            if data.draw(st.booleans()):
                files.append_flushed(intake)
        accounted = intake.accounted  # what was taken but not flushed is lost with the process
        # Delivered again from the anchor or before; where there is none, from before the next message.
        latest = accounted.next_offset if accounted.anchor_offset < 0 else accounted.anchor_offset
        first = data.draw(st.integers(0, max(latest - log.first_offset, 0)))
    intake = Intake(log.plan, Ramp(), accounted)
    run(intake, files, batches(data, log, first), [True] * 9)
    assert files.rows == undisturbed.rows
    assert files.rejected == undisturbed.rejected
    assert asdict(intake.accounted) == asdict(expected.accounted)


@given(log=logs(gaps=False), data=st.data())
@settings(max_examples=100, deadline=None)
def test_a_log_taken_again_from_its_start_adds_only_what_is_missing(log, data):
    """I1: where offsets are not to be trusted, the sequence alone gives the same rows."""
    undisturbed = Files()
    run(Intake(log.plan, Ramp()), undisturbed, [Batch(log.first_offset, log.bodies)], [True])

    files, intake = Files(), Intake(log.plan, Ramp())
    made = batches(data, log)
    for batch in made[: data.draw(st.integers(0, len(made)))]:
        intake.take(batch)
        if data.draw(st.booleans()):
            files.append_flushed(intake)
    intake.distrust_offsets()
    run(intake, files, batches(data, log), [True] * 9)
    assert files.rows == undisturbed.rows
    counts = intake.accounted
    assert counts.received == counts.written + counts.duplicates + counts.rejected
