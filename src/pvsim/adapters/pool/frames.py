"""What a pool and its workers say to each other: a length of eight bytes, then as many bytes."""

from typing import BinaryIO

__all__ = ["LENGTH_BYTES", "READY", "framed", "length_of", "read_frame"]

LENGTH_BYTES = 8
READY = b"ready"
"""What a worker says first, when everything it needs is loaded."""


def framed(body: bytes) -> bytes:
    """A body with its length before it."""
    return len(body).to_bytes(LENGTH_BYTES) + body


def length_of(head: bytes) -> int:
    """The length that is said before a body."""
    return int.from_bytes(head)


def read_frame(file: BinaryIO) -> bytes | None:
    """The next body; None at the end, also where it comes in the middle of one."""
    head = file.read(LENGTH_BYTES)
    if len(head) < LENGTH_BYTES:
        return None
    body = file.read(length_of(head))
    return body if len(body) == length_of(head) else None
