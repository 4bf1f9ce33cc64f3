"""What a private node is told: ports, the text of its files, its environment. Pure; `boot` carries it out."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from pvsim.adapters.node.layout import Layout
from pvsim.adapters.node.packages import Packages
from pvsim.adapters.node.plugins import Extras, plugin_settings
from pvsim.core.messages.address import BrokerAddress
from pvsim.errors import BrokerError

__all__ = [
    "DISK_FREE_LIMIT_BYTES",
    "ENABLED_PLUGINS",
    "LOOPBACK",
    "LOOPBACK_6",
    "MARKER",
    "OPEN_FILES",
    "USER",
    "Identity",
    "Ports",
    "choose_ports",
    "free_ports",
    "node_environment",
    "rabbitmq_conf",
    "tool_environment",
]

LOOPBACK, LOOPBACK_6 = "127.0.0.1", "::1"
USER = "pvsim"
ENABLED_PLUGINS = ("rabbitmq_stream",)
MARKER = "PVSIM_BROKER_NODE"  # in the environment of every process of a node: tells ours from all others
OPEN_FILES = 65_536  # containers allow 10^9, and Erlang closes each descriptor at start: minutes

# RabbitMQ holds publishers back below this. It stays this high on purpose: on a disk that is really full,
# 3.10.8 loses its stream coordinator for good, and 4.0.5 needs a restart.
DISK_FREE_LIMIT_BYTES = 1_000_000_000

_BIND = "-kernel inet_dist_use_interface {127,0,0,1}"
_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"


@dataclass(frozen=True, slots=True)
class Ports:
    """The four TCP ports of every node, all on the loopback interface: on 127.0.0.1, and epmd's on [::1] too."""

    amqp: int
    stream: int
    dist: int
    epmd: int


@dataclass(frozen=True, slots=True)
class Identity:
    """What stays the same for the life of a node's data; the ports may be chosen again.

    Args:
        name: Node name without its host; the data directory is called after it.
        cookie: Erlang's shared secret.
        password: Of the account `USER`.
        ports: Where it listens.
        extras: Which plugins it runs on request, and where they listen.
    """

    name: str
    cookie: str = field(repr=False)
    password: str = field(repr=False)
    ports: Ports
    extras: Extras = field(default_factory=Extras)

    @property
    def node(self) -> str:
        """The full Erlang name; by address, because `localhost` need not resolve (no /etc/hosts)."""
        return f"{self.name}@{LOOPBACK}"

    @property
    def address(self) -> BrokerAddress:
        """What clients need to reach the node and sign in."""
        return BrokerAddress(LOOPBACK, self.ports.amqp, self.ports.stream, USER, self.password)

    @property
    def plugins(self) -> tuple[str, ...]:
        """What RabbitMQ calls all plugins that it runs."""
        return (*ENABLED_PLUGINS, *self.extras.plugins)


def choose_ports(candidates: Iterable[int], is_free: Callable[[int], bool]) -> Ports:
    """Take the first four free ports.

    Raises:
        BrokerError: if the candidates end before four are found.
    """
    return Ports(*free_ports(candidates, is_free, len(Ports.__slots__)))


def free_ports(candidates: Iterable[int], is_free: Callable[[int], bool], count: int) -> list[int]:
    """The first `count` different candidates that are free.

    Raises:
        BrokerError: if the candidates end before.
    """
    found: list[int] = []
    for port in candidates:
        if len(found) == count:
            return found
        if port not in found and is_free(port):
            found.append(port)
    if len(found) == count:
        return found
    raise BrokerError(
        "not enough free TCP ports for the private RabbitMQ node",
        where=LOOPBACK,
        fix="stop programs that hold ports 20000-31999, or set PVSIM_BROKER_URL to a running broker",
    )


def rabbitmq_conf(identity: Identity) -> str:
    """The text of `rabbitmq.conf`; it holds the password, so the file must be 0600."""
    ports = identity.ports
    lines = (
        f"listeners.tcp.1 = {LOOPBACK}:{ports.amqp}",
        "num_acceptors.tcp = 2",
        f"stream.listeners.tcp.1 = {LOOPBACK}:{ports.stream}",
        f"stream.advertised_host = {LOOPBACK}",
        f"stream.advertised_port = {ports.stream}",
        "stream.num_acceptors.tcp = 2",
        "stream.frame_max = 1048576",  # the default of both versions; our frames are cut to it
        f"default_user = {USER}",
        f"default_pass = {identity.password}",
        f"loopback_users.{USER} = true",
        "vm_memory_high_watermark.absolute = 512MB",  # it uses 110-145 MB; small machines must survive
        f"disk_free_limit.absolute = {DISK_FREE_LIMIT_BYTES}",
        "log.file = rabbit.log",
        "log.file.level = info",
        "log.file.rotation.size = 10485760",  # a broken stream of 3.10.8 writes 12,000 lines/s
        "log.file.rotation.count = 2",
        "log.console = false",
        *plugin_settings(identity.extras, LOOPBACK),
    )
    return "\n".join(lines) + "\n"


def tool_environment(layout: Layout, packages: Packages, identity: Identity) -> MappingProxyType[str, str]:
    """The whole environment of a RabbitMQ command line tool that talks to the node.

    Nothing is inherited: a RABBITMQ_ variable of the caller would reach into another node.
    RABBITMQ_SCRIPTS_DIR is relative to the home (the working directory), because the scripts of both versions
    do not quote it and a home may contain spaces.
    """
    ports = identity.ports
    environment = {
        "PATH": f"{packages.erlang_bin}:{_PATH}",
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "HOME": str(layout.home),
        "ERL_EPMD_PORT": str(ports.epmd),
        "ERL_EPMD_ADDRESS": LOOPBACK,
        "ERL_CRASH_DUMP_SECONDS": "0",
        "RABBITMQ_NODENAME": identity.node,
        "RABBITMQ_USE_LONGNAME": "true",
        "RABBITMQ_NODE_IP_ADDRESS": LOOPBACK,
        "RABBITMQ_NODE_PORT": str(ports.amqp),
        "RABBITMQ_DIST_PORT": str(ports.dist),
        "RABBITMQ_CONFIG_FILE": str(layout.config),
        "RABBITMQ_ADVANCED_CONFIG_FILE": str(layout.advanced_config),
        "RABBITMQ_CONF_ENV_FILE": str(layout.empty),
        "RABBITMQ_MNESIA_BASE": str(layout.data),
        "RABBITMQ_LOG_BASE": str(layout.logs),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(layout.enabled_plugins),
        "RABBITMQ_GENERATED_CONFIG_DIR": str(layout.etc / "generated"),
        "RABBITMQ_SCHEMA_DIR": str(layout.etc / "schema"),
        "RABBITMQ_PLUGINS_DIR": str(layout.server / "plugins"),
        "RABBITMQ_SCRIPTS_DIR": "server/sbin",
        # 0 lets the system choose: the default range of eleven ports may be taken, and on every interface
        "RABBITMQ_CTL_DIST_PORT_MIN": "0",
        "RABBITMQ_CTL_DIST_PORT_MAX": "0",
        "RABBITMQ_CTL_ERL_ARGS": f"{_BIND} -start_epmd false",
    }
    if packages.lib_dirs:
        environment["LD_LIBRARY_PATH"] = ":".join(map(str, packages.lib_dirs))
    return MappingProxyType(environment)


def node_environment(
    layout: Layout, packages: Packages, identity: Identity, *, mark: str, notify: Path
) -> MappingProxyType[str, str]:
    """The whole environment of the node.

    Args:
        layout: Where its files are.
        packages: What it runs from.
        identity: Who it is.
        mark: By which its processes are found again.
        notify: The socket that is told READY=1 when it has booted.
    """
    return MappingProxyType(
        {
            **tool_environment(layout, packages, identity),
            MARKER: mark,
            "NOTIFY_SOCKET": str(notify),
            # the script then becomes the VM: its pid is the node's, and SIGTERM stops cleanly
            "RUNNING_UNDER_SYSTEMD": "true",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": f"+S 2:2 +SDio 4 +A 2 {_BIND}",
        }
    )
