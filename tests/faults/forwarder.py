"""A line between the roles and the broker that can be cut, stalled, slowed and delayed at chosen bytes.

Bytes are counted over all connections and both directions, in the order in which they are passed on. An
incident happens after exactly so many bytes, so nearly always in the middle of a frame.
"""

import asyncio
import socket
import struct
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from random import Random
from types import TracebackType
from typing import Literal, Self

from pvsim.core.messages.address import BrokerAddress

__all__ = ["Forwarder", "Incident", "Manner"]

Direction = Literal["up", "down"]  # to the broker, from the broker
_READ_BYTES = 1 << 16
_QUEUE = 64
_ABORT = struct.pack("ii", 1, 0)  # SO_LINGER of 0 s: closing sends RST


@dataclass(frozen=True, slots=True)
class Incident:
    """What happens to the line.

    Attributes:
        at_byte: After so many bytes.
        kind: `cut` closes both sides, `reset` with RST; `half-close` says the end of one direction and lets the
            other go on; `stall` passes nothing on in `directions` for `seconds`, everything after that.
        everyone: All connections, not only the one that passed on that byte.
        refuse_s: Take no connections for so long.
    """

    at_byte: int
    kind: Literal["cut", "reset", "half-close", "stall"]
    everyone: bool = False
    seconds: float = 0.0
    directions: tuple[Direction, ...] = ("up", "down")
    refuse_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Manner:
    """How the line is all the time.

    Attributes:
        delay_s: Each piece arrives so much later, at random between the two; pieces stay in order.
        window_bytes: Of the sockets' buffers (the kernel makes at least 2 kB of it).
        pieces: The first `slow_bytes` of each direction are read in pieces of 1 to `pieces[0]` bytes, the rest
            in pieces of 1 to `pieces[1]`.
        whole_bytes: The first so many come as they were written: RabbitMQ 3.10.8 closes a stream connection whose
            frames before `Open` are cut ("Invalid transition from tcp_connected to tcp_connected").
    """

    delay_s: tuple[float, float] | None = None
    window_bytes: int | None = None
    pieces: tuple[int, int] | None = None
    slow_bytes: int = 1 << 15
    whole_bytes: int = 256


@dataclass(eq=False)
class _Connection:
    """Two sockets, and the tasks that carry bytes between them."""

    near: socket.socket
    far: socket.socket
    tasks: list["asyncio.Task[None]"] = field(default_factory=list)
    gates: dict[Direction, asyncio.Event] = field(default_factory=dict)
    closed: set[Direction] = field(default_factory=set)

    def close(self, *, abort: bool = False) -> None:
        """End both sides."""
        for task in self.tasks:
            if task is not asyncio.current_task():
                task.cancel()
        for end in (self.near, self.far):
            if abort:
                with suppress(OSError):
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABORT)
            end.close()


class Forwarder:
    """Two listening ports on loopback in front of a broker's two, served by a thread of their own.

    Attributes:
        happened: How many incidents there have been.
        happened_at: When the last one was, as `time.monotonic` has it.
        passed_bytes: How many bytes have been passed on.
    """

    def __init__(
        self,
        broker: BrokerAddress,
        rng: Random,
        *,
        incidents: Sequence[Incident] = (),
        manner: Manner | None = None,
    ) -> None:
        self.happened = 0
        self.happened_at = 0.0
        self.passed_bytes = 0
        self._broker, self._rng, self._manner = broker, rng, manner or Manner()
        self._incidents = sorted(incidents, key=lambda incident: incident.at_byte)
        self._connections: set[_Connection] = set()
        self._listeners: dict[int, socket.socket] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="forwarder", daemon=True)
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """The broker's URL, by way of the line."""
        amqp, stream = (listener.getsockname()[1] for listener in self._listeners.values())
        return replace(self._broker, amqp_port=amqp, stream_port=stream).amqp_url

    def __enter__(self) -> Self:
        for port in (self._broker.amqp_port, self._broker.stream_port):
            self._listeners[port] = self._listen(0)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._accept_all(), self._loop).result()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    # --- inside the thread ---

    def _listen(self, port: int) -> socket.socket:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._narrow(listener)
        listener.bind((self._broker.host, port))
        listener.listen()
        listener.setblocking(False)
        return listener

    def _narrow(self, end: socket.socket) -> None:
        if self._manner.window_bytes is not None:
            for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
                end.setsockopt(socket.SOL_SOCKET, option, self._manner.window_bytes)

    async def _accept_all(self) -> None:
        for port, listener in self._listeners.items():
            self._start(self._accept(port, listener))

    def _start(self, work) -> "asyncio.Task[None]":
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _accept(self, port: int, listener: socket.socket) -> None:
        while True:
            near, _ = await self._loop.sock_accept(listener)
            self._start(self._connect(port, near))

    async def _connect(self, port: int, near: socket.socket) -> None:
        far = socket.socket()
        far.setblocking(False)
        self._narrow(far)
        connection = _Connection(near, far)
        for direction in ("up", "down"):
            connection.gates[direction] = asyncio.Event()
            connection.gates[direction].set()
        try:
            await self._loop.sock_connect(far, (self._broker.host, port))
        except OSError:
            connection.close()
            return
        self._connections.add(connection)
        for direction in ("up", "down"):
            connection.tasks.append(self._start(self._carry(connection, direction)))

    async def _carry(self, connection: _Connection, direction: Direction) -> None:
        source, sink = (
            (connection.near, connection.far) if direction == "up" else (connection.far, connection.near)
        )
        try:
            if self._manner.delay_s is None:
                read = 0
                while data := await self._loop.sock_recv(source, self._piece(read)):
                    read += len(data)
                    await self._pass_on(connection, direction, sink, data)
            else:
                await self._carry_late(connection, direction, source, sink)
            sink.shutdown(socket.SHUT_WR)
            connection.closed.add(direction)
        except OSError:
            connection.close()
        if len(connection.closed) == len(connection.gates):
            connection.close()
            self._connections.discard(connection)

    async def _carry_late(
        self, connection: _Connection, direction: Direction, source: socket.socket, sink: socket.socket
    ) -> None:
        queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(_QUEUE)

        async def deliver() -> None:
            while (item := await queue.get())[1]:
                await asyncio.sleep(item[0] - self._loop.time())
                await self._pass_on(connection, direction, sink, item[1])

        delivering = self._start(deliver())
        connection.tasks.append(delivering)
        data = b"first"
        while data:
            data = await self._loop.sock_recv(source, _READ_BYTES)
            await queue.put((self._loop.time() + self._rng.uniform(*self._manner.delay_s or (0, 0)), data))
        await delivering

    def _piece(self, read: int) -> int:
        if self._manner.pieces is None or read < self._manner.whole_bytes:
            return _READ_BYTES
        return self._rng.randint(1, self._manner.pieces[read >= self._manner.slow_bytes])

    async def _pass_on(
        self, connection: _Connection, direction: Direction, sink: socket.socket, data: bytes
    ) -> None:
        while self._incidents and self.passed_bytes + len(data) >= self._incidents[0].at_byte:
            incident = self._incidents.pop(0)
            before = max(incident.at_byte - self.passed_bytes, 0)
            self.passed_bytes += before
            await self._send(connection, direction, sink, data[:before])
            data = data[before:]
            self._happen(incident, connection, direction, sink)
        self.passed_bytes += len(data)
        await self._send(connection, direction, sink, data)

    async def _send(self, connection: _Connection, direction: Direction, sink: socket.socket, data: bytes) -> None:
        await connection.gates[direction].wait()
        if direction not in connection.closed:
            await self._loop.sock_sendall(sink, data)

    def _happen(
        self, incident: Incident, connection: _Connection, direction: Direction, sink: socket.socket
    ) -> None:
        self.happened += 1
        self.happened_at = time.monotonic()
        if incident.refuse_s:
            self._start(self._refuse(incident.refuse_s))
        hit = list(self._connections) if incident.everyone else [connection]
        if incident.kind == "stall":
            gates = [each.gates[way] for each in hit for way in incident.directions]
            for gate in gates:
                gate.clear()
            self._loop.call_later(incident.seconds, lambda: [gate.set() for gate in gates])
        elif incident.kind == "half-close":
            sink.shutdown(socket.SHUT_WR)
            connection.closed.add(direction)
        else:
            for each in hit:
                self._connections.discard(each)
                each.close(abort=incident.kind == "reset")

    async def _refuse(self, seconds: float) -> None:
        ports = {port: listener.getsockname()[1] for port, listener in self._listeners.items()}
        for listener in self._listeners.values():
            self._loop.remove_reader(listener)
            listener.close()
        await asyncio.sleep(seconds)
        for port, own in ports.items():
            self._listeners[port] = self._listen(own)
        await self._accept_all()

    async def _stop(self) -> None:
        tasks = [task for task in self._tasks if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for connection in self._connections:
            connection.close()
        for listener in self._listeners.values():
            listener.close()
