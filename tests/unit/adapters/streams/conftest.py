"""A server that follows a script: what a broker does, and what it should not."""

import asyncio
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from pvsim.core.messages.address import BrokerAddress
from pvsim.core.stream import frames
from pvsim.core.stream.frames import Command, ResponseCode


class Peer:
    """The server's side of one connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def frame(self) -> tuple[int, bytes]:
        """The next frame's command and what follows the version; heartbeats are passed over."""
        while True:
            (size,) = struct.unpack(">I", await self.reader.readexactly(4))
            data = await self.reader.readexactly(size)
            command = int.from_bytes(data[:2], "big")
            if command != Command.HEARTBEAT:
                return command, data[4:]

    async def take(self, command: int) -> bytes:
        """The next frame, which must be of this command."""
        found, body = await self.frame()
        assert found == command, f"{found:#x} instead of {command:#x}"
        return body

    async def answer(self, command: Command, code: int = ResponseCode.OK, body: bytes = b"") -> bytes:
        """Take a request and answer it; give back its fields."""
        request = await self.take(command)
        head = frames.frame(command | frames.RESPONSE_BIT, request[:4] + struct.pack(">H", code) + body)
        self.writer.write(head)
        return request[4:]

    async def metadata(self, code: int = ResponseCode.OK, leader: int = 0) -> None:
        """Take a request for the metadata of a stream, and say how that is."""
        request = await self.take(Command.METADATA)
        brokers = struct.pack(">IH", 1, 0) + frames.string("127.0.0.1") + struct.pack(">I", 5552)
        state = request[8:] + struct.pack(">HHI", code, leader, 0)
        body = request[:4] + brokers + struct.pack(">I", 1) + state
        self.writer.write(frames.frame(Command.METADATA | frames.RESPONSE_BIT, body))

    async def sign_in(self, *, frame_max: int = 1 << 20, until: Command | None = None) -> None:
        """Do what a broker does first."""
        await self.answer(Command.PEER_PROPERTIES, body=frames.properties({}))
        await self.answer(Command.SASL_HANDSHAKE, body=frames.strings(["PLAIN"]))
        if until is Command.SASL_AUTHENTICATE:
            return
        await self.answer(Command.SASL_AUTHENTICATE)
        self.send(frames.tune(frame_max, 60))
        await self.take(Command.TUNE)
        await self.answer(Command.OPEN, body=frames.properties({}))

    def send(self, *data: bytes) -> None:
        """Send frames."""
        self.writer.write(b"".join(data))

    async def ended(self) -> None:
        """Wait until the client has ended the connection."""
        while await self.reader.read(1 << 16):
            pass


Script = Callable[[Peer], Awaitable[None]]


@asynccontextmanager
async def serving(script: Script, **options) -> AsyncIterator[BrokerAddress]:
    """Serve connections by a script; at the end it must have come through without an error.

    Args:
        script: What the server does.
        options: `ssl`, the server's context; `reset`, end the connection with a reset; `nobody_comes`, no
            connection gets as far as the script.
    """
    done: asyncio.Queue[BaseException | None] = asyncio.Queue()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await script(Peer(reader, writer))
        except (AssertionError, OSError, EOFError) as error:
            done.put_nowait(error)
        else:
            done.put_nowait(None)
        finally:
            writer.transport.abort() if options.get("reset") else writer.close()

    tls = options.get("ssl")
    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    try:
        yield BrokerAddress("127.0.0.1", 1, port, "u", "secret", tls=tls is not None)
        if not options.get("nobody_comes") and (error := await done.get()) is not None:
            raise error
    finally:
        server.close()


@pytest.fixture
def serve():
    """Makes servers."""
    return serving
