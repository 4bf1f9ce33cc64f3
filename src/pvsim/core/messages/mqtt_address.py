"""Where an MQTT broker is, and how to sign in to it."""

from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from pvsim.core.messages.url_parameters import TLS, TlsFiles, UrlKind, read_parameters, tls_files
from pvsim.errors import UsageError

__all__ = ["MqttAddress"]

_PORT, _TLS_PORT = 1883, 8883
_FIX = "use mqtt://user:password@host:1883 (mqtts:// for TLS) in PVSIM_MQTT_URL"


@dataclass(frozen=True, slots=True)
class MqttAddress:
    """One MQTT broker. The password is kept out of `repr`, so that no log or traceback can show it."""

    host: str
    port: int
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: bool = False
    files: TlsFiles = field(default_factory=TlsFiles)

    @classmethod
    def parse(cls, url: str, where: str) -> "MqttAddress":
        """Read `mqtt[s]://[user:password@]host[:port][?cacertfile=PATH&certfile=PATH&keyfile=PATH]`.

        Args:
            url: The URL.
            where: Where it was said, for messages.

        Raises:
            UsageError: if it is of another form; the message never quotes what may be the password.
        """
        try:
            parts = urlsplit(url.strip())
            host, port = parts.hostname, parts.port
        except ValueError as error:
            encode = "percent-encode / ? # @ : [ ] in user and password: / is %2F"
            raise UsageError("the MQTT URL cannot be read", where=where, fix=f"{_FIX}; {encode}") from error
        if parts.scheme not in {"mqtt", "mqtts"} or not host:
            raise UsageError("not a URL of MQTT", where=where, fix=_FIX)
        if parts.path not in {"", "/"}:
            what = "the MQTT URL has a path; RabbitMQ takes the virtual host before the user: pv:house-a"
            raise UsageError(what, where=where, fix=_FIX)
        tls = parts.scheme == "mqtts"
        kind = UrlKind("MQTT URL", where, "mqtt://", "mqtts://", "cacertfile=/path/ca.pem")
        files = tls_files(read_parameters(parts.query, tuple(TLS), kind, tls=tls))
        user = None if parts.username is None else unquote(parts.username)
        password = None if parts.password is None else unquote(parts.password)
        return cls(host, port or (_TLS_PORT if tls else _PORT), user, password, tls=tls, files=files)

    def __str__(self) -> str:
        """Host and port without the account: what messages may show."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"
