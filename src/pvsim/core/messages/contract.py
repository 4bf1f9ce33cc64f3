"""The messages: versioned JSON, one reading each, and one that ends the run.

A body means itself: it names run, meter, second and unit, and needs no other message to be understood.
Anybody may publish one; what does not fit is rejected with a reason and kept (I4). `pvsim schema` prints the
schemas.
"""

import json
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

import msgspec

from pvsim.core.messages.batch import Unreadable
from pvsim.core.quantities.json_text import NOT_DECODED
from pvsim.core.quantities.types import BRIEFS_RANGE, DW_PER_W, MeterRange
from pvsim.core.run.plan import RunPlan

__all__ = [
    "MAX_BODY_BYTES",
    "VERSION",
    "End",
    "Reading",
    "Reason",
    "Rejection",
    "Tick",
    "Values",
    "publishing_id",
    "read_message",
    "rejection_line",
]

VERSION = 1
MAX_BODY_BYTES = 4_096
_EXCERPT_BYTES = 512

_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
_Count = Annotated[int, msgspec.Meta(ge=0)]


class Reading(msgspec.Struct, frozen=True, tag_field="kind", tag="reading"):
    """One meter value: the mean power over [t_utc, t_utc + 1 s).

    Attributes:
        v: Version of the contract.
        run: Id of the run.
        meter: Name of the meter within the run.
        seq: Seconds since the start of the run.
        t_utc: The second that the reading is of, with offset (`2024-06-21T10:00:00Z`).
        meter_w: Mean power in W, 0..9000 or the range that the run says, negative only of a meter at the grid
            connection; kept to 0.1 W.
    """

    v: Literal[1]
    run: _Name
    meter: _Name
    seq: _Count
    t_utc: Annotated[datetime, msgspec.Meta(tz=True)]
    meter_w: float


class End(msgspec.Struct, frozen=True, tag_field="kind", tag="end"):
    """The end of a run: how many readings it has, and the CRC-32 of their values.

    Attributes:
        readings: All readings of all meters.
        crc32: CRC-32 (zlib) of the values in 0.1 W as little-endian 32-bit integers, in order of position.
    """

    v: Literal[1]
    run: _Name
    readings: _Count
    crc32: Annotated[int, msgspec.Meta(ge=0, lt=2**32)]


class Tick(msgspec.Struct, frozen=True, tag_field="kind", tag="tick"):
    """The passing of time, which a service writes into its own log while nothing else comes."""

    v: Literal[1]


class _Envelope(msgspec.Struct, frozen=True):
    """What every version of the contract has: enough to say why a message is not for us."""

    v: int
    kind: str
    run: str


class Reason(StrEnum):
    """Why a message was rejected."""

    BATCH = "in a batch that cannot be read"
    TOO_LARGE = "too large"
    NOT_JSON = "not JSON"
    NOT_A_MESSAGE = "not a message of the contract"
    TWICE = "a field stands twice"
    VERSION = "another version of the contract"
    OTHER_RUN = "of another run"
    UNKNOWN_METER = "of a meter that the run does not have"
    TIME = "time and sequence number do not fit"
    RANGE = "outside 0..9000 W"
    WRONG_END = "an end marker that does not fit"
    EARLY = "ahead of its turn, and what stands before it did not come"
    WINDOW = "another reading of its averaging period was rejected"


class Rejection(msgspec.Struct, frozen=True):
    """A message that was rejected, and where it stood.

    Attributes:
        reason: One of `Reason`; of a value the run's own range is named.
        position: Set where the message is a reading of this run with an impossible value: it takes its place.
    """

    reason: str
    detail: str = ""
    position: int | None = None


class Values(msgspec.Struct, frozen=True):
    """A reading that fits the run: its position and its value."""

    position: int
    meter_dw: int


_decode_envelope = msgspec.json.Decoder(_Envelope).decode
_FIELDS = sorted({"kind"} | {field.name for kind in (Reading, End) for field in msgspec.structs.fields(kind)})
_QUOTED_FIELDS = [f'"{name}"'.encode() for name in _FIELDS]
_decode_names = json.JSONDecoder(
    object_pairs_hook=lambda pairs: [name for name, _ in pairs],
    parse_int=str,  # a number of 5,000 digits is nobody's business here
    parse_float=str,
    strict=False,
).decode
_decode_message = msgspec.json.Decoder(Reading | End).decode


def read_message(body: bytes, plan: RunPlan) -> Values | End | Rejection:
    """Validate one body against the contract and the run; what does not fit is returned as a `Rejection`."""
    if isinstance(body, Unreadable):
        return Rejection(Reason.BATCH, body.why)
    if len(body) > MAX_BODY_BYTES:
        return Rejection(Reason.TOO_LARGE, f"{len(body):,} bytes; the limit is {MAX_BODY_BYTES:,}")
    try:
        if (misfit := _misfit(body, plan)) is not None:
            return misfit
        message = _decode_message(body)
    except msgspec.ValidationError as error:
        return Rejection(Reason.NOT_A_MESSAGE, str(error))
    except NOT_DECODED as error:
        return Rejection(Reason.NOT_JSON, str(error))
    return message if isinstance(message, End) else _place(message, plan)


def _misfit(body: bytes, plan: RunPlan) -> Rejection | None:
    """Why a body cannot be a message of the run, whatever its fields are; None where it can."""
    envelope = _decode_envelope(body)
    if envelope.v != VERSION:
        return Rejection(Reason.VERSION, f"version {envelope.v}; this is version {VERSION}")
    if envelope.run != plan.run_id:
        return Rejection(Reason.OTHER_RUN, envelope.run[:64])
    twice = _field_twice(body)
    return None if twice is None else Rejection(Reason.TWICE, twice)


def _field_twice(body: bytes) -> str | None:
    """A field of the contract that an object names twice, so that it means two things; None mostly.

    The decoder would take the last one. Looking for it with another parser takes 5 µs, so that only bodies which
    may have one are looked at.
    """
    if b"\\" not in body and all(body.count(name) <= 1 for name in _QUOTED_FIELDS):
        return None
    names: list[str] = _decode_names(body.decode(errors="replace"))
    return next((name for name in _FIELDS if names.count(name) > 1), None)


def publishing_id(body: bytes, plan: RunPlan) -> int | None:
    """The publishing id that a body has in this run; None where it is not a message of the run."""
    message = read_message(body, plan)
    if isinstance(message, End):
        return message.readings + 1 if message.readings == plan.readings else None
    return None if message.position is None else message.position + 1


def _place(reading: Reading, plan: RunPlan) -> Values | Rejection:
    try:
        meter = plan.meters.index(reading.meter)
    except ValueError:
        return Rejection(Reason.UNKNOWN_METER, reading.meter)
    expected_utc = plan.timeline.start_utc + reading.seq
    if reading.seq >= plan.timeline.seconds or reading.t_utc.timestamp() != expected_utc:
        return Rejection(Reason.TIME, f"seq {reading.seq} at {reading.t_utc.isoformat()}")
    position = reading.seq * len(plan.meters) + meter
    meter_range = plan.meter_range
    if not meter_range.low_dw <= reading.meter_w * DW_PER_W <= meter_range.high_dw:
        return Rejection(_out_of(meter_range), f"{reading.meter_w} W", position)
    return Values(position, round(reading.meter_w * DW_PER_W))


def _out_of(meter_range: MeterRange) -> str:
    return Reason.RANGE.replace(str(BRIEFS_RANGE), str(meter_range))


def rejection_line(offset: int, reason: str, detail: str, body: bytes) -> bytes:
    """One line of `rejected.jsonl`. The body is kept as text where it is text, up to 512 bytes of it."""
    excerpt = body[:_EXCERPT_BYTES].decode("utf-8", errors="backslashreplace")
    fields = {"offset": offset, "reason": reason, "detail": detail, "bytes": len(body), "body": excerpt}
    return msgspec.json.encode(fields) + b"\n"
