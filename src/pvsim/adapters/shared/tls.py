"""TLS: the certificates that both sides go by, and why a connection failed, in a sentence.

Whoever opens a socket with TLS opens it with this, whatever it speaks.
"""

import asyncio
import os
import ssl
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

from pvsim.core.messages.address import BrokerAddress
from pvsim.core.messages.url_parameters import TlsFiles
from pvsim.errors import BadInputError, BrokerRefusedError

__all__ = ["BROKER_URL", "Peer", "context_of", "reason_of", "refusal_of", "server_name_of", "shake_hands", "trust"]

CONNECT_S, SILENT_S = 10.0, 1.0
_EXAMPLES = {"cacertfile": "ca.pem", "certfile": "client.pem", "keyfile": "client.key"}
_PARAMETERS = tuple(_EXAMPLES)
_OTHERS = 0o007

# Codes of OpenSSL's verification (x509_vfy.h): what the broker's certificate lacks, and what helps.
_UNKNOWN_CA = frozenset({2, 18, 19, 20, 21})
_NO_CERTIFICATE = ("CERTIFICATE_REQUIRED", "ALERT_NO_CERTIFICATE")
_OURS_REFUSED = (
    "ALERT_BAD_CERTIFICATE",
    "ALERT_UNKNOWN_CA",
    "ALERT_CERTIFICATE_EXPIRED",
    "ALERT_CERTIFICATE_UNKNOWN",
    "ALERT_CERTIFICATE_REVOKED",
    "ALERT_UNSUPPORTED_CERTIFICATE",
    "ALERT_DECRYPT_ERROR",
)
_NO_TLS = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST")
_CUT = ("UNEXPECTED_EOF_WHILE_READING", "APPLICATION_DATA_AFTER_CLOSE_NOTIFY")
"""The connection ended in the middle: nobody refused anything."""


@dataclass(frozen=True, slots=True)
class Peer:
    """Who is at the other end, in the words of messages.

    Attributes:
        name: Such as "the broker".
        variable: Where its URL is set, or what the names of its settings begin with.
        ports: What to do where its port does not speak TLS.
        may_be_named: Whether the URL may name the host of the certificate.
        settings: The ends of the names of three settings, for authority, certificate and key, where files are no
            parameters of a URL.
    """

    name: str
    variable: str
    ports: str
    may_be_named: bool = False
    settings: tuple[str, str, str] | None = None

    def of(self, parameter: str) -> str:
        """What a message calls a file: `certfile in PVSIM_BROKER_URL`, or its setting."""
        if self.settings is None:
            return f"{parameter} in {self.variable}"
        return self.variable + self.settings[_PARAMETERS.index(parameter)]

    def example(self, *parameters: str) -> str:
        """How files are named, as it can be typed."""
        paths = [(parameter, f"/path/{_EXAMPLES[parameter]}") for parameter in parameters]
        if self.settings is None:
            return "?" + "&".join("=".join(pair) for pair in paths) + f" in {self.variable}"
        return "export " + " ".join(f"{self.of(parameter)}={path}" for parameter, path in paths)


BROKER_URL = Peer(
    "the broker",
    "PVSIM_BROKER_URL",
    "name the broker's TLS port (amqps:// 5671, ?stream_port=5551), or use amqp:// without TLS",
    may_be_named=True,
)


def context_of(address: BrokerAddress) -> ssl.SSLContext | None:
    """What a connection to the broker is opened with; None where it is plain TCP.

    Raises:
        BadInputError: as `trust`.
    """
    return trust(address.files) if address.tls else None


def server_name_of(address: BrokerAddress) -> str | None:
    """The name that the broker's certificate must be for, where it is not the host that is connected to."""
    return address.files.server_name or None if address.tls else None


def trust(files: TlsFiles, peer: Peer = BROKER_URL) -> ssl.SSLContext:
    """A context that checks the other side's certificate and its name, and shows ours where there is one.

    TLS 1.2 at least, as Python's default.

    Raises:
        BadInputError: if a file is missing, cannot be read, is no PEM file or does not fit the other one, or if
            other users may read the key.
    """
    authority = _readable(files.ca, "cacertfile", peer)
    try:
        context = ssl.create_default_context(cafile=authority or None)
    except ssl.SSLError as error:
        what, fix = f"no certificate can be read: {_reason(error)}", f"correct {peer.of('cacertfile')}"
        raise BadInputError(what, where=authority, fix=fix) from error
    if files.certificate:
        certificate = _readable(files.certificate, "certfile", peer)
        key = _readable(files.key, "keyfile", peer) or certificate
        _check_key(key, peer)
        try:
            context.load_cert_chain(certificate, key, password=_no_password)
        except (ssl.SSLError, ValueError) as error:
            raise _unfit(error, certificate, key, peer) from error
    return context


def refusal_of(error: Exception | None, where: str, peer: Peer = BROKER_URL) -> BrokerRefusedError | None:
    """What to say of a connection that failed over TLS; None where it failed over something else.

    Trying again does not help: somebody has to change a certificate or a setting.

    Args:
        error: What connecting or reading raised.
        where: Host and port.
        peer: Who is there.
    """
    if not isinstance(error, ssl.SSLError) or isinstance(error, ssl.SSLEOFError) or _name(error) in _CUT:
        return None
    told = _verification(error, peer) if isinstance(error, ssl.SSLCertVerificationError) else _alert(error, peer)
    return BrokerRefusedError(told[0], where=where, fix=told[1])


def reason_of(error: OSError | UnicodeError) -> str:
    """Why a connection failed, in the system's words.

    The text of a ConnectionError is asyncio's "Connect call failed (...)", which is not the reason.
    """
    if isinstance(error, ConnectionError) and error.errno:
        return os.strerror(error.errno).lower()
    return getattr(error, "strerror", None) or str(error)


async def shake_hands(place: tuple[str, int], context: ssl.SSLContext, peer: Peer) -> None:
    """Find out whether both sides take each other's certificate, before a library connects that would not say it.

    With TLS 1.3 the other side looks at ours last of all, when this side has connected already. Where it takes it,
    it is silent, if this side has to speak first: then this takes a second.

    Args:
        place: Host and port.
        context: What the connection is opened with.
        peer: Who is there.

    Raises:
        BrokerRefusedError: if one of them does not. All else is left to the library.
    """
    writer = None
    try:
        async with asyncio.timeout(CONNECT_S):
            reader, writer = await asyncio.open_connection(*place, ssl=context)
        async with asyncio.timeout(SILENT_S):
            await reader.read(1)
    except ssl.SSLError as error:
        if (refusal := refusal_of(error, f"{place[0]}:{place[1]}", peer)) is not None:
            raise refusal from error
    except (OSError, TimeoutError, UnicodeError):  # UnicodeError: no name of a host
        return
    finally:
        if writer is not None:
            writer.transport.abort()


def _verification(error: ssl.SSLCertVerificationError, peer: Peer) -> tuple[str, str]:
    """Why we refuse the other side's certificate."""
    theirs = f"{peer.name}'s certificate"
    match error.verify_code:
        case 10:
            what, fix = f"{theirs} has expired", "have it renewed; is this machine's clock right?"
        case 9:
            what, fix = f"{theirs} is not valid yet", "is this machine's clock right?"
        case 62 | 64:
            what = f"{theirs} is for another host: {_reason(error)}"
            named = f", or name it: ?server_name_indication=NAME in {peer.variable}" if peer.may_be_named else ""
            fix = f"use the name that it is for{named or f' in {peer.variable}'}"
        case code if code in _UNKNOWN_CA:
            what = f"{theirs} is signed by an authority that is not known here"
            fix = f"name the authority's file: {peer.example('cacertfile')}"
        case _:
            what, fix = f"{theirs} is refused: {_reason(error)}", "have a right one made"
    return what, fix


def _alert(error: ssl.SSLError, peer: Peer) -> tuple[str, str]:
    """Why the other side refuses us, or what answers there instead of TLS."""
    reason = _name(error)
    if any(each in reason for each in _NO_CERTIFICATE):
        what = f"{peer.name} wants a certificate of this client"
        return what, f"name it and its key: {peer.example('certfile', 'keyfile')}"
    if any(each in reason for each in _OURS_REFUSED):
        what = f"{peer.name} refuses the certificate of this client ({_reason(error)})"
        fix = f"{peer.of('certfile')} must be valid, and signed by an authority that {peer.name} knows"
        return what, fix
    if any(each in reason for each in _NO_TLS):
        return "the port does not speak TLS", peer.ports
    return (
        f"no TLS with {peer.name}: {_reason(error)}",
        f"read the log of {peer.name}: it says which side did not agree",
    )


def _name(error: ssl.SSLError) -> str:
    """OpenSSL's name of it; Python writes some in lower case with spaces."""
    return (getattr(error, "reason", None) or "").upper().replace(" ", "_")


def _reason(error: ssl.SSLError) -> str:
    text = getattr(error, "verify_message", "") or (error.reason or str(error)).lower().replace("_", " ")
    return text.rstrip(".")


def _readable(path: str, name: str, peer: Peer) -> str:
    """The path of a file that can be read as PEM, "" for none."""
    if not path:
        return path
    called, fix = name if peer.settings is None else peer.of(name), f"correct {peer.of(name)}"
    try:
        content = Path(path).read_bytes()
    except (OSError, ValueError) as error:  # ValueError: NUL in a path
        reason = getattr(error, "strerror", None) or str(error)
        raise BadInputError(f"the file of {called} cannot be read: {reason}", where=path, fix=fix) from error
    if b"-----BEGIN " not in content:
        raise BadInputError(f"the file of {called} is no PEM file", where=path, fix=fix)
    return path


def _check_key(path: str, peer: Peer) -> None:
    """Refuse a file without a private key, and one that is private no more."""
    if b"PRIVATE KEY-----" not in Path(path).read_bytes():
        fix = f"name the key's file as well: {peer.example('certfile', 'keyfile')}"
        raise BadInputError("there is no private key in the file", where=path, fix=fix)
    if Path(path).stat().st_mode & _OTHERS:
        what = "every user of this machine may read the private key"
        raise BadInputError(what, where=path, fix=f"chmod 600 {quote(path)}")


def _no_password() -> str:
    """Asked for by OpenSSL where a key is encrypted; it would ask at the terminal otherwise."""
    raise ValueError("the key is encrypted")


def _unfit(error: Exception, certificate: str, key: str, peer: Peer) -> BadInputError:
    correct = f"correct {peer.of('certfile')}, or name its key: {peer.of('keyfile')}"
    if isinstance(error, ssl.SSLError) and error.reason == "KEY_VALUES_MISMATCH":
        what = f"the key does not belong to the certificate {certificate}"
        return BadInputError(what, where=key, fix=correct)
    if isinstance(error, ValueError) and not isinstance(error, ssl.SSLError):
        fix = "a service cannot type a password: openssl pkey -in KEY -out PLAIN, then chmod 600 PLAIN"
        return BadInputError("the private key is encrypted with a password", where=key, fix=fix)
    return BadInputError(f"certificate and key cannot be used: {error}", where=certificate, fix=correct)
