"""What a run and its roles tell each other, over the pipes between their processes.

To stop a role is no message but a signal: it reaches a role that is busy, too.
"""

import json
from typing import Literal, TypeAlias

import msgspec

from pvsim.app.ports import Notice
from pvsim.core.messages.address import BrokerAddress
from pvsim.core.run.pacing import MAX_SPEED
from pvsim.errors import PvsimError

__all__ = [
    "Begin",
    "BrokerMoved",
    "Done",
    "Failed",
    "FromRole",
    "PublishAgain",
    "ToRole",
    "TransportName",
    "decode_from_role",
    "decode_to_role",
    "encode",
]

TransportName: TypeAlias = Literal["streams", "amqp"]
"""A way to the broker: RabbitMQ's stream protocol, or AMQP 0-9-1."""


class Begin(msgspec.Struct, frozen=True, tag="begin"):
    """To a role: begin to work.

    Attributes:
        broker: Where the broker is. The password is in it: it travels through the pipe, never in a command line.
        transport: The way to it.
        patience_s: How long to go on without it.
        speed: Simulated seconds in a second of wall time; infinite for as fast as possible.
        since_utc: The first second without a row: what comes before it is published at once.
    """

    broker: BrokerAddress
    transport: TransportName
    patience_s: float
    speed: float = MAX_SPEED
    since_utc: int | None = None


class BrokerMoved(msgspec.Struct, frozen=True, tag="broker-moved"):
    """To a role: the broker is at this address from now on."""

    broker: BrokerAddress


class PublishAgain(msgspec.Struct, frozen=True, tag="publish-again"):
    """To the meter: the broker may have lost messages; publish again what it lacks."""


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """From a role, as its last word: the error that it ends with."""

    exit_code: int
    what: str
    where: str
    field: str
    fix: str

    @classmethod
    def of(cls, error: PvsimError) -> "Failed":
        """What is told of an error."""
        return cls(error.exit_code, error.what, error.where, error.field, error.fix)


class Done(msgspec.Struct, frozen=True, tag="done"):
    """From a role, as its last word: it has done its work, with this much memory at most."""

    peak_mb: int


ToRole: TypeAlias = Begin | BrokerMoved | PublishAgain
FromRole: TypeAlias = Notice | Failed | Done


def encode(message: ToRole | FromRole) -> bytes:
    """The message as a line of JSON; the names of files in it need not be UTF-8, which `msgspec.json` refuses."""
    return json.dumps(msgspec.to_builtins(message)).encode() + b"\n"


def decode_to_role(line: bytes) -> ToRole:
    """A message of the run to one of its roles.

    Raises:
        ValueError: if it is none.
    """
    return msgspec.convert(json.loads(line), ToRole)  # type: ignore[no-any-return]


def decode_from_role(line: bytes) -> FromRole:
    """A message of a role to its run.

    Raises:
        ValueError: if it is none, for example since the role was killed while it wrote.
    """
    return msgspec.convert(json.loads(line), FromRole)  # type: ignore[no-any-return]
