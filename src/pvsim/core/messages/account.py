"""How an account signs in to a broker: by user and password (SASL PLAIN), or by its certificate (EXTERNAL)."""

from dataclasses import dataclass, field

__all__ = ["Account"]

_BY_PASSWORD = "leave auth_mechanism out of PVSIM_BROKER_URL, and give user and password over the same mutual TLS"  # noqa: S105 - no secret


@dataclass(frozen=True, slots=True)
class Account:
    """Who signs in.

    Attributes:
        user: Its name; "" where the broker takes it from the certificate of the TLS connection.
        password: Its password; in no repr.
    """

    user: str
    password: str = field(repr=False)

    @property
    def mechanism(self) -> str:
        """RabbitMQ's name for the way in which it signs in."""
        return "PLAIN" if self.user else "EXTERNAL"

    @property
    def response(self) -> bytes:
        """What it says to sign in; nothing where the certificate has said it."""
        return b"\0" + self.user.encode() + b"\0" + self.password.encode() if self.user else b""

    def missing(self, offered: str) -> tuple[str, str]:
        """What to say, and what to do, where a broker does not offer this way; `offered` is what it does offer."""
        if self.user:
            what = f"the broker lets nobody sign in by user and password; it offers {offered}"
            by_certificate = "sign in by certificate (?auth_mechanism=external in PVSIM_BROKER_URL), or "
            fix = "enable PLAIN in the broker's auth_mechanisms, or use another broker"
            return what, (by_certificate if "EXTERNAL" in offered else "") + fix
        what = f"the broker lets nobody sign in by certificate; it offers {offered}"
        fix = "rabbitmq-plugins enable rabbitmq_auth_mechanism_ssl, and add EXTERNAL to its auth_mechanisms"
        return what, f"{fix}; or {_BY_PASSWORD}"

    def refused(self) -> tuple[str, str]:
        """What to say, and what to do, where a broker knows no such account."""
        if self.user:
            what = f"the broker refuses user {self.user!r}: wrong user or password"
            return what, "correct the account in PVSIM_BROKER_URL"
        what = "the broker has no account of the name in this client's certificate"
        made = "rabbitmqctl add_user NAME, rabbitmqctl clear_password NAME"
        return what, f"make one ({made}); the broker's ssl_cert_login_from says which name it takes"

    @staticmethod
    def impossible() -> tuple[str, str]:
        """What to say, and what to do, where a broker fails over a certificate that signs in."""
        what = "the broker hung up instead of signing in by certificate: over streams RabbitMQ 3.10 cannot"
        return what, f"{_BY_PASSWORD}; or --transport amqp, where the certificate may sign in"

    def __str__(self) -> str:
        """The account as part of a sentence."""
        return f"user {self.user!r}" if self.user else "the account of this client's certificate"
