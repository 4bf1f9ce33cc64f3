"""TLS with a real RabbitMQ, by both protocols: what is right gets in, what is wrong is told."""

import asyncio
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.certificates import Certificates, certificates

from pvsim.adapters import node
from pvsim.adapters.amqp import AmqpTransport
from pvsim.adapters.node import boot
from pvsim.adapters.streams import StreamTransport
from pvsim.core.messages.address import BrokerAddress, TlsFiles
from pvsim.errors import BrokerError, BrokerRefusedError

pytestmark = pytest.mark.broker

TRANSPORTS = {"streams": StreamTransport, "amqp": AmqpTransport}


@pytest.fixture(scope="module")
def pem(tmp_path_factory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def with_tls(pem: Certificates) -> Iterator[BrokerAddress]:
    """A node whose ports of both protocols want a client's certificate."""
    amqp_port, stream_port = _free_ports()
    plain = boot.rabbitmq_conf
    options = {
        "cacertfile": pem.ca,
        "certfile": pem.broker,
        "keyfile": pem.broker,
        "verify": "verify_peer",
        "fail_if_no_peer_cert": "true",
    }
    lines = [f"listeners.ssl.1 = 127.0.0.1:{amqp_port}", f"stream.listeners.ssl.1 = 127.0.0.1:{stream_port}"]
    lines += [f"ssl_options.{name} = {value}" for name, value in options.items()]
    with tempfile.TemporaryDirectory(prefix="pvsim-tls-") as home:
        try:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(boot, "rabbitmq_conf", lambda *given: plain(*given) + "\n".join(lines) + "\n")
                address = asyncio.run(node.up(Path(home)))
            files = TlsFiles(ca=str(pem.ca), certificate=str(pem.client), key=str(pem.client_key))
            own = {"host": "localhost", "amqp_port": amqp_port, "stream_port": stream_port}
            yield replace(address, **own, tls=True, files=files)
        finally:
            asyncio.run(node.destroy(Path(home)))


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


@pytest.fixture(params=TRANSPORTS)
def kind(request) -> str:
    return request.param


async def test_messages_go_over_mutual_tls(with_tls, kind):
    """The address is the one that a URL would give."""
    address = BrokerAddress.parse(with_tls.amqp_url)
    bodies = np.frombuffer(b"".join(b"%03d" % i for i in range(500)), dtype=np.uint8).reshape(-1, 3)
    async with TRANSPORTS[kind](address).log(f"pvsim.tls-{kind}") as log:
        await log.create()
        async with log.publisher("m1") as publisher:
            await publisher.publish(1, bodies)
            await publisher.flush()
        found: list[bytes] = []
        async with log.subscribe(0) as batches:
            async for batch in batches:
                found += [batch.body(i) for i in range(len(batch))]
                if len(found) == len(bodies):
                    break
        await log.delete()
    assert found == [bytes(row) for row in bodies]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"ca": ""}, "signed by an authority that is not known here"),
        ({"ca": "other_ca"}, "signed by an authority that is not known here"),
        ({"server_name": "broker.example"}, "for another host"),
        ({"certificate": "", "key": ""}, "wants a certificate of this client"),
        ({"certificate": "stranger", "key": ""}, "refuses the certificate of this client"),
    ],
)
async def test_what_is_wrong_is_refused_with_its_reason(with_tls, pem, kind, wrong, says):
    files = {name: str(getattr(pem, value, value)) for name, value in wrong.items()}
    address = replace(with_tls, files=replace(with_tls.files, **files))
    with pytest.raises(BrokerRefusedError, match=says) as caught:
        async with TRANSPORTS[kind](address).log("pvsim.tls"):
            pass
    assert "in PVSIM_BROKER_URL" in caught.value.fix


async def test_the_name_that_the_certificate_is_for_may_be_said(with_tls, kind):
    address = replace(with_tls, host="127.0.0.1", files=replace(with_tls.files, server_name="localhost"))
    async with TRANSPORTS[kind](address).log("pvsim.tls"):
        pass


async def test_a_port_without_tls_and_one_with_it_are_told_apart(broker, with_tls, pem, kind):
    """TLS to a port without it, and the other way round: an error, never a wait for ever."""
    files = TlsFiles(ca=str(pem.ca))
    plain_port = replace(broker, tls=True, files=files)
    with pytest.raises(BrokerError):
        async with TRANSPORTS[kind](plain_port).log("pvsim.tls"):
            pass
    with pytest.raises(BrokerError):
        async with TRANSPORTS[kind](replace(with_tls, tls=False)).log("pvsim.tls"):
            pass
