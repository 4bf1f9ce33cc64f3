"""`pvsim verify`, `pvsim schema`, `pvsim doctor`: proof of a run, forms of data, what a machine lacks."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pvsim.cli.command import Configured
from pvsim.cli.options import broker_option, json_option
from pvsim.cli.run_path import RunPath
from pvsim.cli.values import Choice
from pvsim.errors import PvsimError

if TYPE_CHECKING:
    from pvsim.adapters.node import Finding

__all__ = ["COMMANDS"]

_SCHEMAS = [
    "reading",
    "end",
    "tick",
    "sample",
    "state",
    "service_state",
    "manifest",
    "summary",
    "config",
    "site",
    "rules",
    "study",
    "listen",
]


@click.command(cls=Configured)
@click.argument("directory", type=RunPath(), metavar="DIR")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def verify(directory: Path, as_json: bool) -> None:
    """Prove a finished run: no gap, no duplicate, each row recomputed, digests as in the manifest.

    \b
    Examples:
      pvsim verify runs/latest
      pvsim verify runs/latest --json
    """  # noqa: D301
    from pvsim.cli.summary import print_summary  # noqa: PLC0415
    from pvsim.wiring.runs import Run  # noqa: PLC0415

    this = Run.open(directory.resolve())
    summary = this.files.prove()
    if as_json:
        from pvsim.wiring.summary_file import summary_line  # noqa: PLC0415

        click.echo(summary_line(summary))
    else:
        print_summary(summary, this)


@click.command(cls=Configured)
@click.argument("name", type=Choice(_SCHEMAS), default="reading")
def schema(name: str) -> None:
    """Print the JSON Schema of a message or a file.

    \b
    Examples:
      pvsim schema                what a meter publishes
      pvsim schema end            the message that ends a run
      pvsim schema sample         what a service publishes about each row
      pvsim schema manifest
      pvsim schema listen         the file of pvsim listen, with its meters and their phases
      pvsim schema site > site.schema.json    for editors: a first line "#:schema ./site.schema.json"
    """  # noqa: D301
    from pvsim.wiring.schemas import schema_of  # noqa: PLC0415

    made = schema_of(name)
    if name == "listen":
        from pvsim.cli.listen import listen  # noqa: PLC0415
        from pvsim.cli.listen_schema import with_options  # noqa: PLC0415

        made = with_options(made, listen)
    click.echo(json.dumps(made, indent=2))


@click.command(cls=Configured)
@broker_option
@json_option("the findings")
def doctor(broker: str | None, as_json: bool) -> None:
    """Say what is missing on this machine and of the broker, and the command that helps.

    \b
    Examples:
      pvsim doctor                                   pvsim's own RabbitMQ
      PVSIM_BROKER_URL=amqp://... pvsim doctor       that broker: version, rights, stream port

    A broker of your own is tried with a stream that is removed again.
    """  # noqa: D301
    import asyncio  # noqa: PLC0415 - `pvsim --help` needs none
    from dataclasses import asdict  # noqa: PLC0415

    from pvsim.adapters import node  # noqa: PLC0415

    if broker:
        from pvsim.core.messages.address import BrokerAddress  # noqa: PLC0415
        from pvsim.wiring.broker_checks import check_broker  # noqa: PLC0415

        findings = [*node.machine(), *asyncio.run(check_broker(BrokerAddress.parse(broker)))]
    else:
        findings = asyncio.run(node.doctor(node.default_home()))
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], indent=2, default=str))
    else:
        for finding in findings:
            _print(finding)
    if not all(finding.ok for finding in findings):
        raise PvsimError("something is missing", fix="see the lines printed before this")


def _print(finding: "Finding") -> None:
    click.echo(f"{'ok' if finding.ok else 'MISSING':8}{finding.name}: {finding.what}")
    if finding.fix:
        click.echo(f"{'':8}{finding.fix}")


COMMANDS = (verify, schema, doctor)
