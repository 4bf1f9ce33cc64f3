"""The socket of a connection to a broker, whatever it speaks.

`core` decides what is said; this moves the bytes, asks once a second what is due, and tells how it ended.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Generic, Protocol, TypeVar, cast

from pvsim.adapters.shared import tls
from pvsim.errors import BrokerError, BrokerLostError

__all__ = ["BrokerSocket"]

TICK_S = 1.0

Event = TypeVar("Event")
Event_co = TypeVar("Event_co", covariant=True)


class Dialogue(Protocol[Event_co]):
    """What is said on a connection: of `core`, without its socket."""

    def receive(self, data: bytes, now: float) -> Iterable[Event_co]:
        """Take bytes from the socket; none are its end."""
        ...

    def tick(self, now: float) -> Iterable[Event_co]:
        """Do what is due."""
        ...

    def data_to_send(self) -> Iterable[bytes]:
        """What is to be written to the socket now, in order."""
        ...


class BrokerSocket(asyncio.Protocol, ABC, Generic[Event]):
    """A socket that is made by `create_connection`. Who inherits it gives it a `_connection`.

    Args:
        where: Host and port, for messages.
    """

    _connection: Dialogue[Event]

    def __init__(self, where: str) -> None:
        self.where = where
        self._loop = asyncio.get_running_loop()
        self._error: BrokerError | None = None
        self._transport: asyncio.Transport | None = None
        self._ended, self._may_write = asyncio.Event(), asyncio.Event()
        self._may_write.set()
        self._ticker: asyncio.TimerHandle | None = None

    @abstractmethod
    def _dispatch(self, event: Event) -> None:
        """Give an event to whoever waits for it."""

    @abstractmethod
    def _tell_end(self, error: BrokerError) -> None:
        """Tell whoever waits that nothing more comes."""

    def abort(self) -> None:
        """Close the socket at once."""
        if self._ticker is not None:
            self._ticker.cancel()
        if self._transport is not None:
            self._transport.abort()

    # --- called by the event loop ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.Protocol`."""
        self._transport = cast("asyncio.Transport", transport)
        self._write()
        self._tick()

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        events = self._connection.receive(data, self._loop.time())
        self._write()  # first: an event may close the socket, and the server waits for our answer to its Close
        for event in events:
            self._dispatch(event)

    def eof_received(self) -> None:
        """See `asyncio.Protocol`."""
        self.data_received(b"")

    def connection_lost(self, exc: Exception | None) -> None:
        """See `asyncio.Protocol`."""
        if not self._ended.is_set():
            reason = f": {tls.reason_of(exc)}" if isinstance(exc, OSError) else ""
            lost = BrokerLostError(f"the connection to the broker was lost{reason}", where=self.where)
            error = tls.refusal_of(exc, self.where) or lost  # the broker looks at our certificate last of all
            error.__cause__ = exc
            self._end(error)

    def pause_writing(self) -> None:
        """See `asyncio.Protocol`."""
        self._may_write.clear()

    def resume_writing(self) -> None:
        """See `asyncio.Protocol`."""
        self._may_write.set()

    # --- for those that speak ---

    def _tick(self) -> None:
        for event in self._connection.tick(self._loop.time()):
            self._dispatch(event)
        self._write()
        if not self._ended.is_set():
            self._ticker = self._loop.call_later(TICK_S, self._tick)

    def _write(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            for data in self._connection.data_to_send():
                self._transport.write(data)

    def _check(self) -> None:
        """Raise what has ended the connection."""
        if self._error is not None:
            raise self._error

    def _end(self, error: BrokerError | None) -> None:
        self._error = error or BrokerError("the connection is closed", where=self.where)
        self._ended.set()
        self._may_write.set()
        self._tell_end(self._error)
        self.abort()
