"""The simulator's decisions: new, duplicate, gap, rejected; the anchor; the end (I1, I4)."""

import json
from dataclasses import replace
from datetime import date
from zlib import crc32

import msgspec
import numpy as np
import pytest

from pvsim.core.delivery.accounting import Accounted, Output
from pvsim.core.delivery.receiver import AnchorLostError, Receiver, SequenceGapError
from pvsim.core.messages.batch import Batch, Unreadable
from pvsim.core.messages.blocks import ReadingBlocks
from pvsim.core.messages.contract import Reason
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.results.rows import render
from pvsim.core.run.plan import RunPlan

SECONDS = 6
TIMELINE = Timeline(date(1970, 1, 1), 1, "UTC", (0, SECONDS), (0,), (0,))
PLAN = RunPlan("r1", TIMELINE, ("m1",))
VALUES = [10_000, 20_000, 30_000, 40_000, 50_000, 60_000]
BODIES = [body.tobytes() for body in ReadingBlocks(PLAN).write(0, np.array(VALUES))]
TOO_HIGH = BODIES[2].replace(b"3000.0", b"9999.0")
LINES = [f"1970-01-01T00:00:0{i}+00:00,{i + 1}.0000,0.5000,{i}.5000" for i in range(SECONDS)]


def printed(output: Output, plan: RunPlan = PLAN) -> list[str]:
    """The rows as they are printed."""
    return render(output.samples, plan).decode().splitlines()


class HalfAKilowatt:
    def power_dw(self, _first_utc, n):
        return np.full(n, 5_000, dtype=np.int64)


def an_end(*, readings: int = SECONDS, values: list[int] = VALUES) -> bytes:
    crc = crc32(np.array(values, dtype="<i4").tobytes())
    return json.dumps({"v": 1, "kind": "end", "run": "r1", "readings": readings, "crc32": crc}).encode()


def an_receiver(accounted: Accounted | None = None, plan: RunPlan = PLAN) -> Receiver:
    return Receiver(plan, HalfAKilowatt(), accounted)


def as_array(bodies: list[bytes]) -> np.ndarray:
    return np.frombuffer(b"".join(bodies), dtype=np.uint8).reshape(len(bodies), len(BODIES[0]))


def reasons(rejected: bytes) -> list[tuple[int, str]]:
    lines = [json.loads(line) for line in rejected.splitlines()]
    return [(line["offset"], line["reason"]) for line in lines]


FORMS = pytest.mark.parametrize("form", [list, as_array], ids=["list", "array"])


@FORMS
def test_a_whole_run_becomes_its_rows(form):
    receiver = an_receiver()
    receiver.take(Batch(100, form(BODIES)))
    receiver.take(Batch(106, [an_end()]))
    output = receiver.flush()
    assert printed(output) == LINES
    assert output.rejected == b""
    crc = crc32(np.array(VALUES, dtype="<i4").tobytes())
    assert output.accounted == Accounted(6, 105, 106, crc, received=6, written=6, ended=True)
    assert receiver.complete
    assert receiver.ended
    assert receiver.flush() is None


# --- the table at the head of the module: every state (what is known) with every kind of message --------


@FORMS
@pytest.mark.parametrize("known", range(SECONDS + 1))
@pytest.mark.parametrize("position", range(SECONDS))
def test_every_position_after_every_number_of_known_readings(form, known, position):
    """I1: exactly the next one is taken; older ones are dropped and counted; later ones wait, then are a gap."""
    receiver = an_receiver()
    receiver.take(Batch(0, BODIES[:known]))
    receiver.take(Batch(known, form([BODIES[position]])))
    new = position == known
    assert receiver.expected == known + new
    if position > known:
        with pytest.raises(SequenceGapError, match=f"^{position - known} readings are missing"):
            receiver.settle()
        return
    receiver.take(Batch(known + 1, [*BODIES[known + new :], an_end()]))
    counts = receiver.flush().accounted
    assert (counts.written, counts.duplicates) == (SECONDS, not new)
    assert counts.received == counts.written + counts.duplicates


@FORMS
@pytest.mark.parametrize("known", range(SECONDS + 1))
def test_an_impossible_value_takes_its_place(form, known):
    """I4: after an impossible reading the next one is no gap; as a duplicate it is only counted."""
    receiver = an_receiver()
    receiver.take(Batch(0, BODIES[:known]))
    receiver.take(Batch(known, form([TOO_HIGH])))
    if known < 2:
        with pytest.raises(SequenceGapError):
            receiver.settle()
        return
    receiver.take(Batch(known + 1, [*BODIES[max(known, 3) :], an_end()]))
    output = receiver.flush()
    replaced = known == 2
    assert printed(output) == [line for line in LINES if not (replaced and line is LINES[2])]
    assert reasons(output.rejected) == ([(2, Reason.RANGE)] if replaced else [])
    counts = output.accounted
    assert (counts.missing, counts.rejected, counts.duplicates) == (replaced, replaced, not replaced)
    assert counts.received == counts.written + counts.duplicates + counts.rejected


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"garbage", Reason.NOT_JSON),
        (BODIES[0].replace(b"r1", b"r2"), Reason.OTHER_RUN),
        (BODIES[0].replace(b"m1", b"m9"), Reason.UNKNOWN_METER),
        (BODIES[0].replace(b"00:00:00", b"00:00:01"), Reason.TIME),
        (an_end(readings=SECONDS - 1), Reason.WRONG_END),
    ],
)
@pytest.mark.parametrize("known", [1, 3, SECONDS - 1])
def test_what_is_foreign_is_kept_and_takes_no_place(body, reason, known):
    """I4."""
    receiver = an_receiver()
    receiver.take(Batch(0, [*BODIES[:known], body]))
    assert receiver.expected == known
    receiver.flush()
    assert (receiver.accounted.received, receiver.accounted.next_offset) == (known, known)  # it waits
    receiver.take(Batch(known + 1, [*BODIES[known:], an_end()]))
    output = receiver.flush()
    assert reasons(output.rejected) == [(known, reason)]
    assert (output.accounted.received, output.accounted.rejected) == (SECONDS + 1, 1)
    assert output.accounted.next_offset == SECONDS + 1


def test_a_batch_that_cannot_be_read_is_kept_message_by_message_and_takes_no_place():
    receiver = an_receiver()
    receiver.take(Batch(0, BODIES[:3]))
    receiver.take(Batch(3, [Unreadable(b"squeezed", "one of 3 compressed (gzip)")] * 3))
    receiver.take(Batch(6, [*BODIES[3:], an_end()]))
    output = receiver.flush()
    assert printed(output) == LINES
    assert reasons(output.rejected) == [(offset, Reason.BATCH) for offset in (3, 4, 5)]
    line = json.loads(output.rejected.splitlines()[0])
    assert (line["detail"], line["bytes"], line["body"]) == ("one of 3 compressed (gzip)", 8, "squeezed")
    assert (output.accounted.received, output.accounted.rejected) == (9, 3)


def test_a_block_of_which_a_part_is_known():
    receiver = an_receiver()
    receiver.take(Batch(0, as_array(BODIES[:3])))
    receiver.take(Batch(3, as_array(BODIES[1:])))
    counts = receiver.flush().accounted
    assert (counts.written, counts.duplicates, counts.received) == (6, 2, 8)


def test_a_block_of_which_all_is_known():
    receiver = an_receiver()
    receiver.take(Batch(0, as_array(BODIES[:4])))
    receiver.take(Batch(4, as_array(BODIES[1:3])))
    assert receiver.expected == 4
    receiver.take(Batch(6, as_array(BODIES[4:])))
    assert (receiver.expected, receiver.flush().accounted.duplicates) == (6, 2)


def test_an_array_that_is_no_block_is_taken_one_by_one():
    """As wide as our own bodies, but in another order or by another hand."""
    receiver = an_receiver()
    other_hand = BODIES[1].replace(b'"seq":       1', b'"seq":1       ')
    receiver.take(Batch(0, as_array([BODIES[0], other_hand, BODIES[0], BODIES[2]])))
    receiver.take(Batch(4, as_array([BODIES[1], BODIES[3]])))
    assert printed(receiver.flush()) == LINES[:4]
    assert receiver.accounted.duplicates == 2


def test_an_empty_batch_changes_nothing():
    receiver = an_receiver()
    receiver.take(Batch(0, []))
    receiver.take(Batch(0, np.empty((0, 111), dtype=np.uint8)))
    assert receiver.flush() is None
    assert receiver.accounted == Accounted()


# --- gaps -----------------------------------------------------------------------------------------------


@FORMS
def test_what_stands_before_a_gap_is_kept(form):
    receiver = an_receiver()
    what = "1 readings are missing from the log, from second 2 of the run of meter m1"
    receiver.take(Batch(0, form([*BODIES[:2], *BODIES[3:]])))
    with pytest.raises(SequenceGapError, match=what):
        receiver.settle()
    assert printed(receiver.flush()) == LINES[:2]
    assert receiver.accounted.received == 2


def test_a_gap_names_the_meter_that_is_missing():
    plan = RunPlan("r1", TIMELINE, ("roof", "cellar"))
    bodies = [body.tobytes() for body in ReadingBlocks(plan).write(0, np.zeros(12, dtype=np.int64))]
    receiver = an_receiver(plan=plan)
    receiver.take(Batch(0, [*bodies[:3], *bodies[6:], an_end(readings=12)]))
    with pytest.raises(SequenceGapError, match=r"3 readings .* from second 1 of the run of meter cellar"):
        receiver.settle()


# --- the end --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("known", range(SECONDS))
def test_an_end_before_the_last_reading_is_a_gap_when_nothing_follows(known):
    receiver = an_receiver()
    receiver.take(Batch(0, [*BODIES[:known], an_end()]))
    with pytest.raises(SequenceGapError, match=f"^{SECONDS - known} readings are missing"):
        receiver.settle()
    assert not receiver.ended


@pytest.mark.parametrize("known", range(SECONDS))
@pytest.mark.parametrize("end", [an_end(), an_end(values=VALUES[::-1])])
def test_an_end_that_comes_too_early_is_rejected_and_ends_nothing(known, end):
    """I4: whoever sent it, and once or often: all readings are there, and so is the run's own marker."""
    receiver = an_receiver()
    receiver.take(Batch(0, [*BODIES[:known], end, end, *BODIES[known:], an_end()]))
    receiver.settle()
    output = receiver.flush()
    assert printed(output) == LINES
    lines = [json.loads(line) for line in output.rejected.splitlines()]
    assert [(line["offset"], line["reason"]) for line in lines] == [
        (known, Reason.WRONG_END),
        (known + 1, Reason.WRONG_END),
    ]
    counts = output.accounted
    assert (counts.received, counts.written, counts.rejected, counts.ended) == (SECONDS + 2, SECONDS, 2, True)


def test_an_end_that_the_log_goes_far_past_is_rejected_too():
    """Also where nothing is taken meanwhile: a meter may pause."""
    receiver = Receiver(PLAN, HalfAKilowatt(), reorder_messages=3)
    receiver.take(Batch(0, [BODIES[0], *[an_end()] * 9]))
    receiver.settle(gaps=False)
    receiver.take(Batch(10, [*BODIES[1:], an_end()]))
    receiver.settle()
    output = receiver.flush()
    assert printed(output) == LINES
    assert (output.accounted.rejected, output.accounted.ended) == (9, True)


def test_an_end_of_other_values_is_rejected():
    """I5: it does not end the run; the readings that are there do, after a pause."""
    receiver = an_receiver()
    receiver.take(Batch(0, [*BODIES, an_end(values=VALUES[::-1])]))
    receiver.settle()
    output = receiver.flush()
    (line,) = [json.loads(line) for line in output.rejected.splitlines()]
    crc = crc32(np.array(VALUES, dtype="<i4").tobytes())
    assert (line["reason"], line["detail"].endswith(f"that of the values is {crc}")) == (Reason.WRONG_END, True)
    assert (receiver.ended, receiver.complete, output.accounted.written) == (False, True, SECONDS)


def test_an_end_cannot_vouch_for_values_where_readings_were_rejected():
    receiver = an_receiver()
    receiver.take(Batch(0, [*BODIES[:2], TOO_HIGH, *BODIES[3:], an_end()]))
    assert receiver.flush().accounted.ended


def test_after_the_end_nothing_counts():
    receiver = an_receiver()
    receiver.take(Batch(0, [*BODIES, an_end(), an_end(), BODIES[0], b"garbage"]))
    receiver.take(Batch(10, as_array(BODIES)))
    counts = receiver.flush().accounted
    assert (counts.received, counts.next_offset, counts.ended) == (6, 6, True)


def test_the_end_may_come_after_the_last_rows_are_flushed():
    receiver = an_receiver()
    receiver.take(Batch(0, BODIES))
    assert not receiver.flush().accounted.ended
    receiver.take(Batch(6, [an_end()]))
    output = receiver.flush()
    assert (printed(output), output.rejected) == ([], b"")
    assert output.accounted.ended
    assert output.accounted.next_offset == 6


# --- periods --------------------------------------------------------------------------------------------


def test_rows_wait_for_their_whole_period():
    plan = replace(PLAN, every_s=3)
    receiver = an_receiver(plan=plan)
    receiver.take(Batch(0, [*BODIES[:2], b"garbage"]))
    assert receiver.flush() is None
    receiver.take(Batch(3, as_array(BODIES[2:4])))
    output = receiver.flush()
    assert printed(output, plan) == ["1970-01-01T00:00:00+00:00,2.0000,0.5000,1.5000"]
    assert reasons(output.rejected) == [(2, Reason.NOT_JSON)]
    assert (output.accounted.next_position, output.accounted.next_offset, output.accounted.anchor_offset) == (
        3,
        4,
        3,
    )


def test_a_rejected_reading_takes_its_period_with_it_in_the_order_of_the_log():
    """I2: the rejected messages are kept in the order of the log, whenever it is flushed."""
    plan = replace(PLAN, every_s=3)
    bodies = [*BODIES[:2], TOO_HIGH, b"garbage", *BODIES[3:]]
    expected = [(0, Reason.WINDOW), (1, Reason.WINDOW), (2, Reason.RANGE), (3, Reason.NOT_JSON)]
    at_once = an_receiver(plan=plan)
    at_once.take(Batch(0, bodies))
    output = at_once.flush()
    assert reasons(output.rejected) == expected
    assert printed(output, plan) == ["1970-01-01T00:00:03+00:00,5.0000,0.5000,4.5000"]

    step_by_step, rejected = an_receiver(plan=plan), b""
    for i, body in enumerate(bodies):
        step_by_step.take(Batch(i, [body]))
        if flushed := step_by_step.flush():
            rejected += flushed.rejected
    assert rejected == output.rejected
    assert step_by_step.accounted == at_once.accounted
    counts = at_once.accounted
    assert (counts.received, counts.written, counts.rejected, counts.missing) == (7, 3, 4, 3)


# --- resuming -------------------------------------------------------------------------------------------


def after_four() -> Accounted:
    """As after a flush of four readings with a garbage message, from offset 100 on."""
    receiver = an_receiver()
    receiver.take(Batch(100, [*BODIES[:3], b"garbage", BODIES[3]]))
    return receiver.flush().accounted


LOG = [*BODIES[:3], b"garbage", *BODIES[3:], an_end()]


@pytest.mark.parametrize("first", range(4))
def test_a_resumed_run_goes_on_after_the_anchor(first):
    """I1: delivery starts at a chunk before the anchor; what is accounted for is not counted again."""
    accounted = after_four()
    assert (accounted.anchor_offset, accounted.next_offset) == (104, 105)
    for size in range(1, 9):
        receiver = an_receiver(accounted)
        for at in range(first, len(LOG), size):
            receiver.take(Batch(100 + at, LOG[at : at + size]))
        output = receiver.flush()
        assert printed(output) == LINES[4:]
        assert output.rejected == b""
        assert output.accounted.received == 7
        assert output.accounted.rejected == 1


def test_an_anchor_that_was_rejected_for_its_value_is_an_anchor_too():
    receiver = an_receiver()
    receiver.take(Batch(0, [*BODIES[:2], TOO_HIGH]))
    resumed = an_receiver(receiver.flush().accounted)
    resumed.take(Batch(0, [*BODIES[:2], TOO_HIGH, *BODIES[3:]]))
    assert printed(resumed.flush()) == LINES[3:]


@pytest.mark.parametrize(
    ("first", "bodies"),
    [
        (105, BODIES[4:]),  # the log begins after the anchor
        (100, BODIES),  # another reading there
        (100, [*BODIES[:4], b"garbage"]),
        (100, [*BODIES[:4], an_end()]),
        (104, as_array(BODIES[4:])),
    ],
)
def test_a_lost_anchor_is_an_error_and_the_log_can_be_taken_from_its_start(first, bodies):
    """I1: brokers clamp offsets in silence; then the sequence alone says what is known."""
    receiver = an_receiver(after_four())
    with pytest.raises(AnchorLostError, match="offset 104 of the log no longer holds the last written reading"):
        receiver.take(Batch(first, bodies))
    receiver.distrust_offsets()
    assert (receiver.accounted.anchor_offset, receiver.accounted.next_offset) == (-1, 0)
    receiver.take(Batch(0, [*BODIES, an_end()]))
    output = receiver.flush()
    assert printed(output) == LINES[4:]
    assert output.accounted.duplicates == 4
    assert output.accounted.ended


@pytest.mark.parametrize("behind", [[b"garbage"], BODIES[2:4], [BODIES[5]], [b"garbage", BODIES[0], b""]])
def test_a_log_made_anew_is_known_whatever_stood_behind_the_last_reading(behind):
    """I1: the anchor is where it was; what followed it is not skipped, since another reading stands there now."""
    receiver = an_receiver()
    receiver.take(Batch(0, [*BODIES[:4], *behind]))
    resumed = an_receiver(receiver.flush().accounted)
    resumed.take(Batch(0, [*BODIES, an_end()]))
    output = resumed.flush()
    assert printed(output) == LINES[4:]
    assert (output.accounted.received, output.accounted.written) == (6, 6)


def test_what_follows_the_last_reading_of_all_is_kept_where_no_end_marker_comes():
    receiver = an_receiver()
    receiver.take(Batch(0, [*BODIES, b"garbage", BODIES[3]]))
    assert receiver.flush().accounted.received == 6
    receiver.settle()
    counts = receiver.flush().accounted
    assert (counts.received, counts.rejected, counts.duplicates) == (8, 1, 1)
    assert receiver.flush() is None


def test_distrust_forgets_what_was_taken_and_not_flushed():
    """I1: an end marker that was taken but not flushed too, or the run would never end."""
    receiver = an_receiver()
    receiver.take(Batch(0, [*BODIES, an_end()]))
    receiver.distrust_offsets()
    assert not receiver.ended
    assert not receiver.complete
    assert receiver.flush() is None
    receiver.take(Batch(0, [*BODIES, an_end()]))
    assert printed(receiver.flush()) == LINES
    assert receiver.accounted.ended


def test_a_run_that_ended_needs_nothing_more():
    receiver = an_receiver()
    receiver.take(Batch(0, LOG[:3] + LOG[4:]))
    resumed = an_receiver(receiver.flush().accounted)
    assert resumed.ended
    assert resumed.complete
    resumed.take(Batch(0, LOG[:4]))
    assert resumed.flush() is None


def test_foreign_messages_wait_for_the_first_reading():
    """I4: without an anchor nobody could tell after a crash whether the same log begins with them."""
    receiver = an_receiver()
    receiver.take(Batch(0, [b"garbage"]))
    assert receiver.flush() is None
    receiver.take(Batch(1, BODIES))
    counts = receiver.flush().accounted
    assert (counts.received, counts.rejected, counts.written) == (7, 1, 6)


def test_a_flood_of_foreign_messages_does_not_wait():
    """I4: what is in memory is bounded. After a crash they are received again, and the counts close."""
    receiver = an_receiver()
    receiver.take(Batch(0, [b"garbage"] * 9_999))
    assert receiver.flush() is None
    receiver.take(Batch(9_999, [b"garbage"]))
    assert receiver.flush().accounted.rejected == 10_000
    assert receiver.accounted.read_from == 0
    resumed = an_receiver(receiver.accounted)
    resumed.take(Batch(0, [b"garbage", *BODIES]))  # another log
    counts = resumed.flush().accounted
    assert (counts.received, counts.rejected, counts.written, counts.missing) == (10_007, 10_001, 6, 0)


@FORMS
def test_a_batch_gives_its_bodies(form):
    batch = Batch(5, form(BODIES))
    assert len(batch) == SECONDS
    assert batch.body(3) == BODIES[3]
    assert msgspec.json.decode(batch.body(3))["seq"] == 3
