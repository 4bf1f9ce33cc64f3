"""One message of the log, as the broker keeps it."""

from dataclasses import dataclass

__all__ = ["Entry"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One message of the log.

    Attributes:
        offset: Its place in the log.
        arrived_ms: When it came, in Unix milliseconds by the broker's clock, which may be set back.
        routing_key: As it was published; empty where it passed no exchange, as the service's own ticks.
        body: The message, or an `Unreadable`.
        encoding: Its content encoding, such as `gzip`; mostly empty.
    """

    offset: int
    arrived_ms: int
    routing_key: str
    body: bytes
    encoding: str = ""
