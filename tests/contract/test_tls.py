"""TLS with a real RabbitMQ, by all its protocols: what is right gets in, what is wrong is told."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from urllib.parse import urlencode

import aiomqtt
import numpy as np
import pytest
from tests.certificates import Certificates, certificates
from tests.tls_node import TlsNode, tls_node

from pvsim.adapters import management, node
from pvsim.adapters.amqp import AmqpTransport
from pvsim.adapters.mqtt import MqttPublisher
from pvsim.adapters.shared import tls
from pvsim.adapters.streams import StreamTransport
from pvsim.core.messages.address import BrokerAddress
from pvsim.core.messages.mqtt_address import MqttAddress
from pvsim.core.messages.url_parameters import TLS, TlsFiles
from pvsim.core.publishing.face import Face
from pvsim.core.rights.commands import requests
from pvsim.core.rights.roles import Account
from pvsim.errors import BrokerError, BrokerRefusedError

pytestmark = pytest.mark.broker

TRANSPORTS = {"streams": StreamTransport, "amqp": AmqpTransport}
WITHIN_S = 120


@pytest.fixture(scope="module")
def pem(tmp_path_factory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def tls_broker(pem: Certificates) -> Iterator[TlsNode]:
    """The one node of this module."""
    with tls_node(pem) as running:
        yield running


@pytest.fixture
def with_tls(tls_broker: TlsNode) -> BrokerAddress:
    """Where it speaks AMQP and streams."""
    return tls_broker.address


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


@pytest.fixture
def by_certificate(with_tls) -> BrokerAddress:
    """A URL without user and password; the name is that of the client's certificate."""
    files = with_tls.files
    return BrokerAddress.parse(
        f"amqps://localhost:{with_tls.amqp_port}?stream_port={with_tls.stream_port}&auth_mechanism=external"
        f"&cacertfile={files.ca}&certfile={files.certificate}&keyfile={files.key}"
    )


async def test_a_certificate_may_sign_in_in_place_of_a_password_over_amqp(tls_broker, by_certificate):
    with pytest.raises(BrokerRefusedError, match="no account of the name in this client's certificate") as caught:
        async with AmqpTransport(by_certificate).log("pvsim.tls"):
            pass
    assert "add_user" in caught.value.fix
    await node.control(tls_broker.home, "add_user", "house-a", told="unused")
    try:
        await node.control(tls_broker.home, "clear_password", "house-a")
        await node.control(tls_broker.home, "set_permissions", "house-a", "^pvsim", "^pvsim", "^pvsim")
        async with AmqpTransport(by_certificate).log("pvsim.tls") as log:
            await log.create()
            await log.delete()
    finally:
        await node.control(tls_broker.home, "delete_user", "house-a")


async def test_over_streams_rabbitmq_3_10_cannot_and_what_can_is_named(by_certificate):
    """Its stream plugin crashes; where one does not, there is no such account here."""
    with pytest.raises(BrokerRefusedError, match=r"RabbitMQ 3.10 cannot|in this client's certificate") as caught:
        async with StreamTransport(by_certificate).log("pvsim.tls"):
            pass
    assert "--transport amqp" in caught.value.fix or "add_user" in caught.value.fix


async def test_a_broker_that_takes_no_certificates_for_accounts_is_told(broker, kind):
    with pytest.raises(BrokerRefusedError, match="lets nobody sign in by certificate") as caught:
        async with TRANSPORTS[kind](replace(broker, user="", password="")).log("pvsim.tls"):
            pass
    assert "rabbitmq_auth_mechanism_ssl" in caught.value.fix


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


def managed(tls_broker: TlsNode, files: TlsFiles, host: str = "localhost") -> management.Management:
    """The management interface, as a URL names it."""
    given = {theirs: value for theirs, ours in TLS.items() if (value := getattr(files, ours))}
    user, password = tls_broker.address.user, tls_broker.address.password
    query = urlencode(given, safe="/")
    return management.Management.parse(
        f"https://{user}:{password}@{host}:{tls_broker.management_port}{'?' if query else ''}{query}"
    )


async def by_amqp(broker: TlsNode, files: TlsFiles, host: str) -> None:
    async with AmqpTransport(replace(broker.address, files=files, host=host)).log("pvsim.tls"):
        pass


async def by_streams(broker: TlsNode, files: TlsFiles, host: str) -> None:
    async with StreamTransport(replace(broker.address, files=files, host=host)).log("pvsim.tls"):
        pass


async def by_management(broker: TlsNode, files: TlsFiles, host: str) -> None:
    made = requests(Account("house-tls", "meter"), "/", "s3cret")
    await management.carry_out(managed(broker, files, host), made)


async def by_mqtt(broker: TlsNode, files: TlsFiles, host: str) -> None:
    """What it says first: it never gives up."""
    told: asyncio.Queue[str] = asyncio.Queue()
    async with showing(replace(broker.mqtt, files=files, host=host), told.put_nowait):
        async with asyncio.timeout(WITHIN_S):
            said = await told.get()
    raise BrokerRefusedError(said, fix=said)


def showing(address: MqttAddress, say: Callable[[str], None]) -> AbstractAsyncContextManager[None]:
    """A service shows itself by MQTT."""
    return MqttPublisher(address, Face("tls", "1.0", None), "tls", say, None).running()


WAYS = {"amqp": by_amqp, "streams": by_streams, "mqtt": by_mqtt, "management": by_management}


@pytest.fixture(params=WAYS)
def way(request) -> Callable:
    return WAYS[request.param]


async def test_the_management_interface_is_reached_over_mutual_tls(tls_broker):
    await by_management(tls_broker, tls_broker.mqtt.files, "localhost")


async def test_values_are_shown_by_mqtt_over_mutual_tls(tls_broker):
    at, said = tls_broker.mqtt, []
    other = aiomqtt.Client(
        at.host, at.port, username=at.user, password=at.password, tls_context=tls.trust(at.files), timeout=WITHIN_S
    )
    async with other, showing(at, said.append), asyncio.timeout(WITHIN_S):
        await other.subscribe("pvsim/tls/status", 1)
        async for message in other.messages:
            if message.payload == b"online":
                break
    assert said == []


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"ca": "other_ca"}, "signed by an authority that is not known here"),
        ({"host": "127.0.0.1"}, "for another host"),
        ({"certificate": "", "key": ""}, "wants a certificate of this client"),
        ({"certificate": "stranger", "key": ""}, "refuses the certificate of this client"),
        ({"certificate": "expired_client", "key": ""}, "refuses the certificate of this client.*expired"),
    ],
)
@pytest.mark.parametrize("by", ["mqtt", "management"])
async def test_mqtt_and_management_refuse_what_is_wrong(tls_broker, by, wrong, says):
    files = {name: str(getattr(tls_broker.pem, value, value)) for name, value in wrong.items()}
    host = files.pop("host", "localhost")
    with pytest.raises(BrokerRefusedError, match=says) as caught:
        await WAYS[by](tls_broker, replace(tls_broker.mqtt.files, **files), host)
    assert f"in PVSIM_{by.upper()}_URL" in caught.value.fix
    assert tls_broker.address.password not in f"{caught.value}{caught.value.fix}"


@pytest.fixture(scope="module")
def expired(tls_broker, pem) -> Iterator[None]:
    """The broker's certificate has expired meanwhile."""
    with tls_broker.showing(pem.expired):
        yield


@pytest.mark.usefixtures("expired")
async def test_an_expired_certificate_of_the_broker_is_refused_by_each_protocol(tls_broker, way):
    with pytest.raises(BrokerRefusedError, match="certificate has expired"):
        await way(tls_broker, tls_broker.mqtt.files, "localhost")
