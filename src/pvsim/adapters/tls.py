"""TLS to a broker: the certificates that both sides go by, and why one of them was refused, in a sentence.

The one adapter that others import: whoever opens a socket to a broker opens it with this, whatever it speaks.
"""

import ssl
from pathlib import Path
from shlex import quote

from pvsim.core.messages.address import BrokerAddress, TlsFiles
from pvsim.errors import BadInputError, BrokerRefusedError

__all__ = ["context_of", "refusal_of", "server_name_of", "trust"]

_OTHERS = 0o007

# Codes of OpenSSL's verification (x509_vfy.h): what the broker's certificate lacks, and what helps.
_NOT_YET_VALID, _EXPIRED, _WRONG_HOST = 9, 10, 62
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


def context_of(address: BrokerAddress) -> ssl.SSLContext | None:
    """What a connection to the broker is opened with; None where it is plain TCP.

    Raises:
        BadInputError: as `trust`.
    """
    return trust(address.files) if address.tls else None


def server_name_of(address: BrokerAddress) -> str | None:
    """The name that the broker's certificate must be for, where it is not the host that is connected to."""
    return address.files.server_name or None if address.tls else None


def trust(files: TlsFiles) -> ssl.SSLContext:
    """A context that checks the other side's certificate and its name, and shows ours where there is one.

    TLS 1.2 at least, as Python's default.

    Raises:
        BadInputError: if a file is missing, cannot be read, is no PEM file or does not fit the other one, or if
            other users may read the key.
    """
    context = ssl.create_default_context(cafile=_readable(files.ca, "cacertfile") or None)
    if files.certificate:
        certificate = _readable(files.certificate, "certfile")
        key = _readable(files.key, "keyfile") or certificate
        _check_key(key)
        try:
            context.load_cert_chain(certificate, key, password=_no_password)
        except (ssl.SSLError, ValueError) as error:
            raise _unfit(error, certificate, key) from error
    return context


def refusal_of(error: Exception | None, where: str) -> BrokerRefusedError | None:
    """What to say of a connection that failed over TLS; None where it failed over something else.

    Trying again does not help: somebody has to change a certificate or a setting.

    Args:
        error: What connecting or reading raised.
        where: Host and port.
    """
    if not isinstance(error, ssl.SSLError) or _name(error) in _CUT:
        return None
    what, fix = _verification(error) if isinstance(error, ssl.SSLCertVerificationError) else _alert(error)
    return BrokerRefusedError(what, where=where, fix=fix)


def _verification(error: ssl.SSLCertVerificationError) -> tuple[str, str]:
    """Why we refuse the broker's certificate."""
    match error.verify_code:
        case 10:
            what, fix = "the broker's certificate has expired", "have it renewed; is this machine's clock right?"
        case 9:
            what, fix = "the broker's certificate is not valid yet", "is this machine's clock right?"
        case 62 | 64:
            what = f"the broker's certificate is for another host: {_reason(error)}"
            fix = "use the name that it is for, or name it: ?server_name_indication=NAME in PVSIM_BROKER_URL"
        case code if code in _UNKNOWN_CA:
            what = "the broker's certificate is signed by an authority that is not known here"
            fix = "name the authority's file: ?cacertfile=/path/ca.pem in PVSIM_BROKER_URL"
        case _:
            what, fix = f"the broker's certificate is refused: {_reason(error)}", "have a right one made"
    return what, fix


def _alert(error: ssl.SSLError) -> tuple[str, str]:
    """Why the broker refuses us, or what answers there instead of TLS."""
    reason = _name(error)
    if any(each in reason for each in _NO_CERTIFICATE):
        what = "the broker wants a certificate of this client"
        return what, "name it and its key: ?certfile=/path/client.pem&keyfile=/path/client.key in PVSIM_BROKER_URL"
    if any(each in reason for each in _OURS_REFUSED):
        what = f"the broker refuses the certificate of this client ({_reason(error)})"
        return what, "certfile in PVSIM_BROKER_URL must be valid, and signed by an authority that the broker knows"
    if any(each in reason for each in _NO_TLS):
        what = "the port does not speak TLS"
        return what, "name the broker's TLS port (amqps:// 5671, ?stream_port=5551), or use amqp:// without TLS"
    return f"no TLS with the broker: {_reason(error)}", "read the broker's log: it says which side did not agree"


def _name(error: ssl.SSLError) -> str:
    """OpenSSL's name of it; Python writes some in lower case with spaces."""
    return (getattr(error, "reason", None) or "").upper().replace(" ", "_")


def _reason(error: ssl.SSLError) -> str:
    text = getattr(error, "verify_message", "") or (error.reason or str(error)).lower().replace("_", " ")
    return text.rstrip(".")


def _readable(path: str, name: str) -> str:
    """The path of a file that can be read as PEM, "" for none."""
    if not path:
        return path
    fix = f"correct {name} in PVSIM_BROKER_URL"
    try:
        content = Path(path).read_bytes()
    except (OSError, ValueError) as error:  # ValueError: NUL in a path
        reason = getattr(error, "strerror", None) or str(error)
        raise BadInputError(f"the file of {name} cannot be read: {reason}", where=path, fix=fix) from error
    if b"-----BEGIN " not in content:
        raise BadInputError(f"the file of {name} is no PEM file", where=path, fix=fix)
    return path


def _check_key(path: str) -> None:
    """Refuse a file without a private key, and one that is private no more."""
    if b"PRIVATE KEY-----" not in Path(path).read_bytes():
        fix = "name the key's file: &keyfile=/path/client.key in PVSIM_BROKER_URL"
        raise BadInputError("there is no private key in the file", where=path, fix=fix)
    if Path(path).stat().st_mode & _OTHERS:
        what = "every user of this machine may read the private key"
        raise BadInputError(what, where=path, fix=f"chmod 600 {quote(path)}")


def _no_password() -> str:
    """Asked for by OpenSSL where a key is encrypted; it would ask at the terminal otherwise."""
    raise ValueError("the key is encrypted")


def _unfit(error: Exception, certificate: str, key: str) -> BadInputError:
    if isinstance(error, ssl.SSLError) and error.reason == "KEY_VALUES_MISMATCH":
        return BadInputError(f"the key does not belong to the certificate {certificate}", where=key)
    if isinstance(error, ValueError) and not isinstance(error, ssl.SSLError):
        fix = "a service cannot type a password: openssl pkey -in KEY -out PLAIN, then chmod 600 PLAIN"
        return BadInputError("the private key is encrypted with a password", where=key, fix=fix)
    return BadInputError(f"certificate and key cannot be used: {error}", where=certificate)
