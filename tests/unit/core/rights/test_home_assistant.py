"""Home Assistant may subscribe to each filter that it asks for; a plain viewer to none of them."""

import re

import pytest

from pvsim.core.publishing.discovery import birth_topic
from pvsim.core.rights.home_assistant import BIRTH_TOPIC, FILTERS
from pvsim.core.rights.roles import MQTT_EXCHANGE, Account
from pvsim.errors import UsageError

HA = Account("ha", "viewer", home_assistant=True)


def at_mqtt(account):
    (rights,) = (topics for topics in account.rights.topics if topics.exchange == MQTT_EXCHANGE)
    return rights


@pytest.mark.parametrize("asked", FILTERS)
def test_each_filter_that_it_asks_for(asked):
    key = asked.replace("/", ".").replace("+", "*")  # as RabbitMQ binds it
    assert re.search(at_mqtt(HA).read, key)
    assert not re.search(at_mqtt(HA).read, f"{key}x")
    assert not re.search(at_mqtt(Account("eyes", "viewer")).read, key)


def test_it_says_that_it_has_started_and_nothing_else():
    assert at_mqtt(HA).write == r"^homeassistant\.status$"
    assert birth_topic() == BIRTH_TOPIC
    assert re.search(HA.rights.write, "amq.topic")


@pytest.mark.parametrize("key", ["#", "*.discovery.#", "meter.barn.m1", "tasmota.#", "dsmr"])
def test_it_hears_nothing_more(key):
    assert not re.search(at_mqtt(HA).read, key)


@pytest.mark.parametrize("role", ["meter", "simulator", "admin"])
def test_only_a_viewer_is_one(role):
    with pytest.raises(UsageError, match=f"--home-assistant is for the role viewer, not {role}"):
        Account("ha", role, home_assistant=True)
