"""One message of the log, as the broker keeps it."""

from pvsim.core.messages.entry import Entry

__all__ = ["Entry"]
