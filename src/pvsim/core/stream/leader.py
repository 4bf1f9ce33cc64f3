"""When a stream that has just been made can be used: what to do after each answer to a Metadata request.

A stream exists before it has a leader. Then RabbitMQ 4.0 does not survive a request that needs the leader
(declare a publisher, query its sequence) from any client but the stream's maker: it reads the leader from the
queue's record, where none is yet, and the connection ends. A Metadata request is answered from the coordinator's
state and is safe. The record follows the coordinator a moment later, which is why a client that did not make the
stream waits for that moment too; the maker is answered only after it.
"""

import struct
from dataclasses import dataclass

from pvsim.core.stream.frames import FrameError, ResponseCode

__all__ = ["Next", "after_metadata", "exists", "has_leader"]

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.005, 0.1
SETTLE_S = 0.02
"""From the leader's start to its place in the queue's record; 0.2 to 5 ms on two busy cores."""

_NO_LEADER = 0xFFFF
_STARTING = frozenset({ResponseCode.STREAM_NOT_AVAILABLE, ResponseCode.INTERNAL_ERROR})
_STATE = struct.Struct(">HHI")  # code, leader, number of replicas


@dataclass(frozen=True, slots=True)
class Next:
    """What to do next: wait so long, then ask again or use the stream."""

    pause_s: float
    ask_again: bool


def after_metadata(body: bytes, stream: str, *, asked: int, ours: bool) -> Next:
    """What to do after an answer.

    Args:
        body: The answer, from its list of brokers on.
        stream: The stream.
        asked: How often it has been asked for, this time included.
        ours: This connection made the stream: the broker has answered that its leader is on record.

    Raises:
        FrameError: if the answer is cut short, or does not speak of the stream.
    """
    if has_leader(body, stream):
        return Next(0.0 if ours else SETTLE_S, ask_again=False)
    return Next(min(FIRST_PAUSE_S * 2.0 ** min(asked - 1, 10), LONGEST_PAUSE_S), ask_again=True)


def has_leader(body: bytes, stream: str) -> bool:
    """Whether nothing is to be waited for: the stream has a leader, or there is no such stream.

    Raises:
        FrameError: if the answer is cut short, or does not speak of the stream.
    """
    code, leader = _state(body, stream)
    if code == ResponseCode.OK:
        return leader != _NO_LEADER
    return code not in _STARTING


def exists(body: bytes, stream: str) -> bool:
    """Whether there is such a stream.

    Raises:
        FrameError: if the answer is cut short, or does not speak of the stream.
    """
    return _state(body, stream)[0] != ResponseCode.STREAM_DOES_NOT_EXIST


def _state(body: bytes, stream: str) -> tuple[int, int]:
    try:
        return _states(body)[stream]
    except (struct.error, KeyError, UnicodeDecodeError) as error:
        raise FrameError(f"not an answer about stream {stream}: {body[:32].hex(' ')}") from error


def _states(body: bytes) -> dict[str, tuple[int, int]]:
    """Code and leader of each stream; `[reference host port] [stream code leader [replica]]`."""
    at = 4
    for _ in range(struct.unpack_from(">I", body)[0]):
        (length,) = struct.unpack_from(">h", body, at + 2)
        at += 4 + max(length, 0) + 4
    (count,) = struct.unpack_from(">I", body, at)
    at += 4
    found = {}
    for _ in range(count):
        (length,) = struct.unpack_from(">h", body, at)
        name = body[at + 2 : at + 2 + max(length, 0)].decode()
        at += 2 + max(length, 0)
        code, leader, replicas = _STATE.unpack_from(body, at)
        found[name] = (code, leader)
        at += _STATE.size
        struct.unpack_from(f">{replicas}H", body, at)
        at += 2 * replicas
    return found
