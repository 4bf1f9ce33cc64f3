"""What the use cases need from outside, as protocols. Adapters fulfil them; `wiring` joins the two."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeAlias

import msgspec

from pvsim.core.delivery.accounting import Accounted
from pvsim.core.messages.batch import Batch
from pvsim.core.quantities.types import Octets
from pvsim.core.results.samples import Samples

__all__ = [
    "BrokerState",
    "Clock",
    "ClockState",
    "Log",
    "MeterProgress",
    "Notice",
    "Notify",
    "ObserverState",
    "Publisher",
    "SampleFile",
    "ServiceProgress",
    "SimulatorProgress",
    "Stop",
    "Transport",
]


class Publisher(Protocol):
    """Publishes the messages of one run under one name, in order, and counts what the broker has confirmed."""

    @property
    def confirmed(self) -> int:
        """How many messages of this session the broker has confirmed."""
        ...

    async def last_id(self) -> int:
        """The last publishing id that the broker has under this name, 0 for none."""
        ...

    async def publish(self, first_id: int, bodies: Octets, batch: int = 1) -> None:
        """Hand over messages, shape (n, width); waits while too many are unconfirmed.

        Args:
            first_id: Publishing id of the first batch; the others follow.
            bodies: The messages.
            batch: Messages of each batch, the last of which may have fewer. A batch is taken whole or not at all.
                More than 1 only where the log takes batches.

        Raises:
            BrokerError: if the connection is lost or the broker refuses a message.
        """
        ...

    async def flush(self) -> None:
        """Wait until the broker has confirmed every message.

        Raises:
            BrokerError: if the connection is lost or the broker refuses a message.
        """
        ...


class Log(Protocol):
    """The log of one run's messages on the broker.

    Attributes:
        takes_batches: Several messages can be published with one id.
    """

    takes_batches: bool

    async def create(self) -> None:
        """Make the log; nothing happens where it exists."""
        ...

    async def delete(self) -> None:
        """Remove the log; nothing happens where there is none."""
        ...

    def publisher(self, name: str) -> AbstractAsyncContextManager[Publisher]:
        """Open a named publisher."""
        ...

    def subscribe(self, from_offset: int) -> AbstractAsyncContextManager[AsyncIterator[Batch]]:
        """Read from the chunk that holds `from_offset` on (so perhaps a little before it), without end.

        Raises:
            BrokerError: from the iteration, if the connection or the log is lost.
        """
        ...


class Transport(Protocol):
    """A way to a broker."""

    def log(self, stream: str) -> AbstractAsyncContextManager[Log]:
        """Connect, and speak of the log `stream`."""
        ...


class SampleFile(Protocol):
    """The samples and the rejected messages of one run on disk, with their checkpoint."""

    @property
    def accounted(self) -> Accounted:
        """What is safely on disk."""
        ...

    def append(self, samples: Samples, rejected: bytes, accounted: Accounted) -> None:
        """Write at the end; not yet safe.

        Args:
            samples: The next rows; there may be none.
            rejected: Lines of rejected messages.
            accounted: What is accounted for with both.

        Raises:
            CannotWriteError: if the disk is full or fails. Nothing may be appended or committed after that.
        """
        ...

    def commit(self) -> None:
        """Make everything appended safe: fsync the files, then the checkpoint.

        Raises:
            CannotWriteError: as `append`.
        """
        ...

    def seal(self) -> None:
        """Commit, and give the finished file its name; may be repeated."""
        ...


class Clock(Protocol):
    """How simulated time goes on beside wall time."""

    @property
    def speed(self) -> float:
        """Simulated seconds in a second of wall time; infinite where nothing waits."""
        ...

    def begin(self, t_utc: int) -> None:
        """Show `t_utc` now; nothing happens where it goes already."""
        ...

    async def until(self, t_utc: int) -> int:
        """Wait until it shows `t_utc`; what it shows then, which is later where the caller comes late."""
        ...


class Stop(Protocol):
    """The user's wish to end early."""

    def is_set(self) -> bool:
        """Whether it was said."""
        ...

    async def wait(self) -> object:
        """Until it is said."""
        ...


class MeterProgress(msgspec.Struct, frozen=True, tag="meter"):
    """How far the meter is: messages handed to the broker and confirmed by it, of all that the run has."""

    published: int
    confirmed: int
    total: int


class SimulatorProgress(msgspec.Struct, frozen=True, tag="simulator"):
    """How far the simulator is.

    Attributes:
        written: Readings that have a row, or are known to have none.
        total: Readings of the run.
        t_utc: The simulated second that it has reached.
    """

    written: int
    total: int
    t_utc: int


class ServiceProgress(msgspec.Struct, frozen=True, tag="service"):
    """How far a service is that listens without an end: the messages that are accounted for on disk."""

    written: int


class BrokerState(msgspec.Struct, frozen=True, tag="broker"):
    """Whether the broker can be worked with; said when that changes, in a sentence."""

    what: str
    well: bool


class ObserverState(msgspec.Struct, frozen=True, tag="observer"):
    """That an observer of the simulation failed or missed something, in a sentence; no row depends on it."""

    what: str


class ClockState(msgspec.Struct, frozen=True, tag="clock"):
    """That the meter is behind its clock, in a sentence."""

    what: str


Notice: TypeAlias = MeterProgress | SimulatorProgress | ServiceProgress | BrokerState | ObserverState | ClockState

Notify: TypeAlias = Callable[[Notice], None]
"""Takes the newest progress; cheap, called for each block."""
