"""Accounts of a broker: what makes them, and making them."""

import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pvsim.adapters import management, node, passwords
from pvsim.adapters.secrets import secret
from pvsim.core.rights.commands import commands, removal_requests, requests, script
from pvsim.core.rights.roles import Account
from pvsim.core.rights.uses import uses
from pvsim.errors import UsageError

__all__ = ["Made", "make", "planned", "remove"]


@dataclass(frozen=True, slots=True)
class Made:
    """An account that was made, or whose making is described.

    Attributes:
        account: What it is.
        vhost: Virtual host of the broker.
        password_file: Where its password is.
        is_new: Whether that file was made now.
        where: The broker where it was made; None where it was only described.
        urls: How its protocols are reached there, without the password.
    """

    account: Account
    vhost: str
    password_file: Path
    is_new: bool
    where: str | None = None
    urls: tuple[str, ...] = ()

    @property
    def script(self) -> tuple[str, ...]:
        """The commands that make it, for a shell."""
        return tuple(script(self.account, self.vhost, str(self.password_file)))

    @property
    def uses(self) -> dict[str, str]:
        """What it may do, by protocol."""
        return uses(self.account)

    @property
    def facts(self) -> dict[str, Any]:
        """All of it as plain data; no secret."""
        made = {"vhost": self.vhost, "password_file": str(self.password_file), "where": self.where}
        rights = asdict(self.account.rights)
        return (
            asdict(self.account)
            | made
            | {"urls": self.urls, "uses": self.uses, "rights": rights, "commands": self.script}
        )


def planned(account: Account, vhost: str, password_file: Path | None) -> Made:
    """Describe how an account is made; its password is made, or taken from its file.

    Raises:
        BadInputError, CannotWriteError: if the password file cannot be used.
    """
    file = _in_here(account) if password_file is None else password_file.absolute()
    return Made(account, vhost, file, passwords.kept(file)[1])


async def make(account: Account, vhost: str, password_file: Path | None, *, say: Callable[[str], None]) -> Made:
    """Make an account, or change it: where `PVSIM_MANAGEMENT_URL` says, else on the private node.

    Raises:
        BrokerError: if the broker cannot be reached, or refuses.
        BadInputError, CannotWriteError: if the password file cannot be used.
        UsageError: if it is not clear which broker is meant.
    """
    if (where := _management(say)) is None:
        return await _on_private_node(account, vhost, password_file)
    file = _in_here(account) if password_file is None else password_file.absolute()
    password, is_new = passwords.kept(file)
    await management.carry_out(where, requests(account, vhost, password))
    return Made(account, vhost, file, is_new, where.base)


async def remove(name: str, *, say: Callable[[str], None]) -> str:
    """Remove an account and its connections, as `make` makes it.

    Returns:
        The broker.

    Raises:
        BrokerError: if the broker cannot be reached, or there is no such account.
        UsageError: if it is not clear which broker is meant.
    """
    if (where := _management(say)) is not None:
        await management.carry_out(where, removal_requests(name))
        return where.base
    home = node.default_home()
    _, address = await node.running(home)
    await node.remove_account(home, name)
    return str(address)


def _management(say: Callable[[str], None]) -> management.Management | None:
    """The management interface that is named; None is the private node.

    Raises:
        UsageError: if it is not clear which broker is meant.
    """
    if url := secret(management.VARIABLE):
        where = management.Management.parse(url)
        if where.is_exposed:
            say(f"{where.base} is no https://: the passwords can be read on the way")
        return where
    if os.environ.get("PVSIM_BROKER_URL") or os.environ.get("PVSIM_BROKER_URL_FILE"):
        what = "PVSIM_BROKER_URL names a broker, whose accounts are made by its management interface"
        fix = f"set {management.VARIABLE} or {management.VARIABLE}_FILE; without --apply the commands are printed"
        raise UsageError(what, where="--apply", fix=fix)
    return None


async def _on_private_node(account: Account, vhost: str, password_file: Path | None) -> Made:
    home = node.default_home()
    found, address = await node.running(home)
    file = password_file.absolute() if password_file else node.password_file(home, account.name)
    password, is_new = passwords.kept(file)
    await node.carry_out(home, commands(account, vhost), password)
    host = f"{account.name}@{address.host}"
    urls = [f"amqp://{host}:{address.amqp_port}"]
    if "streams" in uses(account):  # pvsim takes one URL for both
        urls = [f"{urls[0]}?stream_port={address.stream_port}"]
        urls += [f"rabbitmq-stream://{host}:{address.stream_port}"]
    urls += [found.mqtt.replace("://", f"://{account.name}@")] if found.mqtt else []
    return Made(account, vhost, file, is_new, str(address), tuple(urls))


def _in_here(account: Account) -> Path:
    return Path.cwd() / f"{account.name}.password"
