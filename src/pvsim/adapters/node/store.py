"""Reads and writes what is remembered of a node: its identity and its process."""

import json
import os
import re
import secrets
import shutil
import socket
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from shlex import quote

import msgspec

from pvsim.adapters.node import processes
from pvsim.adapters.node.layout import Layout
from pvsim.adapters.node.plugins import Extras, changed
from pvsim.adapters.node.settings import LOOPBACK, LOOPBACK_6, Identity, choose_ports, free_ports
from pvsim.core.quantities.json_text import NOT_DECODED
from pvsim.errors import BrokerError

__all__ = [
    "State",
    "change_extras",
    "create_identity",
    "port_is_free",
    "read_identity",
    "read_state",
    "renew_ports",
    "write_private",
    "write_state",
]

_PORTS = range(20_000, 32_000)  # below the ports that the system gives to outgoing connections (from 32768)
_TRIES = 400
_PORTS_END = 65_536
_NAME = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class State:
    """The process of a node that was started, and the names of the plugins on request that it runs."""

    pid: int
    start_ticks: int
    version: str
    origin: str
    extras: tuple[str, ...] = ()


def read_identity(layout: Layout) -> Identity | None:
    """What is remembered of the node; None if there is none.

    Raises:
        BrokerError: if the file is damaged.
    """
    try:
        identity = msgspec.json.decode(layout.identity.read_bytes(), type=Identity)
        _check(identity)
    except FileNotFoundError:
        return None
    except OSError as error:
        what = f"the private node's file cannot be read: {error.strerror}"
        raise BrokerError(
            what, where=str(layout.identity), fix="set PVSIM_BROKER_HOME to another directory"
        ) from error
    except NOT_DECODED as error:
        fix = f"remove it: rm {quote(str(layout.identity))}; a new node is then created"
        raise BrokerError(
            f"the private node's file is damaged: {error}", where=str(layout.identity), fix=fix
        ) from error
    return identity


def _check(identity: Identity) -> None:
    """Whether a node can be of that name and have these ports."""
    if not _NAME.fullmatch(identity.name):
        raise ValueError(f"{identity.name[:80]!r} is no name of a node")
    for port in (*asdict(identity.ports).values(), *identity.extras.ports.values()):
        if not 0 < port < _PORTS_END:
            raise ValueError(f"{port} is no port")


def create_identity(layout: Layout) -> Identity:
    """Invent a node: a name that no other has, secrets, free ports.

    Data of a former one is removed, and its accounts: its password is not known any more.
    """
    shutil.rmtree(layout.data)
    shutil.rmtree(layout.accounts, ignore_errors=True)
    layout.data.mkdir(mode=0o700)
    ports = choose_ports(_candidates(), port_is_free)
    identity = Identity(f"pvsim-{secrets.token_hex(4)}", secrets.token_hex(24), secrets.token_hex(24), ports)
    return _save(layout, identity)


def renew_ports(layout: Layout, identity: Identity, *, but_not: tuple[int, ...] = ()) -> Identity:
    """The same node on other ports, if one of its ports is taken or in `but_not`.

    Of the plugins each keeps its own where it can: others have written it down.
    """

    def may_be_used(port: int) -> bool:
        return port not in but_not and port_is_free(port)

    ports, extras = identity.ports, identity.extras
    if not all(map(may_be_used, asdict(ports).values())):
        others = set(extras.ports.values())
        ports = choose_ports(_candidates(), lambda port: port not in others and may_be_used(port))
    taken = [name for name, port in extras.ports.items() if not may_be_used(port)]
    extras = _with_ports(extras, taken, but_not={*asdict(ports).values(), *but_not})
    renewed = replace(identity, ports=ports, extras=extras)
    return identity if renewed == identity else _save(layout, renewed)


def change_extras(layout: Layout, identity: Identity, wanted: Mapping[str, bool]) -> Identity:
    """The same node with plugins turned on or off; those that stay keep their ports."""
    todo = changed(tuple(identity.extras.ports), wanted)
    if not todo:
        return identity
    extras = identity.extras.moved({name: None for name, on in todo.items() if not on})
    extras = _with_ports(
        extras, [name for name, on in todo.items() if on], but_not={*asdict(identity.ports).values()}
    )
    return _save(layout, replace(identity, extras=extras))


def _with_ports(extras: Extras, names: Collection[str], *, but_not: Collection[int]) -> Extras:
    """Free ports for the plugins of these names, which nothing else of the node has."""
    used = {*extras.ports.values(), *but_not}
    found = free_ports(_candidates(), lambda port: port not in used and port_is_free(port), len(names))
    return extras.moved(dict(zip(names, found, strict=True)))


def read_state(layout: Layout) -> State | None:
    """The process that was started last, if it still lives and is ours."""
    try:
        state = msgspec.json.decode(layout.state.read_bytes(), type=State)
    except (OSError, *NOT_DECODED):
        return None  # a torn or foreign file is as good as none: strays are found by their mark
    return state if processes.is_node(state.pid, state.start_ticks, layout.home) else None


def write_state(layout: Layout, state: State) -> None:
    """Remember the process."""
    write_private(layout.state, json.dumps(asdict(state)))


def write_private(path: Path, text: str, *, mode: int = 0o600) -> None:
    """Replace a file in one step; at no moment can anybody else read it."""
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    fresh.replace(path)


def port_is_free(port: int) -> bool:
    """Whether a server could listen on that port of the loopback interface.

    On 127.0.0.1 and, where there is IPv6, on [::1] as well: epmd listens there whatever it is told, and ends where
    the port is taken.
    """
    return _can_listen(socket.AF_INET, LOOPBACK, port) and (
        not _can_listen(socket.AF_INET6, LOOPBACK_6, 0) or _can_listen(socket.AF_INET6, LOOPBACK_6, port)
    )


def _can_listen(family: socket.AddressFamily, host: str, port: int) -> bool:
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError:
        return False
    return True


def _candidates() -> Iterator[int]:
    return (secrets.choice(_PORTS) for _ in range(_TRIES))


def _save(layout: Layout, identity: Identity) -> Identity:
    facts = {name: getattr(identity, name) for name in ("name", "cookie", "password")}
    facts |= {"ports": asdict(identity.ports), "extras": identity.extras.ports}
    write_private(layout.identity, json.dumps(facts))
    return identity
