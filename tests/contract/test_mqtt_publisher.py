"""What a service shows by MQTT on a real broker: values, discovery, whether it runs, and what survives what."""

import asyncio
import itertools
import json
import logging
import tempfile
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import aiomqtt
import pytest
from tests import published
from tests.contract.lines import cuttable

from pvsim.adapters import node
from pvsim.adapters.mqtt import MqttPublisher
from pvsim.core.messages.mqtt_address import MqttAddress
from pvsim.core.publishing.contract import service_state_of, state_of
from pvsim.core.publishing.counters import Counters
from pvsim.core.publishing.face import Face
from pvsim.core.publishing.periods import Period, Row
from pvsim.core.publishing.topics import publications
from pvsim.core.rights.commands import commands
from pvsim.core.rights.roles import Account

pytestmark = pytest.mark.broker

T = 1_718_920_800
WITHIN_S = 120
_numbers = itertools.count()


@pytest.fixture(scope="module")
def home():
    """The home of a private node."""
    with tempfile.TemporaryDirectory(prefix="pvsim-broker-") as directory:
        yield Path(directory)


@pytest.fixture(scope="module")
def address(home):
    """That node, with MQTT."""
    try:
        account = asyncio.run(node.up(home, extras={"mqtt": True}))
        at = MqttAddress.parse(asyncio.run(node.status(home)).mqtt, "test")
        yield replace(at, user=account.user, password=account.password)
    finally:
        asyncio.run(node.destroy(home))


@pytest.fixture
def service():
    """A service that the broker has not seen."""
    return f"face{next(_numbers)}"


@pytest.fixture
def said():
    return []


def states(service, second):
    period = Period(T + second, 1)
    period.add(Row(second, T + second, 4_125 + second, 1_000))
    sample = period.sample(service, "m1")
    return state_of(sample, Counters()), service_state_of([sample], Counters())


def publisher(address, service, said, prefix):
    return MqttPublisher(address, Face(service, "1.0", prefix), service, said.append, prefix)


def client(address, name="somebody-else"):
    return aiomqtt.Client(
        address.host, address.port, username=address.user, password=address.password, identifier=name
    )


async def heard(messages, expected):
    """Wait until each of some topics has said a certain payload."""
    left = dict(expected)
    async with asyncio.timeout(WITHIN_S):
        async for message in messages:
            if left.get(str(message.topic)) == message.payload:
                del left[str(message.topic)]
            if not left:
                return


async def describing(messages, service):
    """Wait for a message by which Home Assistant learns of the service."""
    async with asyncio.timeout(WITHIN_S):
        async for message in messages:
            if str(message.topic).startswith(f"homeassistant/sensor/pvsim_{service}/"):
                return


def values(service, second):
    return {one.topic: one.payload for state in states(service, second) for one in publications(state)}


async def test_the_newest_values_are_kept_for_who_subscribes_to_exact_topics_later(address, service, said):
    shown = publisher(address, service, said, prefix=None)
    async with shown.running():
        shown.show(states(service, 0))
        shown.show(states(service, 1))
        async with client(address) as late:
            for topic in values(service, 1):
                await late.subscribe(topic, 1)
            await heard(late.messages, values(service, 1))
            shown.show(states(service, 2))
            await heard(late.messages, values(service, 2))
            for topic, payload in values(service, 2).items():
                published.check(topic, payload)
    assert said == []


async def test_it_says_whether_it_runs_and_the_broker_does_when_it_is_killed(address, service, said, caplog):
    status = f"pvsim/{service}/status"
    caplog.set_level(logging.DEBUG, logger="pvsim.adapters.mqtt")
    async with client(address) as other:
        await other.subscribe(status, 1)
        async with publisher(address, service, said, prefix=None).running():
            await heard(other.messages, {status: b"online"})
        await heard(other.messages, {status: b"offline"})
        await other.subscribe(f"pvsim/{service}/m1/pv_w", 1)
        async with cuttable(address.host, address.port) as (port, cut), AsyncExitStack() as stack:
            shown = publisher(replace(address, port=port), service, said, prefix=None)
            await stack.enter_async_context(shown.running())
            await heard(other.messages, {status: b"online"})
            cut()
            await heard(other.messages, {status: b"offline"})
            await heard(other.messages, {status: b"online"})  # connected again by itself
            shown.show(states(service, 0))
            await heard(other.messages, {f"pvsim/{service}/m1/pv_w": b"100.0"})
    lost, back = said
    assert lost.endswith("Rows and samples do not depend on it")
    assert back.endswith("connected again")
    told = [record.getMessage() for record in caplog.records if record.name.startswith("pvsim.")]
    assert any("CONNECT" in text for text in told)  # what the library says goes to the log of the service
    assert address.password not in "".join(told)


async def test_it_is_said_to_be_offline_though_it_had_no_time_to_say_so(address, service, said, monkeypatch):
    monkeypatch.setattr("pvsim.adapters.mqtt.publisher.GOODBYE_S", 0.0)
    status = f"pvsim/{service}/status"
    async with client(address) as other:
        await other.subscribe(status, 1)
        async with publisher(address, service, said, prefix=None).running():
            await heard(other.messages, {status: b"online"})
        await heard(other.messages, {status: b"offline"})
    assert said == []


async def test_home_assistant_is_told_again_when_it_starts(address, service, said):
    prefix = f"ha-{service}"
    shown = publisher(address, service, said, prefix)
    async with client(address) as assistant, shown.running():
        await assistant.subscribe(f"{prefix}/#", 1)
        shown.show(states(service, 0))
        documents = await _documents(assistant.messages, 16)
        # a subscriber by wildcards as it is itself gets nothing that was retained, so it asks
        await assistant.publish(f"{prefix}/status", "online", 1)
        assert await _documents(assistant.messages, 16) == documents
    assert all(json.loads(payload)["state_topic"] in values(service, 0) for payload in documents.values())


async def _documents(messages, count):
    found = {}
    async with asyncio.timeout(WITHIN_S):
        async for message in messages:
            if str(message.topic).endswith("/config"):
                found[str(message.topic)] = message.payload
            if len(found) == count:
                return found
    return found


@pytest.mark.parametrize("wrong", ["port", "password"])
async def test_a_broker_that_cannot_be_used_is_told_of_once_and_without_the_password(address, service, wrong):
    said, told = [], asyncio.Event()

    def say(what):
        said.append(what)
        told.set()

    secret = {"password": "WRONG-SECRET"}
    there = replace(address, **secret) if wrong == "password" else replace(address, port=9, **secret)
    async with MqttPublisher(there, Face(service, "1.0", None), service, say, None).running():
        async with asyncio.timeout(WITHIN_S):
            await told.wait()
    (what,) = said
    assert str(there) in what
    assert "SECRET" not in what


async def test_an_account_of_the_role_simulator_may_do_all_of_it(home, address, service, said):
    """It publishes values and what Home Assistant is told, and hears when Home Assistant starts."""
    name, password = f"sim-{service}", "s3cret"
    for command in commands(Account(name, "simulator", service), "/"):
        await node.control(home, *command.arguments, *([password] if command.told else []))
    async with client(address) as other:
        await other.subscribe(f"pvsim/{service}/#", 1)
        shown = publisher(replace(address, user=name, password=password), service, said, prefix="homeassistant")
        async with shown.running():
            shown.show(states(service, 0))
            await heard(other.messages, values(service, 0))
            await other.subscribe(f"homeassistant/sensor/pvsim_{service}/#", 1)
            await other.publish("homeassistant/status", b"online", 1)
            await describing(other.messages, service)
    assert said == []
