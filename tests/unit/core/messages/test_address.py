"""The broker's address: parsing, defaults, and the password kept out of sight."""

import traceback

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.core.messages.address import BrokerAddress
from pvsim.core.messages.url_parameters import TlsFiles
from pvsim.errors import UsageError

PLAIN_TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
PORTS = st.integers(1, 65_535)
HOSTS = st.sampled_from(["localhost", "broker.example", "10.0.0.7", "::1", "2001:db8::2"])


@given(
    host=HOSTS, amqp_port=PORTS, stream_port=PORTS, user=PLAIN_TEXT, password=PLAIN_TEXT, vhost=PLAIN_TEXT,
    files=st.none() | st.builds(TlsFiles, *[PLAIN_TEXT] * 4),
)  # fmt: skip
@settings(max_examples=100, deadline=None)
def test_an_address_survives_the_way_through_its_url(files, **fields):
    address = BrokerAddress(**fields, tls=files is not None, files=files or TlsFiles())
    assert BrokerAddress.parse(address.amqp_url) == address


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("amqp://h", BrokerAddress("h", 5672, 5552, "guest", "guest")),
        ("amqps://h", BrokerAddress("h", 5671, 5551, "guest", "guest", tls=True)),
        ("amqp://u:p@h:1234/lab?stream_port=99", BrokerAddress("h", 1234, 99, "u", "p", "lab")),
        ("amqp://u:p%2Fq@[::1]/%2F", BrokerAddress("::1", 5672, 5552, "u", "p/q", "/")),
        (
            "amqps://h?cacertfile=/etc/ssl/my%20ca.pem&server_name_indication=b.example",
            BrokerAddress(
                "h",
                5671,
                5551,
                "guest",
                "guest",
                tls=True,
                files=TlsFiles(ca="/etc/ssl/my ca.pem", server_name="b.example"),
            ),
        ),
        ("amqp://h/?stream_port=65535&", BrokerAddress("h", 5672, 65_535, "guest", "guest")),
    ],
)
def test_parses_the_usual_forms(url, expected):
    assert BrokerAddress.parse(url) == expected


def test_the_argument_wins_over_the_stream_port_of_the_url():
    assert BrokerAddress.parse("amqp://h?stream_port=99", stream_port=7).stream_port == 7


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://h", "scheme 'http'"),
        ("h:5672", "it does not begin with amqp://"),
        ("", "it does not begin with amqp://"),
        ("amqp://", "not a broker URL"),
        ("amqp://[::1", "cannot be read"),
        ("amqp://h:port", "cannot be read"),
        ("amqp://h:70000", "cannot be read"),
        ("amqp://h?heartbeat=5&a=1", "a, heartbeat"),
        ("amqp://h?stream_port=five", "not a port number"),
        ("amqp://h?stream_port=²", "not a port number"),
        ("amqp://h?stream_port=0", "not a port number"),
        ("amqp://h?stream_port=65536", "not a port number"),
        ("amqp://h?stream_port=" + "9" * 5000, "not a port number"),
        ("amqp://h?stream_port", "stream_port in the broker URL has no value"),
        ("amqp://h?stream_port=1&stream_port=2", "stands twice"),
        ("amqp://h?cacertfile=/ca.pem", "cacertfile in the broker URL is for TLS"),
        ("amqps://h?keyfile=/key.pem", "a keyfile, but no certfile"),
        ("amqps://h?auth_mechanism=kerberos", "is plain or external, not 'kerberos'"),
        ("amqps://h?auth_mechanism=external", "signs in by a certificate, and the broker URL names none"),
        ("amqp://h?auth_mechanism=external", "signs in by a certificate, and the broker URL names none"),
        ("amqps://u@h?auth_mechanism=external&certfile=/c.pem", "takes it from the certificate"),
        ("amqps://:p@h?auth_mechanism=external&certfile=/c.pem", "takes it from the certificate"),
    ],
)
def test_refuses_what_is_not_a_broker_url(url, says):
    with pytest.raises(UsageError, match=says) as caught:
        BrokerAddress.parse(url)
    assert caught.value.fix


@given(password=st.text(st.characters(exclude_categories=["Cs"]), min_size=4))
@settings(max_examples=50, deadline=None)
def test_the_password_is_not_shown(password):
    address = BrokerAddress("h", 5672, 5552, "u", "\x01" + password)
    assert "\x01" + password not in repr(address) + str(address)


@pytest.mark.parametrize("url", ["amqp://bob:tops/ecret@h", "amqp://bob:tops\u2100ecret@h"])
def test_no_part_of_a_password_that_breaks_the_url_is_shown(url):
    """A `/` that is not encoded makes urllib quote a part of the password in its error."""
    with pytest.raises(UsageError, match="cannot be read") as caught:
        BrokerAddress.parse(url)
    shown = "".join(traceback.format_exception_only(caught.value)) + caught.value.fix
    assert "tops" not in shown
    assert caught.value.__cause__ is caught.value.__context__ is None
    assert "percent-encode" in caught.value.fix


def test_str_names_host_ports_and_vhost():
    address = BrokerAddress.parse("amqp://bob:secret@[::1]:1/lab")
    assert str(address) == "[::1]:1 (vhost 'lab', stream port 5552)"
    assert repr(address).startswith("BrokerAddress(host='::1'")
    assert "secret" not in repr(address)


def test_a_certificate_may_sign_in():
    url = "amqps://h:1/pv?stream_port=2&certfile=/c.pem&auth_mechanism=external"
    address = BrokerAddress.parse(url)
    assert (address.account.mechanism, address.user, address.password) == ("EXTERNAL", "", "")
    assert address.amqp_url == url
    assert BrokerAddress.parse("amqps://h?auth_mechanism=PLAIN").account.mechanism == "PLAIN"
