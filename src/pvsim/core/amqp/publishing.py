"""Publishing by the block: the frames of many messages in one piece, and which of them are confirmed."""

import re
from collections import deque
from collections.abc import Mapping

import numpy as np

from pvsim.core.amqp.content import FRAME_OVERHEAD, FrameType, frame
from pvsim.core.amqp.fields import short_string, table
from pvsim.core.amqp.methods import Confirm, Kind
from pvsim.core.quantities.types import Octets

__all__ = ["Confirms", "json_properties", "message_frames", "most_under_way", "publish_frames"]

MANY_UNDER_WAY = 4_000
"""Messages that the broker has not confirmed; 1,000 to 40,000 are alike (3.10.8)."""

FEW_UNDER_WAY = 255
"""The same of RabbitMQ 4. Where a stream has yet to store 256 messages of a channel, the channel takes no more.
Those behind them wait in the socket and come in large pieces, which makes its garbage collection a fifth of the
broker's work (4.0.5)."""

NEAR_S = 0.005
"""So few are enough where a question and its answer take less: 255 messages in 5 ms are 51,000 a second."""

_MANY_COST_FROM = 4
_RABBITMQ_MAJOR = re.compile(r"RabbitMQ (\d+)\.")

_MANDATORY = 1
_PERSISTENT = 2
_BASIC_CLASS = 60
_CONTENT_TYPE, _HEADERS, _DELIVERY_MODE = 1 << 15, 1 << 13, 1 << 12


def publish_frames(*, channel: int, exchange: str, routing_key: str, bodies: Octets, frame_max: int) -> bytes:
    """The frames of mandatory messages, in one piece.

    Each property of a message costs the broker time, when it stores the message and when it delivers it. So those
    straight to a stream have none, it keeps every message; those through an exchange are persistent, since
    somebody may have bound another queue to it.

    Args:
        channel: Number of the channel.
        exchange: Where they go; empty for straight to the queue or stream of the key.
        routing_key: The one key of them all.
        bodies: Shape (n, width).
        frame_max: The largest frame in bytes, 0 for no limit; longer bodies are split.
    """
    n, width = bodies.shape
    names = short_string(exchange) + short_string(routing_key)
    method = Kind.BASIC_PUBLISH.to_bytes(4, "big") + bytes(2) + names + bytes([_MANDATORY])
    properties = _DELIVERY_MODE.to_bytes(2, "big") + bytes([_PERSISTENT]) if exchange else bytes(2)
    header = _BASIC_CLASS.to_bytes(2, "big") + bytes(2) + width.to_bytes(8, "big") + properties
    before = frame(FrameType.METHOD, channel, method) + frame(FrameType.HEADER, channel, header)
    columns: list[Octets] = [_repeated(before, n)]
    step = frame_max - FRAME_OVERHEAD if frame_max else max(width, 1)
    for start in range(0, width, step):
        part = bodies[:, start : start + step]
        empty = frame(FrameType.BODY, channel, bytes(part.shape[1]))
        columns += [_repeated(empty[: FRAME_OVERHEAD - 1], n), part, _repeated(empty[-1:], n)]
    return np.concatenate(columns, axis=1).tobytes()


def json_properties(headers: Mapping[str, str]) -> bytes:
    """The properties of a persistent JSON message, as its header has them.

    Args:
        headers: What a headers exchange may select by.
    """
    flags = (_CONTENT_TYPE | _HEADERS | _DELIVERY_MODE).to_bytes(2, "big")
    return flags + short_string("application/json") + table(dict(headers)) + bytes([_PERSISTENT])


def message_frames(
    *, channel: int, exchange: str, routing_key: str, properties: bytes, body: bytes, frame_max: int
) -> bytes:
    """The frames of one message that nobody needs to be bound for: what has no queue is dropped, and confirmed.

    Args:
        channel: Number of the channel.
        exchange: Where it goes.
        routing_key: Its key.
        properties: As `json_properties` makes them.
        body: Its content.
        frame_max: The largest frame in bytes, 0 for no limit.
    """
    names = short_string(exchange) + short_string(routing_key)
    method = Kind.BASIC_PUBLISH.to_bytes(4, "big") + bytes(2) + names + b"\0"
    header = _BASIC_CLASS.to_bytes(2, "big") + bytes(2) + len(body).to_bytes(8, "big") + properties
    step = frame_max - FRAME_OVERHEAD if frame_max else max(len(body), 1)
    parts = (body[start : start + step] for start in range(0, len(body), step))
    bodies = (frame(FrameType.BODY, channel, part) for part in parts)
    return frame(FrameType.METHOD, channel, method) + frame(FrameType.HEADER, channel, header) + b"".join(bodies)


def most_under_way(server: str, round_trip_s: float) -> int:
    """How many messages to have under way at once.

    Args:
        server: Product and version, as the broker says them.
        round_trip_s: What a question and its answer take: a broker that is far away waits for too few messages.
    """
    found = _RABBITMQ_MAJOR.match(server)
    few = found is not None and int(found[1]) >= _MANY_COST_FROM and round_trip_s < NEAR_S
    return FEW_UNDER_WAY if few else MANY_UNDER_WAY


def _repeated(octets: bytes, n: int) -> Octets:
    return np.broadcast_to(np.frombuffer(octets, dtype=np.uint8), (n, len(octets)))


class Confirms:
    """The messages of one channel that are under way.

    The broker numbers them from 1, and confirms one by one or all up to a number, in any order.

    Attributes:
        confirmed: How many are safe.
        refused: Publishing id of the first one that the broker refused; None while it has refused none.
    """

    def __init__(self) -> None:
        self.confirmed = 0
        self.refused: int | None = None
        self._next_tag = 1
        self._all_up_to = 0
        self._beyond: set[int] = set()  # known of, above `_all_up_to`
        self._blocks: deque[tuple[int, int]] = deque()  # tag and publishing id of the first message of each

    @property
    def unconfirmed(self) -> int:
        """How many the broker has said nothing of."""
        return self._next_tag - 1 - self._all_up_to - len(self._beyond)

    def expect(self, first_id: int, count: int) -> None:
        """So many messages with consecutive ids were sent."""
        self._blocks.append((self._next_tag, first_id))
        self._next_tag += count

    def take(self, confirm: Confirm) -> None:
        """Take a word of the broker; what it does not concern any more changes nothing."""
        before = self.unconfirmed
        tag = min(confirm.delivery_tag, self._next_tag - 1)
        if confirm.multiple:
            first = self._all_up_to + 1
            self._all_up_to = max(self._all_up_to, tag)
            self._beyond = {known for known in self._beyond if known > self._all_up_to}
        else:
            first = tag
            if tag > self._all_up_to:
                self._beyond.add(tag)
        while self._all_up_to + 1 in self._beyond:
            self._all_up_to += 1
            self._beyond.remove(self._all_up_to)
        if confirm.taken:
            self.confirmed += before - self.unconfirmed
        elif self.refused is None and before > self.unconfirmed:
            self.refused = self._publishing_id(first)
        while len(self._blocks) > 1 and self._blocks[1][0] <= self._all_up_to:
            self._blocks.popleft()

    def _publishing_id(self, tag: int) -> int:
        first_tag, first_id = max(block for block in self._blocks if block[0] <= tag)
        return first_id + tag - first_tag
