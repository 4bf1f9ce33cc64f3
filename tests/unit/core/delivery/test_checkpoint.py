"""I1 and I5: a torn or changed checkpoint is never believed."""

from dataclasses import replace
from datetime import date
from zlib import crc32
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.core.delivery import checkpoint as recovery
from pvsim.core.delivery.accounting import Accounted
from pvsim.core.delivery.checkpoint import SLOT_BYTES, Checkpoint, check_fits, check_resume, slot_bytes
from pvsim.core.delivery.sequence import REORDER_MESSAGES
from pvsim.core.devices.balance import Balance
from pvsim.core.devices.battery import BatteryModel
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.run.plan import RunPlan
from pvsim.errors import BadInputError

COUNTS = st.integers(0, 2**63 - 1)
ACCOUNTED = st.builds(
    Accounted,
    next_position=COUNTS,
    anchor_offset=st.integers(-1, 2**63 - 1),
    next_offset=COUNTS,
    readings_crc32=st.integers(0, 2**32 - 1),
    received=COUNTS,
    written=COUNTS,
    duplicates=COUNTS,
    rejected=COUNTS,
    missing=COUNTS,
    ended=st.booleans(),
    anchor_lag=COUNTS,
    damaged=COUNTS,
    stored=st.lists(st.integers(0, 2**63 - 1), max_size=3).map(tuple),
    last=st.lists(st.integers(-(2**31), 2**31), max_size=3).map(tuple),
    ahead=st.integers(0, 2**REORDER_MESSAGES - 1),
)
CHECKPOINTS = st.builds(
    Checkpoint,
    generation=st.integers(0, 2**64 - 1),
    run=st.binary(min_size=16, max_size=16),
    samples_bytes=st.integers(0, 2**64 - 1),
    rejected_bytes=st.integers(0, 2**64 - 1),
    samples_sha256=st.binary(min_size=32, max_size=32),
    accounted=ACCOUNTED,
)
OURS = Checkpoint(7, b"r" * 16, 1_000, 50, b"d" * 32, Accounted(20, 24, 25, 99, 25, 18, 3, 4, 2, ended=True))
EMPTY = b"\0" * SLOT_BYTES


@given(CHECKPOINTS)
@settings(max_examples=80, deadline=None)
def test_a_slot_gives_back_what_was_written(checkpoint):
    slot = recovery.encode(checkpoint)
    assert len(slot) == SLOT_BYTES
    assert recovery.decode(slot + EMPTY) == checkpoint
    assert recovery.decode(EMPTY + slot) == checkpoint


def test_a_slot_by_hand():
    decoded = recovery.decode(recovery.encode(OURS))
    assert decoded == OURS
    assert decoded.accounted.ended is True
    assert recovery.encode(OURS).startswith(b"pvsimcp3\x07")


def test_a_slot_of_another_form_is_none():
    body = b"pvsimcp2" + recovery.encode(OURS)[8:-4]
    assert recovery.decode(body + crc32(body).to_bytes(4, "little") + EMPTY) is None


@pytest.mark.parametrize(("batteries", "length"), [(0, 512), (8, 512), (9, 1_024), (1_000, 8_704)])
def test_a_slot_has_room_for_the_batteries(batteries, length):
    checkpoint = replace(OURS, accounted=replace(OURS.accounted, stored=tuple(range(batteries))))
    slot = recovery.encode(checkpoint, slot_bytes(batteries))
    assert len(slot) == slot_bytes(batteries) == length
    newer = recovery.encode(replace(checkpoint, generation=8), length)
    assert recovery.decode(newer + slot, length).generation == 8
    assert recovery.decode(b"\0" * length + slot, length) == checkpoint


def test_every_changed_byte_spoils_the_slot():
    """I5: all 512 positions."""
    slot = recovery.encode(OURS)
    for at in range(SLOT_BYTES):
        for change in (0x01, 0x80, 0xFF):
            changed = slot[:at] + bytes([slot[at] ^ change]) + slot[at + 1 :]
            assert recovery.decode(changed + EMPTY) is None, at


@pytest.mark.parametrize("new", [OURS, replace(OURS, generation=9, accounted=Accounted(written=1))])
def test_a_write_torn_at_any_byte_leaves_the_old_slot(new):
    """I1: a torn write keeps the head of the new slot and the tail of what was there, or of nothing."""
    older = replace(OURS, generation=new.generation - 2, accounted=Accounted(5))
    other = replace(OURS, generation=new.generation - 1, accounted=Accounted(6))
    slot, before = recovery.encode(new), recovery.encode(older)
    for cut in range(SLOT_BYTES + 1):
        for tail in (before[cut:], EMPTY[cut:]):
            written = slot[:cut] + tail
            expected = new if written == slot else other
            assert recovery.decode(recovery.encode(other) + written) == expected, cut


@given(first=CHECKPOINTS, second=CHECKPOINTS)
@settings(max_examples=50, deadline=None)
def test_the_newer_slot_wins(first, second):
    newest = max(first, second, key=lambda c: c.generation)
    assert recovery.decode(recovery.encode(first) + recovery.encode(second)).generation == newest.generation


@pytest.mark.parametrize("order", [(6, 7), (7, 6)])
def test_the_newer_slot_wins_wherever_it_stands(order):
    content = b"".join(recovery.encode(replace(OURS, generation=g)) for g in order)
    assert recovery.decode(content).generation == 7


@pytest.mark.parametrize("content", [b"", EMPTY, 2 * EMPTY, b"pvsimcp3", recovery.encode(OURS)[:-1]])
def test_where_no_slot_is_whole_there_is_no_checkpoint(content):
    assert recovery.decode(content) is None


@given(content=st.binary(max_size=2 * SLOT_BYTES + 10))
@settings(max_examples=50, deadline=None)
def test_garbage_is_no_checkpoint(content):
    assert recovery.decode(content) is None


@given(samples=st.integers(0, 2_000), rejected=st.integers(0, 100), same_run=st.booleans())
@settings(max_examples=100, deadline=None)
def test_a_checkpoint_never_speaks_of_more_than_the_files_hold(samples, rejected, same_run):
    """I5: longer files are cut back, shorter ones are an error."""
    run = OURS.run if same_run else b"x" * 16
    if same_run and samples >= 1_000 and rejected >= 50:
        check_resume(OURS, run, samples, rejected)
    else:
        with pytest.raises(BadInputError):
            check_resume(OURS, run, samples, rejected)


@pytest.mark.parametrize(
    ("run", "samples", "rejected", "says"),
    [
        (b"x" * 16, 1_000, 50, "another configuration"),
        (b"r" * 16, 999, 50, "ahead of the samples file: 1,000 bytes were written, 999 are there"),
        (b"r" * 16, 0, 50, "ahead of the samples file: 1,000 bytes were written, 0 are there"),
        (b"r" * 16, 1_000, 49, "ahead of the file of rejected messages: 50 bytes were written, 49 are there"),
    ],
)
def test_why_a_run_cannot_be_resumed(run, samples, rejected, says):
    with pytest.raises(BadInputError, match=says) as caught:
        check_resume(OURS, run, samples, rejected)
    assert "start a new run" in caught.value.fix


def test_files_at_or_past_the_checkpoint_can_go_on():
    check_resume(OURS, OURS.run, 1_000, 50)
    check_resume(OURS, OURS.run, 1_001, 51)


DAY = RunPlan("r", Timeline.of_days(date(2024, 6, 21), 1, ZoneInfo("UTC")), ("a", "b"), every_s=2)
FITS = Accounted(next_position=8, anchor_offset=9, next_offset=10, received=8, written=6, missing=2)


def test_what_a_run_can_have_accounted_for_fits():
    check_fits(FITS, DAY)
    check_fits(Accounted(), DAY)
    with_batteries = replace(DAY, balance=Balance((BatteryModel(5.0, 2.0, 2.0, 0.95, 0.95, 0.0),) * 2, (7, 7)))
    check_fits(Accounted(), with_batteries)
    check_fits(replace(FITS, stored=(1, 2)), with_batteries)
    with pytest.raises(BadInputError, match="0 values of batteries, and the run has 2"):
        check_fits(FITS, with_batteries)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"next_position": 2**62}, "of 172,800 readings"),
        ({"next_position": -4}, "-4 of"),
        ({"next_position": 10, "written": 8}, "part of an averaging period"),
        ({"written": 7}, "7 readings written and 2 missing, 8 in all"),
        ({"written": 9, "missing": -1}, "9 readings written and -1 missing"),
        ({"anchor_offset": -2}, "offsets -2"),
        ({"next_offset": -1}, "and -1"),
        ({"duplicates": -1}, "a negative count"),
        ({"readings_crc32": 2**32}, "no CRC-32"),
        ({"stored": (1,)}, "1 values of batteries, and the run has 0"),
    ],
)
def test_what_cannot_be_is_refused_though_its_crc_is_good(change, says):
    with pytest.raises(BadInputError, match=says) as caught:
        check_fits(replace(FITS, **change), DAY)
    assert "start a new run" in caught.value.fix


def test_more_batteries_than_a_slot_can_hold_are_refused():
    slot = recovery.encode(replace(OURS, accounted=replace(OURS.accounted, stored=(5, 6))))
    at = slot.index((2).to_bytes(8, "little") + (5).to_bytes(8, "little"))
    body = slot[:at] + (10**6).to_bytes(8, "little") + slot[at + 8 : -4]
    with pytest.raises(BadInputError, match="counts 1,000,000 batteries"):
        recovery.decode(body + crc32(body).to_bytes(4, "little"))
