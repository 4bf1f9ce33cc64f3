"""`pvsim export`: the rows of a finished run in another format."""

from pathlib import Path

import click

from pvsim.cli.command import Configured
from pvsim.cli.run_path import RunPath
from pvsim.cli.values import Choice

__all__ = ["COMMANDS"]


@click.command(cls=Configured)
@click.argument("directory", type=RunPath(), metavar="DIR")
@click.option(
    "--format",
    "kind",
    type=Choice(["parquet"]),
    default="parquet",
    show_default=True,
    help="Format of the file.",
)
def export(directory: Path, kind: str) -> None:
    """Write samples.parquet to a finished run; its rows are proved on the way.

    \b
    Examples:
      pvsim export runs/latest
      pvsim run --days 7 --format csv,parquet        the same when the run is made
    """  # noqa: D301
    from pvsim.wiring.parquet import export_parquet  # noqa: PLC0415
    from pvsim.wiring.runs import Run  # noqa: PLC0415

    path = export_parquet(Run.open(directory.resolve()).files)
    click.echo(f"{path} ({kind}, {path.stat().st_size:,} bytes)")


COMMANDS = (export,)
