"""A URL of MQTT says where to go and as whom, or is refused without quoting what may be the password."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.messages.mqtt_address import MqttAddress
from pvsim.core.messages.url_parameters import TlsFiles
from pvsim.errors import UsageError


@given(
    user=st.text(min_size=1, max_size=20), password=st.text(min_size=1, max_size=20), port=st.integers(1, 65_535)
)
def test_any_account_comes_out_as_it_was_said(user, password, port):
    try:
        url = f"mqtt://{quote(user, safe='')}:{quote(password, safe='')}@broker.example:{port}"
    except UnicodeEncodeError:
        return  # a half of a pair has no UTF-8
    found = MqttAddress.parse(url, "PVSIM_MQTT_URL")
    assert found == MqttAddress("broker.example", port, user, password)
    assert str(found) == f"broker.example:{port}"
    assert repr(found) == repr(MqttAddress("broker.example", port, user))


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("mqtt://localhost", MqttAddress("localhost", 1883)),
        (" mqtt://pv%3Ahouse-a:x@localhost/ ", MqttAddress("localhost", 1883, "pv:house-a", "x")),
        ("mqtts://h", MqttAddress("h", 8883, tls=True)),
        (
            "mqtts://h:1?cacertfile=/a.pem&certfile=/b.pem&keyfile=/c.pem",
            MqttAddress("h", 1, tls=True, files=TlsFiles("/a.pem", "/b.pem", "/c.pem")),
        ),
        ("mqtt://[::1]:5", MqttAddress("::1", 5)),
    ],
)
def test_addresses_by_hand(url, address):
    assert MqttAddress.parse(url, "here") == address


def test_an_ipv6_address_is_shown_in_brackets():
    assert str(MqttAddress("::1", 5)) == "[::1]:5"


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("localhost:1883", "not a URL of MQTT"),
        ("amqp://user:SECRET@host", "not a URL of MQTT"),
        ("mqtt://", "not a URL of MQTT"),
        ("mqtt://user:SEC/RET@host", "cannot be read"),
        ("mqtt://user:SECRET@host:99999", "cannot be read"),
        ("mqtt://user:SECRET@[host", "cannot be read"),
        ("mqtt://user:SECRET@host/pv", "virtual host before the user"),
        ("mqtts://user:SECRET@host?cafile=x", "unknown parameter in the MQTT URL: cafile"),
        ("mqtt://user:SECRET@host?cacertfile=x", "is for TLS, and mqtt:// has none"),
        ("mqtts://user:SECRET@host?cacertfile", "cacertfile in the MQTT URL has no value"),
        ("mqtts://user:12?SECRET@host", "an @ after its question mark"),
    ],
)
def test_what_is_no_such_url_is_refused_without_its_password(url, problem):
    with pytest.raises(UsageError, match=problem) as raised:
        MqttAddress.parse(url, "PVSIM_MQTT_URL")
    assert "SEC" not in str(raised.value) + str(raised.value.fix) + repr(raised.value)
    assert raised.value.where == "PVSIM_MQTT_URL"
