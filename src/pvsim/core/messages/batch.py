"""Messages as they come from a log: many at once."""

from dataclasses import dataclass

from pvsim.core.quantities.types import Octets

__all__ = ["Batch"]


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
