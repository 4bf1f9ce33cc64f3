"""Where a broker is, and how to sign in to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, quote, unquote, urlsplit

from pvsim.core.messages.account import Account
from pvsim.core.messages.url_parameters import NAMED_TLS, TlsFiles, UrlKind, read_parameters, tls_files
from pvsim.errors import UsageError

__all__ = ["AMQPS_PORT", "AMQP_PORT", "KNOWN_PASSWORD", "STREAMS_PORT", "STREAM_PORT", "BrokerAddress"]

AMQP_PORT, AMQPS_PORT = 5672, 5671
STREAM_PORT, STREAMS_PORT = 5552, 5551
KNOWN_PASSWORD = "guest"  # noqa: S105 - no secret
"""Of RabbitMQ's account `guest`, which may only sign in from the same machine."""

_WHERE = "--broker or PVSIM_BROKER_URL"
_MAX_PORT, _PORT_DIGITS = 65_535, 5
_KIND = UrlKind("broker URL", _WHERE, "amqp://", "amqps://", "stream_port=5552")
_EXTERNAL = "external"
_PARAMETERS = ("stream_port", *NAMED_TLS, "auth_mechanism")


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """One broker: host, the ports of its two protocols, and the account; no user is that of the certificate.

    `stream_port` is where the stream protocol is expected to answer; whether it does is found by trying.
    The password is kept out of `repr`, so that no log or traceback can show it.

    Attributes:
        tls: Whether both ports speak TLS.
        files: What TLS goes by.
    """

    host: str
    amqp_port: int
    stream_port: int
    user: str
    password: str = field(repr=False)
    vhost: str = "/"
    tls: bool = False
    files: TlsFiles = field(default_factory=TlsFiles)

    @classmethod
    def parse(cls, url: str, *, stream_port: int | None = None) -> "BrokerAddress":
        """Read `amqp[s]://user:password@host[:port][/vhost][?stream_port=N&cacertfile=PATH]`.

        Of TLS there may be `cacertfile`, `certfile`, `keyfile` and `server_name_indication`, as of RabbitMQ's own
        clients, and `auth_mechanism=external` in place of user and password.

        Raises:
            UsageError: if the URL is of another form.
        """
        fix = "use amqp://user:password@host:5672/vhost (amqps:// for TLS)"
        if (readable := _split(url.strip())) is None:
            encode = "percent-encode / ? # @ : [ ] in user and password: / is %2F"
            raise UsageError("the broker URL cannot be read", where=_WHERE, fix=f"{fix}; {encode}")
        parts, host, port = readable
        if parts.scheme not in {"amqp", "amqps"} or not host:
            if parts.scheme in {"amqp", "amqps"}:
                problem = "it names no host"
            else:  # `localhost:5672` is read as a scheme too
                problem = f"scheme {parts.scheme!r}" if "://" in url else "it does not begin with amqp://"
            raise UsageError(f"not a broker URL ({problem})", where=_WHERE, fix=fix)
        tls = parts.scheme == "amqps"
        given = read_parameters(parts.query, _PARAMETERS, _KIND, tls=tls)
        if "stream_port" in given and not _is_port(given["stream_port"]):
            what = "stream_port in the broker URL is not a port number"
            raise UsageError(what, where=_WHERE, fix="for example ?stream_port=5552")
        external = _is_external(given, account=parts.username is not None or parts.password is not None)
        return cls(
            host=host,
            amqp_port=port or (AMQPS_PORT if tls else AMQP_PORT),
            stream_port=stream_port or int(given.get("stream_port", STREAMS_PORT if tls else STREAM_PORT)),
            user="" if external else unquote(parts.username or "guest"),
            password="" if external else unquote(parts.password or KNOWN_PASSWORD),
            vhost=unquote(parts.path[1:]) or "/",
            tls=tls,
            files=tls_files(given),
        )

    @property
    def amqp_url(self) -> str:
        """The address as a URL, with the password: for an AMQP library or a child's environment only."""
        account = f"{quote(self.user, safe='')}:{quote(self.password, safe='')}@" if self.user else ""
        scheme = "amqps" if self.tls else "amqp"
        return (
            f"{scheme}://{account}{_bracketed(self.host)}:{self.amqp_port}/{quote(self.vhost, safe='')}"
            f"?stream_port={self.stream_port}{self.files.query}"
            + ("" if self.user else f"&auth_mechanism={_EXTERNAL}")
        )

    @property
    def account(self) -> Account:
        """Who signs in."""
        return Account(self.user, self.password)

    def __str__(self) -> str:
        """Host, port and vhost without the account: what messages and manifests may show."""
        return f"{_bracketed(self.host)}:{self.amqp_port} (vhost {self.vhost!r}, stream port {self.stream_port})"


def _split(url: str) -> tuple[SplitResult, str | None, int | None] | None:
    """The parts, host and port of a URL, or None: the errors of urllib quote what may be the password."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    return parts, host, port


def _is_external(given: Mapping[str, str], *, account: bool) -> bool:
    """Whether the certificate signs in.

    Raises:
        UsageError: if it cannot, or if there is an account beside it.
    """
    mechanism = given.get("auth_mechanism", "plain")
    if mechanism.lower() == "plain":
        return False
    if mechanism.lower() != _EXTERNAL:
        what = f"auth_mechanism in the broker URL is plain or external, not {mechanism!r}"
        raise UsageError(what, where=_WHERE, fix="leave it out to sign in by user and password")
    if "certfile" not in given:
        what = "auth_mechanism=external signs in by a certificate, and the broker URL names none"
        fix = "use amqps:// with &certfile=/path/client.pem; without a certificate leave auth_mechanism out"
        raise UsageError(what, where=_WHERE, fix=fix)
    if account:
        what = "the broker URL has a user, and auth_mechanism=external takes it from the certificate"
        raise UsageError(what, where=_WHERE, fix="leave user and password out, or auth_mechanism=external")
    return True


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= _PORT_DIGITS and 0 < int(text) <= _MAX_PORT


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
