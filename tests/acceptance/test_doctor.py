"""`pvsim doctor` on a broker of one's own: what it finds, what it says to do, and that nothing stays behind."""

import asyncio
import json
from dataclasses import replace

import pytest

from pvsim.adapters import node

SECRET, WRONG = {"password": "s3cret"}, {"password": "no-secret"}


@pytest.fixture
def looks(outside):
    """The findings by name, as JSON and as text."""

    def look(address):
        done = outside("doctor", "--json", url=address.amqp_url)
        text = outside("doctor", url=address.amqp_url)
        assert address.password not in done.out + done.err + text.out + text.err
        found = {each["name"]: each for each in json.loads(done.out)}
        assert done.code == text.code == (0 if all(each["ok"] for each in found.values()) else 1)
        for each in found.values():
            assert f"{each['name']}: {each['what']}\n" in text.out
            assert each["fix"] in text.out
        return found

    return look


def left(home):
    """The queues and exchanges of the broker."""
    return [asyncio.run(node.control(home, f"list_{kind}", "name")) for kind in ("queues", "exchanges")]


@pytest.mark.broker
def test_a_good_broker_is_tried_and_left_as_it_was(looks, broker, broker_home):
    before = left(broker_home)
    found = looks(broker)
    assert left(broker_home) == before
    assert list(found) == ["python", "open files", "broker", "streams", "rights (streams)", "rights (AMQP)"]
    assert found["broker"]["what"].startswith("RabbitMQ ")
    assert f"{broker.host}:{broker.amqp_port}" in found["broker"]["what"]
    assert found["rights (AMQP)"]["ok"]


@pytest.mark.broker
def test_without_the_stream_port_it_says_what_that_costs(looks, broker):
    found = looks(replace(broker, stream_port=9))
    assert found["streams"]["ok"]
    assert "a day takes about 2 s instead of 0.7 s" in found["streams"]["what"]
    assert "rabbitmq-plugins enable rabbitmq_stream" in found["streams"]["fix"]
    assert "rights (streams)" not in found


@pytest.mark.broker
@pytest.mark.parametrize("user", ["reader", "writer", "maker"])
def test_an_account_without_rights_gets_the_command_for_them(looks, accounts, user):
    found = looks(replace(accounts, user=user, **SECRET))
    for name in ("rights (streams)", "rights (AMQP)"):
        assert not found[name]["ok"]
        assert f"rabbitmqctl set_permissions -p / {user} '^pvsim' '^pvsim' '^pvsim'" in found[name]["fix"]
        assert "pvsim.doctor-" not in found[name]["what"]


@pytest.mark.broker
def test_a_wrong_password_or_address_is_said(looks, broker):
    assert "refuses user 'pvsim'" in looks(replace(broker, **WRONG))["broker"]["what"]
    found = looks(replace(broker, amqp_port=9, stream_port=9))
    assert "connection refused" in found["broker"]["what"]
    assert not found["streams"]["ok"]


def test_a_malformed_url_is_refused(inside):
    done = inside("doctor", "--broker", "http://h")
    assert (done.code, done.out) == (2, "")
    assert "not a broker URL" in done.field("error")
