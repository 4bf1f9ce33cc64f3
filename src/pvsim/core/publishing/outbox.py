"""What is to be published and not confirmed yet: kept with each checkpoint, so that a kill loses nothing of it.

A sample may be published when the checkpoint that has it is on disk, not before: else a service that is killed
could compute other rows than those that it has told.
"""

from collections import deque
from collections.abc import Sequence
from itertools import islice

import msgspec

from pvsim.core.publishing.contract import Sample, ServiceState, State
from pvsim.core.publishing.outgoing import Outgoing, OutgoingState
from pvsim.core.results.samples import Samples
from pvsim.errors import BadInputError

__all__ = ["MOST_WAITING", "Outbox"]

MOST_WAITING = 10_000
"""Samples that may wait for the broker; when there are so many, the service reads no further until half are gone.
They are in each checkpoint: 2 MB."""


class _Kept(msgspec.Struct, omit_defaults=True):
    """What an outbox keeps with a checkpoint."""

    outgoing: OutgoingState = msgspec.field(default_factory=OutgoingState)
    unsent: list[Sample] = msgspec.field(default_factory=list)
    confirmed_to: int = 0
    rows: int = 0


class Outbox:
    """Samples from when they are made until the broker has confirmed them.

    Args:
        service: Name of the service.
        every_s: Seconds that a sample is the mean of.
        rows: How many rows the service has, all safe on disk.
        kept: What `kept` gave before; None where the service begins.

    Attributes:
        skipped: Rows of the service that nothing was told of: they were written while it did not publish.

    Raises:
        BadInputError: if `kept` cannot be read.
    """

    def __init__(self, service: str, every_s: int = 1, rows: int = 0, kept: bytes | None = None) -> None:
        try:
            state = msgspec.json.decode(kept, type=_Kept) if kept is not None else _Kept()
        except msgspec.DecodeError as error:
            what = f"what the checkpoint keeps of results cannot be read: {error}"
            raise BadInputError(what, fix="start the service with another --out") from error
        self._outgoing = Outgoing(service, every_s, state.outgoing)
        self._rows = self._rows_in_kept = self._safe_rows = rows
        self._confirmed_to = state.confirmed_to
        self.skipped = range(state.rows, rows) if kept is not None else range(0)
        self._unsent = deque(state.unsent)
        self._safe = self._in_kept = len(self._unsent)
        self._states: dict[str, State] = {}
        self._service: ServiceState | None = None

    @property
    def confirmed_to(self) -> int:
        """The number after the last sample that the broker has confirmed."""
        return self._confirmed_to

    @property
    def safe_rows(self) -> int:
        """How many rows of the service are safe on disk."""
        return self._safe_rows

    @property
    def is_full(self) -> bool:
        """Whether nothing more should be taken for now."""
        return len(self._unsent) >= MOST_WAITING

    @property
    def has_room(self) -> bool:
        """Whether, after it was full, there is room again."""
        return len(self._unsent) <= MOST_WAITING // 2

    def take(self, meters: Sequence[str], samples: Samples, first_row: int) -> None:
        """Take the next rows, as `Outgoing.take`."""
        self._outgoing.take(meters, samples, first_row)
        self._rows = first_row + len(samples)

    def decide(self, decided_utc: int) -> None:
        """Make samples of the periods that are over, as `Outgoing.decide`."""
        told = self._outgoing.decide(decided_utc)
        self._unsent.extend(told.samples)
        self._states |= {state.meter: state for state in told.states}
        self._service = told.service or self._service

    def kept(self) -> bytes:
        """All that is needed to go on from here."""
        self._in_kept = len(self._unsent)
        self._rows_in_kept = self._rows
        return msgspec.json.encode(_Kept(self._outgoing.state, list(self._unsent), self._confirmed_to, self._rows))

    def committed(self) -> tuple[State | ServiceState, ...]:
        """What the last `kept` has is safe on disk, and may be published.

        Returns:
            The newest states since the last time.
        """
        self._safe, self._safe_rows = self._in_kept, self._rows_in_kept
        states: list[State | ServiceState] = [*self._states.values()]
        states += [self._service] if self._service else []
        self._states, self._service = {}, None
        return tuple(states)

    def waiting(self, most: int) -> list[Sample]:
        """The next samples to be published, in order; they stay until they are confirmed."""
        return list(islice(self._unsent, min(most, self._safe)))

    def confirmed(self, count: int) -> None:
        """The broker has the first ones."""
        for _ in range(count):
            self._confirmed_to = self._unsent.popleft().row + 1
        self._safe -= count
        self._in_kept -= count
