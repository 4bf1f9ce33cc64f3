"""One TCP connection of the stream protocol: moves bytes and wakes those who wait."""

import asyncio
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any, cast

from pvsim.adapters import tls
from pvsim.core.messages.address import BrokerAddress
from pvsim.core.stream import frames
from pvsim.core.stream.connection import Closed, Ready, State, StreamConnection
from pvsim.core.stream.frames import (
    Command,
    Deliver,
    Frame,
    FrameError,
    MetadataUpdate,
    PublishConfirm,
    PublishError,
    Response,
    ResponseCode,
)
from pvsim.core.stream.leader import after_metadata
from pvsim.errors import BrokerError, BrokerLostError, BrokerRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["StreamClient"]

CONNECT_S = 10.0
CLOSE_S = 1.0
_FIX_ADDRESS = (
    "check PVSIM_BROKER_URL, and that the broker runs with its stream plugin;"
    " --transport auto does without the plugin; without a URL pvsim uses its own broker"
)
TICK_S = 1.0
READY_S, READY_TICK_S = 15.0, 0.1
_NOT_READY = frozenset({ResponseCode.INTERNAL_ERROR, ResponseCode.STREAM_NOT_AVAILABLE})


@dataclass(frozen=True, slots=True)
class StreamWords:
    """What messages call the stream that a connection is for.

    Attributes:
        name: Such as "the run's stream".
        when_gone: What becomes of it where it was deleted.
    """

    name: str
    when_gone: str


OF_A_RUN = StreamWords("the run's stream", "resume the run: what is missing is published again")


class StreamClient(asyncio.Protocol):
    """A connection that is signed in.

    Attributes:
        words: What messages call the stream.
        frame_max: The largest frame in bytes, 0 for no limit.
        where: Host and port, for messages.
        may_create: The account has not been refused to create a stream.
        listeners: Called with each frame that is not a response, and with the error that ends the connection.
    """

    def __init__(self, address: BrokerAddress, words: StreamWords = OF_A_RUN) -> None:
        self.words = words
        self.where = f"{address.host}:{address.stream_port}"
        self.may_create = True
        self.listeners: list[Callable[[Frame | BrokerError], None]] = []
        self._connection = StreamConnection(account=address.account, vhost=address.vhost, where=self.where)
        self._loop = asyncio.get_running_loop()
        self._ready: asyncio.Future[None] = self._loop.create_future()
        self._answers: dict[int, asyncio.Future[Response]] = {}
        self._error: BrokerError | None = None
        self._transport: asyncio.Transport | None = None
        self._may_write = asyncio.Event()
        self._may_write.set()
        self._ended = asyncio.Event()
        self._ticker: asyncio.TimerHandle | None = None

    @classmethod
    async def connect(cls, address: BrokerAddress, words: StreamWords = OF_A_RUN) -> "StreamClient":
        """Connect and sign in.

        Args:
            address: The broker.
            words: What messages call the stream.

        Raises:
            BrokerError: if nothing answers, something else answers, or the account is refused.
        """
        client = cls(address, words)
        context, name = tls.context_of(address), tls.server_name_of(address)
        host, port = address.host, address.stream_port
        try:
            async with asyncio.timeout(CONNECT_S):
                loop = asyncio.get_running_loop()
                await loop.create_connection(lambda: client, host, port, ssl=context, server_hostname=name)
                await client._ready
        except TimeoutError as error:
            what = f"no answer in the stream protocol within {CONNECT_S:.0f} s"
            fix = "check that this is RabbitMQ's stream port; stream_port in PVSIM_BROKER_URL names it"
            raise BrokerError(what, where=client.where, fix=fix) from error
        except (OSError, UnicodeError) as error:  # UnicodeError: a host name that cannot be looked up
            if (refusal := tls.refusal_of(error, client.where)) is not None:
                raise refusal from error
            what = f"cannot connect to the broker's stream port: {tls.reason_of(error)}"
            kind = BrokerLostError if isinstance(error, ConnectionResetError) else BrokerError
            raise kind(what, where=client.where, fix=_FIX_ADDRESS) from error
        finally:
            if not client.is_ready:  # timed out, refused or cancelled
                client.abort()
        return client

    @property
    def is_ready(self) -> bool:
        """Whether the connection is signed in and stands."""
        return self._connection.state is State.READY

    @property
    def frame_max(self) -> int:
        """The largest frame in bytes that both sides agreed on, 0 for no limit."""
        return self._connection.frame_max

    async def request(self, command: Command, body: bytes, *, accept: frozenset[int] = frozenset()) -> Response:
        """Send a request and wait for its answer.

        Args:
            command: The command.
            body: Its fields after the correlation id.
            accept: Codes besides OK that are no error to the caller.

        Raises:
            BrokerError: if the connection is lost, or the broker refuses with a code not in `accept`.
        """
        self._check()
        correlation_id = self._connection.request(command, body)
        answer: asyncio.Future[Response] = self._loop.create_future()
        self._answers[correlation_id] = answer
        self._write()
        try:
            response = await answer
        finally:
            self._answers.pop(correlation_id, None)
        if response.code != ResponseCode.OK and response.code not in accept:
            raise _refusal(self, command, response.code)
        return response

    async def request_when_ready(
        self, command: Command, body: bytes, *, accept: frozenset[int] = frozenset()
    ) -> Response:
        """The same of a broker that may just have started: its stream port answers before its streams do.

        Raises:
            BrokerError: as `request`; if the broker is not ready within `READY_S`.
        """
        until = self._loop.time() + READY_S
        while self._loop.time() < until:
            response = await self.request(command, body, accept=accept | _NOT_READY)
            if response.code not in _NOT_READY - accept:
                return response
            await asyncio.sleep(READY_TICK_S)  # the broker does not tell when it is
        return await self.request(command, body, accept=accept)

    async def wait_for_leader(self, stream: str, *, ours: bool) -> None:
        """Wait until a stream that has just been made can be used (`pvsim.core.stream.leader`).

        Args:
            stream: The stream.
            ours: This connection made it.

        Raises:
            BrokerError: if the connection is lost; if the stream has no leader within `READY_S`.
        """
        until = self._loop.time() + READY_S
        for asked in count(1):
            answer = await self.request(Command.METADATA, frames.strings([stream]))
            try:
                then = after_metadata(answer.body, stream, asked=asked, ours=ours)
            except FrameError as error:
                raise BrokerError(str(error), where=self.where) from error
            await asyncio.sleep(then.pause_s)  # the broker does not tell when it is
            if not then.ask_again:
                return
            if self._loop.time() >= until:
                what = f"stream {stream} has had no leader for {READY_S:g} s"
                raise BrokerError(what, where=self.where, fix="read the broker's log: its streams do not start")

    def tell(self, command: Command, body: bytes) -> None:
        """Send a request whose answer does not matter; nothing happens where the connection is lost."""
        if self._error is None:
            self._connection.request(command, body)
            self._write()

    async def send(self, frame: bytes) -> None:
        """Send a frame without answer; waits while the socket is full.

        Raises:
            BrokerError: if the connection is lost.
        """
        await self._may_write.wait()
        self.send_now(frame)

    def send_now(self, frame: bytes) -> None:
        """Send a small frame without waiting.

        Raises:
            BrokerError: if the connection is lost.
        """
        self._check()
        self._connection.send(frame)
        self._write()

    async def close(self) -> None:
        """Say goodbye and wait for the answer, at most `CLOSE_S`."""
        if self._error is None and not self._ended.is_set():
            self._connection.close()
            self._write()
            try:
                async with asyncio.timeout(CLOSE_S):
                    await self._ended.wait()
            except TimeoutError:
                pass  # the server is busy or gone: closing the socket says the same
            finally:
                self.abort()

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

    def _dispatch(self, event: Ready | Closed | Frame) -> None:
        match event:
            case Ready():
                self._ready.set_result(None)
            case Closed(error):
                self._end(error)
            case Response(correlation_id=correlation_id):
                answer = self._answers.get(correlation_id)
                if answer is not None and not answer.done():
                    answer.set_result(event)
            case Deliver() | PublishConfirm() | PublishError() | MetadataUpdate():
                for listener in self.listeners:
                    listener(event)

    def _end(self, error: BrokerError | None) -> None:
        self._error = error or BrokerError("the connection is closed", where=self.where)
        self._ended.set()
        self._may_write.set()
        futures: list[asyncio.Future[Any]] = [self._ready, *self._answers.values()]
        for waiting in futures:
            if not waiting.done():
                waiting.set_exception(self._error)
                waiting.exception()  # whoever waits gets it; nobody waiting is no fault
        for listener in self.listeners:
            listener(self._error)
        self.abort()

    def _check(self) -> None:
        if self._error is not None:
            raise self._error


def _refusal(client: StreamClient, command: Command, code: int) -> BrokerError:
    """Why the broker does not do a command, and what the user can do.

    A stream that is not there was deleted a moment ago, and the next attempt makes it again; unless we may not.
    """
    where, may_create = client.where, client.may_create
    doing = _IN_WORDS.get(command, command.name.lower().replace("_", " ")).format(client.words.name)
    if code == ResponseCode.ACCESS_REFUSED:
        fix = f"{_FIX_RIGHTS}, or use another account in PVSIM_BROKER_URL"
        return BrokerRefusedError(f"the account has no permission to {doing}", where=where, fix=fix)
    if code == ResponseCode.STREAM_DOES_NOT_EXIST:
        fix = f"where the account may not create streams: {_FIX_RIGHTS}; else run again: the stream was deleted"
        kind = BrokerError if may_create else BrokerRefusedError
        return kind(f"cannot {doing}: there is no such stream", where=where, fix=fix)
    known = {item.value for item in ResponseCode}
    reason = ResponseCode(code).name.lower().replace("_", " ") if code in known else f"code {code}"
    return BrokerError(f"the broker refuses to {doing}: {reason}", where=where)


_FIX_RIGHTS = "rabbitmqctl set_permissions -p VHOST USER '^pvsim' '^pvsim' '^pvsim'"
_IN_WORDS = {
    Command.CREATE: "create {}",
    Command.DELETE: "delete {}",
    Command.DECLARE_PUBLISHER: "publish to {}",
    Command.QUERY_PUBLISHER_SEQUENCE: "ask what {} has",
    Command.SUBSCRIBE: "read {}",
}
