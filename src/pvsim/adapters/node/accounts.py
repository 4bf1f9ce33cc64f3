"""Further accounts of a private node."""

import secrets
from collections.abc import Iterable
from pathlib import Path

from pvsim.adapters.node.control import control
from pvsim.adapters.node.layout import Layout
from pvsim.adapters.node.settings import Identity
from pvsim.adapters.node.store import write_private
from pvsim.core.rights.commands import Command, page_viewer, removal
from pvsim.errors import BrokerError, BrokerRefusedError

__all__ = ["VIEWER", "are_made", "carry_out", "make_viewer", "password", "password_file", "remove_account"]

VIEWER = "viewer"
"""Sees the management page, and can neither read, publish, declare nor delete anything."""


def password_file(home: Path, name: str) -> Path:
    """Where the password of an account is kept."""
    return Layout.of(home).accounts / name


def password(home: Path, name: str) -> str | None:
    """Of an account that was made on the node of a home; None if there is none."""
    try:
        return password_file(home, name).read_text("utf-8")
    except FileNotFoundError:
        return None


async def carry_out(home: Path, commands: Iterable[Command], secret: str) -> None:
    """Do what makes an account on the node of a home.

    Raises:
        BrokerError: if the node does not run, or refuses.
    """
    for command in commands:
        told = secret if command.told else ""
        try:
            await control(home, *command.arguments, told=told)
        except BrokerError:
            if command.instead is None:
                raise
            await control(home, *command.instead.arguments, told=told)


async def remove_account(home: Path, name: str) -> None:
    """Remove an account from the node of a home, its connections, and the file of its password.

    Raises:
        BrokerRefusedError: if there is no such account.
        BrokerError: if the node does not run.
    """
    try:
        await carry_out(home, removal(name), "")
    except BrokerError as error:
        if "does not exist" not in error.what:
            raise
        fix = "check the name; rabbitmqctl list_users, or the management page, lists them on other brokers"
        raise BrokerRefusedError(f"there is no account {name!r}", where=str(home), fix=fix) from error
    password_file(home, name).unlink(missing_ok=True)


def are_made(layout: Layout, identity: Identity) -> bool:
    """Whether the node has the accounts that its plugins need."""
    return identity.extras.management is None or password(layout.home, VIEWER) is not None


async def make_viewer(layout: Layout) -> None:
    """Make the account that may look at the management page.

    Its file appears when the account is complete, so that a call that was interrupted is made up for by the next.
    """
    secret = secrets.token_urlsafe(24)
    await carry_out(layout.home, page_viewer(VIEWER), secret)
    layout.accounts.mkdir(mode=0o700, exist_ok=True)
    write_private(password_file(layout.home, VIEWER), secret)
