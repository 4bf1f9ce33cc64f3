"""Roles as RabbitMQ sees them: its checks are regular expressions, tried here as it tries them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.rights.roles import EXCHANGES, ROLES, Account
from pvsim.errors import UsageError

NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}", fullmatch=True)


def account(role, name="eyes", **facts):
    return Account(name, role, **facts)


def fits(pattern, text):
    return re.search(pattern, text) is not None


def topics(rights):
    return {topic.exchange: topic for topic in rights.topics}


@pytest.mark.parametrize("role", ROLES)
def test_each_role_has_topic_rights_on_both_exchanges_because_none_means_all(role):
    assert tuple(topic.exchange for topic in account(role).rights.topics) == EXCHANGES


@given(NAMES, NAMES, NAMES)
def test_a_meter_publishes_under_its_own_name_only(name, other, service):
    try:
        rights = Account(name, "meter", service=service).rights
    except UsageError:
        return
    for topic in rights.topics:
        assert fits(topic.write, f"meter.{service}.{name}")
        assert fits(topic.write, f"meter.{service}.{other}") == (other == name)
        assert not fits(topic.write, f"meter.{service}.{name}.{other}")
        assert not fits(topic.write, f"pv.{service}.{name}")
        assert topic.read == "^$"
    assert (rights.configure, rights.read, rights.tags) == ("^$", "^$", ())


@given(NAMES, NAMES, st.text(max_size=20))
def test_nobody_has_a_session_or_queue_of_another_account(name, other, rest):
    try:
        own, others = account("viewer", name).rights, account("viewer", other).rights
    except UsageError:
        return
    queues = [f"mqtt-subscription-{name}qos0", f"mqtt-subscription-{name}:{rest}qos1", f"{name}:{rest}"]
    assert fits(own.configure, queues[0])
    for pattern in (others.configure, others.write, others.read):
        assert other == name or not any(fits(pattern, queue) for queue in queues)


@pytest.mark.parametrize(("name", "longer"), [("house", "house-a"), ("house", "houseqos0"), ("a", "a-")])
def test_a_name_that_another_begins_with_opens_nothing_of_it(name, longer):
    rights = account("viewer", name).rights
    for queue in (f"mqtt-subscription-{longer}qos0", f"mqtt-subscription-{longer}:1qos1", f"{longer}:live"):
        assert not any(fits(each, queue) for each in (rights.configure, rights.write, rights.read))


def test_a_simulator_works_for_its_service_only():
    rights = account("simulator", "sim", service="home").rights
    for stream in ("pvsim.home", "pvsim.home.samples"):
        assert fits(rights.write, stream)
        assert fits(rights.read, stream)
        assert not fits(rights.configure, stream)
    for stream in ("pvsim.homes", "pvsim.home.samples.old", "pvsimxhome", "pvsim.away"):
        assert not fits(rights.write, stream)
        assert not fits(rights.read, stream)
    by = topics(rights)
    assert fits(by["pvsim"].write, "pv.home.house-a")
    assert not fits(by["pvsim"].write, "meter.home.house-a")
    assert fits(by["amq.topic"].write, "pvsim.home.house-a.pv_w")
    assert fits(by["amq.topic"].write, "homeassistant.sensor.pvsim_home.pv_w.config")
    assert not fits(by["amq.topic"].write, "homeassistant.sensor.pvsim_other.pv_w.config")
    assert not fits(by["amq.topic"].write, "meter.home.house-a")
    assert fits(by["amq.topic"].read, "homeassistant.status")
    assert not fits(by["amq.topic"].read, "#")


def test_a_viewer_reads_its_service_and_publishes_nothing():
    rights = account("viewer", "eyes", service="home").rights
    by = topics(rights)
    assert [topic.write for topic in rights.topics] == ["^$", "^$"]
    assert not fits(rights.write, "pvsim")
    assert not fits(rights.write, "amq.topic")
    assert fits(by["pvsim"].read, "pv.home.#")
    assert fits(by["amq.topic"].read, "pvsim.home.#")
    for key in ("#", "pv.#", "pv.*.house-a", "pv.homes.#"):
        assert not fits(by["pvsim"].read, key)
        assert not fits(by["amq.topic"].read, key)


def test_an_admin_may_do_everything():
    rights = account("admin", "boss").rights
    assert (rights.configure, rights.write, rights.read, rights.tags) == (".*", ".*", ".*", ("administrator",))


def test_a_topic_of_a_device_is_meant_as_it_is_written():
    rights = account("meter", "shelly", topics=("shellypro3em-abc/status/em:0", "a.b/(c)")).rights
    write = topics(rights)["amq.topic"].write
    assert fits(write, "shellypro3em-abc.status.em:0")
    assert fits(write, "a.b.(c)")
    assert not fits(write, "shellypro3em-abc.status.em:01")
    assert not fits(write, "shellypro3em-abcxstatus.em:0")
    assert not fits(topics(rights)["pvsim"].write, "shellypro3em-abc.status.em:0")


def test_home_assistant_is_a_viewer_that_says_when_it_has_started():
    rights = account("viewer", "ha", topics=("homeassistant/status",)).rights
    assert fits(rights.write, "amq.topic")
    assert fits(topics(rights)["amq.topic"].write, "homeassistant.status")
    assert not fits(topics(rights)["amq.topic"].write, "meter.home.house-a")


def test_one_account_may_publish_for_several_meters():
    one = account("meter", "gateway", meters=("a", "b"))
    assert one.keys == ("meter.home.a", "meter.home.b")
    write = topics(one.rights)["pvsim"].write
    assert [fits(write, f"meter.home.{meter}") for meter in ("a", "b", "c", "gateway")] == [
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("facts", "what"),
    [
        ({"name": "house/a"}, "--name"),
        ({"name": "guest"}, "uses itself"),
        ({"name": "AMQ"}, "uses itself"),
        ({"name": "pvsim"}, "uses itself"),
        ({"name": "mqtt-subscription-a"}, "uses itself"),
        ({"service": "a.b"}, "--service"),
        ({"service": ".*"}, "--service"),
        ({"meters": ("a|b",)}, "--meter"),
        ({"role": "viewer", "meters": ("a",)}, "--meter is for the role meter"),
        ({"topics": ("a/#",)}, "--topic"),
        ({"topics": ("",)}, "--topic"),
        ({"topics": ("a\nb",)}, "--topic"),
    ],
)
def test_what_would_mean_more_than_it_says_is_refused(facts, what):
    with pytest.raises(UsageError, match=what) as caught:
        Account(**{"name": "house-a", "role": "meter", **facts})
    assert caught.value.fix


@pytest.mark.parametrize("role", ["meter", "simulator", "admin"])
def test_only_a_viewer_is_let_into_the_management_page_on_request(role):
    with pytest.raises(UsageError, match=f"--management is for the role viewer, not {role}"):
        Account("eyes", role, management=True)
