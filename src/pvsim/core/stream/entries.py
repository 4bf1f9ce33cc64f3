"""Chunks of a stream as entries: each message with its routing key, its content encoding and its time of arrival.

For logs that others publish to. A run's own readings are read by `pvsim.core.stream.chunks.split_chunk`, a hundred
times as fast, without all this.
"""

from pvsim.core.messages.batch import Unreadable
from pvsim.core.messages.entry import Entry
from pvsim.core.stream.chunks import messages_one_by_one, open_chunk
from pvsim.core.stream.sections import said_of, unwrapped

__all__ = ["MAX_ENTRY_BYTES", "read_entries"]

MAX_ENTRY_BYTES = 65_536
"""A longer body is not kept: the broker takes 128 MiB."""

_EXCERPT_BYTES = 512


def read_entries(chunk: memoryview) -> list[Entry]:
    """The messages of a chunk, in order; nothing where it holds none of a user's.

    Raises:
        FrameError: if the chunk is damaged (CRC-32), or its entries do not fit together.
    """
    opened = open_chunk(chunk)
    if opened is None:
        return []
    return [
        _entry(offset, opened.written_ms, message)
        for offset, message in enumerate(messages_one_by_one(opened), opened.first_offset)
    ]


def _entry(offset: int, written_ms: int, message: memoryview | bytes) -> Entry:
    if not isinstance(message, memoryview):
        return Entry(offset, written_ms, "", message)
    if len(message) > MAX_ENTRY_BYTES:
        what = f"a message of {len(message):,} bytes; the limit is {MAX_ENTRY_BYTES:,}"
        said = said_of(message)
        return Entry(offset, written_ms, said.routing_key, Unreadable(bytes(message[:_EXCERPT_BYTES]), what))
    said = said_of(message)
    return Entry(offset, written_ms, said.routing_key, unwrapped(message), said.content_encoding)
