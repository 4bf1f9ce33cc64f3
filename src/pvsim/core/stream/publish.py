"""Publish frames made of many messages: each by itself, or in batches (`chunks` has their form)."""

import struct
from collections.abc import Sequence

import numpy as np

from pvsim.core.quantities.types import Octets
from pvsim.core.stream.frames import VERSION, Command
from pvsim.core.stream.sections import data_section

__all__ = ["ENTRY_OVERHEAD", "batch_frame", "fitting", "publish_frame", "uneven_frame"]

ENTRY_OVERHEAD = 8 + 4 + 8
"""At most so many bytes are added to a body: publishing id, length, section header. A batch adds no more of its
own: 8 + 11, and its messages have no publishing ids."""

_BATCH_HEAD = struct.Struct(">BHII")
_UNCOMPRESSED = 0x80

_PUBLISH_HEAD = struct.Struct(">IHHBI")


def publish_frame(publisher_id: int, first_id: int, bodies: Octets) -> bytes:
    """A Publish frame of messages with consecutive publishing ids, bodies of shape (n, width)."""
    n, width = bodies.shape
    section = data_section(width)
    layout = np.dtype([("id", ">u8"), ("length", ">u4"), ("section", f"V{len(section)}"), ("body", f"V{width}")])
    entries = np.empty(n, dtype=layout)
    entries["id"] = np.arange(first_id, first_id + n, dtype=np.uint64)
    entries["length"] = len(section) + width
    entries["section"] = np.void(section)
    entries["body"] = np.ascontiguousarray(bodies).view(f"V{width}")[:, 0]
    return _frame(publisher_id, n, entries.tobytes())


def uneven_frame(publisher_id: int, ids: Sequence[int], bodies: Sequence[bytes]) -> bytes:
    """The same of messages that are not of one length, with publishing ids that rise."""
    pieces = []
    for id_, body in zip(ids, bodies, strict=True):
        section = data_section(len(body))
        pieces += [id_.to_bytes(8, "big"), (len(section) + len(body)).to_bytes(4, "big"), section, body]
    return _frame(publisher_id, len(bodies), b"".join(pieces))


def fitting(bodies: Sequence[bytes], frame_max: int) -> int:
    """How many messages, from the first on, fit into one frame: at least one.

    Args:
        bodies: At least one.
        frame_max: The largest frame in bytes, 0 for no limit.
    """
    left = frame_max - _PUBLISH_HEAD.size
    for count, body in enumerate(bodies):
        left -= len(body) + ENTRY_OVERHEAD
        if left < 0 < frame_max:
            return max(count, 1)
    return len(bodies)


def batch_frame(publisher_id: int, first_id: int, bodies: Octets, batch: int) -> bytes:
    """The same in batches of so many messages, the last one perhaps of fewer; each batch has one publishing id."""
    whole, rest = divmod(len(bodies), batch)
    entries = _batches(first_id, bodies[: whole * batch], batch) if whole else b""
    if rest:
        entries += _batches(first_id + whole, bodies[whole * batch :], rest)
    return _frame(publisher_id, whole + bool(rest), entries)


def _batches(first_id: int, bodies: Octets, batch: int) -> bytes:
    """Entries of batches that are all of one size."""
    n, width = len(bodies) // batch, bodies.shape[1]
    section = data_section(width)
    message = np.dtype([("length", ">u4"), ("section", f"V{len(section)}"), ("body", f"V{width}")])
    layout = np.dtype([("id", ">u8"), ("head", f"V{_BATCH_HEAD.size}"), ("messages", message, (batch,))])
    size = batch * message.itemsize
    entries = np.empty(n, dtype=layout)
    entries["id"] = np.arange(first_id, first_id + n, dtype=np.uint64)
    entries["head"] = np.void(_BATCH_HEAD.pack(_UNCOMPRESSED, batch, size, size))
    entries["messages"]["length"] = len(section) + width
    entries["messages"]["section"] = np.void(section)
    entries["messages"]["body"] = np.ascontiguousarray(bodies).view(f"V{width}").reshape(n, batch)
    return entries.tobytes()


def _frame(publisher_id: int, n: int, entries: bytes) -> bytes:
    size = _PUBLISH_HEAD.size - 4 + len(entries)
    return _PUBLISH_HEAD.pack(size, Command.PUBLISH, VERSION, publisher_id, n) + entries
