"""A real RabbitMQ whose ports of every protocol speak TLS and want a client's certificate."""

import asyncio
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from tests.certificates import Certificates

from pvsim.adapters import node
from pvsim.adapters.node import boot, settings
from pvsim.core.messages.address import BrokerAddress, TlsFiles
from pvsim.core.messages.mqtt_address import MqttAddress

__all__ = ["TlsNode", "tls_node"]


@dataclass(frozen=True, slots=True)
class TlsNode:
    """Where the protocols are, with the files of a client that may get in.

    Attributes:
        home: Its directory.
        pem: The certificates; the broker reads its own from `shown`.
        shown: What the broker shows.
        address: Of AMQP and streams.
        mqtt: Of MQTT.
        management_port: Of the management interface.
    """

    home: Path
    pem: Certificates
    shown: Path
    address: BrokerAddress
    mqtt: MqttAddress
    management_port: int

    @contextmanager
    def showing(self, certificate: Path) -> Iterator[None]:
        """The broker shows another certificate meanwhile."""
        self._show(certificate)
        try:
            yield
        finally:
            self._show(self.pem.broker)

    def _show(self, certificate: Path) -> None:
        self.shown.write_bytes(certificate.read_bytes())
        asyncio.run(node.control(self.home, "eval", "ssl:clear_pem_cache()."))


@contextmanager
def tls_node(pem: Certificates) -> Iterator[TlsNode]:
    """Start it, and remove it at the end."""
    amqp, stream, mqtt, management = _free_ports(4)
    plain = boot.rabbitmq_conf
    shown = pem.broker.with_name("shown.pem")
    shown.write_bytes(pem.broker.read_bytes())
    options = {
        "cacertfile": pem.ca,
        "certfile": shown,
        "keyfile": shown,
        "verify": "verify_peer",
        "fail_if_no_peer_cert": "true",
    }
    lines = [
        f"listeners.ssl.1 = 127.0.0.1:{amqp}",
        f"stream.listeners.ssl.1 = 127.0.0.1:{stream}",
        f"mqtt.listeners.ssl.1 = 127.0.0.1:{mqtt}",
        "management.ssl.ip = 127.0.0.1",
        f"management.ssl.port = {management}",
        "auth_mechanisms.1 = PLAIN",
        "auth_mechanisms.2 = EXTERNAL",
        "ssl_cert_login_from = common_name",
    ]
    lines += [f"ssl_options.{name} = {value}" for name, value in options.items()]
    lines += [f"management.ssl.{name} = {value}" for name, value in options.items()]
    with tempfile.TemporaryDirectory(prefix="pvsim-tls-") as directory, ExitStack() as stack:
        home = Path(directory)
        stack.callback(lambda: asyncio.run(node.destroy(home)))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(boot, "rabbitmq_conf", lambda *given: plain(*given) + "\n".join(lines) + "\n")
            patch.setattr(settings, "ENABLED_PLUGINS", (*settings.ENABLED_PLUGINS, "rabbitmq_auth_mechanism_ssl"))
            own = asyncio.run(node.up(home, extras={"mqtt": True, "management": True}))
        files = TlsFiles(ca=str(pem.ca), certificate=str(pem.client), key=str(pem.client_key))
        place = {"host": "localhost", "amqp_port": amqp, "stream_port": stream}
        address = replace(own, **place, tls=True, files=files)
        by_mqtt = MqttAddress("localhost", mqtt, own.user, own.password, tls=True, files=files)
        yield TlsNode(home, pem, shown, address, by_mqtt, management)


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
