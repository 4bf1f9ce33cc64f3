"""A client of MQTT 3.1.1 that says what happened to each packet, which clients for everyday use do not."""

import socket
import struct
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

__all__ = ["MqttClient", "RefusedError"]

_CONNECT, _CONNACK, _PUBLISH, _PUBACK, _SUBSCRIBE, _SUBACK, _DISCONNECT = 1, 2, 3, 4, 8, 9, 14
_PATIENCE_S = 3.0  # a refused publish may be answered by nothing at all


class RefusedError(Exception):
    """The broker ended the connection, or said no."""


class MqttClient:
    """One connection."""

    def __init__(
        self,
        host: str,
        port: int,
        user: str,
        password: str,
        *,
        client_id: str,
        clean: bool = True,
        will: str = "",
    ) -> None:
        """Connect and sign in; `will` is a topic and a payload, with a space between."""
        self._socket = socket.create_connection((host, port), timeout=_PATIENCE_S)
        self._file = self._socket.makefile("rb")
        flags = 0xC0 | (2 if clean else 0) | (4 if will else 0)
        left = b"".join(map(_text, will.split(" "))) if will else b""
        body = _text("MQTT") + bytes([4, flags]) + struct.pack(">H", 60)
        try:
            self._send(_CONNECT << 4, body + _text(client_id) + left + _text(user) + _text(password))
            self._expect_welcome()
        except RefusedError:
            self.abandon()
            raise

    def _expect_welcome(self) -> None:
        kind, answer = self._read()
        if kind != _CONNACK or answer[1]:
            raise RefusedError(f"CONNACK {answer!r}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(RefusedError):
            self._send(_DISCONNECT << 4, b"")
        self._file.close()
        self._socket.close()

    def abandon(self) -> None:
        """End the connection without saying goodbye."""
        self._file.close()
        self._socket.close()

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Publish with QoS 1; returns when it is acknowledged."""
        self._send(_PUBLISH << 4 | 2 | retain, _text(topic) + struct.pack(">H", 1) + payload)
        while self._read()[0] != _PUBACK:
            pass

    def subscribe(self, topic: str, *, qos: int = 0) -> None:
        """Subscribe; returns when the broker has taken it."""
        self._send(_SUBSCRIBE << 4 | 2, struct.pack(">H", 1) + _text(topic) + bytes([qos]))
        while True:
            kind, body = self._read()
            if kind == _SUBACK:
                break
        if body[-1] & 0x80:
            raise RefusedError("SUBACK 0x80")

    def next_message(self) -> tuple[str, bytes]:
        """The next message that comes, QoS 0 or 1; taken, and acknowledged where that is asked for."""
        while True:
            kind, body = self._read()
            if kind == _PUBLISH:
                return body

    def _read(self) -> tuple[int, Any]:
        """The kind of the next packet and its body, of a message its topic and payload."""
        try:
            first = self._file.read(1)
            size = shift = 0
            while first:
                digit = self._file.read(1)[0]
                size |= (digit & 0x7F) << shift
                shift += 7
                if not digit & 0x80:
                    break
            body = self._file.read(size)
        except (OSError, IndexError) as error:
            raise RefusedError(f"nothing more comes: {error}") from error
        if not first or len(body) < size:
            raise RefusedError("the broker ended the connection")
        kind = first[0] >> 4
        return kind, self._message(first[0], body) if kind == _PUBLISH else body

    def _message(self, first: int, body: bytes) -> tuple[str, bytes]:
        (length,) = struct.unpack_from(">H", body)
        topic, at = body[2 : 2 + length].decode(), 2 + length
        if first & 0x06:
            self._send(_PUBACK << 4, body[at : at + 2])
            at += 2
        return topic, body[at:]

    def _send(self, first: int, body: bytes) -> None:
        size, length = len(body), b""
        while True:
            size, digit = divmod(size, 128)
            length += bytes([digit | (0x80 if size else 0)])
            if not size:
                break
        try:
            self._socket.sendall(bytes([first]) + length + body)
        except OSError as error:
            raise RefusedError(str(error)) from error


def _text(text: str) -> bytes:
    return struct.pack(">H", len(text.encode())) + text.encode()
