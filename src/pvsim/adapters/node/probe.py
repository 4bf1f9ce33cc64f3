"""Asks a port whether RabbitMQ answers there, by the first exchange of each protocol."""

import asyncio
import struct
from contextlib import suppress

__all__ = ["amqp_answers", "listens", "stream_version"]

_PEER_PROPERTIES, _RESPONSE = 0x0011, 0x8011
_LARGEST_FRAME = 65_536
_OK = 1


async def stream_version(host: str, port: int, *, timeout_s: float = 1.0) -> str | None:
    """The version of the RabbitMQ whose stream protocol answers at that port; None if none does in time."""
    request = struct.pack(">HHII", _PEER_PROPERTIES, 1, 1, 0)
    reply = await _exchange(host, port, struct.pack(">I", len(request)) + request, timeout_s)
    return _version(reply) if reply else None


async def amqp_answers(host: str, port: int, *, timeout_s: float = 1.0) -> bool:
    """Whether AMQP 0-9-1 answers at that port: a method frame on channel 0, not just an open port."""
    try:
        async with asyncio.timeout(timeout_s):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(b"AMQP\0\0\x09\x01")
                return await reader.readexactly(3) == b"\1\0\0"
            finally:
                writer.close()
                with suppress(OSError):
                    await writer.wait_closed()
    except (OSError, TimeoutError, asyncio.IncompleteReadError):
        return False


async def listens(host: str, port: int, *, timeout_s: float = 1.0) -> bool:
    """Whether anything takes connections at that port."""
    try:
        async with asyncio.timeout(timeout_s):
            _, writer = await asyncio.open_connection(host, port)
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
    except (OSError, TimeoutError):
        return False
    return True


async def _exchange(host: str, port: int, request: bytes, timeout_s: float) -> bytes | None:
    """Send one frame and read one, each after four bytes of length."""
    try:
        async with asyncio.timeout(timeout_s):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(request)
                (size,) = struct.unpack(">I", await reader.readexactly(4))
                return await reader.readexactly(size) if size <= _LARGEST_FRAME else None
            finally:
                writer.close()
                with suppress(OSError):
                    await writer.wait_closed()
    except (OSError, TimeoutError, asyncio.IncompleteReadError):
        return None


def _version(reply: bytes) -> str | None:
    """The property `version` of a PeerProperties response."""
    try:
        key, _, _, code, count = struct.unpack_from(">HHIHI", reply)
        if (key, code) != (_RESPONSE, _OK):
            return None
        words, at = [], struct.calcsize(">HHIHI")
        for _ in range(2 * count):
            (size,) = struct.unpack_from(">h", reply, at)
            words.append(reply[at + 2 : at + 2 + max(size, 0)].decode())
            at += 2 + max(size, 0)
    except (struct.error, UnicodeDecodeError):
        return None
    return dict(zip(words[::2], words[1::2], strict=True)).get("version")
