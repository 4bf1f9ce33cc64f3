"""Readings of five clients that we did not write reach the log of a service, and others read them there."""

import asyncio
import subprocess
from pathlib import Path

import paho.mqtt.client as paho
import pika
import pytest
import rstream
from paho.mqtt.enums import CallbackAPIVersion

from pvsim.adapters import node
from pvsim.core.rights.commands import commands
from pvsim.core.rights.roles import Account

pytestmark = pytest.mark.broker

ACCOUNTS = {name: Account(name, "meter") for name in ("pika", "tools", "mosquitto", "paho")} | {
    "eyes": Account("eyes", "viewer"),
    "sim": Account("sim", "simulator"),
}
STREAM = "pvsim.home"


@pytest.fixture(scope="module")
def status(node_home):
    """The node, with the accounts, their password `s3cret`, and the log as a service makes it."""

    async def prepared():
        await asyncio.gather(
            *(node.carry_out(node_home, commands(account, "/"), "s3cret") for account in ACCOUNTS.values())
        )
        return await node.status(node_home)

    found = asyncio.run(prepared())
    with pika.BlockingConnection(pika.URLParameters(found.address.amqp_url.partition("?")[0])) as connection:
        channel = connection.channel()
        channel.exchange_declare("pvsim", "topic", durable=True)
        channel.queue_declare(STREAM, durable=True, arguments={"x-queue-type": "stream"})
        channel.queue_bind(STREAM, "pvsim", "meter.home.*")
        channel.exchange_bind("pvsim", "amq.topic", "meter.#")
    return found


def by_pika(status):
    credentials = pika.PlainCredentials("pika", "s3cret")
    where = pika.ConnectionParameters(status.address.host, status.address.amqp_port, credentials=credentials)
    with pika.BlockingConnection(where) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        channel.basic_publish("pvsim", "meter.home.pika", b"by pika")


def by_amqp_tools(status, directory: Path):
    authfile = directory / "authfile"
    authfile.write_text("username:tools\npassword:s3cret\n")
    where = ["--server", status.address.host, "--port", str(status.address.amqp_port), "--authfile", str(authfile)]
    what = ["--exchange", "pvsim", "--routing-key", "meter.home.tools", "--body", "by amqp-tools"]
    command = ["amqp-publish", *where, *what]
    subprocess.run(command, check=True, timeout=60)


def by_mosquitto(status, topic="meter/home/mosquitto"):
    where = ["-h", "127.0.0.1", "-p", status.mqtt.rpartition(":")[2], "-u", "mosquitto", "-P", "s3cret"]
    command = ["mosquitto_pub", *where, "-q", "1", "-t", topic, "-m", "by mosquitto"]
    return subprocess.run(command, check=False, timeout=60, capture_output=True).returncode


def by_paho(status):
    client = paho.Client(CallbackAPIVersion.VERSION2, "paho")
    client.username_pw_set("paho", "s3cret")
    client.connect("127.0.0.1", int(status.mqtt.rpartition(":")[2]))
    client.loop_start()
    try:
        client.publish("meter/home/paho", b"by paho", qos=1).wait_for_publish(60)
    finally:
        client.disconnect()
        client.loop_stop()


async def read_by_rstream(status, count):
    """The bodies in the log, as another stream client reads them."""
    bodies = []
    consumer = rstream.Consumer("127.0.0.1", status.address.stream_port, username="eyes", password="s3cret")  # noqa: S106

    def take(message, _context):
        bodies.append(bytes(next(iter(message.data)) if not isinstance(message.body, bytes) else message.body))
        if len(bodies) == count:
            consumer.stop()

    async with consumer:
        await consumer.subscribe(
            STREAM,
            take,
            decoder=rstream.amqp_decoder,
            offset_specification=rstream.ConsumerOffsetSpecification(rstream.OffsetType.FIRST, None),
        )
        await consumer.run()
    return bodies


def read_by_pika(status, count):
    bodies = []
    credentials = pika.PlainCredentials("eyes", "s3cret")
    where = pika.ConnectionParameters(status.address.host, status.address.amqp_port, credentials=credentials)
    connection = pika.BlockingConnection(where)
    channel = connection.channel()
    channel.basic_qos(prefetch_count=count)
    for method, _, body in channel.consume(STREAM, arguments={"x-stream-offset": "first"}):
        channel.basic_ack(method.delivery_tag)
        bodies.append(body)
        if len(bodies) == count:
            break
    connection.close()
    return bodies


def test_what_five_clients_publish_is_in_the_log_once_and_two_others_read_the_same(status, tmp_path):
    sent = [b"by pika", b"by amqp-tools", b"by mosquitto", b"by paho"]
    by_pika(status)
    by_amqp_tools(status, tmp_path)
    assert by_mosquitto(status) == 0
    by_paho(status)
    assert read_by_pika(status, len(sent)) == sent
    assert asyncio.run(read_by_rstream(status, len(sent))) == sent


def test_mosquitto_may_not_publish_as_another_meter(status):
    assert by_mosquitto(status, "meter/home/paho") != 0
