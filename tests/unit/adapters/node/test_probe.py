import asyncio
import struct
from contextlib import asynccontextmanager

import pytest

from pvsim.adapters.node.probe import amqp_answers, stream_version


@asynccontextmanager
async def _server(answer):
    async def serve(reader, writer):
        await reader.read(64)
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


def _properties(pairs, *, key=0x8011, code=1):
    words = [word.encode() for pair in pairs for word in pair]
    body = struct.pack(">HHIHI", key, 1, 1, code, len(pairs))
    body += b"".join(struct.pack(">h", len(word)) + word for word in words)
    return struct.pack(">I", len(body)) + body


async def test_the_version_is_read_from_the_peers_properties():
    async with _server(_properties([("product", "RabbitMQ"), ("version", "3.10.8")])) as port:
        assert await stream_version("127.0.0.1", port) == "3.10.8"


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        _properties([("version", "1")], key=0x8012),
        _properties([("version", "1")], code=2),
        _properties([("product", "x")]),
        b"\0\0\0\x0e" + _properties([("version", "1")])[4:18],
    ],
)
async def test_anything_else_is_not_a_stream_port(answer):
    async with _server(answer) as port:
        assert await stream_version("127.0.0.1", port) is None


@pytest.mark.parametrize(("answer", "expected"), [(b"\1\0\0\0", True), (b"AMQP\0\0\x09\x01", False), (b"", False)])
async def test_amqp_answers_with_a_method_frame(answer, expected):
    async with _server(answer) as port:
        assert await amqp_answers("127.0.0.1", port) is expected


async def test_a_closed_or_silent_port_does_not_answer():
    async with _server(b"") as port:
        pass
    assert await stream_version("127.0.0.1", port) is None
    assert not await amqp_answers("127.0.0.1", port)
    done = asyncio.Event()

    async def silent(_, writer):
        await done.wait()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        assert await stream_version("127.0.0.1", port, timeout_s=0.05) is None
        assert not await amqp_answers("127.0.0.1", port, timeout_s=0.05)
        done.set()
