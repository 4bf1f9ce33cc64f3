"""RabbitMQ's management interface: accounts made and removed by HTTP, with an admin's URL."""

import asyncio
import base64
import http.client
import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import unquote, urlsplit

from pvsim.adapters.shared import tls
from pvsim.core.messages.url_parameters import TLS, TlsFiles, UrlKind, read_parameters, tls_files
from pvsim.core.rights.commands import Request
from pvsim.errors import BrokerError, BrokerRefusedError, UsageError

__all__ = ["VARIABLE", "Management", "carry_out"]

VARIABLE = "PVSIM_MANAGEMENT_URL"
_FORM = "use https://admin:password@broker.example:15671 (a user with the tag administrator)"
_KIND = UrlKind("management URL", VARIABLE, "http://", "https://", "cacertfile=/path/ca.pem")
_PEER = tls.Peer(
    "the management interface",
    VARIABLE,
    "name its TLS port (https://…:15671), or use http:// from the same machine",
)
_PORTS = {"http": 80, "https": 443}
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_PATIENCE_S = 30.0
_MOST_SHOWN = 300


@dataclass(frozen=True, slots=True)
class Management:
    """Where the interface is, and who signs in there; the password is in no repr."""

    base: str
    host: str
    port: int
    user: str
    password: str = field(repr=False)
    files: TlsFiles = field(default_factory=TlsFiles)

    @classmethod
    def parse(cls, url: str) -> "Management":
        """Read `http[s]://user:password@host[:port][/path][?cacertfile=PATH&certfile=PATH&keyfile=PATH]`.

        Raises:
            UsageError: if the URL is of another form; it does not quote what may be the password.
        """
        try:
            parts = urlsplit(url.strip())
            host, port = parts.hostname, parts.port
        except ValueError as error:
            fix = f"{_FORM}; percent-encode / ? # @ : in user and password"
            raise UsageError("the management URL cannot be read", where=VARIABLE, fix=fix) from error
        if parts.scheme not in {"http", "https"} or not host:
            raise UsageError("this is no URL of a management interface", where=VARIABLE, fix=_FORM)
        if not parts.username or parts.password is None or parts.fragment:
            what = "the management URL needs a user and a password, and no #"
            raise UsageError(what, where=VARIABLE, fix=_FORM)
        files = tls_files(read_parameters(parts.query, tuple(TLS), _KIND, tls=parts.scheme == "https"))
        place = f"[{host}]" if ":" in host else host
        path = parts.path.rstrip("/").removesuffix("/api")
        base = f"{parts.scheme}://{place}{f':{port}' if port else ''}{path}"
        return cls(
            base, host, port or _PORTS[parts.scheme], unquote(parts.username), unquote(parts.password), files
        )

    @property
    def is_exposed(self) -> bool:
        """Whether passwords go over a network as plain text."""
        return self.base.startswith("http://") and self.host not in _LOOPBACK


async def carry_out(management: Management, requests: Iterable[Request]) -> None:
    """Do what makes an account, or removes it.

    Raises:
        BrokerRefusedError: if the interface refuses.
        BrokerError: if it cannot be reached.
        BadInputError: if a file of TLS cannot be used.
    """
    context = None
    if management.base.startswith("https"):
        context = tls.trust(management.files, _PEER)
        await tls.shake_hands((management.host, management.port), context, _PEER)
    for request in requests:
        await asyncio.to_thread(_send, management, request, context)


def _send(management: Management, request: Request, context: ssl.SSLContext | None) -> None:
    where = f"{management.base}/api/{request.path}"
    token = base64.b64encode(f"{management.user}:{management.password}".encode()).decode()
    headers = {"Authorization": f"Basic {token}", "Content-Type": "application/json"}
    body = None if request.body is None else json.dumps(request.body).encode()
    method = "DELETE" if body is None else "PUT"
    made = urllib.request.Request(where, data=body, headers=headers, method=method)  # noqa: S310 - `parse` checks
    handlers: list[urllib.request.BaseHandler] = [urllib.request.HTTPSHandler(context=context)] if context else []
    if management.host in _LOOPBACK:
        handlers.append(urllib.request.ProxyHandler({}))
    opener = urllib.request.build_opener(*handlers)  # follows no redirect of these
    try:
        with opener.open(made, timeout=_PATIENCE_S):
            pass
    except urllib.error.HTTPError as error:
        raise _refusal(error, management, request, where) from error
    except (OSError, ValueError, http.client.HTTPException) as error:  # the last: no HTTP is spoken there
        raise _unreachable(error, where) from error


def _refusal(
    error: urllib.error.HTTPError, management: Management, request: Request, where: str
) -> BrokerRefusedError:
    with error:
        said = error.read(_MOST_SHOWN).decode("utf-8", "replace")
    if error.code in {401, 403}:
        what = f"the management interface refuses user {management.user!r}"
        return BrokerRefusedError(
            what, where=where, fix=f"correct {VARIABLE}; the user needs the tag administrator"
        )
    if error.code == HTTPStatus.NOT_FOUND and request.body is None:
        name = unquote(request.path.rpartition("/")[2])
        return BrokerRefusedError(
            f"there is no account {name!r}", where=where, fix=f"check the name, and {VARIABLE}"
        )
    if error.code == HTTPStatus.NOT_FOUND:
        what = "the management interface does not know that path"
        return BrokerRefusedError(what, where=where, fix=f"correct {VARIABLE}, or --vhost")
    what = f"the management interface refuses with {error.code}: {' '.join(said.split()) or error.reason}"
    return BrokerRefusedError(what, where=where, fix=f"look at the broker's log, and at {VARIABLE}")


def _unreachable(error: Exception, where: str) -> BrokerError:
    reason = getattr(error, "reason", error)
    reason = error if isinstance(error, ssl.SSLError) else reason  # whose reason is a word
    if isinstance(reason, ssl.SSLError) and (refusal := tls.refusal_of(reason, where, _PEER)) is not None:
        return refusal
    what = f"the management interface cannot be reached: {getattr(reason, 'strerror', None) or reason}"
    return BrokerError(
        what, where=where, fix=f"is it on (rabbitmq-plugins enable rabbitmq_management)? {VARIABLE}"
    )
