"""Messages as they come from a log: many at once."""

from dataclasses import dataclass
from typing import Self

from pvsim.core.quantities.types import Octets

__all__ = ["Batch", "Unreadable"]


class Unreadable(bytes):
    """Stands for a message of a batch that cannot be taken apart: the batch as it came, and why.

    Attributes:
        why: The reason, for `rejected.jsonl`.
    """

    why: str

    def __new__(cls, batch: bytes, why: str) -> Self:
        """Keep the batch with its reason."""
        made = super().__new__(cls, batch)
        made.why = why
        return made


@dataclass(frozen=True, slots=True)
class Batch:
    """Messages at consecutive offsets: an array where all have one length, else a list."""

    first_offset: int
    bodies: Octets | list[bytes]

    def __len__(self) -> int:
        return len(self.bodies)

    def body(self, i: int) -> bytes:
        """The i-th message."""
        body = self.bodies[i]
        return body if isinstance(body, bytes) else body.tobytes()

    def part(self, start: int, stop: int) -> "Batch":
        """Some of its messages."""
        return Batch(self.first_offset + start, self.bodies[start:stop])
