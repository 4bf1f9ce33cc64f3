"""`pvsim broker`: the RabbitMQ node that comes with pvsim."""

import asyncio
import json
from dataclasses import asdict

import click

from pvsim.cli.command import Commands

__all__ = ["COMMANDS"]


@click.group(cls=Commands)
def broker() -> None:
    """Start, look at and stop pvsim's own RabbitMQ.

    \b
    Examples:
      pvsim broker up
      pvsim broker status --json
      pvsim broker down
    """  # noqa: D301


@broker.command()
def up() -> None:
    """Start the private node, or find it running."""
    from pvsim.adapters import node  # noqa: PLC0415

    address = asyncio.run(node.up(node.default_home(), report=lambda text: click.echo(f"· {text}", err=True)))
    click.echo(f"up: {address}")


@broker.command()
@click.option("--json", "as_json", is_flag=True, help="Print the facts as JSON.")
def status(as_json: bool) -> None:
    """Say whether the private node runs, and where."""
    from pvsim.adapters import node  # noqa: PLC0415

    found = asyncio.run(node.status(node.default_home()))
    facts = asdict(found)
    if found.address is not None:
        facts["address"] = {key: value for key, value in asdict(found.address).items() if key != "password"}
    if as_json:
        click.echo(json.dumps(facts, indent=2, default=str))
        return
    click.echo(f"up: {found.address}" if found.running else "down")
    for name, value in facts.items():
        if name not in {"running", "address"} and value is not None:
            click.echo(f"{name:10} {value}")


@broker.command()
def down() -> None:
    """Stop the private node and everything that belongs to it; its data stays."""
    from pvsim.adapters import node  # noqa: PLC0415

    click.echo("stopped" if asyncio.run(node.down(node.default_home())) else "it was not running")


COMMANDS = (broker,)
