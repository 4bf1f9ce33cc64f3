"""I1 and I4: the table of `delivery.sequence`, what a hostile sender can do, every kind of message counted."""

import json
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date
from zlib import crc32

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.core.delivery.accounting import Output
from pvsim.core.delivery.receiver import AnchorLostError, Receiver, SequenceGapError
from pvsim.core.delivery.sequence import REORDER_MESSAGES
from pvsim.core.messages.batch import Batch
from pvsim.core.messages.blocks import ReadingBlocks
from pvsim.core.messages.contract import Reason
from pvsim.core.pv.no_pv import NoPv
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.results.rows import render
from pvsim.core.run.plan import RunPlan

SECONDS = 12
PLAN = RunPlan("r1", Timeline(date(1970, 1, 1), 1, "UTC", (0, SECONDS), (0,), (0,)), ("m1",))
VALUES = [1_000 * (p + 1) for p in range(SECONDS)]
BODIES = [body.tobytes() for body in ReadingBlocks(PLAN).write(0, np.array(VALUES))]
REORDER = 4


def message(word: str) -> bytes:
    """`7` reading 7; `7!` of another value; `7R` of an impossible one; `x` garbage; `E` the end."""
    if word == "x":
        return b"garbage"
    if word == "E":
        crc = crc32(np.array(VALUES, dtype="<i4").tobytes())
        return json.dumps({"v": 1, "kind": "end", "run": "r1", "readings": SECONDS, "crc32": crc}).encode()
    fields = msgspec.json.decode(BODIES[int(word.rstrip("!R"))])
    other = {"!": {"meter_w": 8_888}, "R": {"meter_w": 1e9}}.get(word[-1], {})
    return msgspec.json.encode(fields | other)


def taken(log: str, *, reorder_messages: int = REORDER, receiver: Receiver | None = None) -> Receiver:
    receiver = receiver or Receiver(PLAN, NoPv(), reorder_messages=reorder_messages)
    receiver.take(Batch(0, [message(word) for word in log.split()]))
    return receiver


def rows(*outputs: Output) -> str:
    """Each row as its position, with `!` where it is not the meter's own value."""
    values = [zip(o.samples.t_utc.tolist(), o.samples.meter_dw.tolist(), strict=True) for o in outputs]
    return " ".join(f"{at}" if dw == VALUES[at] else f"{at}!" for pairs in values for at, dw in pairs)


def rejected(text: bytes) -> list[tuple[int, str]]:
    return [(line["offset"], line["reason"]) for line in map(json.loads, text.splitlines())]


WHOLE = "0 1 2 3 4 5 6 7 8 9 10 11"


@pytest.mark.parametrize(
    ("log", "expected_rows", "rejections", "duplicates"),
    [
        pytest.param("0 2 1 3 4 5 6 7 8 9 10 11 E", WHOLE, {}, 0, id="two change places"),
        pytest.param("0 3 2 1 4 5 6 7 8 9 10 11 E", WHOLE, {}, 0, id="three turned round"),
        pytest.param("0 1 2 3 4 5 6 7 8 9 11 10 E", WHOLE, {}, 0, id="the last ones change places"),
        pytest.param("1 0 2 3 4 5 6 7 8 9 10 11 E", WHOLE, {}, 0, id="the first ones change places"),
        pytest.param("0 2! 1 2 3 4 5 6 7 8 9 10 11 E", WHOLE, {}, 1, id="its turn wins over one held"),
        pytest.param("0 2! 2! 1 2 3 4 5 6 7 8 9 10 11 E", WHOLE, {}, 2, id="and over several"),
        pytest.param("0 3! 2 1 3 4 5 6 7 8 9 10 11 E", WHOLE, {}, 1, id="also among those held"),
        pytest.param("0 9! 1 2 3 4 5 6 7 8 9 10 11 E", WHOLE, {1: 1}, 0, id="far ahead"),
        pytest.param("0 9R 1 2 3 4 5 6 7 8 9 10 11 E", WHOLE, {1: 1}, 0, id="far ahead and impossible"),
        pytest.param("0 9! 9! 8! 1 2 3 4 5 6 7 8 9 10 11 E", WHOLE, {1: 1, 2: 1, 3: 1}, 0, id="several"),
        pytest.param("0 2R 1 3 4 5 6 7 8 9 10 11 E", "0 1 3 4 5 6 7 8 9 10 11", {1: 2}, 0, id="early, impossible"),
        pytest.param("0 x 2 3 4 5 6 7 8 9 10 11 E", "0 2 3 4 5 6 7 8 9 10 11", {1: 0}, 0, id="damaged"),
        pytest.param("x 1 2 3 4 5 6 7 8 9 10 11 E", "1 2 3 4 5 6 7 8 9 10 11", {0: 0}, 0, id="the first damaged"),
        pytest.param("0 1 2 3 4 5 6 7 8 9 10 x E", "0 1 2 3 4 5 6 7 8 9 10", {11: 0}, 0, id="the last damaged"),
        pytest.param("0 x x 3 x 5 6 7 8 9 10 11 E", "0 3 5 6 7 8 9 10 11", {1: 0, 2: 0, 4: 0}, 0,
                     id="several, apart"),
        pytest.param("0 x x x 2 3 4 5 6 7 8 9 10 11 E", "0 2 3 4 5 6 7 8 9 10 11", {1: 0, 2: 0, 3: 0}, 0,
                     id="more damaged than missing"),
        pytest.param("0 x 2 1 3 4 5 6 7 8 9 10 11 E", WHOLE, {1: 0}, 0, id="garbage beside a late one"),
        pytest.param("0 x 4! 2 3 4 5 6 7 8 9 10 11 E", "0 2 3 4 5 6 7 8 9 10 11", {1: 0}, 1,
                     id="damaged, and another's early one"),
        pytest.param("0 2! x 2 3 4 5 6 7 8 9 10 11 E", "0 2 3 4 5 6 7 8 9 10 11", {2: 0}, 1,
                     id="another's early one, then damaged"),
        pytest.param("0 2! x x 3 4 5 6 7 8 9 10 11 E", "0 3 4 5 6 7 8 9 10 11", {2: 0, 3: 0}, 1,
                     id="another's early one, then two damaged"),
        pytest.param("x x x x x x x x x x x x E", "", dict.fromkeys(range(12), 0), 0, id="all damaged"),
    ],
)  # fmt: skip
def test_what_becomes_of_a_log(log, expected_rows, rejections, duplicates):
    """I1 and I4, also where a checkpoint was made after any message and the run resumed from it."""
    kinds = [Reason.NOT_JSON, Reason.EARLY, Reason.RANGE]
    expected = [(offset, kinds[kind]) for offset, kind in rejections.items()]
    words = log.split()
    for stop in range(len(words) + 1):
        receiver = Receiver(PLAN, NoPv(), reorder_messages=REORDER)
        parts = [output] if (output := taken(" ".join(words[:stop]), receiver=receiver).flush()) else []
        parts += [
            taken(log, receiver=Receiver(PLAN, NoPv(), receiver.accounted, reorder_messages=REORDER)).flush()
        ]
        parts = [part for part in parts if part is not None]
        assert rows(*parts) == expected_rows
        assert rejected(b"".join(part.rejected for part in parts)) == expected
        counts = parts[-1].accounted
        assert (counts.ended, counts.duplicates) == (True, duplicates)
        assert counts.written + counts.missing == SECONDS
        assert counts.received == counts.written + counts.duplicates + counts.rejected == len(words) - 1


def test_when_patience_ends_the_held_one_is_taken():
    """Its turn came, and the meter's own did not: the meter's comes as a duplicate."""
    receiver = taken("0 2! 1 x x x x 2 3 4")
    output = receiver.flush()
    assert rows(output) == "0 1 2! 3 4"
    assert (output.accounted.duplicates, output.accounted.rejected) == (1, 4)


@pytest.mark.parametrize(
    ("log", "what", "kept"),
    [
        ("0 2 3 4 5 6", "1 readings are missing from the log, from second 1 ", "0"),
        ("0 2 3 E", "1 readings are missing from the log, from second 1 ", "0"),
        ("0 1 E", "10 readings are missing from the log, from second 2 ", "0 1"),
        ("x 0 2 3 4 5 6", "1 readings are missing from the log, from second 1 ", "0"),  # damaged before 0 came
        ("0 x 3 4 5 6 7", "2 readings are missing from the log, from second 1 ", "0"),  # one of two explained
        ("0 x 2 4 5 6 7 8", "1 readings are missing from the log, from second 3 ", "0 2"),  # used up
        ("0 3! x x x 2 1", "2 readings are missing from the log, from second 1 ", "0"),  # damaged behind it
        ("0 1 x 2 3 4 5 6 7 8 9 10 E", "1 readings are missing from the log, from second 11 ", WHOLE[:-3]),
        ("0 5! x x x x 1 2", "4 readings are missing from the log, from second 1 ", "0"),
    ],
)  # fmt: skip
def test_what_is_a_gap(log, what, kept):
    receiver = Receiver(PLAN, NoPv(), reorder_messages=REORDER)
    with pytest.raises(SequenceGapError, match=f"^{what}"):
        taken(log, receiver=receiver).settle()  # an end marker waits for a pause
    output = receiver.flush()
    assert rows(output) == kept
    assert output.accounted.received == output.accounted.written + output.accounted.rejected


@pytest.mark.parametrize(
    ("log", "expected_rows"),
    [("0 2 1", "0 1 2"), ("0 2! 1", "0 1 2!"), ("0 x 2", "0 2"), ("", "")],
)
def test_a_pause_decides_at_once(log, expected_rows):
    receiver = taken(log, reorder_messages=REORDER_MESSAGES)
    receiver.settle()
    output = receiver.flush()
    assert (rows(output) if output else "") == expected_rows
    assert receiver.accounted.next_offset == len(log.split())


@pytest.mark.parametrize(
    ("log", "expected_rows", "missing"),
    [
        ("0 2 3 4 5 6 7 8 9 10 11 E", "0 2 3 4 5 6 7 8 9 10 11", 1),
        ("1 2 3 4 5 6 7 8 9 10 11 E", "1 2 3 4 5 6 7 8 9 10 11", 1),
        ("0 1 2 3 E", "0 1 2 3", 8),
        ("0 3 4 5 6 7 8 1 2 9 10 11 E", "0 3 4 5 6 7 8 9 10 11", 2),  # later than the patience
        ("0 9! 2 3 4 5 6 7 8 9 10 11 E", "0 2 3 4 5 6 7 8 9 10 11", 1),
        ("0 E 2 3 4 5 6 7 8 9 10 11 E", "0 2 3 4 5 6 7 8 9 10 11", 1),
        ("E", "", 12),
    ],
)
def test_where_readings_may_be_missing_the_run_goes_on(log, expected_rows, missing):
    plan = replace(PLAN, missing="skip")
    receiver = taken(log, receiver=Receiver(plan, NoPv(), reorder_messages=REORDER))
    receiver.settle()
    output = receiver.flush()
    assert rows(output) == expected_rows
    counts = output.accounted
    assert (counts.missing, counts.ended) == (missing, True)
    assert counts.received == counts.written + counts.duplicates + counts.rejected


def test_a_year_that_is_missing_is_given_up_in_parts():
    n = 2_500_000
    plan = RunPlan("r1", Timeline(date(1970, 1, 1), 1, "UTC", (0, n), (0,), (0,)), ("m1",), 1_000, missing="skip")
    receiver = Receiver(plan, NoPv())
    receiver.take(Batch(0, [BODIES[0]]))
    receiver.give_up()
    outputs = iter(receiver.flush, None)
    assert [output.accounted.next_position for output in outputs] == [1_000_000, 2_000_000, n]
    assert receiver.complete


def test_giving_up_behind_the_end_marker_changes_nothing():
    receiver = taken("0 1 2 3 4 5 6 7 8 9 11 10 E")
    receiver.give_up()
    assert (receiver.ended, receiver.flush().accounted.missing) == (True, 0)


def test_giving_up_behind_the_last_reading_changes_nothing_either():
    receiver = taken(WHOLE)
    receiver.give_up()
    assert (receiver.complete, receiver.flush().accounted.missing) == (True, 0)


@pytest.mark.parametrize(("log", "expected_rows"), [("0 3 2 1", "0 1 2 3"), ("0 x 2 4", "0 2"), ("0 2 x", "0")])
def test_without_gaps_only_what_is_explained_is_decided(log, expected_rows):
    receiver = taken(log, reorder_messages=REORDER_MESSAGES)
    receiver.settle(gaps=False)
    assert rows(receiver.flush()) == expected_rows


def test_a_pause_rejects_no_reading_that_came_before_its_turn():
    """I4: of two publishers, one ahead of the other, a pause of both must not cost rows."""
    receiver = taken("0 3 4 1", reorder_messages=REORDER_MESSAGES)
    receiver.settle(gaps=False)
    receiver.take(Batch(4, [message(word) for word in ("2", "5", "6", "7", "8", "9", "10", "11", "E")]))
    output = receiver.flush()
    assert rows(output) == "0 1 2 3 4 5 6 7 8 9 10 11"
    assert (output.rejected, output.accounted.received, output.accounted.ended) == (b"", SECONDS, True)


# --- meters out of step ---------------------------------------------------------------------------------


def two_meters(seconds: int, missing: str = "skip") -> tuple[RunPlan, list[bytes]]:
    timeline = Timeline(date(1970, 1, 1), 1, "UTC", (0, seconds), (0,), (0,))
    plan = RunPlan("r1", timeline, ("a", "b"), missing=missing)
    return plan, [body.tobytes() for body in ReadingBlocks(plan).write(0, np.arange(2 * seconds))]


def in_turn(seconds: int, lead_s: int) -> list[int]:
    """Positions as two meters publish them, one each second, the first `lead_s` ahead."""
    both = [(2 * at, 2 * (at - lead_s) + 1) for at in range(seconds + lead_s)]
    return [position for pair in both for position in pair if 0 <= position < 2 * seconds]


def by_blocks(seconds: int, block_s: int) -> list[int]:
    """As two meters that store their readings publish them, one block after the other."""
    firsts = range(0, seconds, block_s)
    return [2 * at + meter for first in firsts for meter in (0, 1) for at in range(first, first + block_s)]


@dataclass
class Files:
    """What comes out; the value of each reading is its position."""

    positions: list[int] = field(default_factory=list)
    rejected: bytes = b""

    def flush(self, receiver: Receiver) -> None:
        if output := receiver.flush():
            self.positions += output.samples.meter_dw.tolist()
            self.rejected += output.rejected


def killed_at(cut: int, plan: RunPlan, bodies: list[bytes], reorder_messages: int) -> tuple[Files, Receiver]:
    """Read until a cut, checkpointed there; then by another process to the end."""
    files, first = Files(), Receiver(plan, NoPv(), reorder_messages=reorder_messages, foreign=True)
    first.take(Batch(0, bodies[:cut]))
    files.flush(first)
    second = Receiver(plan, NoPv(), first.accounted, reorder_messages=reorder_messages, foreign=True)
    start = first.accounted.read_from
    second.take(Batch(start, bodies[start:]))
    second.settle()
    files.flush(second)
    return files, second


def check_lost(order: list[int], lost: set[int], *, reorder_messages: int, step: int) -> None:
    """Wherever it is killed, just the rows of the readings that were lost are missing."""
    plan, bodies = two_meters(len(order) // 2)
    messages = [bodies[position] for position in order if position not in lost]
    expected = [position for position in range(len(order)) if position not in lost]
    for cut in range(0, len(messages) + 1, step):
        files, receiver = killed_at(cut, plan, messages, reorder_messages)
        assert files.positions == expected
        counts = receiver.accounted
        assert (files.rejected, counts.duplicates, counts.missing) == (b"", 0, len(lost))
        assert counts.received == counts.written == len(messages)


@pytest.mark.parametrize(
    ("order", "lost"),
    [
        (in_turn(4_000, 10), {2_001}),  # of the meter behind
        (in_turn(4_000, 10), {2_000}),  # of the meter ahead
        (in_turn(4_000, 1_000), {2_001}),
        (in_turn(4_000, 1_000), {2_000, 2_101, 5_003, 5_004, 5_005}),
        (by_blocks(4_500, 1_500), {1, 4_001, 8_997}),
        (in_turn(4_000, 1_000), set()),
    ],
)
def test_a_lost_reading_of_two_meters_out_of_step_costs_its_row_alone(order, lost):
    """I1 and I4: it cost the rest of the run, for all that the meter ahead had sent was rejected."""
    check_lost(order, lost, reorder_messages=REORDER_MESSAGES, step=3_001)


@pytest.mark.parametrize("lost", [{41}, {40}, {41, 42, 60, 97}, {0, 1}])
@pytest.mark.parametrize("order", [in_turn(60, 5), in_turn(60, 10), by_blocks(60, 20)])
def test_also_where_it_is_killed_behind_any_message(order, lost):
    check_lost(order, lost, reorder_messages=24, step=1)


def test_where_nothing_may_be_missing_what_was_sent_ahead_waits_behind_the_gap():
    plan, bodies = two_meters(60, "stop")
    messages = [bodies[position] for position in in_turn(60, 10) if position != 41]
    receiver = Receiver(plan, NoPv(), reorder_messages=24, foreign=True)
    with pytest.raises(SequenceGapError, match=r"^1 readings are missing from the log, from second 20 "):
        receiver.take(Batch(0, messages))
    output = receiver.flush()
    assert (output.accounted.next_position, output.rejected) == (40, b"")
    resumed = Receiver(replace(plan, missing="skip"), NoPv(), output.accounted, reorder_messages=24, foreign=True)
    resumed.take(Batch(0, messages))
    resumed.settle()
    files = Files()
    files.flush(resumed)
    assert (files.positions, files.rejected) == ([40, *range(42, 120)], b"")


@pytest.mark.parametrize("late", ["5 4 6 7", "5 6 4 7", "5 6 7 4"])
def test_a_reading_sent_far_too_early_leaves_no_gap_where_another_is_a_little_late(late):
    """I1: when patience with the early one ends, the reading expected has not come, and others wait behind it."""
    receiver = Receiver(replace(PLAN, missing="skip"), NoPv(), reorder_messages=REORDER)
    taken(f"0 9! 1 2 3 {late} 8 9 10 11 E", receiver=receiver)
    output = receiver.flush()
    assert rows(output) == WHOLE
    counts = output.accounted
    assert (counts.missing, counts.ended, counts.rejected + counts.duplicates) == (0, True, 1)


def test_what_waits_is_rejected_where_the_log_goes_on_with_nothing_of_the_run():
    """I4: what is held is bounded."""
    output = taken("0 9! 1 x x x x x x").flush()
    assert rows(output) == "0 1"
    assert rejected(output.rejected) == [(1, Reason.EARLY)]


def test_an_end_marker_is_decided_when_the_log_is_far_past_it():
    """What is missing before it is explained only when the gap before that has been decided."""
    log = "0 2 3 4 5 6 7 8 9 10 x E" + 30 * " x"
    receiver = taken(log, receiver=Receiver(replace(PLAN, missing="skip"), NoPv(), reorder_messages=20))
    output = receiver.flush()
    assert rows(output) == "0 2 3 4 5 6 7 8 9 10"
    assert (output.accounted.ended, output.accounted.missing) == (True, 2)


def test_the_last_readings_of_the_meter_ahead_are_taken_when_the_other_is_given_up():
    plan, bodies = two_meters(60)
    messages = [bodies[position] for position in in_turn(60, 10) if position < 100 or not position % 2]
    receiver = Receiver(plan, NoPv(), foreign=True)
    receiver.take(Batch(0, messages))
    receiver.settle()  # a silence
    assert receiver.waits()
    receiver.give_up()
    output = receiver.flush()
    assert (output.accounted.missing, output.accounted.written, output.rejected) == (10, 110, b"")


# --- accounting while something is held -----------------------------------------------------------------


def test_a_checkpoint_names_those_that_overtook_one_that_waits():
    receiver = taken("0 9! 1 2 x 3", reorder_messages=100)
    output = receiver.flush()
    assert rows(output) == "0 1 2 3"
    assert output.rejected == b""  # the garbage at 4 is read again
    counts = output.accounted
    assert (counts.next_position, counts.next_offset, counts.ahead, counts.received) == (4, 1, 0b10110, 4)
    assert (counts.anchor_offset, counts.read_from) == (5, 1)


@pytest.mark.parametrize("stop", range(6))
def test_nothing_is_taken_before_the_anchor_was_found(stop):
    """The anchor stands behind a message that is to be read again."""
    log = "0 9! 1 2 x 3 4 5 6 7 8 9 10 11 E"
    first = taken("0 9! 1 2 x 3", reorder_messages=100)
    first.flush()
    receiver = Receiver(PLAN, NoPv(), first.accounted, reorder_messages=100)
    bodies = [message(word) for word in log.split()]
    receiver.take(Batch(0, bodies[:stop]))
    assert receiver.flush() is None
    assert not receiver.anchored
    receiver.take(Batch(stop, bodies[stop:]))
    output = receiver.flush()
    assert rows(output) == "4 5 6 7 8 9 10 11"
    assert rejected(output.rejected) == [(4, Reason.NOT_JSON)]
    assert (output.accounted.received, output.accounted.duplicates) == (14, 1)


@pytest.mark.parametrize("other", ["x", "4", "E"])
def test_one_that_overtook_must_be_there_again(other):
    """I1: the same reading at the anchor by accident, in a log that was made anew."""
    receiver = taken("0 9! 1 2 3", reorder_messages=100)
    resumed = Receiver(PLAN, NoPv(), receiver.flush().accounted, reorder_messages=100)
    with pytest.raises(AnchorLostError, match="offset 2 of the log no longer holds a reading that was written"):
        taken(f"x 0 {other} 2 3", receiver=resumed)


def test_a_rejected_one_that_overtook_waits_so_that_lines_stand_in_the_order_of_the_log():
    receiver = taken("0 9! 1 2R x 3", reorder_messages=6)
    output = receiver.flush()
    assert (rows(output), output.rejected) == ("0 1", b"")
    receiver.take(Batch(6, [message("4"), message("5")]))
    output = receiver.flush()
    assert rows(output) == "3 4 5"
    assert rejected(output.rejected) == [(1, Reason.EARLY), (3, Reason.RANGE), (4, Reason.NOT_JSON)]


def test_a_log_read_again_is_in_order_only_behind_the_reading_taken_last():
    """I1: another's early reading at its beginning would be in its turn otherwise."""
    receiver = taken("3! 0 1 2", reorder_messages=100)
    receiver.flush()
    receiver.distrust_offsets()
    receiver.take(Batch(0, [message(word) for word in f"3! {WHOLE} E".split()]))
    output = receiver.flush()
    assert rows(output) == "3 4 5 6 7 8 9 10 11"
    counts = output.accounted
    assert (counts.received, counts.duplicates) == (3 + 13, 4)


def test_a_log_that_was_made_anew_and_goes_on_is_taken_after_a_pause():
    receiver = taken("0 1 2")
    receiver.flush()
    receiver.distrust_offsets()
    receiver.take(Batch(0, [message("3"), message("4"), message("5")]))
    assert receiver.flush() is None
    receiver.settle()
    assert rows(receiver.flush()) == "3 4 5"


def test_damaged_messages_are_read_again_until_they_explain_something():
    receiver = taken("0 1 x x x x")
    receiver.flush()
    receiver = Receiver(PLAN, NoPv(), receiver.accounted, reorder_messages=REORDER)
    taken("0 1 x x x x 6 7 8 9 10 11 E", receiver=receiver)
    assert rows(receiver.flush()) == "6 7 8 9 10 11"
    assert (receiver.accounted.missing, receiver.accounted.rejected) == (4, 4)


def test_a_flood_of_damaged_messages_explains_what_follows_after_a_crash_too():
    receiver = Receiver(PLAN, NoPv())
    receiver.take(Batch(0, [BODIES[0], *[b"x"] * 10_000]))
    counts = receiver.flush().accounted
    assert (counts.damaged, counts.next_offset) == (10_000, 10_001)
    for _ in range(2):
        receiver = Receiver(PLAN, NoPv(), counts)
        receiver.take(Batch(0, [BODIES[0], *[b"x"] * 10_000, BODIES[3]]))
        receiver.settle()
    assert (receiver.flush().accounted.missing, receiver.accounted.damaged) == (2, 0)


def test_damaged_messages_of_before_are_forgotten_where_the_log_still_has_them():
    receiver = taken("0 1 x x")
    receiver.flush()
    receiver.distrust_offsets()
    with pytest.raises(SequenceGapError, match=r"^2 readings are missing"):
        taken("0 1 4 5 6 7 8 9 10 11 E", receiver=receiver)


def test_messages_rejected_again_after_a_replay_are_counted_again():
    """I4: the counts close; that they stand there twice is the price (see `Receiver.distrust_offsets`)."""
    receiver = taken("0 x 1 x 2R")
    lines = receiver.flush().rejected
    receiver.distrust_offsets()
    receiver.take(Batch(0, [message(word) for word in f"x 2R {WHOLE} E".split()]))
    lines += receiver.flush().rejected
    counts = receiver.accounted
    assert counts.received == counts.written + counts.duplicates + counts.rejected
    assert counts.rejected == lines.count(b"\n")
    assert counts.written + counts.missing == SECONDS


# --- every kind of message ------------------------------------------------------------------------------

FIELDS = msgspec.json.decode(BODIES[3])


def changed(**fields) -> bytes:
    return msgspec.json.encode(FIELDS | fields)


KINDS = {
    "64 MiB": (b" " * (64 << 20), Reason.TOO_LARGE),
    "one byte too large": (changed(more="x" * 5_000)[:4_097], Reason.TOO_LARGE),
    "NaN": (changed().replace(b"400.0", b"NaN"), Reason.NOT_JSON),
    "infinite": (changed().replace(b"400.0", b"1e999"), Reason.NOT_A_MESSAGE),
    "power as text": (changed(meter_w="400"), Reason.NOT_A_MESSAGE),
    "another version": (changed(v=2), Reason.VERSION),
    "another run": (changed(run="r2"), Reason.OTHER_RUN),
    "unknown meter": (changed(meter="m2"), Reason.UNKNOWN_METER),
    "after the run": (changed(seq=SECONDS, t_utc="1970-01-01T00:00:12Z"), Reason.TIME),
    "another time": (changed(t_utc="1970-01-01T00:00:04Z"), Reason.TIME),
    "negative": (changed(meter_w=-1), Reason.RANGE),
    "1e9 W": (changed(meter_w=1e9), Reason.RANGE),
    "another end": (message("E").replace(b'"readings": 12', b'"readings": 11'), Reason.WRONG_END),
    "late": (BODIES[1], "duplicate"),
    "twice": (BODIES[2], "duplicate"),
    "future": (BODIES[9], Reason.EARLY),
}
IN_PLACE = {"negative", "1e9 W"}


@pytest.mark.parametrize("kind", KINDS)
def test_one_foreign_message_between_our_own(kind):
    """I4: each outcome counted; only an impossible value at its turn costs a row."""
    body, outcome = KINDS[kind]
    receiver = Receiver(PLAN, NoPv(), reorder_messages=REORDER)
    receiver.take(Batch(0, [*BODIES[:3], body, *BODIES[3:], message("E")]))
    output = receiver.flush()
    in_place = kind in IN_PLACE
    assert rows(output) == (WHOLE.replace("3 ", "", 1) if in_place else WHOLE)
    counts = output.accounted
    duplicate = outcome == "duplicate" or in_place  # our own reading, behind one in its place
    assert rejected(output.rejected) == ([] if outcome == "duplicate" else [(3, outcome)])
    assert (counts.duplicates, counts.missing, counts.received) == (duplicate, in_place, SECONDS + 1)
    assert counts.received == counts.written + counts.duplicates + counts.rejected
    assert len(output.rejected) < 2_000


def test_ten_thousand_unknown_meters():
    foreign = [changed(meter=f"m{n}") for n in range(10, 10_010)]
    receiver = Receiver(PLAN, NoPv())
    receiver.take(Batch(0, [*foreign[:5_000], *BODIES[:6], *foreign[5_000:], *BODIES[6:], message("E")]))
    output = receiver.flush()
    assert rows(output) == WHOLE
    assert Counter(reason for _, reason in rejected(output.rejected)) == {Reason.UNKNOWN_METER: 10_000}
    assert (output.accounted.received, output.accounted.missing) == (10_012, 0)


# --- what a hostile sender can do -----------------------------------------------------------------------


def test_what_is_held_is_bounded_and_so_is_what_a_checkpoint_names():
    """Ten windows of early readings among our own: no more than three windows are ever held."""
    n = 30_000
    plan = RunPlan("r1", Timeline(date(1970, 1, 1), 1, "UTC", (0, n), (0,), (0,)), ("m1",))
    own = ReadingBlocks(plan).write(0, np.zeros(n, dtype=np.int64))
    receiver, offset, lines = Receiver(plan, NoPv()), 0, 0
    for first in range(0, 20_000, 500):
        ahead = own[first + 2_500 : first + 3_000] if first % 1_000 else own[29_000:29_500]
        for block in (ahead, own[first : first + 500]):
            receiver.take(Batch(offset, block))
            offset += 500
            output = receiver.flush()
            lines += output.rejected.count(b"\n") if output else 0
            assert offset - receiver.accounted.next_offset <= 3 * REORDER_MESSAGES
            assert receiver.accounted.ahead < 1 << REORDER_MESSAGES
    receiver.take(Batch(offset, own[20_000:]))
    lines += receiver.flush().rejected.count(b"\n")
    counts = receiver.accounted
    assert (counts.written, counts.received, counts.rejected) == (30_000, 50_000, lines)
    assert counts.duplicates + counts.rejected == 20_000


# --- any order within the window ------------------------------------------------------------------------


@given(data=st.data(), every_s=st.sampled_from([1, 2, 3, 4]), size=st.integers(1, 13))
@settings(max_examples=150)
def test_any_order_within_the_window_gives_the_rows_in_order(data, every_s, size):
    """I1 and I2: a run's messages in any order, each displaced by less than the patience."""
    plan = RunPlan("r1", PLAN.timeline, ("m1",), every_s)
    reorder_messages = 2 * SECONDS
    order = data.draw(st.permutations(range(SECONDS)))
    normal, receiver = Receiver(plan, NoPv()), Receiver(plan, NoPv(), reorder_messages=reorder_messages)
    normal.take(Batch(0, BODIES))
    found = []
    for at in range(0, SECONDS, size):
        receiver.take(Batch(at, [BODIES[p] for p in order[at : at + size]]))
        found += [output] if (output := receiver.flush()) else []
    receiver.settle()
    found += [output] if (output := receiver.flush()) else []
    text = b"".join(render(output.samples, plan) for output in found)
    assert text == render(normal.flush().samples, plan)
    assert receiver.accounted.anchor_offset == SECONDS - 1
    assert receiver.accounted.anchor_lag == SECONDS - 1 - order[-1]
    assert (receiver.accounted.received, receiver.accounted.written) == (SECONDS, SECONDS)


@given(
    early=st.lists(st.tuples(st.integers(0, SECONDS - 1), st.integers(1, SECONDS - 1)), max_size=40),
    size=st.integers(1, 20),
)
@settings(max_examples=150)
def test_early_readings_of_others_change_none_of_our_rows(early, size):
    """I1: each is injected before our own reading `at`, and is of a later second."""
    words = []
    for at in range(SECONDS):
        words += [f"{at + by}!" for before, by in early if before == at and at + by < SECONDS]
        words.append(str(at))
    receiver, found = Receiver(PLAN, NoPv(), reorder_messages=64), []
    bodies = [message(word) for word in [*words, "E"]]
    for at in range(0, len(bodies), size):
        receiver.take(Batch(at, bodies[at : at + size]))
        found += [output] if (output := receiver.flush()) else []
    assert rows(*found) == WHOLE
    assert receiver.accounted.ended
