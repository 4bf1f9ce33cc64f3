"""What an account is told it may do is what its permissions let it do."""

import re

import pytest

from pvsim.core.rights.roles import ROLES, Account
from pvsim.core.rights.uses import uses


@pytest.mark.parametrize("role", ROLES)
def test_each_role_is_told_what_it_may_do(role):
    told = uses(Account("eyes", role, service="away"))
    assert {"AMQP", "MQTT"} <= set(told)
    assert ("streams" in told) == (role != "meter")
    assert role == "admin" or all("away" in text for text in told.values())


def test_a_meter_is_told_its_keys_and_topics():
    account = Account("gateway", "meter", meters=("a", "b"), topics=("shelly/em:0",))
    assert uses(account) == {
        "AMQP": "publish to exchange pvsim, routing key meter.home.a or meter.home.b",
        "MQTT": "publish to topic meter/home/a or meter/home/b or shelly/em:0",
    }
    amq, pvsim = account.rights.topics
    for topic in ("meter/home/a", "meter/home/b", "shelly/em:0"):
        assert re.search(amq.write, topic.replace("/", "."))
    assert re.search(pvsim.write, "meter.home.b")


def test_a_viewer_is_told_under_which_client_id_and_where_it_may_publish():
    told = uses(Account("ha", "viewer", topics=("homeassistant/status",)))
    assert "client id ha or ha:NAME" in told["MQTT"]
    assert "publish to topic homeassistant/status" in told["MQTT"]
    assert "publish" not in uses(Account("ha", "viewer"))["MQTT"]


def test_a_viewer_is_told_of_the_management_page_where_it_may_sign_in_there():
    assert "management" not in uses(Account("eyes", "viewer"))
    account = Account("eyes", "viewer", management=True)
    assert "sign in to the page" in uses(account)["management"]
    assert account.rights.tags == ("management",)
    assert account.rights.write == Account("eyes", "viewer").rights.write


def test_home_assistant_is_told_what_it_may_say_and_hear():
    told = uses(Account("ha", "viewer", home_assistant=True))["MQTT"]
    assert "publish to topic homeassistant/status" in told
    assert "where Home Assistant looks for other makers' devices" in told
    assert "client id ha or ha:NAME" in told
