"""Servers on free ports of the loopback, and lines to a broker that can be cut."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

__all__ = ["cuttable", "serving"]


@asynccontextmanager
async def serving(answer) -> AsyncIterator[int]:
    """A TCP server, by its port."""
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


@asynccontextmanager
async def cuttable(host: str, port: int) -> AsyncIterator[tuple[int, Callable[[], None]]]:
    """A port that leads to another, and what cuts its connections."""
    writers = []

    async def carry(reader, writer):
        while data := await reader.read(65_536):
            writer.write(data)
        writer.close()

    async def forward(reader, writer):
        theirs, ours = await asyncio.open_connection(host, port)
        writers.extend((writer, ours))
        await asyncio.gather(carry(reader, ours), carry(theirs, writer), return_exceptions=True)

    def cut():
        for writer in writers:
            writer.transport.abort()

    async with serving(forward) as own:
        yield own, cut
        cut()
