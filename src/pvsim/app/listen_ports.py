"""What a service without an end needs from outside, as protocols."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from pvsim.core.messages.entry import Entry
from pvsim.core.session.closed import Closed
from pvsim.core.session.state import SessionState

__all__ = ["EntryLog", "Results", "SessionFiles", "Ticker", "Watcher"]


class Ticker(Protocol):
    """Writes the passing of time into the log."""

    async def tick(self, body: bytes) -> None:
        """Publish a tick; not while the broker has not confirmed the one before.

        Raises:
            BrokerError: if the connection is lost or the broker refuses a message.
        """
        ...


class EntryLog(Protocol):
    """The log of a service, which others publish to."""

    def entries(self, from_offset: int) -> AbstractAsyncContextManager[AsyncIterator[Sequence[Entry]]]:
        """Read from the chunk that holds `from_offset` on (so perhaps a little before it), without end.

        A broker that has no such message, not yet or not any more, begins elsewhere without a word.

        Raises:
            BrokerError: from the iteration, if the connection or the log is lost.
        """
        ...

    def ticker(self) -> AbstractAsyncContextManager[Ticker]:
        """Open the publisher of ticks.

        Raises:
            BrokerRefusedError: if the account may not write.
        """
        ...

    async def last_offset(self) -> int:
        """The offset of the last message, −1 where there is none."""
        ...


class SessionFiles(Protocol):
    """The files of a service, with their checkpoint."""

    @property
    def state(self) -> SessionState | None:
        """The state of the session that is safely on disk; None where the service begins."""
        ...

    @property
    def kept(self) -> Mapping[str, bytes]:
        """What others had kept with it: JSON by name."""
        ...

    def append(self, closed: Closed) -> None:
        """Write rows and rejected messages at the ends of their files; not yet safe.

        Raises:
            CannotWriteError: if the disk is full or fails. Nothing may be appended or committed after that.
        """
        ...

    def commit(self, state: SessionState, kept: Mapping[str, bytes]) -> None:
        """Make everything appended safe, then the checkpoint: all of it, or nothing after a crash.

        It is called in a thread, while nothing else uses the files.

        Args:
            state: The state of the session after what was appended.
            kept: What others keep with it: JSON by name.

        Raises:
            CannotWriteError: as `append`.
        """
        ...


class Results(Protocol):
    """Publishes what comes of the readings. It waits for nobody, and no row depends on it.

    What is not confirmed yet is kept with the checkpoint, as `kept`, and given back when the service starts again.
    """

    @property
    def is_full(self) -> bool:
        """Whether so much waits for the broker that nothing more should be read for now."""
        ...

    async def room(self) -> None:
        """Wait until there is room again."""
        ...

    def take(self, closed: Closed, state: SessionState) -> None:
        """Take the next rows, which are not yet safe on disk: nothing of them may be published now."""
        ...

    def kept(self) -> bytes:
        """All that is needed to go on from here, as JSON."""
        ...

    def committed(self) -> None:
        """What was taken before the last `kept` is safe on disk, and may be published."""
        ...


class Watcher(Protocol):
    """Is shown what a service does: lines on the terminal, metrics. It must not fail, nor take long."""

    def opened(self) -> None:
        """The log can be read: the service does its work from now on; again after each lost connection."""
        ...

    def closed(self, closed: Closed, state: SessionState) -> None:
        """Rows and rejected messages were written, perhaps not yet safe on disk."""
        ...

    def committed(self, state: SessionState, took_s: float) -> None:
        """All that was written is safe on disk."""
        ...

    def said(self, what: str) -> None:
        """Something happened that a person should know, in a sentence."""
        ...
