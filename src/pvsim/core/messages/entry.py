"""One message of a log, with all that the broker says of it."""

from dataclasses import dataclass

__all__ = ["Entry"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A message as it is in the log.

    Attributes:
        offset: Its place in the log.
        arrived_ms: When the broker wrote it, in Unix ms by the broker's clock, which may be set back.
        routing_key: What it was published with; `` for a message that passed no exchange.
        body: Its content; `Unreadable` where it cannot be read.
        encoding: The content encoding that its publisher stated, such as `gzip`; `` for none.
    """

    offset: int
    arrived_ms: int
    routing_key: str
    body: bytes
    encoding: str = ""
