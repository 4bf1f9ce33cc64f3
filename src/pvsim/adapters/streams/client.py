"""One TCP connection of the stream protocol: moves bytes and wakes those who wait."""

import asyncio
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

from pvsim.adapters.shared import tls
from pvsim.adapters.shared.broker_socket import BrokerSocket
from pvsim.core.messages.address import BrokerAddress
from pvsim.core.stream import frames
from pvsim.core.stream.connection import Closed, Event, Ready, State, StreamConnection
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


class StreamClient(BrokerSocket[Event]):
    """A connection that is signed in.

    Attributes:
        words: What messages call the stream.
        frame_max: The largest frame in bytes, 0 for no limit.
        where: Host and port, for messages.
        may_create: The account has not been refused to create a stream.
        listeners: Called with each frame that is not a response, and with the error that ends the connection.
    """

    _connection: StreamConnection

    def __init__(self, address: BrokerAddress, words: StreamWords = OF_A_RUN) -> None:
        super().__init__(f"{address.host}:{address.stream_port}")
        self.words = words
        self.may_create = True
        self.listeners: list[Callable[[Frame | BrokerError], None]] = []
        self._connection = StreamConnection(account=address.account, vhost=address.vhost, where=self.where)
        self._ready: asyncio.Future[None] = self._loop.create_future()
        self._answers: dict[int, asyncio.Future[Response]] = {}

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

    def _dispatch(self, event: Event) -> None:
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

    def _tell_end(self, error: BrokerError) -> None:
        futures: list[asyncio.Future[Any]] = [self._ready, *self._answers.values()]
        for waiting in futures:
            if not waiting.done():
                waiting.set_exception(error)
                waiting.exception()  # whoever waits gets it; nobody waiting is no fault
        for listener in self.listeners:
            listener(error)


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
