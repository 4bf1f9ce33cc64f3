"""Publish frames made of many messages."""

import struct

import numpy as np

from pvsim.core.quantities.types import Octets
from pvsim.core.stream.frames import VERSION, Command
from pvsim.core.stream.sections import data_section

__all__ = ["ENTRY_OVERHEAD", "publish_frame"]

ENTRY_OVERHEAD = 8 + 4 + 8
"""At most so many bytes are added to a body: publishing id, length, section header."""

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
    size = _PUBLISH_HEAD.size - 4 + entries.nbytes
    return _PUBLISH_HEAD.pack(size, Command.PUBLISH, VERSION, publisher_id, n) + entries.tobytes()
