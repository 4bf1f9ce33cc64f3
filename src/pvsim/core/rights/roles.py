"""The roles at a broker, and the permissions of each: what RabbitMQ checks, for AMQP, streams and MQTT alike.

    meter       publishes readings under its own names, by AMQP and MQTT
    simulator   reads and writes the log of its service, publishes samples and states, by streams, AMQP and MQTT
    viewer      reads log, readings, samples and states of its service, by streams, AMQP and MQTT
    admin       everything, and makes accounts

RabbitMQ looks at the first exchange only: what comes by `amq.topic` and goes on to `pvsim` is checked at
`amq.topic`. An account without a topic permission on an exchange may use every key there, so each role has one on
both.

What MQTT keeps of a subscriber is a queue named after its client id, and an account that may read such a queue may
read whatever it holds: so each account has sessions and queues under its own name only, `NAME` or `NAME:…`, where
no name has a colon.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from pvsim.core.rights.home_assistant import BIRTH_TOPIC, FILTERS
from pvsim.core.run.plan import NAME, NAME_RULE
from pvsim.errors import UsageError

__all__ = [
    "EXCHANGES",
    "MQTT_EXCHANGE",
    "READINGS_EXCHANGE",
    "ROLES",
    "Account",
    "Rights",
    "Role",
    "TopicRights",
    "check_name",
]

Role: TypeAlias = Literal["meter", "simulator", "viewer", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)

READINGS_EXCHANGE, MQTT_EXCHANGE = "pvsim", "amq.topic"
EXCHANGES = (MQTT_EXCHANGE, READINGS_EXCHANGE)

_EXCHANGES = (r"amq\.topic", "pvsim")
_NOTHING, _ALL = "^$", ".*"
_TAKEN = re.compile(r"guest|pvsim|viewer|amq|mqtt-subscription-.*", re.IGNORECASE)
_TOPIC = re.compile(r"[^#+\x00-\x1f\x7f]{1,200}")


@dataclass(frozen=True, slots=True)
class TopicRights:
    """Which routing keys an account may use at an exchange, as regular expressions."""

    exchange: str
    write: str
    read: str


@dataclass(frozen=True, slots=True)
class Rights:
    """What RabbitMQ is told of an account, in its own words.

    Attributes:
        configure: Which queues and exchanges it may make and delete.
        write: Which exchanges and streams it may publish to, which queues it may bind.
        read: Which queues and streams it may read, which exchanges it may bind to.
        topics: Which routing keys.
        tags: What it may do in the management interface.
    """

    configure: str
    write: str
    read: str
    topics: tuple[TopicRights, ...]
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Account:
    """An account at a broker.

    Attributes:
        name: Its name there.
        role: What it is for.
        service: The service whose readings and samples it is about: the second word of routing keys.
        meters: The meters as which it publishes; () is one of its own name.
        topics: Further MQTT topics to which it may publish, for devices that cannot choose theirs.
        management: Whether it may sign in to the management page, where it sees what is in its virtual host.
        home_assistant: Whether it is Home Assistant, which asks for more than it shows.

    Raises:
        UsageError: if a name or a topic cannot be one, or the role has no use for it.
    """

    name: str
    role: Role
    service: str = "home"
    meters: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    management: bool = False
    home_assistant: bool = False

    def __post_init__(self) -> None:
        check_name(self.name, "--name")
        for option, name in (("--service", self.service), *(("--meter", m) for m in self.meters)):
            _check_form(name, option)
        if self.management and self.role != "viewer":
            what = f"--management is for the role viewer, not {self.role}"
            raise UsageError(what, fix="leave it out, or use --role viewer; an admin may sign in there anyway")
        if self.home_assistant and self.role != "viewer":
            what = f"--home-assistant is for the role viewer, not {self.role}"
            raise UsageError(what, fix="leave it out, or use --role viewer")
        if self.meters and self.role != "meter":
            raise UsageError(
                f"--meter is for the role meter, not {self.role}", fix="leave it out, or use --role meter"
            )
        for topic in self.topics:
            if not _TOPIC.fullmatch(topic):
                what = f"--topic: {topic!r} is no topic to publish to"
                raise UsageError(what, fix="use a topic without # and +, such as shellypro3em-abc/status/em:0")

    @property
    def rights(self) -> Rights:
        """The permissions of its role."""
        return _RIGHTS[self.role](self)

    @property
    def keys(self) -> tuple[str, ...]:
        """The routing keys of its meters."""
        return tuple(f"meter.{self.service}.{meter}" for meter in self.meters or (self.name,))


def check_name(name: str, option: str) -> None:
    """Refuse a name that an account cannot have.

    Raises:
        UsageError: if it is none, or is not a foreign meter's or service's to have.
    """
    _check_form(name, option)
    if _TAKEN.fullmatch(name):
        what = f"{option}: {name!r} is a name that RabbitMQ or pvsim uses itself"
        raise UsageError(what, fix="use another name, such as house-a")


def _check_form(name: str, option: str) -> None:
    if not NAME.fullmatch(name):
        raise UsageError(f"{option}: {name!r} cannot be a name", fix=NAME_RULE)


def _meter(account: Account) -> Rights:
    keys = [_literal(key) for key in account.keys]
    topics = (
        TopicRights(MQTT_EXCHANGE, _one_of(*keys, *_keys_of(account.topics)), _NOTHING),
        TopicRights(READINGS_EXCHANGE, _one_of(*keys), _NOTHING),
    )
    return Rights(_NOTHING, _one_of(*_EXCHANGES), _NOTHING, topics)


def _simulator(account: Account) -> Rights:
    service, sessions = account.service, _sessions(account)
    streams = _streams(account)
    published = (
        rf"pvsim\.{service}\..+",
        rf"homeassistant\.sensor\.pvsim_{service}\..+",
        *_keys_of(account.topics),
    )
    topics = (
        TopicRights(MQTT_EXCHANGE, _one_of(*published), _one_of(r"homeassistant\.status")),
        TopicRights(READINGS_EXCHANGE, _one_of(rf"pv\.{service}\.[^.]+"), _NOTHING),
    )
    write = _one_of(*_EXCHANGES, streams, sessions)
    return Rights(_one_of(sessions), write, _one_of(_EXCHANGES[0], streams, sessions), topics)


def _viewer(account: Account) -> Rights:
    service = account.service
    own = (_sessions(account), f"{account.name}:.+")
    said, asked = ((BIRTH_TOPIC,), FILTERS) if account.home_assistant else ((), ())
    published = _keys_of([*said, *account.topics])
    readable = (rf"(meter|pvsim)\.{service}\..+", r"homeassistant\..+", *_keys_of(asked))
    topics = (
        TopicRights(MQTT_EXCHANGE, _one_of(*published), _one_of(*readable)),
        TopicRights(READINGS_EXCHANGE, _NOTHING, _one_of(rf"(meter|pv)\.{service}\..+")),
    )
    write = _one_of(*own, *([_EXCHANGES[0]] if published else []))
    read = _one_of(*own, *_EXCHANGES, _streams(account))
    return Rights(_one_of(*own), write, read, topics, ("management",) if account.management else ())


def _admin(_: Account) -> Rights:
    topics = tuple(TopicRights(exchange, _ALL, _ALL) for exchange in EXCHANGES)
    return Rights(_ALL, _ALL, _ALL, topics, ("administrator",))


_RIGHTS = {"meter": _meter, "simulator": _simulator, "viewer": _viewer, "admin": _admin}


def _streams(account: Account) -> str:
    """The log of the service, and the stream of its samples."""
    return rf"pvsim\.{account.service}(\.samples)?"


def _sessions(account: Account) -> str:
    """The queues of the account's MQTT sessions, whose client ids are its name or begin with it and a colon."""
    return rf"mqtt-subscription-{account.name}(:.*)?qos[01]"


def _keys_of(topics: Sequence[str]) -> tuple[str, ...]:
    """The routing keys that RabbitMQ makes of MQTT topics and filters, as regular expressions."""
    return tuple(_literal(topic.replace("/", ".").replace("+", "*")) for topic in topics)


def _literal(text: str) -> str:
    """A regular expression that only this text fits."""
    return re.sub(r"([.^$*+?()\[\]{}|\\])", r"\\\1", text)


def _one_of(*patterns: str) -> str:
    """A pattern that only the whole of one of them fits; none is nothing."""
    if not patterns:
        return _NOTHING
    return f"^{patterns[0]}$" if len(patterns) == 1 else f"^({'|'.join(patterns)})$"
