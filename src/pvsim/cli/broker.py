"""`pvsim broker`: the RabbitMQ node that comes with pvsim."""

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from pvsim.cli.broker_users import users
from pvsim.cli.command import Commands
from pvsim.cli.progress import Display
from pvsim.errors import BrokerError, UsageError

if TYPE_CHECKING:
    from pvsim.adapters.node import Stored

__all__ = ["COMMANDS"]

_DAY_H = 24


@click.group(cls=Commands)
def broker() -> None:
    """Start, look at and stop pvsim's own RabbitMQ; make accounts of any.

    \b
    Examples:
      pvsim broker up
      pvsim broker status --json
      pvsim broker url
      pvsim broker users --role meter --name house-a
      pvsim broker clean --dry-run
      pvsim broker down
    """  # noqa: D301


@broker.command()
@click.option("--mqtt/--no-mqtt", default=None, help="Turn RabbitMQ's MQTT on or off.")
@click.option("--management/--no-management", default=None, help="Turn RabbitMQ's management page on or off.")
def up(mqtt: bool | None, management: bool | None) -> None:
    """Start the private node, or find it running; turn MQTT and the management page on and off.

    They stay as they are until they are turned off, also where a run starts the node. A node that runs is
    restarted for it: its data stays, and clients have to connect again, which pvsim's do by themselves.

    \b
    Examples:
      pvsim broker up
      pvsim broker up --mqtt --management
      pvsim broker up --no-management
    """  # noqa: D301
    import asyncio  # noqa: PLC0415 - `pvsim --help` needs none

    from pvsim.adapters import node  # noqa: PLC0415

    display, home = Display(quiet=False), node.default_home()
    asked = {"mqtt": mqtt, "management": management}
    extras = {name: on for name, on in asked.items() if on is not None}
    address = asyncio.run(node.up(home, say=display.say, progress=display.show, extras=extras))
    display.clear()
    click.echo(f"up: {address}")
    found = asyncio.run(node.status(home))
    if found.mqtt:
        click.echo(f"MQTT: {found.mqtt}  (with a user and password: pvsim broker url --mqtt)")
    if found.management:
        click.echo(
            f"management page: {found.management}  (sign in as {node.VIEWER}: pvsim broker url --management)"
        )


@broker.command()
@click.option("--json", "as_json", is_flag=True, help="Print the facts as JSON.")
def status(as_json: bool) -> None:
    """Say whether the private node runs, where, and what it stores of which runs."""
    import asyncio  # noqa: PLC0415 - `pvsim --help` needs none

    from pvsim.adapters import node  # noqa: PLC0415

    found = asyncio.run(node.status(node.default_home()))
    stored = node.stored(node.default_home())
    facts = asdict(found) | {"stored": [asdict(each) for each in stored]}
    if found.address is not None:
        facts["address"] = {key: value for key, value in asdict(found.address).items() if key != "password"}
    if as_json:
        click.echo(json.dumps(facts, indent=2, default=str))
        return
    click.echo(f"up: {found.address}" if found.running else "down")
    for name, value in facts.items():
        if name not in {"running", "address", "stored"} and value is not None:
            click.echo(f"{name:10} {value}")
    for each in stored:
        click.echo(_line(each))


@broker.command()
@click.option("--all", "every", is_flag=True, help="Also remove what is kept because it cannot be restored.")
@click.option("--dry-run", is_flag=True, help="Only print what would be removed.")
@click.option("--json", "as_json", is_flag=True, help="Print the streams as JSON.")
def clean(every: bool, dry_run: bool, as_json: bool) -> None:
    """Remove the messages of crashed runs from the private node; never those that are being read or written.

    Without --all it keeps readings of a foreign meter whose run has not ended, and streams of unknown runs.

    \b
    Examples:
      pvsim broker clean --dry-run
      pvsim broker clean
    """  # noqa: D301
    import asyncio  # noqa: PLC0415 - `pvsim --help` needs none

    from pvsim.wiring.broker_streams import clean as clean_streams  # noqa: PLC0415

    removed, kept = asyncio.run(clean_streams(every=every, dry_run=dry_run))
    if as_json:
        facts = {"removed": [asdict(each) for each in removed], "kept": [asdict(each) for each in kept]}
        click.echo(json.dumps(facts, indent=2))
        return
    for each in removed:
        click.echo(f"{'would remove' if dry_run else 'removed'}: {_line(each)}")
    for each in kept:
        click.echo(f"kept: {_line(each)}")
    if not removed and not kept:
        click.echo("no run has messages on the broker")


def _line(stored: "Stored") -> str:
    hours, seconds = divmod(round(stored.age_s), 3_600)
    age = f"{hours // 24} d {hours % 24} h" if hours >= _DAY_H else f"{hours} h {seconds // 60} min"
    line = f"{stored.stream}  {stored.size_mb:,.1f} MB  last written {age} ago  {stored.directory or ''}".rstrip()
    return f"{line}  ({stored.why_kept})" if stored.why_kept else line


@broker.command()
@click.option("--mqtt", is_flag=True, help="Print that of MQTT.")
@click.option("--management", is_flag=True, help="Print that of the management page, with a user that only looks.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON, even if the output is not a terminal.")
def url(mqtt: bool, management: bool, as_json: bool) -> None:
    """Print the private node's URL with its password, for a meter of your own: AMQP, or MQTT; starts nothing.

    Only to a terminal or as JSON: a pipe is mostly one into a log.

    \b
    Examples:
      pvsim broker url
      pvsim broker url --mqtt
      python -c 'import json, pika, subprocess as s
      url = json.loads(s.check_output(["pvsim", "broker", "url", "--json"]))["url"]
      pika.BlockingConnection(pika.URLParameters(url))'
    """  # noqa: D301
    import asyncio  # noqa: PLC0415 - `pvsim --help` needs none

    from pvsim.adapters import node  # noqa: PLC0415

    if mqtt and management:
        raise UsageError("--mqtt and --management are different URLs", fix="give one of them")
    if not as_json and not sys.stdout.isatty():
        what = "the URL holds a password, and the output is not a terminal"
        raise UsageError(what, where="pvsim broker url", fix="pvsim broker url --json prints it anyway")
    found, address = asyncio.run(node.running(node.default_home()))
    # Without ?stream_port=: pika refuses parameters that it does not know.
    facts: dict[str, object] = {"url": address.amqp_url.partition("?")[0]}
    if mqtt:
        facts = _signed_in(found.mqtt, address.user, address.password, option="--mqtt")
    elif management:
        password = node.password(found.home, node.VIEWER)
        facts = _signed_in(found.management, node.VIEWER, password, option="--management")
    else:
        facts["stream_port"] = address.stream_port
    click.echo(json.dumps(facts) if as_json else facts["url"])


def _signed_in(where: str | None, user: str, password: str | None, *, option: str) -> dict[str, object]:
    """The URL of a plugin with an account in it, and its parts: few MQTT clients take a URL."""
    if where is None or password is None:
        raise BrokerError(f"pvsim's own broker runs without {option}", fix=f"pvsim broker up {option}")
    parts = urlsplit(where)
    return {
        "url": f"{parts.scheme}://{user}:{password}@{parts.netloc}{parts.path}",
        "host": parts.hostname,
        "port": parts.port,
        "user": user,
        "password": password,
    }


@broker.command()
def down() -> None:
    """Stop the private node and everything that belongs to it; its data stays."""
    import asyncio  # noqa: PLC0415 - `pvsim --help` needs none

    from pvsim.adapters import node  # noqa: PLC0415

    click.echo("stopped" if asyncio.run(node.down(node.default_home())) else "it was not running")


broker.add_command(users)

COMMANDS = (broker,)
