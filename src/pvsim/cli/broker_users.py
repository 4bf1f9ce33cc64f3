"""`pvsim broker users`: accounts of a broker, each with the rights of its role and no others."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pvsim.cli.values import Choice
from pvsim.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pvsim.wiring.broker_users import Made

__all__ = ["users"]

_ROLES = ("meter", "simulator", "viewer", "admin")


@click.command()
@click.option("--role", type=Choice(_ROLES), help="What the account is for.")
@click.option("--name", metavar="NAME", help="Name of the account.")
@click.option("--service", metavar="NAME", default="home", show_default=True, help="The service that it is about.")
@click.option(
    "--meter", "meters", metavar="NAME", multiple=True, help="Meter as which it publishes.  [default: --name]"
)
@click.option(
    "--topic", "topics", metavar="TOPIC", multiple=True, help="Further MQTT topic to which it may publish."
)
@click.option("--management", is_flag=True, help="Let a viewer sign in to the management page, too.")
@click.option("--home-assistant", is_flag=True, help="The viewer is Home Assistant, which asks for more by MQTT.")
@click.option("--remove", metavar="NAME", help="Remove the account of this name and its connections instead.")
@click.option("--vhost", metavar="NAME", default="/", show_default=True, help="Virtual host of the broker.")
@click.option(
    "--password-file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Its password; made with a random one where it is missing.  [default: NAME.password]",
)
@click.option("--apply", is_flag=True, help="Do it, instead of printing the commands that do.")
@click.option("--json", "as_json", is_flag=True, help="Print the facts as JSON.")
@click.pass_context
def users(
    context: click.Context,
    /,
    *,
    apply: bool,
    as_json: bool,
    password_file: Path | None,
    vhost: str,
    remove: str | None,
    **facts: Any,
) -> None:
    """Print the commands that make an account with the rights of a role, or make it.

    Roles: a meter publishes under its own names; a simulator is pvsim listen; a viewer reads; an admin may do
    everything. The commands may be repeated, and change an account that exists.

    --apply makes the account on the private node, or on the broker whose management interface PVSIM_MANAGEMENT_URL
    names (https://admin:password@host:15671), or PVSIM_MANAGEMENT_URL_FILE, a file of mode 600.

    \b
    Examples:
      pvsim broker users --role meter --name house-a
      pvsim broker users --role viewer --name eyes --service home --apply
      pvsim broker users --role meter --name shelly --topic shellypro3em-abc/status/em:0
      pvsim broker users --remove house-a --apply
    """  # noqa: D301
    import asyncio  # noqa: PLC0415 - `pvsim --help` needs none

    from pvsim.core.rights.roles import Account  # noqa: PLC0415
    from pvsim.wiring import broker_users  # noqa: PLC0415

    if remove is not None:
        _refuse_more(context)
        _remove(remove, apply=apply, as_json=as_json)
        return
    for option in ("--role", "--name"):
        if facts[option.removeprefix("--")] is None:
            fix = "for example: pvsim broker users --role meter --name house-a; or --remove NAME"
            raise UsageError(f"pvsim broker users needs {option}", where=option, fix=fix)
    account = Account(**facts)
    if apply:
        made = asyncio.run(broker_users.make(account, vhost, password_file, say=_say))
    else:
        made = broker_users.planned(account, vhost, password_file)
    if as_json:
        click.echo(json.dumps(made.facts, indent=2))
        return
    for line in _lines(made):
        click.echo(line)
    kept = "new" if made.is_new else "as before"
    click.echo(f"{account.name}: password in {made.password_file} ({kept}; only you can read it)", err=True)


def _refuse_more(context: click.Context) -> None:
    """What describes an account has no meaning where one is removed."""
    for parameter in context.command.params:
        name = parameter.name or ""
        given = context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE
        if given and name not in {"remove", "apply", "as_json"}:
            option = parameter.opts[0]
            what = f"{option} describes an account to be made, and --remove makes none"
            raise UsageError(what, where=option, fix=f"leave {option} or --remove out")


def _remove(name: str, *, apply: bool, as_json: bool) -> None:
    import asyncio  # noqa: PLC0415 - `pvsim --help` needs none

    from pvsim.core.rights.commands import script_of_removal  # noqa: PLC0415
    from pvsim.core.rights.roles import check_name  # noqa: PLC0415
    from pvsim.wiring import broker_users  # noqa: PLC0415

    check_name(name, "--remove")
    where = asyncio.run(broker_users.remove(name, say=_say)) if apply else None
    commands = tuple(script_of_removal(name))
    if as_json:
        click.echo(json.dumps({"name": name, "where": where, "commands": commands}, indent=2))
    elif where is None:
        click.echo("\n".join(commands))
    else:
        click.echo(f"{name}: removed, at {where}; its connections are closed")


def _say(line: str) -> None:
    click.echo(line, err=True)


def _lines(made: "Made") -> "Iterator[str]":
    """The commands, with what they give as comments; of an account that was made what it may do where."""
    account, mark = made.account, "" if made.where else "# "
    role = account.role if account.role == "admin" else f"{account.role} of {account.service}"
    yield f"{mark}{account.name}: {role}{f', at {made.where}' if made.where else ''}"
    for protocol, use in made.uses.items():
        yield f"{mark}  {protocol}: {use}"
    yield from (f"  {url}" for url in made.urls) if made.where else made.script
