"""I1, I2, I4: the receiver against a plain model of it, on random logs in random batches."""

import json
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise, zip_longest
from operator import itemgetter
from zlib import crc32

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.core.delivery.accounting import Accounted
from pvsim.core.delivery.checkpoint import Checkpoint, decode, encode, slot_bytes
from pvsim.core.delivery.receiver import Receiver, SequenceGapError
from pvsim.core.messages.batch import Batch
from pvsim.core.messages.blocks import ReadingBlocks
from pvsim.core.messages.contract import Reason
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.results.rows import render
from pvsim.core.results.sampling import REJECTED_DW
from pvsim.core.run.plan import RunPlan

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
    patience: int
    values: dict[int, int | None] = field(default_factory=dict)  # by position; None: rejected in its place
    offset_of: dict[int, int] = field(default_factory=dict)  # by position; missing ones have none
    rejected: dict[int, str] = field(default_factory=dict)  # by offset
    held: list[tuple[int, int, dict]] = field(default_factory=list)  # offset, position, message
    damaged: list[int] = field(default_factory=list)  # offsets
    received: int = 0
    written: int = 0
    missing: int = 0
    duplicates: int = 0
    ever_held: bool = False
    ended: bool = False
    gap: bool = False
    undecided: int = 10**9

    def take(self, offset: int, message: dict | None) -> None:
        """One message; None is garbage."""
        self.pass_over(offset)
        if self.ended or self.gap:
            return
        self.received += 1
        if message is None or (message["kind"] == "end" and message["readings"] != self.plan.readings):
            self.rejected[offset] = Reason.NOT_JSON if message is None else Reason.WRONG_END
            self.damaged.append(offset)
            return
        position = position_of(self.plan, message)
        if position < len(self.values):
            self.duplicates += 1
        elif position == len(self.values) < self.plan.readings:
            self.accept(offset, message)
        else:
            self.held.append((offset, position, message))
            self.look_at_ends()
            missing = set(range(len(self.values), self.plan.readings)) - {p for _, p, _ in self.held}
            if message["kind"] == "end" and len(missing) <= self.damaged_before(offset):
                while self.step(gaps=False):
                    pass
            self.ever_held |= bool(self.held)

    def pass_over(self, offset: int) -> None:
        """Whatever is due when the log comes to an offset, the first due first."""
        while self.held and not self.gap:
            overtaken = [o for o, p, _ in self.readings() if o < self.frontier]
            behind = [o for o, p, _ in self.readings() if o > self.frontier]
            ends = [o for o, p, _ in self.held if p == self.plan.readings]
            late = overtaken and min(behind, default=10**9) >= self.frontier + self.patience
            deadline = (self.frontier if late else min(behind, default=10**9)) + self.patience
            end = min(ends, default=10**9) + self.patience
            if min(deadline, end) > offset:
                return
            if end < deadline:
                missing = self.plan.readings - len(self.values)
                if self.readings() or missing > self.damaged_before(ends[0]):
                    self.reject(ends[0], Reason.WRONG_END)
                else:
                    self.step(gaps=False)
            elif len(self.values) in {p for _, p, _ in self.held} or not late:
                self.step(gaps=True)
            else:
                self.reject(overtaken[0], Reason.EARLY)

    def readings(self) -> list[tuple[int, int, dict]]:
        """Those held whose turn may come."""
        return [x for x in self.held if len(self.values) <= x[1] < self.plan.readings]

    def accept(self, offset: int, message: dict) -> None:
        """Take a reading; what the log has gone on without is over, and what follows in order is taken."""
        for o, p, _ in self.readings():
            if o + self.patience <= offset and o < self.frontier and p != len(self.values):
                self.reject(o, Reason.EARLY)
        in_range = 0 <= message["meter_w"] <= 9_000
        self.offset_of[len(self.values)] = offset
        self.values[len(self.values)] = round(message["meter_w"] * 10) if in_range else None
        if not in_range:
            self.rejected[offset] = Reason.RANGE
        self.look_at_ends()
        in_order = [(o, m) for o, p, m in self.readings() if p == len(self.values) and o > self.frontier]
        if in_order:
            self.accept(*in_order[0])

    def reject(self, offset: int, reason: Reason) -> None:
        self.held = [x for x in self.held if x[0] != offset]
        self.rejected[offset] = reason

    def settle(self, *, gaps: bool = True) -> None:
        """Decide what can be; without gaps, until something is missing."""
        while self.step(gaps=gaps and any(o > self.frontier for o, p, _ in self.held if p >= len(self.values))):
            pass

    def give_up(self) -> None:
        """Nothing comes any more."""
        while self.step(gaps=True):
            pass
        if not self.ended and not self.gap:
            self.miss_until(self.plan.readings, 10**9)

    def step(self, *, gaps: bool) -> bool:
        """The reading expected, or, after a gap, the one behind it; say whether there is one."""
        here = [(o, m) for o, p, m in self.readings() if p == len(self.values)]
        if here:
            in_order = [(o, m) for o, m in here if o > self.frontier]
            self.accept(*(in_order or here)[0])
            return True
        later = sorted((p, o <= self.frontier, o, m) for o, p, m in self.readings() or self.held)
        explained = [x for x in later if self.damaged_before(x[2]) >= x[0] - len(self.values)]
        if self.gap or not (explained or (later and gaps)):
            return False
        position, _, offset, message = (explained or later)[0]
        self.miss_until(position, offset)
        if not self.gap and position < self.plan.readings:
            self.accept(offset, message)
        self.look_at_ends()
        return not self.gap

    def look_at_ends(self) -> None:
        """Duplicates; end markers at their turn, or behind which readings were taken."""
        for offset, position, message in [x for x in self.held if x[1] < len(self.values)]:
            self.held.remove((offset, position, message))
            self.duplicates += self.offset_of.get(position) != offset
        for offset, _, message in [x for x in self.held if x[1] == self.plan.readings]:
            at_its_turn = len(self.values) == self.plan.readings
            if not self.ended and (at_its_turn or self.frontier > offset):
                self.end(offset, message)

    @property
    def frontier(self) -> int:
        return max(self.offset_of.values(), default=-1)

    def end(self, offset: int, message: dict) -> None:
        """An end marker at its turn ends the run; any other is rejected."""
        values = list(self.values.values())
        fits = None in values or message["crc32"] == crc32(np.array(values, dtype="<i4").tobytes())
        if len(values) == self.plan.readings and self.frontier <= offset and fits:
            self.ended = True
            self.received -= len(self.held)  # it, and those of others behind it
            self.held = []
        else:
            self.reject(offset, Reason.WRONG_END)

    def miss_until(self, position: int, offset: int) -> None:
        """Damaged messages between the reading taken last and an offset stand for what is missing."""
        if position - len(self.values) > self.damaged_before(offset) and self.plan.missing == "stop":
            self.gap, self.undecided = True, min((o for o, _, _ in self.held), default=10**9)
        else:
            self.values.update(dict.fromkeys(range(len(self.values), position)))

    def damaged_before(self, offset: int) -> int:
        return sum(self.frontier < o < offset for o in self.damaged)

    def rows(self) -> list[str]:
        """The rows of whole periods; a reading without a value takes the others of its period with it."""
        plan, lines, n_meters = self.plan, [], len(self.plan.meters)
        shown = dict(self.values)
        if plan.missing == "hold":
            for position in range(n_meters, len(shown)):
                if shown[position] is None:
                    shown[position] = shown[position - n_meters]
        for first in range(0, len(self.values) - plan.window + 1, plan.window):
            seconds = range(START + first // n_meters, START + first // n_meters + plan.every_s)
            pv = round(Fraction(sum(t % 1_000 * 11 for t in seconds), plan.every_s))
            time = datetime.fromtimestamp(seconds[0] + 7_200, UTC).strftime("%Y-%m-%dT%H:%M:%S+02:00")
            for meter, name in enumerate(plan.meters):
                period = range(first + meter, first + plan.window, n_meters)
                own = [p for p in period if self.values[p] is not None]
                if any(shown[p] is None for p in period):
                    self.rejected.update({self.offset_of[p]: Reason.WINDOW for p in own})
                    self.missing += len(period)
                    continue
                self.written += len(own)
                mean = round(Fraction(sum(shown[p] for p in period), plan.every_s))
                kw = [f"{Decimal(dw).scaleb(-4):.4f}" for dw in (mean, pv, mean - pv)]
                held = len(period) - len(own)
                flags = "" if not held else "held" if plan.every_s == 1 else f"held:{held}"
                last = [flags] if plan.missing == "hold" else []
                lines.append(",".join([time, *([name] if n_meters > 1 else []), *kw, *last]))
        return lines

    def check(self, rows: bytes, rejected: bytes, accounted: Accounted, *, foreign: bool = False) -> None:
        """Compare with what the receiver made of the same log."""
        expected = self.rows()
        whole = len(self.values) // self.plan.window * self.plan.window
        lines = [json.loads(line) for line in rejected.splitlines()]
        assert [line["offset"] for line in lines] == sorted(line["offset"] for line in lines)
        assert accounted.received == accounted.written + accounted.duplicates + accounted.rejected
        assert accounted.rejected == len(lines)
        if self.plan.missing != "hold":
            assert accounted.written == accounted.next_position - accounted.missing
        assert accounted.ended == self.ended
        got = rows.decode().splitlines()
        assert got == expected[: len(got)]
        if not self.ever_held:
            assert (got, accounted.next_position) == (expected, whole)
        if len(self.values) == whole and self.gap and foreign:
            kept = sorted((o, reason) for o, reason in self.rejected.items() if o < self.undecided)
            told = [(line["offset"], line["reason"]) for line in lines]
            assert told == (kept[: len(told)] if self.ever_held else kept)  # what waited is decided after a resume
        if len(self.values) == whole and not self.gap and not self.held:
            assert got == expected
            last = max(self.offset_of.values(), default=-1)
            done = self.ended or whole == self.plan.readings  # else what follows the last reading waits
            kept = sorted((o, reason) for o, reason in self.rejected.items() if done or o <= last)
            assert [(line["offset"], line["reason"]) for line in lines] == kept
            assert (accounted.next_position, accounted.ahead) == (whole, 0)
            if done:
                assert (accounted.received, accounted.duplicates) == (self.received, self.duplicates)
            assert (accounted.written, accounted.missing) == (self.written, self.missing)
            values = [REJECTED_DW if v is None else v for v in self.values.values()]
            assert accounted.readings_crc32 == crc32(np.array(values, dtype="<i4").tobytes())


# --- random logs ----------------------------------------------------------------------------------------


class Log:
    """Messages and their bodies, from an offset on."""

    def __init__(
        self, plan: RunPlan, patience: int, first: int, messages: list, bodies: list[bytes], *, give_up: bool
    ) -> None:
        self.plan, self.patience, self.first_offset = plan, patience, first
        self.messages, self.bodies, self.give_up = messages, bodies, give_up

    def __repr__(self) -> str:
        """As short as it can be understood: positions; ! another's value, x garbage, E end marker, R range."""
        words = [self._word(m) for m in self.messages]
        meters, every_s = len(self.plan.meters), self.plan.every_s
        return f"{' '.join(words)} ({meters=}, {every_s=}, patience={self.patience}, from {self.first_offset})"

    def _word(self, message: dict | None) -> str:
        if message is None or message["kind"] == "end":
            return "x" if message is None else "E" if message["readings"] == self.plan.readings else "e"
        position = position_of(self.plan, message)
        own, range_ = message["meter_w"] == value_dw(position) / 10, not 0 <= message["meter_w"] <= 9_000
        return f"{position}{'R' if range_ else '' if own else '!'}"


def position_of(plan: RunPlan, message: dict) -> int:
    """Where a message stands: an end marker behind the last reading."""
    if message["kind"] == "end":
        return plan.readings
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
def logs(draw: st.DrawFn, *, gaps: bool = True, disorder: bool = True) -> Log:
    """Readings in order, with duplicates, garbage, impossible values, end markers, gaps, and some disorder."""
    every_s = draw(st.sampled_from([1, 2, 3, 4]))
    meters = ("m1", "m2", "m3")[: draw(st.sampled_from([1, 1, 2, 3]))]
    missing = draw(st.sampled_from(["stop", "stop", "skip", "hold"]))
    plan = RunPlan("r1", TIMELINE, meters, every_s, missing=missing)
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
        messages += draw(st.sampled_from([[], [], [end], [reading_of(plan, stop + 1)], [end, None]]))
    patience, first_offset = (
        draw(st.sampled_from([1, 2, 3, 5, 9, 20, 2_048])),
        draw(st.sampled_from([0, 0, 1_000])),
    )
    if disorder:
        if len(meters) > 1 and draw(st.booleans()):
            messages = out_of_step(plan, messages, draw(st.integers(1, 12)))
        disturb(draw, plan, messages)
        vouch(plan, patience, messages)
        for message in messages:
            if message is not None and message["kind"] == "end" and not draw(st.integers(0, 4)):
                message["crc32"] ^= 1
    garbage = st.sampled_from([b"", b"what?", b"\xff" * 600])
    ours = draw(st.sampled_from([True, True, False]))
    bodies = [draw(garbage) if m is None else body_of(plan, m, ours=ours) for m in messages]
    return Log(plan, patience, first_offset, messages, bodies, give_up=gaps and draw(st.booleans()))


def vouch(plan: RunPlan, patience: int, messages: list[dict | None]) -> None:
    """Let the end markers be of the values that count, whoever sent them."""
    model = model_after(plan, patience, 0, messages)
    crc = crc32(np.array([v or 0 for v in model.values.values()], dtype="<i4").tobytes())
    for i, message in enumerate(messages):
        if message is not None and message["kind"] == "end":
            messages[i] = message | {"crc32": crc}


def model_after(
    plan: RunPlan, patience: int, first_offset: int, messages: list[dict | None], *, give_up: bool = False
) -> Model:
    """The model after a whole log."""
    model = Model(plan, patience)
    for offset, message in enumerate(messages, first_offset):
        model.take(offset, message)
    model.give_up() if give_up else model.settle()
    return model


def out_of_step(plan: RunPlan, messages: list[dict | None], lead_s: int) -> list[dict | None]:
    """The first meter sends its readings that much ahead of the others."""
    when, keyed = 0, []
    for message in messages:
        if message is not None and message["kind"] == "reading":
            when = message["seq"] - (lead_s if message["meter"] == plan.meters[0] else 0)
        keyed.append((when, message))
    return [message for _, message in sorted(keyed, key=itemgetter(0))]


def disturb(draw: st.DrawFn, plan: RunPlan, messages: list[dict | None]) -> None:
    """A few messages change places, are damaged, are lost, or come early by another hand."""
    for kind in draw(
        st.lists(st.sampled_from(["move", "swap", "damage", "lose", "inject", "inject", "end"]), max_size=6)
    ):
        at = draw(st.integers(0, max(len(messages) - 1, 0)))
        if kind == "end":
            messages.insert(at, end_of(plan, plan.readings))
        elif kind == "inject" or not messages:
            position = draw(st.integers(0, plan.readings - 1))
            other = {"meter_w": (value_dw(position) + 1) % 90_000 / 10}
            messages.insert(at, reading_of(plan, position) | other)
        elif kind == "damage":
            messages[at] = None
        else:
            message = messages.pop(at)
            if kind != "lose":
                messages.insert(at + draw(st.integers(-12, 12)) if kind == "move" else at + 1, message)


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

    def __init__(self, plan: RunPlan) -> None:
        self.plan, self.rows, self.rejected = plan, b"", b""

    def append_flushed(self, receiver: Receiver) -> None:
        if output := receiver.flush():
            self.rows += render(output.samples, self.plan)
            self.rejected += output.rejected
            assert output.accounted == receiver.accounted
            assert receiver.flush() is None


def run(
    receiver: Receiver, files: Files, taken: list[Batch], flush_after: list[bool], *, give_up: bool = False
) -> bool:
    """Take batches as the simulator does, flush now and then and at the end; say whether there was a gap."""
    gap = False
    try:
        for batch, flush in zip_longest(taken, flush_after[: len(taken)]):
            receiver.take(batch)
            if flush:
                files.append_flushed(receiver)
        receiver.give_up() if give_up else receiver.settle()
    except SequenceGapError:
        gap = True
    files.append_flushed(receiver)
    return gap


def an_receiver(log: Log, accounted: Accounted | None = None, *, foreign: bool = False) -> Receiver:
    return Receiver(log.plan, Ramp(), accounted, reorder_messages=log.patience, foreign=foreign)


@given(log=logs(), foreign=st.booleans(), data=st.data())
@settings(max_examples=400, deadline=None)
def test_the_files_are_the_models_whatever_the_batches(log, foreign, data):
    """I2 and I4: rows, counts and rejected messages, for any batching and any moments of flushing."""
    model = model_after(log.plan, log.patience, log.first_offset, log.messages, give_up=log.give_up)
    made = batches(data, log)
    receiver, files = an_receiver(log, foreign=foreign), Files(log.plan)
    flush_after = data.draw(st.lists(st.booleans(), min_size=len(made), max_size=len(made)))
    assert run(receiver, files, made, flush_after, give_up=log.give_up) == model.gap
    assert receiver.complete == (len(model.values) == log.plan.readings)
    assert receiver.ended == model.ended
    model.check(files.rows, files.rejected, receiver.accounted, foreign=foreign)


@given(log=logs(), foreign=st.booleans(), data=st.data())
@settings(max_examples=250, deadline=None)
def test_a_restart_after_any_flush_gives_the_same_bytes_and_counts(log, foreign, data):
    """I1: after a crash the log is delivered again from an earlier offset, and nothing shows it."""
    undisturbed, expected = Files(log.plan), an_receiver(log, foreign=foreign)
    gap = run(expected, undisturbed, [Batch(log.first_offset, log.bodies)], [True])

    files, accounted, first = Files(log.plan), None, 0
    for _ in range(data.draw(st.integers(1, 3))):
        receiver = an_receiver(log, accounted, foreign=foreign)
        made = batches(data, log, first)
        survives = data.draw(st.integers(0, len(made)))
        with suppress(SequenceGapError):
            for batch in made[:survives]:
                receiver.take(batch)
                if data.draw(st.booleans()):
                    files.append_flushed(receiver)
        if data.draw(st.booleans()):  # the user stops it
            receiver.stop()
            files.append_flushed(receiver)
        accounted = recovered(receiver.accounted)  # what was taken but not flushed is lost with the process
        # Delivered again from the anchor or before; where there is none, from before the next message.
        first = data.draw(st.integers(0, max(accounted.read_from - log.first_offset, 0)))
    receiver = an_receiver(log, accounted, foreign=foreign)
    assert run(receiver, files, batches(data, log, first), [True] * 9) == gap
    for one, its in ((expected, undisturbed), (receiver, files)):
        one.stop()
        its.append_flushed(one)
    assert files.rows == undisturbed.rows
    assert files.rejected == undisturbed.rejected
    assert receiver.accounted == expected.accounted


def recovered(accounted: Accounted) -> Accounted:
    """As a checkpoint gives it back."""
    size = slot_bytes(len(accounted.stored) + len(accounted.last))
    return decode(encode(Checkpoint(0, b"r" * 16, 0, 0, b"d" * 32, accounted), size), size).accounted


@given(log=logs(gaps=False, disorder=False), data=st.data())
@settings(max_examples=100, deadline=None)
def test_a_log_taken_again_from_its_start_adds_only_what_is_missing(log, data):
    """I1: where offsets are not to be trusted, the sequence alone gives the same rows."""
    undisturbed = Files(log.plan)
    run(an_receiver(log), undisturbed, [Batch(log.first_offset, log.bodies)], [True])

    files, receiver = Files(log.plan), an_receiver(log)
    made = batches(data, log)
    for batch in made[: data.draw(st.integers(0, len(made)))]:
        receiver.take(batch)
        if data.draw(st.booleans()):
            files.append_flushed(receiver)
    receiver.distrust_offsets()
    run(receiver, files, batches(data, log), [True] * 9)
    assert files.rows == undisturbed.rows
    counts = receiver.accounted
    assert counts.received == counts.written + counts.duplicates + counts.rejected
    assert counts.rejected == files.rejected.count(b"\n")
