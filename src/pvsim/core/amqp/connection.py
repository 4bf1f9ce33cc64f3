"""One connection of AMQP 0-9-1, without its socket.

Bytes come in by `receive`, bytes to send are taken by `data_to_send`, what happened is returned as events.
The states and what leads from one to the next:

    GREETING ── Start ──> SIGNING_IN ── Tune ──> OPENING ── OpenOk ──> READY ── close() or Close ──> CLOSED

Any other method on the way, and any bytes that are no frame, end in CLOSED with an error. While READY, a method or
message on a channel is an event, and deliveries that are alike are one event together (`deliveries`).
"""

from dataclasses import dataclass
from enum import Enum, auto
from typing import TypeAlias

from pvsim.core.amqp import methods
from pvsim.core.amqp.content import FRAME_END, FRAME_HEAD, FRAME_OVERHEAD, Content, FrameType, Message, frame
from pvsim.core.amqp.deliveries import Deliveries, DeliveryLayout, Otherwise, delivery_layout, take_deliveries
from pvsim.core.amqp.fields import FrameError
from pvsim.core.amqp.methods import Blocked, Close, Code, Deliver, Kind, Method, Ok, Return, Start, Tune
from pvsim.core.messages.account import Account
from pvsim.core.messages.heartbeats import Heartbeats
from pvsim.errors import BrokerError, BrokerLostError, BrokerRefusedError

__all__ = ["AmqpConnection", "Closed", "Event", "OnChannel", "Ready", "State"]

PROTOCOL_HEADER = b"AMQP\x00\x00\x09\x01"
FIX_PORT = "name the broker's AMQP port (often 5672) in PVSIM_BROKER_URL"

_HANDSHAKE_FRAME_MAX = 1 << 16  # a server of another protocol shows itself by an absurd size
_FRAME_MAX = 1 << 17
_FRAME_MAX_WITHOUT_LIMIT = 1 << 27  # the broker's messages end at 128 MiB
_NAME_MAX = 255
_NO_FRAME = "the bytes that come are no frame"


class State(Enum):
    """Where the connection stands; see the head of this module."""

    GREETING = auto()
    SIGNING_IN = auto()
    OPENING = auto()
    READY = auto()
    CLOSED = auto()


@dataclass(frozen=True, slots=True)
class Ready:
    """The connection is open."""


@dataclass(frozen=True, slots=True)
class Closed:
    """The connection has ended; `error` says why where it was not asked for."""

    error: BrokerError | None


@dataclass(frozen=True, slots=True)
class OnChannel:
    """What the server said on a channel. After a `Close` the channel is free again."""

    channel: int
    what: Method | Message


Event: TypeAlias = Ready | Closed | Blocked | OnChannel | Deliveries


class AmqpConnection:
    """The client's side of one connection.

    Args:
        account: Who signs in.
        vhost: Virtual host.
        purpose: What the broker's list of connections shows.
        heartbeat_s: Interval that we ask for; the smaller one of both sides holds.
        where: The broker's address for error messages.

    Attributes:
        state: See the head of this module.
        server: Product and version, as the server says them; empty before its greeting.
        limits: What both sides agreed on.
    """

    def __init__(self, *, account: Account, vhost: str, purpose: str, where: str, heartbeat_s: int = 10) -> None:
        self.state = State.GREETING
        self.server = ""
        self.limits = Tune(0, _FRAME_MAX, heartbeat_s)
        self._account = account
        self._vhost, self._purpose, self._where = vhost, purpose, where
        self._rest = b""
        self._out: list[bytes] = [PROTOCOL_HEADER]
        self._layout: DeliveryLayout | None = None
        self._contents: dict[int, Content] = {}
        self._heartbeats = Heartbeats()

    # --- what the owner calls ---

    def send(self, channel: int, method: bytes) -> None:
        """Queue a method."""
        self.send_frames(frame(FrameType.METHOD, channel, method))

    def send_frames(self, frames: bytes) -> None:
        """Queue frames that are made already."""
        self._out.append(frames)

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
        data, self._rest = self._rest + data, b""
        events: list[Event] = []
        at = 0
        try:
            while self.state is not State.CLOSED and (after := self._take_next(data, at, events)) != at:
                at = after
        except FrameError as error:
            return events + self._fail(f"what answers there does not speak AMQP 0-9-1: {error}", FIX_PORT)
        self._rest = data[at:]
        return events

    def tick(self, now: float) -> list[Event]:
        """Send a heartbeat when it is due and give up on a silent server; call about once a second."""
        interval_s = self.limits.heartbeat_s
        if self.state is State.CLOSED or not interval_s:
            return []
        silent_s = self._heartbeats.too_long_silent_s(now, interval_s)
        if silent_s is not None:
            return self._lose(f"the broker has been silent for {silent_s:.0f} s")
        if self.state is State.READY and self._heartbeats.is_due(now, interval_s):
            self._out.append(frame(FrameType.HEARTBEAT, 0, b""))
        return []

    def close(self) -> None:
        """Say goodbye; the connection ends when the server has answered."""
        if self.state is State.READY:
            self.send(0, methods.close(Kind.CONNECTION_CLOSE))

    # --- bytes to events ---

    def _take_next(self, data: bytes, at: int, events: list[Event]) -> int:
        """Take the frames at `at`, one or many deliveries, and return where they end: `at` if they are unfinished.

        Raises:
            FrameError: if the bytes are no frame, or one that does not belong there.
        """
        if len(data) < at + FRAME_HEAD.size:
            return at
        if self._layout is not None and self._layout.channel not in self._contents:
            pieces, after = take_deliveries(data, at, self._layout)
            if pieces:
                events += pieces
                return after
        kind, channel, size = FRAME_HEAD.unpack_from(data, at)
        end: int = at + size + FRAME_OVERHEAD
        if kind not in _KINDS or end - at > self._frame_max:
            raise FrameError(_NO_FRAME)
        if kind == FrameType.METHOD and self.state is State.READY and channel not in self._contents:
            layout = delivery_layout(data, at)
            if layout is Otherwise.UNFINISHED:
                return at
            if isinstance(layout, DeliveryLayout):
                self._layout = layout
                pieces, after = take_deliveries(data, at, layout)
                events += pieces
                return after
        if len(data) < end:
            return at
        if data[end - 1] != FRAME_END:
            raise FrameError(_NO_FRAME)
        events += self._take_frame(kind, channel, data[at + FRAME_HEAD.size : end - 1])
        return end

    @property
    def _frame_max(self) -> int:
        if self.state in {State.GREETING, State.SIGNING_IN}:
            return _HANDSHAKE_FRAME_MAX
        return self.limits.frame_max or _FRAME_MAX_WITHOUT_LIMIT

    def _take_frame(self, kind: int, channel: int, payload: bytes) -> list[Event]:
        if kind == FrameType.HEARTBEAT:
            return []
        if (content := self._contents.get(channel)) is not None:
            message = content.take(kind, payload)
            if message is None:
                return []
            del self._contents[channel]
            return [OnChannel(channel, message)]
        if kind != FrameType.METHOD:
            raise FrameError("a message comes without the method that announces it")
        method = methods.decode(payload)
        if self.state is not State.READY or channel == 0:
            return self._about_connection(method)
        if isinstance(method, (Deliver, Return)):
            self._contents[channel] = Content(method)
            return []
        if isinstance(method, Close):
            self.send(channel, methods.plain(Kind.CHANNEL_CLOSE_OK))
        return [OnChannel(channel, method)]

    # --- how the states change ---

    def _about_connection(self, method: Method) -> list[Event]:
        match self.state, method:
            case _, Close():
                self.send(0, methods.plain(Kind.CONNECTION_CLOSE_OK))
                return self._closed_by_server(method)
            case State.GREETING, Start():
                return self._sign_in(method)
            case State.SIGNING_IN, Tune():
                return self._agree(method)
            case State.OPENING, Ok(Kind.CONNECTION_OPEN_OK):
                self.state = State.READY
                return [Ready()]
            case State.READY, Ok(Kind.CONNECTION_CLOSE_OK):
                self.state = State.CLOSED
                return [Closed(None)]
            case ((State.OPENING | State.READY), Blocked()):
                return [method]
        raise FrameError(
            f"an unexpected {type(method).__name__} while {self.state.name.lower().replace('_', ' ')}"
        )

    def _sign_in(self, greeting: Start) -> list[Event]:
        self.server = f"{greeting.product or 'an AMQP broker'} {greeting.version}".strip()
        if self._account.mechanism not in greeting.mechanisms:
            return self._refuse(*self._account.missing(", ".join(greeting.mechanisms) or "none"))
        self.state = State.SIGNING_IN
        self.send(0, methods.start_ok(self._account, self._purpose))
        return []

    def _agree(self, theirs: Tune) -> list[Event]:
        ours = self.limits
        self.limits = Tune(
            theirs.channel_max,
            _smaller_limit(ours.frame_max, theirs.frame_max),
            _smaller_limit(ours.heartbeat_s, theirs.heartbeat_s),
        )
        if len(self._vhost.encode()) > _NAME_MAX:
            what = f"vhost {self._vhost[:32]!r}... is longer than {_NAME_MAX} bytes; AMQP allows no longer names"
            return self._refuse(what, "correct the vhost in PVSIM_BROKER_URL")
        self.state = State.OPENING
        self.send(0, methods.tune_ok(self.limits))
        self.send(0, methods.open_vhost(self._vhost))
        return []

    def _closed_by_server(self, close: Close) -> list[Event]:
        vhost = self._vhost
        if self.state is State.SIGNING_IN and close.code == Code.ACCESS_REFUSED:
            return self._refuse(*self._account.refused())
        if self.state is State.OPENING and close.code == Code.NOT_ALLOWED:
            what = f"the broker refuses vhost {vhost!r} to {self._account}"
            return self._refuse(what, "correct the vhost in PVSIM_BROKER_URL, or ask for permission")
        return self._lose(f"the connection to the broker was lost: {close.reason or close.code}")

    def _end_of_bytes(self) -> list[Event]:
        if self.state is State.CLOSED:
            return []
        if self.state is State.READY:
            return self._lose("the connection to the broker was lost: the broker closed it")
        what = (
            "the connection ended while signing in: the broker is busy, or does not speak AMQP 0-9-1 on this port"
        )
        return self._lose(what, FIX_PORT)

    def _refuse(self, what: str, fix: str) -> list[Event]:
        self.state = State.CLOSED
        return [Closed(BrokerRefusedError(what, where=self._where, fix=fix))]

    def _lose(self, what: str, fix: str = "") -> list[Event]:
        self.state = State.CLOSED
        return [Closed(BrokerLostError(what, where=self._where, fix=fix))]

    def _fail(self, what: str, fix: str) -> list[Event]:
        self.state = State.CLOSED
        return [Closed(BrokerError(what, where=self._where, fix=fix))]


_KINDS = frozenset(FrameType)


def _smaller_limit(ours: int, theirs: int) -> int:
    """The smaller of two limits, where 0 means none."""
    return min(ours, theirs) if ours and theirs else max(ours, theirs)
