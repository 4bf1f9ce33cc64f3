"""Certificates and keys as files, and what is said of a connection that TLS refuses."""

import asyncio
import ssl
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from tests.certificates import Certificates, certificates

from pvsim.adapters.shared import tls
from pvsim.core.messages.address import BrokerAddress
from pvsim.core.messages.url_parameters import TlsFiles
from pvsim.errors import BadInputError, BrokerRefusedError


@pytest.fixture(scope="module")
def pem(tmp_path_factory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("certificates"))


async def refused_by(certificate: Path, files: TlsFiles, host: str = "localhost") -> BrokerRefusedError | None:
    """What is said of a server with this certificate; None where it is trusted."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    address = BrokerAddress(host, port, port, "u", "p", tls=True, files=files)
    try:
        _, writer = await asyncio.open_connection(
            "127.0.0.1",
            port,
            ssl=tls.context_of(address),
            server_hostname=tls.server_name_of(address) or address.host,
        )
    except ssl.SSLError as error:
        return tls.refusal_of(error, "here")
    else:
        writer.close()
        return None
    finally:
        server.close()


async def test_a_broker_of_the_authority_that_is_named_is_trusted(pem):
    assert await refused_by(pem.broker, TlsFiles(ca=str(pem.ca))) is None


async def test_an_expired_certificate_is_refused(pem):
    refusal = await refused_by(pem.expired, TlsFiles(ca=str(pem.ca)))
    assert refusal is not None
    assert "has expired" in refusal.what


async def test_an_unknown_authority_is_refused(pem):
    refusal = await refused_by(pem.broker, TlsFiles())
    assert refusal is not None
    assert "cacertfile" in refusal.fix


async def test_a_certificate_of_another_host_is_refused_unless_its_name_is_said(pem):
    files = TlsFiles(ca=str(pem.ca))
    refusal = await refused_by(pem.broker, files, host="broker.example")
    assert refusal is not None
    assert "for another host" in refusal.what
    named = TlsFiles(ca=str(pem.ca), server_name="localhost")
    assert await refused_by(pem.broker, named, host="broker.example") is None


def test_plain_tcp_has_no_context():
    assert tls.context_of(BrokerAddress("h", 1, 2, "u", "p")) is None
    assert tls.server_name_of(BrokerAddress("h", 1, 2, "u", "p", files=TlsFiles(server_name="x"))) is None


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"ca": "/no/such.pem"}, "the file of cacertfile cannot be read: No such file"),
        ({"ca": "/"}, "the file of cacertfile cannot be read: Is a directory"),
        ({"ca": "/a\0b"}, "the file of cacertfile cannot be read"),
        ({"ca": "/dev/null"}, "the file of cacertfile is no PEM file"),
        ({"ca": "client_key"}, "no certificate can be read"),
        ({"certificate": "/no/such.pem"}, "the file of certfile cannot be read"),
        ({"certificate": "client", "key": "/no/such.pem"}, "the file of keyfile cannot be read"),
        ({"certificate": "client", "key": "stranger"}, "the key does not belong to the certificate"),
        ({"certificate": "client"}, "there is no private key in the file"),
    ],
)
def test_files_that_cannot_be_used_are_named(pem, files, says):
    with pytest.raises(BadInputError, match=says) as caught:
        tls.trust(TlsFiles(**{name: str(getattr(pem, value, value)) for name, value in files.items()}))
    assert caught.value.where
    assert "in PVSIM_BROKER_URL" in caught.value.fix


@pytest.mark.parametrize(
    ("files", "fix"),
    [
        ({"ca": "/no/such.pem"}, "correct DASK_CA"),
        ({"certificate": "client"}, "export DASK_CERT=/path/client.pem DASK_KEY=/path/client.key"),
        ({"certificate": "client", "key": "stranger"}, "correct DASK_CERT, or name its key: DASK_KEY"),
    ],
)
def test_files_are_called_by_their_settings_where_no_url_names_them(pem, files, fix):
    peer = tls.Peer("the scheduler", "DASK_", "leave TLS out", settings=("CA", "CERT", "KEY"))
    with pytest.raises(BadInputError) as caught:
        tls.trust(TlsFiles(**{name: str(getattr(pem, value, value)) for name, value in files.items()}), peer)
    assert fix in caught.value.fix
    assert "cacertfile" not in caught.value.what


def test_a_key_that_others_may_read_is_refused_and_the_fix_mends_it(pem, tmp_path):
    key = tmp_path / "key.pem"
    key.write_bytes(pem.client_key.read_bytes())
    key.chmod(0o644)
    files = TlsFiles(certificate=str(pem.client), key=str(key))
    with pytest.raises(BadInputError, match="every user of this machine") as caught:
        tls.trust(files)
    assert caught.value.fix == f"chmod 600 {key}"
    key.chmod(0o600)
    tls.trust(files)


def test_a_key_that_is_cut_short_is_said_to_be_useless(pem, tmp_path):
    key = tmp_path / "key.pem"
    key.write_bytes(pem.client_key.read_bytes()[:80])
    key.chmod(0o600)
    with pytest.raises(BadInputError, match="certificate and key cannot be used"):
        tls.trust(TlsFiles(certificate=str(pem.client), key=str(key)))


def test_an_encrypted_key_is_refused_and_asks_nobody(pem, tmp_path):
    """OpenSSL would ask for the password at the terminal, and a service would hang."""
    key = tmp_path / "key.pem"
    plain = serialization.load_pem_private_key(pem.client_key.read_bytes(), None)
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    key.write_bytes(plain.private_bytes(*form, serialization.BestAvailableEncryption(b"none")))
    key.chmod(0o600)
    with pytest.raises(BadInputError, match="encrypted with a password") as caught:
        tls.trust(TlsFiles(certificate=str(pem.client), key=str(key)))
    assert "openssl pkey" in caught.value.fix


@pytest.mark.parametrize("error", [None, OSError("x"), ssl.SSLEOFError(8, "cut"), TimeoutError()])
def test_what_is_no_matter_of_certificates_is_left_to_others(error):
    if isinstance(error, ssl.SSLEOFError):
        error.reason = "UNEXPECTED_EOF_WHILE_READING"
    assert tls.refusal_of(error, "here") is None


@pytest.mark.parametrize(
    ("reason", "says"),
    [
        ("TLSV13_ALERT_CERTIFICATE_REQUIRED", "wants a certificate of this client"),
        ("tlsv1 alert unknown ca", "refuses the certificate of this client"),
        ("WRONG_VERSION_NUMBER", "the port does not speak TLS"),
        ("SSLV3_ALERT_HANDSHAKE_FAILURE", "no TLS with the broker: sslv3 alert handshake failure"),
    ],
)
def test_alerts_are_told_in_words(reason, says):
    error = ssl.SSLError(1, reason)
    error.reason = reason
    refusal = tls.refusal_of(error, "here")
    assert refusal is not None
    assert says in refusal.what


@pytest.mark.parametrize(("code", "says"), [(9, "not valid yet"), (24, "is refused: invalid ca certificate")])
def test_rarer_verdicts_are_told_too(code, says):
    error = ssl.SSLCertVerificationError(1, "x")
    error.verify_code, error.verify_message = code, "invalid ca certificate"
    refusal = tls.refusal_of(error, "here")
    assert refusal is not None
    assert says in refusal.what


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (ConnectionRefusedError(111, "Connect call failed ('127.0.0.1', 9)"), "connection refused"),
        (ConnectionResetError(104, "Connection reset by peer"), "connection reset by peer"),
        (ConnectionResetError("Connection lost"), "Connection lost"),
        (OSError(113, "No route to host"), "No route to host"),
        (UnicodeError("label empty or too long"), "label empty or too long"),
    ],
)
def test_why_a_connection_failed_is_said_in_the_systems_words(error, says):
    assert tls.reason_of(error) == says
