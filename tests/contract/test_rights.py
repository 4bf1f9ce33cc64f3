"""What each role may do at a real broker, by each protocol: all that it needs, and nothing else.

Continuous integration runs this on RabbitMQ 3.10 (Debian 12) and 4.0 (Debian 13).
"""

import asyncio
import base64
import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pika
import pytest
from pika.exceptions import AMQPError
from tests.contract.mqtt_client import MqttClient, RefusedError

from pvsim.adapters import node, streams
from pvsim.adapters.management import Management, carry_out
from pvsim.core.messages.address import BrokerAddress
from pvsim.core.rights.commands import requests
from pvsim.core.rights.home_assistant import FILTERS
from pvsim.core.rights.roles import Account
from pvsim.errors import BrokerError

pytestmark = pytest.mark.broker

ACCOUNTS = {
    "meter": Account("house", "meter"),
    "simulator": Account("sim", "simulator"),
    "viewer": Account("eyes", "viewer"),
    "viewer with the page": Account("page", "viewer", management=True),
    "home assistant": Account("ha", "viewer", home_assistant=True),
    "admin": Account("boss", "admin"),
    # whose things the others are after; their names begin with the others' names
    "other meter": Account("house-b", "meter"),
    "other viewer": Account("eyes-b", "viewer"),
}
ROLES = ("meter", "simulator", "viewer", "admin")

TABLE = """
AMQP     publishes its own reading                              x . . x
AMQP     publishes its own reading by amq.topic                 x . . x
AMQP     publishes as another meter                             . . . x
AMQP     publishes as another meter by amq.topic                . . . x
AMQP     publishes as a meter of another service                . . . x
AMQP     publishes a sample                                     . x . x
AMQP     publishes to a queue, past all exchanges               . . . x
AMQP     publishes to another exchange                          . . . x
AMQP     reads the log                                          . x x x
AMQP     reads the samples                                      . x x x
AMQP     reads the log of another service                       . . . x
AMQP     reads samples from a queue of its own                  . . x x
AMQP     binds a queue of its own to all keys                   . . . x
AMQP     makes a queue                                          . . . x
AMQP     makes an exchange                                      . . . x
AMQP     makes a queue under another account's name             . . . x
AMQP     binds one exchange to another                          . . . x
AMQP     deletes the log                                        . . . x
AMQP     deletes the exchange                                   . . . x
AMQP     reads the MQTT session of another account              . . . x
streams  writes to the log                                      . x . x
streams  writes samples                                         . x . x
streams  writes to the log of another service                   . . . x
streams  reads the log                                          . x x x
streams  reads the samples                                      . x x x
streams  reads the log of another service                       . . . x
streams  makes a stream                                         . . . x
streams  deletes the log                                        . . . x
MQTT     publishes its own reading                              x . . x
MQTT     publishes as another meter                             . . . x
MQTT     publishes as a meter of another service                . . . x
MQTT     leaves a will as another meter                         . . . x
MQTT     publishes a state                                      . x . x
MQTT     tells Home Assistant of its values                     . x . x
MQTT     hears when Home Assistant has started                  . x x x
MQTT     hears states                                           . . x x
MQTT     hears readings                                         . . x x
MQTT     hears everything                                       . . . x
MQTT     reads what waits in the session of another account     . . . x
MQTT     throws away what waits for another account             . . . x
"""
"""x: it may, so that it happens; .: it may not, and nothing happens."""


PAGE = """
sees the queues of its virtual host             . x x
lists the accounts                              . . x
makes an account                                . . x
publishes as a meter                            . . x
reads what waits for somebody else              . . x
throws away what waits for somebody else        . . x
deletes the log                                 . . x
"""
"""The same of the management interface: a viewer, one that may sign in there, and an admin."""


@dataclass(frozen=True)
class Broker:
    """The broker, and where each account signs in."""

    address: BrokerAddress
    mqtt_port: int
    management_port: int
    passwords: dict[str, str]

    @contextmanager
    def amqp(self, name: str) -> Iterator[pika.adapters.blocking_connection.BlockingChannel]:
        """A channel with confirms."""
        credentials = pika.PlainCredentials(name, self.passwords[name])
        where = pika.ConnectionParameters(self.address.host, self.address.amqp_port, credentials=credentials)
        connection = pika.BlockingConnection(where)
        try:
            channel = connection.channel()
            channel.confirm_delivery()
            yield channel
        finally:
            connection.close()

    def mqtt(self, name: str, client_id: str = "", *, clean: bool = True, will: str = "") -> MqttClient:
        """A connection; the client id is the account's name where none is said."""
        return MqttClient(
            self.address.host,
            self.mqtt_port,
            name,
            self.passwords[name],
            client_id=client_id or name,
            clean=clean,
            will=will,
        )

    def http(self, name: str, method: str, path: str, body: object = None) -> int:
        """What the management interface answers."""
        data = None if body is None else json.dumps(body)
        token = base64.b64encode(f"{name}:{self.passwords[name]}".encode()).decode()
        with closing(HTTPConnection(self.address.host, self.management_port, timeout=60)) as connection:
            connection.request(method, f"/api/{path}", data, {"Authorization": f"Basic {token}"})
            return connection.getresponse().status

    def streams(self, name: str) -> streams.StreamTransport:
        """The stream protocol."""
        address = BrokerAddress(
            self.address.host, self.address.amqp_port, self.address.stream_port, name, self.passwords[name]
        )
        return streams.StreamTransport(address)


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    home = tmp_path_factory.mktemp("rights") / "node"
    try:
        yield asyncio.run(_prepared(home))
    finally:
        asyncio.run(node.destroy(home))


async def _prepared(home: Path) -> Broker:
    address = await node.up(home, extras={"mqtt": True, "management": True})
    passwords = {account.name: uuid.uuid4().hex for account in ACCOUNTS.values()} | {
        address.user: address.password
    }
    status = await node.status(home)
    assert status.mqtt
    assert status.management
    page = Management.parse(status.management.replace("://", f"://{address.user}:{address.password}@"))
    for account in ACCOUNTS.values():  # by HTTP: each rabbitmqctl is an Erlang of its own
        await carry_out(page, requests(account, "/", passwords[account.name]))
    mqtt, management = (urlsplit(url).port for url in (status.mqtt, status.management))
    assert mqtt
    assert management
    return Broker(address, mqtt, management, passwords)


@pytest.fixture
def world(broker: Broker) -> Broker:
    """The exchange, the streams and a queue that sees all that is published, as an admin makes them."""
    with broker.amqp("pvsim") as channel:
        channel.exchange_declare("pvsim", "topic", durable=True)
        for stream in ("pvsim.home", "pvsim.home.samples", "pvsim.away"):
            channel.queue_declare(stream, durable=True, arguments={"x-queue-type": "stream"})
        channel.queue_declare("watch", durable=True)
        for exchange in ("pvsim", "amq.topic"):
            channel.queue_bind("watch", exchange, "#")
        channel.queue_purge("watch")
    return broker


def watched(broker: Broker) -> list[bytes]:
    """All that was published so far, by any exchange."""
    with broker.amqp("pvsim") as channel:
        end = uuid.uuid4().hex.encode()
        channel.basic_publish("", "watch", end)
        found: list[bytes] = []
        while end not in found:
            body = channel.basic_get("watch", auto_ack=True)[2]
            found += [body] if body is not None else []
        return found[:-1]


def published_by_amqp(broker: Broker, name: str, exchange: str, key: str) -> bool:
    body = uuid.uuid4().hex.encode()
    try:
        with broker.amqp(name) as channel:
            channel.basic_publish(exchange, key, body)
    except AMQPError:
        pass
    return body in watched(broker)


def published_by_mqtt(broker: Broker, name: str, topic: str) -> bool:
    body = uuid.uuid4().hex.encode()
    try:
        with broker.mqtt(name) as client:
            client.publish(topic, body)
    except RefusedError:
        pass
    return body in watched(broker)


def by_amqp(
    broker: Broker, name: str, do: Callable[[pika.adapters.blocking_connection.BlockingChannel], object]
) -> bool:
    """Whether the broker lets an account do something on a channel."""
    try:
        with broker.amqp(name) as channel:
            do(channel)
    except AMQPError:
        return False
    return True


def read_by_amqp(broker: Broker, name: str, stream: str) -> bool:
    """Whether an account gets a message of a stream."""
    with broker.amqp("pvsim") as channel:
        channel.basic_publish("", stream, b"{}")

    came: list[bytes] = []

    def read(channel: pika.adapters.blocking_connection.BlockingChannel) -> None:
        channel.basic_qos(prefetch_count=1)
        channel.basic_consume(
            stream, lambda *message: came.append(message[-1]), arguments={"x-stream-offset": "first"}
        )
        while not came:
            channel.connection.process_data_events(time_limit=None)

    by_amqp(broker, name, read)  # which RabbitMQ 3.10 ends with an error: the message was not acknowledged
    return bool(came)


def own_queue(broker: Broker, name: str, key: str) -> bool:
    """Whether an account can bind a queue of its own to the readings and samples, and gets what comes."""
    queue, body = f"{name}:{uuid.uuid4().hex}", uuid.uuid4().hex.encode()

    def read(channel: pika.adapters.blocking_connection.BlockingChannel) -> None:
        channel.queue_declare(queue, exclusive=True)
        channel.queue_bind(queue, "pvsim", key)
        with broker.amqp("pvsim") as other:
            other.basic_publish("pvsim", "pv.home.house", body)
        assert channel.basic_get(queue, auto_ack=True)[2] == body

    return by_amqp(broker, name, read)


def delete(broker: Broker, name: str, what: str) -> bool:
    return by_amqp(
        broker,
        name,
        lambda channel: channel.exchange_delete(what) if what == "pvsim" else channel.queue_delete(what),
    )


def by_streams(broker: Broker, name: str, do: Callable[[streams.StreamTransport], object]) -> bool:
    async def tried() -> bool:
        try:
            async with asyncio.timeout(20):
                await do(broker.streams(name))  # type: ignore[misc]
        except BrokerError:
            return False
        return True

    return asyncio.run(tried())


def write_stream(broker: Broker, name: str, stream: str) -> bool:
    async def write(transport: streams.StreamTransport) -> None:
        async with transport.log(stream) as log, log.publisher("matrix") as publisher:
            await publisher.publish(await publisher.last_id() + 1, np.frombuffer(b"{}", np.uint8).reshape(1, -1))
            await publisher.flush()

    return by_streams(broker, name, write)


def read_stream(broker: Broker, name: str, stream: str) -> bool:
    assert write_stream(broker, "pvsim", stream)

    async def read(transport: streams.StreamTransport) -> None:
        async with transport.log(stream) as log, log.subscribe(0) as batches:
            await anext(batches)

    return by_streams(broker, name, read)


def make_stream(broker: Broker, name: str) -> bool:
    async def make(transport: streams.StreamTransport) -> None:
        async with transport.log("pvsim.new") as log:
            await log.create()

    by_streams(broker, name, make)
    made = is_there(broker, "pvsim.new")
    assert not made or by_amqp(broker, "pvsim", lambda channel: channel.queue_delete("pvsim.new"))
    return made


def is_there(broker: Broker, queue: str) -> bool:
    return by_amqp(broker, "pvsim", lambda channel: channel.queue_declare(queue, passive=True))


def delete_stream(broker: Broker, name: str) -> bool:
    async def remove(transport: streams.StreamTransport) -> None:
        async with transport.log("pvsim.home") as log:
            await log.delete()

    by_streams(broker, name, remove)
    return not is_there(broker, "pvsim.home")


def will(broker: Broker, name: str) -> bool:
    """Whether the broker publishes what an account leaves for the case that its connection breaks."""
    body = uuid.uuid4().hex
    try:
        broker.mqtt(name, will=f"meter/home/house-b {body}").abandon()
    except RefusedError:
        return False
    with broker.mqtt("pvsim", "after") as client:  # the will is published when the broken connection is noticed
        client.publish("meter/home/after", b"{}")
    return any(body.encode() in each for each in watched(broker))


def heard(broker: Broker, name: str, topic: str, example: str) -> bool:
    """Whether an account gets what is published to a topic."""
    body = uuid.uuid4().hex.encode()
    try:
        with broker.mqtt(name) as client, broker.mqtt("pvsim", "publisher") as other:
            client.subscribe(topic)
            other.publish(example, body)
            return client.next_message() == (example, body)
    except RefusedError:
        return False


def session_of_another(broker: Broker, name: str, read: Callable[[Broker, str], bool]) -> bool:
    """Whether an account gets what waits for another one that is away; the other one must get it still."""
    body = uuid.uuid4().hex.encode()
    with broker.mqtt("eyes-b", "eyes-b:kept", clean=False) as victim:
        victim.subscribe("pvsim/home/#", qos=1)
    with broker.mqtt("pvsim", "publisher") as client:
        client.publish("pvsim/home/state", body)
    taken = read(broker, name)
    if not taken:
        with broker.mqtt("eyes-b", "eyes-b:kept", clean=False) as victim:
            assert victim.next_message() == ("pvsim/home/state", body)
    broker.mqtt("eyes-b", "eyes-b:kept", clean=True).abandon()
    return taken


def take_over(broker: Broker, name: str) -> bool:
    try:
        with broker.mqtt(name, "eyes-b:kept", clean=False) as thief:
            thief.next_message()
    except RefusedError:
        return False
    return True


def throw_away(broker: Broker, name: str) -> bool:
    """Begin the session anew; whether that is taken."""
    try:
        with broker.mqtt(name, "eyes-b:kept", clean=True):
            pass
    except RefusedError:
        return False
    return True


def read_queue(broker: Broker, name: str) -> bool:
    def read(channel: pika.adapters.blocking_connection.BlockingChannel) -> None:
        method, _, _ = channel.basic_get("mqtt-subscription-eyes-b:keptqos1")
        assert method is not None

    return by_amqp(broker, name, read)


ACTIONS: dict[str, Callable[[Broker, str], bool]] = {
    "AMQP publishes its own reading": lambda b, n: published_by_amqp(b, n, "pvsim", f"meter.home.{n}"),
    "AMQP publishes its own reading by amq.topic": lambda b, n: published_by_amqp(
        b, n, "amq.topic", f"meter.home.{n}"
    ),
    "AMQP publishes as another meter": lambda b, n: published_by_amqp(b, n, "pvsim", "meter.home.house-b"),
    "AMQP publishes as another meter by amq.topic": lambda b, n: published_by_amqp(
        b, n, "amq.topic", "meter.home.house-b"
    ),
    "AMQP publishes as a meter of another service": lambda b, n: published_by_amqp(
        b, n, "pvsim", f"meter.away.{n}"
    ),
    "AMQP publishes a sample": lambda b, n: published_by_amqp(b, n, "pvsim", "pv.home.house"),
    "AMQP publishes to a queue, past all exchanges": lambda b, n: published_by_amqp(b, n, "", "watch"),
    "AMQP publishes to another exchange": lambda b, n: by_amqp(
        b, n, lambda channel: channel.basic_publish("amq.fanout", "", b"{}")
    ),
    "AMQP reads the log": lambda b, n: read_by_amqp(b, n, "pvsim.home"),
    "AMQP reads the samples": lambda b, n: read_by_amqp(b, n, "pvsim.home.samples"),
    "AMQP reads the log of another service": lambda b, n: read_by_amqp(b, n, "pvsim.away"),
    "AMQP reads samples from a queue of its own": lambda b, n: own_queue(b, n, "pv.home.#"),
    "AMQP binds a queue of its own to all keys": lambda b, n: own_queue(b, n, "#"),
    "AMQP makes a queue": lambda b, n: by_amqp(b, n, lambda channel: channel.queue_declare("new")),
    "AMQP makes an exchange": lambda b, n: by_amqp(b, n, lambda channel: channel.exchange_declare("new")),
    "AMQP makes a queue under another account's name": lambda b, n: by_amqp(
        b, n, lambda channel: channel.queue_declare("eyes-b:new")
    ),
    "AMQP binds one exchange to another": lambda b, n: by_amqp(
        b, n, lambda channel: channel.exchange_bind("pvsim", "amq.topic", f"meter.home.{n}")
    ),
    "AMQP deletes the log": lambda b, n: delete(b, n, "pvsim.home"),
    "AMQP deletes the exchange": lambda b, n: delete(b, n, "pvsim"),
    "AMQP reads the MQTT session of another account": lambda b, n: session_of_another(b, n, read_queue),
    "streams writes to the log": lambda b, n: write_stream(b, n, "pvsim.home"),
    "streams writes samples": lambda b, n: write_stream(b, n, "pvsim.home.samples"),
    "streams writes to the log of another service": lambda b, n: write_stream(b, n, "pvsim.away"),
    "streams reads the log": lambda b, n: read_stream(b, n, "pvsim.home"),
    "streams reads the samples": lambda b, n: read_stream(b, n, "pvsim.home.samples"),
    "streams reads the log of another service": lambda b, n: read_stream(b, n, "pvsim.away"),
    "streams makes a stream": make_stream,
    "streams deletes the log": delete_stream,
    "MQTT publishes its own reading": lambda b, n: published_by_mqtt(b, n, f"meter/home/{n}"),
    "MQTT publishes as another meter": lambda b, n: published_by_mqtt(b, n, "meter/home/house-b"),
    "MQTT publishes as a meter of another service": lambda b, n: published_by_mqtt(b, n, f"meter/away/{n}"),
    "MQTT leaves a will as another meter": will,
    "MQTT publishes a state": lambda b, n: published_by_mqtt(b, n, "pvsim/home/state"),
    "MQTT tells Home Assistant of its values": lambda b, n: published_by_mqtt(
        b, n, "homeassistant/sensor/pvsim_home/pv_w/config"
    ),
    "MQTT hears when Home Assistant has started": lambda b, n: heard(
        b, n, "homeassistant/status", "homeassistant/status"
    ),
    "MQTT hears states": lambda b, n: heard(b, n, "pvsim/home/#", "pvsim/home/house/state"),
    "MQTT hears readings": lambda b, n: heard(b, n, "meter/home/+", "meter/home/house"),
    "MQTT hears everything": lambda b, n: heard(b, n, "#", "anything/else"),
    "MQTT reads what waits in the session of another account": lambda b, n: session_of_another(b, n, take_over),
    "MQTT throws away what waits for another account": lambda b, n: session_of_another(b, n, throw_away),
}

ROWS = [line.rsplit(maxsplit=len(ROLES)) for line in TABLE.strip().splitlines()]
CASES = [
    (" ".join(action.split()), role, mark == "x")
    for action, *marks in ROWS
    for role, mark in zip(ROLES, marks, strict=True)
]


def test_each_action_of_the_table_is_tried():
    assert {action for action, _, _ in CASES} == set(ACTIONS)


@pytest.mark.parametrize(("action", "role", "may"), CASES)
def test_a_role_may_do_this_and_nothing_else(world, action, role, may):
    assert ACTIONS[action](world, ACCOUNTS[role].name) is may


def published_by_http(broker: Broker, name: str) -> bool:
    body = uuid.uuid4().hex
    message = {"properties": {}, "routing_key": "meter.home.house", "payload": body, "payload_encoding": "string"}
    broker.http(name, "POST", "exchanges/%2F/pvsim/publish", message)
    return body.encode() in watched(broker)


def waits(broker: Broker, name: str, method: str, path: str, body: object = None) -> bool:
    """Whether an account gets at what waits in a queue that is not its own."""
    with broker.amqp("pvsim") as channel:
        channel.basic_publish("pvsim", "meter.home.house", b"waits")
    answer = broker.http(name, method, f"queues/%2F/watch/{path}", body)
    assert (b"waits" in watched(broker)) is (answer >= 300)
    return answer < 300


def deleted_by_http(broker: Broker, name: str) -> bool:
    broker.http(name, "DELETE", "queues/%2F/pvsim.home")
    return not is_there(broker, "pvsim.home")


PAGE_ACTIONS: dict[str, Callable[[Broker, str], bool]] = {
    "sees the queues of its virtual host": lambda b, n: b.http(n, "GET", "queues/%2F") == 200,
    "lists the accounts": lambda b, n: b.http(n, "GET", "users") == 200,
    "makes an account": lambda b, n: b.http(n, "PUT", "users/new", {"password": "x", "tags": ""}) < 300,
    "publishes as a meter": published_by_http,
    "reads what waits for somebody else": lambda b, n: waits(
        b, n, "POST", "get", {"count": 9, "ackmode": "ack_requeue_false", "encoding": "auto"}
    ),
    "throws away what waits for somebody else": lambda b, n: waits(b, n, "DELETE", "contents"),
    "deletes the log": deleted_by_http,
}


@pytest.mark.parametrize("line", PAGE.strip().splitlines())
def test_the_management_interface_lets_a_viewer_look_and_nothing_else(world, line):
    action, *marks = line.rsplit(maxsplit=3)
    for role, mark in zip(("viewer", "viewer with the page", "admin"), marks, strict=True):
        assert PAGE_ACTIONS[action.strip()](world, ACCOUNTS[role].name) is (mark == "x"), role


def test_home_assistant_stays_connected_whatever_it_asks_for(world):
    with world.mqtt("ha", "ha:home-assistant") as client:
        for asked in ("homeassistant/+/+/config", "homeassistant/+/+/+/config", "pvsim/home/state", *FILTERS):
            client.subscribe(asked)
    assert published_by_mqtt(world, "ha", "homeassistant/status")
    assert not published_by_mqtt(world, "ha", "pvsim/home/status")
    with world.mqtt("eyes") as client, pytest.raises(RefusedError):
        client.subscribe(FILTERS[0])


def test_anybody_may_end_a_connection_by_its_client_id_but_hears_nothing_there(world):
    """What RabbitMQ does not check, and docs/how-to/users.md says."""
    victim = world.mqtt("eyes-b", "eyes-b:live")
    victim.subscribe("pvsim/home/#")
    with world.mqtt("house", "eyes-b:live") as thief, pytest.raises(RefusedError):
        thief.subscribe("pvsim/home/#")
    with world.mqtt("pvsim", "publisher") as client:
        client.publish("pvsim/home/state", b"{}")
    with pytest.raises(RefusedError):
        victim.next_message()
    victim.abandon()
