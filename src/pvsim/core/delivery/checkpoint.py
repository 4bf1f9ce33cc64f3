"""The checkpoint, and where to go on from it.

The checkpoint file has two slots that are written in turn: a torn write damages one slot, never both. A slot has
512 bytes, or as many sectors more as the states of the run's batteries take. The order of a commit is: append
rows → fsync rows → write slot → fsync slot. So a slot never speaks of more than the files hold; if it does,
somebody changed them: an error with a name, never padded with NULs.
"""

import struct
from dataclasses import dataclass, fields
from zlib import crc32

from pvsim.core.delivery.accounting import Accounted
from pvsim.core.delivery.sequence import REORDER_MESSAGES
from pvsim.core.run.plan import RunPlan
from pvsim.errors import BadInputError

__all__ = ["SLOT_BYTES", "Checkpoint", "check_fits", "check_resume", "decode", "encode", "slot_bytes"]

SLOT_BYTES = 512
"""Of a run without batteries; a sector."""

_MAGIC = b"pvsimcp3"
_FIELDS = [field.name for field in fields(Accounted) if field.name not in {"stored", "last", "ahead"}]
_ACCOUNTED = struct.Struct("<" + "q" * len(_FIELDS))
_AHEAD_BYTES = REORDER_MESSAGES // 8
_LAYOUT = struct.Struct(f"<8sQ16sQQ32s{_ACCOUNTED.size}s{_AHEAD_BYTES}sQ")
_STATE = struct.Struct("<q")
_CRC = struct.Struct("<I")
_MAX_CRC = 2**32 - 1
_RESTORE = "restore it from a copy, or start a new run"
_HALF, _LOW_HALF = 32, 2**32 - 1


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What is safely on disk.

    Attributes:
        generation: Counts the commits; the newer valid slot counts.
        run: Digest of the run's configuration, 16 bytes: a checkpoint of another run is refused.
        samples_bytes: Length of the samples file, its header included.
        rejected_bytes: Length of the file of rejected messages.
        samples_sha256: Digest of the samples file up to that length.
        accounted: Where the log and the sequence stand.
    """

    generation: int
    run: bytes
    samples_bytes: int
    rejected_bytes: int
    samples_sha256: bytes
    accounted: Accounted


def slot_bytes(states: int) -> int:
    """Length of a slot with so many states of batteries and held values: whole sectors."""
    needed = _LAYOUT.size + states * _STATE.size + _CRC.size
    return -(-needed // SLOT_BYTES) * SLOT_BYTES


def encode(checkpoint: Checkpoint, slot: int = SLOT_BYTES) -> bytes:
    """One slot of `slot` bytes with its CRC-32; generation g belongs at byte g % 2 · slot of the file."""
    c = checkpoint
    accounted = _ACCOUNTED.pack(*(int(getattr(c.accounted, name)) for name in _FIELDS))
    ahead = c.accounted.ahead.to_bytes(_AHEAD_BYTES, "little")
    stored, last = c.accounted.stored, c.accounted.last
    states = len(stored) | len(last) << _HALF
    lengths = (c.samples_bytes, c.rejected_bytes)
    body = _LAYOUT.pack(_MAGIC, c.generation, c.run, *lengths, c.samples_sha256, accounted, ahead, states)
    body += b"".join(map(_STATE.pack, (*stored, *last)))
    padded = body.ljust(slot - _CRC.size, b"\0")
    return padded + _CRC.pack(crc32(padded))


def decode(content: bytes, slot: int = SLOT_BYTES) -> Checkpoint | None:
    """The newer valid slot of a checkpoint file, or None where no slot is whole.

    Raises:
        BadInputError: if a slot is whole, but cannot be read.
    """
    slots = [_decode_slot(content[at : at + slot], slot) for at in (0, slot)]
    return max((s for s in slots if s is not None), key=lambda s: s.generation, default=None)


def _decode_slot(content: bytes, slot: int) -> Checkpoint | None:
    if len(content) != slot:
        return None
    body, crc = content[: -_CRC.size], content[-_CRC.size :]
    if not body.startswith(_MAGIC) or _CRC.pack(crc32(body)) != crc:
        return None
    _, generation, run, samples, rejected, sha256, accounted, ahead, count = _LAYOUT.unpack_from(body)
    values = dict(zip(_FIELDS, _ACCOUNTED.unpack(accounted), strict=True))
    values["ended"] = bool(values["ended"])
    batteries, held = count & _LOW_HALF, count >> _HALF
    content = body[_LAYOUT.size :][: (batteries + held) * _STATE.size]
    if len(content) < (batteries + held) * _STATE.size:
        counted = f"{batteries:,} batteries" if batteries else f"{held:,} held values"
        raise BadInputError(f"the checkpoint counts {counted}, more than it can hold", fix=_RESTORE)
    states = tuple(state for (state,) in _STATE.iter_unpack(content))
    stored, last = states[:batteries], states[batteries:]
    progress = Accounted(**values, stored=stored, last=last, ahead=int.from_bytes(ahead, "little"))
    return Checkpoint(generation, run, samples, rejected, sha256, progress)


def check_fits(accounted: Accounted, plan: RunPlan) -> None:
    """Check that what a checkpoint accounts for can be so in a run: its CRC-32 speaks only for its bytes.

    Raises:
        BadInputError: if it cannot.
    """
    a = accounted
    batteries, held = len(plan.stored_at_start), len(plan.meters) if plan.holds else 0
    for what, holds in (
        (f"{a.next_position:,} of {plan.readings:,} readings", 0 <= a.next_position <= plan.readings),
        ("a part of an averaging period", a.next_position % plan.window == 0),
        (
            f"{a.written:,} readings written and {a.missing:,} missing, {a.next_position:,} in all",
            min(a.written, a.missing, a.held) >= 0 and (plan.holds or not a.held),
        ),
        (f"offsets {a.anchor_offset:,} and {a.next_offset:,}", a.anchor_offset >= -1 and a.next_offset >= 0),
        ("a negative count", min(a.received, a.duplicates, a.rejected, a.damaged, a.anchor_lag) >= 0),
        ("no CRC-32", 0 <= a.readings_crc32 <= _MAX_CRC),
        (
            f"{len(a.stored):,} values of batteries, and the run has {batteries:,}",
            len(a.stored) == batteries or not (a.stored or a.next_position),
        ),
        (
            f"the values of {len(a.last):,} meters, and the run holds those of {held:,}",
            len(a.last) == held or not (a.last or a.next_position),
        ),
    ):
        if not holds:
            raise BadInputError(f"the checkpoint is damaged: it contains {what}", fix=_RESTORE)


def check_resume(checkpoint: Checkpoint, run: bytes, samples_bytes: int, rejected_bytes: int) -> None:
    """Check that the files can go on from the checkpoint: whatever is longer is cut back to it.

    Args:
        checkpoint: The newer valid slot.
        run: Digest of this run's configuration.
        samples_bytes: Actual length of the samples file, 0 where it is missing.
        rejected_bytes: Actual length of the file of rejected messages, 0 where it is missing.

    Raises:
        BadInputError: if the checkpoint is of another run, or ahead of a file.
    """
    if checkpoint.run != run:
        raise BadInputError(
            "the checkpoint belongs to a run with another configuration",
            fix="resume with the run's own directory, or start a new run",
        )
    for name, actual, expected in (
        ("the samples file", samples_bytes, checkpoint.samples_bytes),
        ("the file of rejected messages", rejected_bytes, checkpoint.rejected_bytes),
    ):
        if actual < expected:
            raise BadInputError(
                f"the checkpoint is ahead of {name}: {expected:,} bytes were written, {actual:,} are there",
                fix="the file was shortened or replaced; restore it from a copy, or start a new run",
            )
