"""One connection of the RabbitMQ stream protocol, without its socket.

Bytes come in by `receive`, bytes to send are taken by `data_to_send`, what happened is returned as events.
The states and what leads from one to the next:

    PROPERTIES ── PeerProperties ok ──> MECHANISMS ── SaslHandshake ok ──> SIGNING_IN ── Authenticate ok ──>
    TUNING ── Tune ──> OPENING ── Open ok ──> READY ── close() or the server's Close ──> CLOSED

Any other answer on the way, and any bytes that are no frame, end in CLOSED with an error.
"""

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, TypeAlias

from pvsim.core.messages.account import Account
from pvsim.core.messages.heartbeats import Heartbeats
from pvsim.core.stream import frames
from pvsim.core.stream.frames import Command, ResponseCode
from pvsim.errors import BrokerError, BrokerLostError, BrokerRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Closed", "Event", "Ready", "State", "StreamConnection"]

_SIZE_FIELD = 4
_HANDSHAKE_FRAME_MAX = 1 << 16  # a server of another protocol shows itself by an absurd size
_CHUNK_MAX = 1 << 28  # chunks come whole, whatever the frame size agreed on; the broker's messages end at 128 MiB
_PRODUCT = {"product": "pvsim", "platform": "Python"}


class State(Enum):
    """Where the connection stands; see the head of this module."""

    PROPERTIES = auto()
    MECHANISMS = auto()
    SIGNING_IN = auto()
    TUNING = auto()
    OPENING = auto()
    READY = auto()
    CLOSED = auto()


@dataclass(frozen=True, slots=True)
class Ready:
    """The connection is open."""

    frame_max: int
    heartbeat_s: int


@dataclass(frozen=True, slots=True)
class Closed:
    """The connection has ended; `error` says why where it was not asked for."""

    error: BrokerError | None


Event: TypeAlias = Ready | Closed | frames.Frame


class StreamConnection:
    """The client's side of one connection.

    Args:
        account: Who signs in.
        vhost: Virtual host.
        heartbeat_s: Interval that we ask for; the smaller value of the two sides applies.
        frame_max: Largest frame in bytes that we ask for; the smaller value of the two sides applies.
        where: The broker's address for error messages.

    Attributes:
        state: See the head of this module.
        heartbeat_s: The interval agreed on, 0 for none.
        frame_max: The limit agreed on, 0 for none.
    """

    def __init__(
        self,
        *,
        account: Account,
        vhost: str,
        where: str,
        heartbeat_s: int = 10,
        frame_max: int = 1 << 20,
    ) -> None:
        self.state = State.PROPERTIES
        self.heartbeat_s = heartbeat_s
        self.frame_max = frame_max
        self._account = account
        self._vhost = vhost
        self._where = where
        self._buffer = bytearray()
        self._out: list[bytes] = []
        self._next_id = 1
        self._heartbeats = Heartbeats()
        self._answers: dict[State, tuple[Command, Callable[[], list[Event]]]] = {
            State.PROPERTIES: (Command.PEER_PROPERTIES, self._after_properties),
            State.MECHANISMS: (Command.SASL_HANDSHAKE, self._after_mechanisms),
            State.SIGNING_IN: (Command.SASL_AUTHENTICATE, self._after_sign_in),
            State.OPENING: (Command.OPEN, self._after_open),
        }
        self.request(Command.PEER_PROPERTIES, frames.properties(_PRODUCT))

    # --- what the owner calls ---

    def request(self, command: Command, body: bytes) -> int:
        """Queue a request and return its correlation id."""
        correlation_id = self._next_id
        self._next_id += 1
        self._out.append(frames.request(command, correlation_id, body))
        return correlation_id

    def send(self, frame: bytes) -> None:
        """Queue a frame that has no response."""
        self._out.append(frame)

    def data_to_send(self) -> list[bytes]:
        """What is to be written to the socket now, in order."""
        out, self._out = self._out, []
        return out

    def receive(self, data: bytes, now: float) -> list[Event]:
        """Take bytes from the socket.

        Args:
            data: The bytes; empty where the other side closed.
            now: A monotonic time in seconds.
        """
        self._heartbeats.hear(now)
        if not data:
            return self._end_of_bytes()
        self._buffer += data
        events: list[Event] = []
        at = 0
        while self.state is not State.CLOSED and len(self._buffer) - at >= _SIZE_FIELD:
            size = int.from_bytes(self._buffer[at : at + _SIZE_FIELD], "big")
            if size > (_CHUNK_MAX if self.state is State.READY else _HANDSHAKE_FRAME_MAX):
                return events + self._fail(
                    "what answers there does not speak the stream protocol",
                    "name the broker's stream port (often 5552) in PVSIM_BROKER_URL: ...?stream_port=5552",
                )
            end = at + _SIZE_FIELD + size
            if len(self._buffer) < end:
                break
            try:  # a frame owns its bytes: the buffer goes on changing
                frame = frames.decode(memoryview(bytes(memoryview(self._buffer)[at + _SIZE_FIELD : end])))
            except frames.FrameError as error:
                return events + self._fail(str(error))
            at = end
            events += self._handle(frame)
        del self._buffer[:at]
        return events

    def tick(self, now: float) -> list[Event]:
        """Send a heartbeat when it is due and give up on a silent server; call about once a second."""
        if self.state is State.CLOSED or not self.heartbeat_s:
            return []
        silent_s = self._heartbeats.too_long_silent_s(now, self.heartbeat_s)
        if silent_s is not None:
            return self._fail(f"the broker has been silent for {silent_s:.0f} s")
        if self.state is State.READY and self._heartbeats.is_due(now, self.heartbeat_s):
            self.send(frames.heartbeat())
        return []

    def close(self) -> None:
        """Say goodbye; the connection ends when the server has answered."""
        if self.state is State.READY:
            self.request(Command.CLOSE, ResponseCode.OK.to_bytes(2, "big") + frames.string("OK"))

    # --- how the states change ---

    def _end_of_bytes(self) -> list[Event]:
        if self.state is State.CLOSED:
            return []
        if self.state is State.SIGNING_IN and not self._account.user:  # the stream plugin of 3.10.8 crashes
            return self._refuse(*self._account.impossible())
        return self._lose("the broker closed the connection")

    def _handle(self, frame: frames.Frame) -> list[Event]:
        if isinstance(frame, frames.Close):
            self.send(frames.close_response(frame.correlation_id))
            return self._lose(f"the broker closed the connection: {frame.reason or frame.code}")
        if isinstance(frame, frames.Heartbeat):
            return []
        return self._when_ready(frame) if self.state is State.READY else self._while_opening(frame)

    def _when_ready(self, frame: frames.Frame) -> list[Event]:
        if isinstance(frame, frames.Response) and frame.command == Command.CLOSE:
            self.state = State.CLOSED
            return [Closed(None)]
        return [frame]

    def _while_opening(self, frame: frames.Frame) -> list[Event]:
        if self.state is State.TUNING and isinstance(frame, frames.Tune):
            return self._after_tune(frame)
        expected = self._answers.get(self.state)
        if not isinstance(frame, frames.Response) or expected is None or frame.command != expected[0]:
            return self._fail(f"an unexpected {type(frame).__name__} while signing in")
        return expected[1]() if frame.code == ResponseCode.OK else self._refused(frame.code)

    def _after_properties(self) -> list[Event]:
        self.state = State.MECHANISMS
        self.request(Command.SASL_HANDSHAKE, b"")
        return []

    def _after_mechanisms(self) -> list[Event]:
        self.state = State.SIGNING_IN
        way = frames.string(self._account.mechanism) + frames.bytes_field(self._account.response)
        self.request(Command.SASL_AUTHENTICATE, way)
        return []

    def _after_sign_in(self) -> list[Event]:
        self.state = State.TUNING
        return []

    def _after_tune(self, theirs: frames.Tune) -> list[Event]:
        self.frame_max = _smaller_limit(self.frame_max, theirs.frame_max)
        self.heartbeat_s = _smaller_limit(self.heartbeat_s, theirs.heartbeat_s)
        self.send(frames.tune(self.frame_max, self.heartbeat_s))
        self.state = State.OPENING
        self.request(Command.OPEN, frames.string(self._vhost))
        return []

    def _after_open(self) -> list[Event]:
        self.state = State.READY
        return [Ready(self.frame_max, self.heartbeat_s)]

    def _refused(self, code: int) -> list[Event]:
        account = self._account
        if code == ResponseCode.AUTHENTICATION_FAILURE:
            return self._refuse(*account.refused())
        if code == ResponseCode.SASL_MECHANISM_NOT_SUPPORTED and self.state is State.SIGNING_IN:
            return self._refuse(*account.missing("other ways"))
        if code == ResponseCode.AUTHENTICATION_FAILURE_LOOPBACK:
            return self._refuse(
                f"the broker lets {account} in from its own machine only",
                "use another user of the broker",
            )
        if code == ResponseCode.VIRTUAL_HOST_ACCESS_FAILURE:
            rights = f"{account.user or 'NAME'} '^pvsim' '^pvsim' '^pvsim'"
            return self._refuse(
                f"{account} may not use the virtual host {self._vhost!r}",
                f"rabbitmqctl set_permissions -p {self._vhost} {rights}",
            )
        return self._fail(f"the broker refuses the connection (code {code})")

    def _refuse(self, what: str, fix: str) -> list[Event]:
        self.state = State.CLOSED
        return [Closed(BrokerRefusedError(what, where=self._where, fix=fix))]

    def _lose(self, what: str) -> list[Event]:
        self.state = State.CLOSED
        return [Closed(BrokerLostError(what, where=self._where))]

    def _fail(self, what: str, fix: str = "") -> list[Event]:
        self.state = State.CLOSED
        return [Closed(BrokerError(what, where=self._where, fix=fix))]


def _smaller_limit(ours: int, theirs: int) -> int:
    """The smaller of two limits, where 0 means none."""
    return min(ours, theirs) if ours and theirs else max(ours, theirs)
