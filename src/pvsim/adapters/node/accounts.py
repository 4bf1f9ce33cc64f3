"""Further accounts of a private node, each with a random password in a file that only its owner can read."""

import secrets
from pathlib import Path

from pvsim.adapters.node.control import control
from pvsim.adapters.node.layout import Layout
from pvsim.adapters.node.settings import Identity
from pvsim.adapters.node.store import write_private

__all__ = ["VIEWER", "are_made", "make_viewer", "password"]

VIEWER = "viewer"
"""Sees the management page, and can neither read, publish, declare nor delete anything."""

_SEES_NOTHING_ELSE = ("set_permissions", VIEWER, "^$", "^$", "^$")


def password(home: Path, name: str) -> str | None:
    """Of an account that was made on the node of a home; None if there is none."""
    try:
        return (Layout.of(home).accounts / name).read_text("utf-8")
    except FileNotFoundError:
        return None


def are_made(layout: Layout, identity: Identity) -> bool:
    """Whether the node has the accounts that its plugins need."""
    return identity.extras.management is None or password(layout.home, VIEWER) is not None


async def make_viewer(layout: Layout) -> None:
    """Make the account that may look at the management page.

    Its file appears when the account is complete, so that a call that was interrupted is made up for by the next.
    """
    secret = secrets.token_urlsafe(24)
    if VIEWER not in await _accounts(layout):
        await control(layout.home, "add_user", VIEWER, told=secret)
    else:
        await control(layout.home, "change_password", VIEWER, told=secret)
    await control(layout.home, "set_user_tags", VIEWER, "monitoring")
    await control(layout.home, *_SEES_NOTHING_ELSE)
    layout.accounts.mkdir(mode=0o700, exist_ok=True)
    write_private(layout.accounts / VIEWER, secret)


async def _accounts(layout: Layout) -> set[str]:
    listed = await control(layout.home, "list_users")
    return {line.partition("\t")[0] for line in listed.splitlines()}
