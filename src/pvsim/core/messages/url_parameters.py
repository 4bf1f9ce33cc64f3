"""What stands after the question mark of a broker's URL: its TLS files, under RabbitMQ's own names, and more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote

from pvsim.errors import UsageError

__all__ = ["NAMED_TLS", "TLS", "TlsFiles", "UrlKind", "read_parameters", "tls_files"]

TLS: Mapping[str, str] = {"cacertfile": "ca", "certfile": "certificate", "keyfile": "key"}
"""As RabbitMQ's own clients call them in a URL, and as `TlsFiles` calls them."""

NAMED_TLS: Mapping[str, str] = {**TLS, "server_name_indication": "server_name"}
"""The same where the name in the certificate may differ from the host."""


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """What both sides of a connection with TLS show each other, in PEM files; "" is the system's, or none.

    Attributes:
        ca: The authorities that may have signed the broker's certificate; "" is those of the system.
        certificate: Ours, where the broker asks for one, with the intermediate ones that lead to its authority.
        key: Its private key; "" where it is in the same file.
        server_name: Name that the broker's certificate must be for; "" is the host that is connected to.
    """

    ca: str = ""
    certificate: str = ""
    key: str = ""
    server_name: str = ""

    @property
    def query(self) -> str:
        """The same as parameters of a URL, each after an ampersand; "" is none."""
        given = [(theirs, getattr(self, ours)) for theirs, ours in NAMED_TLS.items()]
        return "".join(f"&{theirs}={quote(value, safe='/')}" for theirs, value in given if value)


@dataclass(frozen=True, slots=True)
class UrlKind:
    """Words for messages about one kind of URL.

    Attributes:
        called: What it is, after "the".
        where: The option or variable that holds it.
        plain: Its scheme without TLS.
        secure: Its scheme with TLS.
        example: A parameter of it.
    """

    called: str
    where: str
    plain: str
    secure: str
    example: str


def read_parameters(query: str, known: Sequence[str], kind: UrlKind, *, tls: bool) -> dict[str, str]:
    """Read the parameters of a URL; a plus stays a plus, as it is part of many paths.

    Args:
        query: What stands after its question mark.
        known: The parameters that there are.
        kind: What to call the URL in messages.
        tls: Whether its scheme is the one with TLS.

    Raises:
        UsageError: if one is unknown, stands twice, or does not fit the rest.
    """
    if "@" in query:  # then it may begin in the middle of a password
        fix = "percent-encode ? and @: in a password ? is %3F, and after the question mark @ is %40"
        raise UsageError(f"the {kind.called} has an @ after its question mark", where=kind.where, fix=fix)
    pairs = [pair.partition("=")[::2] for pair in query.split("&") if pair]
    given = {name: unquote(value) for name, value in pairs}
    if unknown := sorted(given.keys() - set(known)):
        what = f"unknown parameter in the {kind.called}: {', '.join(unknown)}"
        fix = f"there are {', '.join(known)}, for example ?{kind.example}"
        raise UsageError(what, where=kind.where, fix=fix)
    if len(given) < len(pairs):
        what = f"a parameter of the {kind.called} stands twice"
        raise UsageError(what, where=kind.where, fix="leave one of them out")
    if empty := [name for name, value in given.items() if not value]:
        what = f"{empty[0]} in the {kind.called} has no value"
        raise UsageError(what, where=kind.where, fix=f"write {empty[0]}=…, or leave it out")
    of_tls = [name for name in NAMED_TLS if name in given]
    if of_tls and not tls:
        what = f"{of_tls[0]} in the {kind.called} is for TLS, and {kind.plain} has none"
        raise UsageError(what, where=kind.where, fix=f"use {kind.secure}")
    if "keyfile" in given and "certfile" not in given:
        what = f"the {kind.called} names a keyfile, but no certfile"
        raise UsageError(what, where=kind.where, fix="add certfile=PATH: the certificate that the key is of")
    return given


def tls_files(given: Mapping[str, str]) -> TlsFiles:
    """The files that parameters name."""
    return TlsFiles(**{ours: given.get(theirs, "") for theirs, ours in NAMED_TLS.items()})
