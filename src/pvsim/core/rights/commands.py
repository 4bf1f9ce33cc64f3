"""What sets an account up at a broker: commands of `rabbitmqctl`, or requests to the management interface.

Both may be repeated: the result is the same. Topic permissions come before the permissions, for an account without
them may use every key.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from shlex import quote
from typing import Any
from urllib.parse import quote as url_quote

from pvsim.core.rights.roles import Account

__all__ = [
    "Command",
    "Request",
    "commands",
    "page_viewer",
    "removal",
    "removal_requests",
    "requests",
    "script",
    "script_of_removal",
]


@dataclass(frozen=True, slots=True)
class Command:
    """Arguments of `rabbitmqctl`.

    Attributes:
        arguments: Of which none is a secret.
        told: Whether it reads the password from standard input.
        instead: What is tried where it fails.
    """

    arguments: tuple[str, ...]
    told: bool = False
    instead: "Command | None" = None


@dataclass(frozen=True, slots=True)
class Request:
    """A request to the management interface: its path below `/api`; its JSON, which may hold a password.

    Without JSON it deletes.
    """

    path: str
    body: dict[str, Any] | None = field(default=None, repr=False)


def commands(account: Account, vhost: str) -> tuple[Command, ...]:
    """The commands that make an account, or change it to what it shall be."""
    name, rights = account.name, account.rights
    change = Command(("change_password", name), told=True)
    return (
        Command(("add_user", name), told=True, instead=change),
        Command(("set_user_tags", name, *rights.tags)),
        *(
            Command(("set_topic_permissions", "-p", vhost, name, topic.exchange, topic.write, topic.read))
            for topic in rights.topics
        ),
        Command(("set_permissions", "-p", vhost, name, rights.configure, rights.write, rights.read)),
    )


def page_viewer(name: str) -> tuple[Command, ...]:
    """The commands that make an account that sees the management page, and can neither read nor change a thing."""
    change = Command(("change_password", name), told=True)
    return (
        Command(("add_user", name), told=True, instead=change),
        Command(("set_user_tags", name, "monitoring")),
        Command(("set_permissions", name, "^$", "^$", "^$")),
    )


def removal(name: str) -> tuple[Command, ...]:
    """The commands that remove an account; some versions leave it the connections that it has."""
    return Command(("delete_user", name)), Command(("close_all_user_connections", name, "account removed"))


def removal_requests(name: str) -> tuple[Request, ...]:
    """The requests that do the same."""
    return Request(f"users/{_in_path(name)}"), Request(f"connections/username/{_in_path(name)}")


def script_of_removal(name: str) -> Iterator[str]:
    """The commands as lines for a shell."""
    return (_line(command, "") for command in removal(name))


def script(account: Account, vhost: str, password_file: str) -> Iterator[str]:
    """The same commands as lines for a shell, which take the password from a file."""
    for command in commands(account, vhost):
        line = _line(command, password_file)
        yield f"{line} || {_line(command.instead, password_file)}" if command.instead else line


def requests(account: Account, vhost: str, password: str) -> tuple[Request, ...]:
    """The requests that make an account, or change it to what it shall be."""
    rights = account.rights
    name, place = _in_path(account.name), _in_path(vhost)
    return (
        Request(f"users/{name}", {"password": password, "tags": ",".join(rights.tags)}),
        *(
            Request(
                f"topic-permissions/{place}/{name}",
                {"exchange": topic.exchange, "write": topic.write, "read": topic.read},
            )
            for topic in rights.topics
        ),
        Request(
            f"permissions/{place}/{name}",
            {"configure": rights.configure, "write": rights.write, "read": rights.read},
        ),
    )


def _line(command: Command, password_file: str) -> str:
    line = " ".join(["rabbitmqctl", *map(quote, command.arguments)])
    return f"{line} < {quote(password_file)}" if command.told else line


def _in_path(text: str) -> str:
    return url_quote(text, safe="")
