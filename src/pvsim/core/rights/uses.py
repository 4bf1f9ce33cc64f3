"""What an account is told it may do: where to publish, what to read, in the words of each protocol."""

from pvsim.core.rights.home_assistant import BIRTH_TOPIC
from pvsim.core.rights.roles import Account

__all__ = ["uses"]


def uses(account: Account) -> dict[str, str]:
    """The protocols that an account may use, each with what for; the same that its permissions let it do."""
    return {protocol: text for protocol, text in _USES[account.role](account).items() if text}


def _meter(account: Account) -> dict[str, str]:
    topics = [key.replace(".", "/") for key in account.keys] + [*account.topics]
    return {
        "AMQP": f"publish to exchange pvsim, routing key {_listed(account.keys)}",
        "MQTT": f"publish to topic {_listed(topics)}",
    }


def _simulator(account: Account) -> dict[str, str]:
    service = account.service
    return {
        "streams": f"read and write pvsim.{service} and pvsim.{service}.samples, which must exist",
        "AMQP": f"publish to exchange pvsim, routing key pv.{service}.METER",
        "MQTT": f"publish to topic {_listed([f'pvsim/{service}/#', *account.topics])}; {_client_id(account)}",
    }


_PAGE = "sign in to the page; see queues and exchanges of the virtual host, and its own connections"


def _viewer(account: Account) -> dict[str, str]:
    service, own = account.service, f"{account.name}:NAME"
    topics = f"meter/{service}/#, pvsim/{service}/# and homeassistant/#"
    if account.home_assistant:
        topics += ", and where Home Assistant looks for other makers' devices"
    published = [*([BIRTH_TOPIC] if account.home_assistant else []), *account.topics]
    publish = f"publish to topic {_listed(published)}; " if published else ""
    return {
        "streams": f"read pvsim.{service} and pvsim.{service}.samples",
        "AMQP": f"read them, and queues {own} bound to exchange pvsim, keys meter.{service}.# or pv.{service}.#",
        "MQTT": f"subscribe to {topics}; {publish}{_client_id(account)}",
        "management": _PAGE if account.management else "",
    }


def _admin(_: Account) -> dict[str, str]:
    return {"streams": "everything", "AMQP": "everything", "MQTT": "everything", "management": "make accounts"}


_USES = {"meter": _meter, "simulator": _simulator, "viewer": _viewer, "admin": _admin}


def _client_id(account: Account) -> str:
    return f"client id {account.name} or {account.name}:NAME"


def _listed(words: "list[str] | tuple[str, ...]") -> str:
    return " or ".join(words)
