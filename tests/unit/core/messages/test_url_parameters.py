"""Parameters of a broker's URL: what they say, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.messages.url_parameters import NAMED_TLS, TlsFiles, UrlKind, read_parameters, tls_files
from pvsim.errors import UsageError

KIND = UrlKind("broker URL", "PVSIM_BROKER_URL", "amqp://", "amqps://", "stream_port=5552")
KNOWN = ("stream_port", *NAMED_TLS)
FILES = st.builds(TlsFiles, ca=st.text(), certificate=st.text(min_size=1), key=st.text(), server_name=st.text())


@given(files=FILES)
def test_what_a_url_is_made_of_is_read_from_it(files):
    assert tls_files(read_parameters(files.query, KNOWN, KIND, tls=True)) == files


def test_a_plus_is_a_plus_and_nothing_is_nothing():
    given = read_parameters("cacertfile=/etc/a+b%20c.pem&", KNOWN, KIND, tls=True)
    assert tls_files(given) == TlsFiles(ca="/etc/a+b c.pem")
    assert read_parameters("", KNOWN, KIND, tls=False) == {}
    assert TlsFiles().query == ""


@pytest.mark.parametrize(
    ("query", "tls", "says"),
    [
        ("cafile=x", True, "unknown parameter in the broker URL: cafile"),
        ("certfile=x&certfile=x", True, "stands twice"),
        ("certfile=", True, "certfile in the broker URL has no value"),
        ("stream_port", False, "stream_port in the broker URL has no value"),
        ("cacertfile=x", False, "cacertfile in the broker URL is for TLS, and amqp:// has none"),
        ("keyfile=x", True, "a keyfile, but no certfile"),
        ("half-a-SECRET@host", True, "an @ after its question mark"),
    ],
)
def test_what_is_wrong_is_named_and_no_password_quoted(query, tls, says):
    with pytest.raises(UsageError, match=says) as caught:
        read_parameters(query, KNOWN, KIND, tls=tls)
    assert caught.value.fix
    assert "SECRET" not in f"{caught.value} {caught.value.fix}"
