"""What goes wrong with the broker, or is done to it by its operator."""

import asyncio
import os
import signal
import socket
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from tests.faults.kinds.base import Fault, Scene
from tests.faults.kinds.processes import Signals
from tests.faults.moments import has_published
from tests.faults.processes import cpu_seconds, wait_until

from pvsim.adapters import node, streams
from pvsim.adapters.logs import LOG
from pvsim.core.messages.address import BrokerAddress

__all__ = [
    "Alarm",
    "AppRestarted",
    "BrokerKilled",
    "BrokerMoved",
    "BrokerPaused",
    "BrokerRestarted",
    "ConnectionsClosed",
    "Retention",
    "StreamDeleted",
    "StreamDeletedMeanwhile",
    "kill_and_take_ports",
]

_CLOSE_ALL = """begin
  Amqp = rabbit_networking:connections(),
  Streams = rabbit_networking:local_non_amqp_connections(),
  rabbit_networking:close_connections(Amqp, "closed by the operator"),
  [exit(Reader, kill) || Reader <- Streams],
  length(Amqp) + length(Streams)
end"""  # 3.10.8 has no better way for streams: its readers do not know the message that closes others
_DISK = "rabbit_disk_monitor:set_disk_free_limit({})"
_MEMORY = "vm_memory_monitor:set_vm_memory_high_watermark({})"
_WAITING = ("has confirmed nothing", "trying again")  # in the log of a run
_BUSY_SHARE = 0.25  # of one core; what works in a loop takes 1.0


@dataclass(frozen=True)
class BrokerKilled(Fault):
    """SIGKILL of the broker's VM; nobody starts it again before the next command."""

    def inject(self, scene: Scene) -> int:
        return _signal_node(scene, signal.SIGKILL)


@dataclass(frozen=True)
class BrokerMoved(Fault):
    """SIGKILL of the broker's VM, and others take its ports, accept connections, and say nothing."""

    def inject(self, scene: Scene) -> int:
        if scene.command.ended():
            return 0
        with scene.command.held("run"):  # it is the one that would start the broker again
            scene.memory["before"] = kill_and_take_ports(scene.home, scene.stack)
        return 1

    def check(self, scene: Scene) -> None:
        after = asyncio.run(node.status(scene.home)).address
        moved = "before" not in scene.memory or (after and after.stream_port != scene.memory["before"].stream_port)
        scene.require(f"the broker did not move: {after}", holds=bool(moved))


def kill_and_take_ports(home: Path, stack: ExitStack) -> BrokerAddress:
    """Kill the node of a home, and listen in its place until the end of `stack`; where it was."""
    status = asyncio.run(node.status(home))
    if status.pid is None or status.address is None:
        raise RuntimeError(status)
    os.kill(status.pid, signal.SIGKILL)
    for port in (status.address.amqp_port, status.address.stream_port):
        listener = stack.enter_context(socket.socket())
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if not wait_until(partial(_binds, listener, port)):  # the VM takes a moment to end
            raise RuntimeError(port)
        listener.listen()
    return status.address


def _binds(listener: socket.socket, port: int) -> bool:
    try:
        listener.bind(("127.0.0.1", port))
    except OSError:
        return False
    return True


@dataclass(frozen=True)
class BrokerRestarted(Fault):
    """SIGKILL of the broker's VM; somebody starts it again a while later."""

    high_s: float = 1.0

    def inject(self, scene: Scene) -> int:
        hit = _signal_node(scene, signal.SIGKILL)
        time.sleep(scene.rng.uniform(0.0, self.high_s))
        asyncio.run(node.up(scene.home))
        return hit


@dataclass(frozen=True)
class BrokerPaused(Fault):
    """SIGSTOP of the broker's VM, and SIGCONT later: it answers nothing, and its connections stay open."""

    low_s: float = 1.0
    high_s: float = 5.0

    def inject(self, scene: Scene) -> int:
        hit = _signal_node(scene, signal.SIGSTOP)
        try:
            time.sleep(scene.rng.uniform(self.low_s, self.high_s))
        finally:
            if hit:
                os.kill(asyncio.run(node.status(scene.home)).pid or 0, signal.SIGCONT)
        return hit


class _ByAgent(Fault):
    """Something that the operator does."""

    def arm(self, scene: Scene) -> Mapping[str, str]:
        scene.agent.ready()
        return {}


@dataclass(frozen=True)
class AppRestarted(_ByAgent):
    """`rabbitmqctl stop_app`, and `start_app` later: listeners close, connections end, the VM stays."""

    low_s: float = 0.5
    high_s: float = 3.0

    def inject(self, scene: Scene) -> int:
        if scene.command.ended():
            return 0
        scene.agent.do("rabbit:stop()")
        time.sleep(scene.rng.uniform(self.low_s, self.high_s))
        scene.agent.do("rabbit:start()")
        return 1


@dataclass(frozen=True)
class ConnectionsClosed(_ByAgent):
    """The operator closes all connections, again and again."""

    times: int = 1

    def inject(self, scene: Scene) -> int:
        hit = 0
        for _ in range(self.times):
            if scene.command.ended():
                break
            hit += int(scene.agent.do(_CLOSE_ALL))
            time.sleep(scene.rng.uniform(0.05, 0.5))
        return hit


@dataclass(frozen=True)
class Alarm(_ByAgent):
    """The broker has too little disk or memory for a while; then it takes no messages.

    Attributes:
        hold_s: For so long after the meter has said that it waits, if it must.
        before: It is so before the run starts.
    """

    of: Literal["disk", "memory"]
    hold_s: tuple[float, float] = (1.0, 3.0)
    before: bool = False

    def arm(self, scene: Scene) -> Mapping[str, str]:
        super().arm(scene)
        if self.before:
            self._raise(scene)
        return {}

    def inject(self, scene: Scene) -> int:
        if not self.before:
            if scene.command.ended():
                return 0
            self._raise(scene)
        meter, hold_s = scene.command.pid_of("meter"), scene.rng.uniform(*self.hold_s)
        time.sleep(0.2)  # what is in its hands
        blocks = self.of == "disk" or scene.transport == "amqp"  # streams take messages without memory
        scene.memory["waits"] = blocks and meter is not None and not has_published(scene.directory)
        if scene.memory["waits"]:
            wait_until(lambda: self._shown(scene) or scene.command.ended())
        before_s = cpu_seconds(meter)
        time.sleep(hold_s)
        after_s = cpu_seconds(meter)
        self._lift(scene)
        if after_s is not None and before_s is not None:
            share = (after_s - before_s) / hold_s
            scene.require(f"the meter took {share:.0%} of a core while it waited", holds=share < _BUSY_SHARE)
        return 1

    def check(self, scene: Scene) -> None:
        shown = self._shown(scene) or not scene.memory.get("waits")
        scene.require("the log does not say that the meter waits", holds=shown)

    @staticmethod
    def _shown(scene: Scene) -> bool:
        said = (scene.directory / LOG).read_text()
        return any(words in said for words in _WAITING)

    def _raise(self, scene: Scene) -> None:
        disk, memory = (
            scene.agent.do(f"{module}:get_{name}()")
            for module, name in (
                ("rabbit_disk_monitor", "disk_free_limit"),
                ("vm_memory_monitor", "vm_memory_high_watermark"),
            )
        )
        scene.memory["limits"] = {"disk": _DISK.format(disk), "memory": _MEMORY.format(memory)}
        scene.stack.callback(lambda: self._lift(scene))
        scene.agent.do(_DISK.format('"900000GB"') if self.of == "disk" else _MEMORY.format('{absolute, "1MB"}'))

    def _lift(self, scene: Scene) -> None:
        scene.agent.do(scene.memory["limits"][self.of])


@dataclass(frozen=True)
class StreamDeletedMeanwhile(_ByAgent):
    """Somebody deletes the stream of a run that is under way."""

    def inject(self, scene: Scene) -> int:
        return 0 if scene.command.ended() else _delete_queue(scene)


@dataclass(frozen=True)
class Retention(_ByAgent):
    """A policy keeps only the newest few MB of the stream until the simulator has fallen behind."""

    def arm(self, scene: Scene) -> Mapping[str, str]:
        super().arm(scene)
        limits = '[{<<"max-length-bytes">>, 2000000}, {<<"stream-max-segment-size-bytes">>, 1000000}]'
        scene.agent.do(f'rabbit_policy:set(<<"/">>, <<"few">>, <<"^pvsim">>, {limits}, 0, <<"all">>, <<"x">>)')
        scene.stack.callback(lambda: self._remove(scene))
        return {}

    def inject(self, scene: Scene) -> int:
        self._remove(scene)
        return int(not scene.command.ended())

    @staticmethod
    def _remove(scene: Scene) -> None:
        scene.agent.do('rabbit_policy:delete(<<"/">>, <<"few">>, <<"x">>)')


@dataclass(frozen=True)
class StreamDeleted(Signals):
    """Everything is killed, and then somebody deletes the stream."""

    def mend(self, scene: Scene) -> None:
        async def delete() -> None:
            async with streams.StreamTransport(await node.up(scene.home)).log(scene.stream) as log:
                await log.delete()

        asyncio.run(delete())


def _delete_queue(scene: Scene) -> int:
    name = f'rabbit_misc:r(<<"/">>, queue, <<"{scene.stream}">>)'
    deleting = 'rabbit_amqqueue:delete(Queue, false, false, <<"operator">>), 1'
    found = scene.agent.do(f"case rabbit_amqqueue:lookup({name}) of {{ok, Queue}} -> {deleting}; _ -> 0 end")
    return int(found)


def _signal_node(scene: Scene, number: signal.Signals) -> int:
    pid = asyncio.run(node.status(scene.home)).pid
    if pid is None or scene.command.ended():
        return 0
    os.kill(pid, number)
    return 1
