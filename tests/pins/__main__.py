"""`python -m tests.pins NAME...`: runs rows of the table anew, and writes into it what comes out."""

import asyncio
import os
import tempfile
from fnmatch import fnmatch
from pathlib import Path

import click
from tests.pins.runs import carry_out, differences
from tests.pins.table import TABLE, Row, read, with_pins

from pvsim.adapters import node
from pvsim.core.messages.address import BrokerAddress


@click.command()
@click.argument("names", nargs=-1)
@click.option("--check", is_flag=True, help="Write nothing.")
def main(names: tuple[str, ...], *, check: bool) -> None:
    """Write the results of the rows whose name fits one of NAMES (with * and ?) into the table.

    Without NAMES those that have none yet. A row of old is written anew only with a line in CHANGELOG.md.
    """
    os.environ.setdefault("PVSIM_BROKER_PACKAGES", str(node.default_home() / "packages"))  # where ./run has them
    with tempfile.TemporaryDirectory(prefix="pvsim-broker-") as home, tempfile.TemporaryDirectory() as places:
        broker = asyncio.run(node.up(Path(home)))
        try:
            for name in read():
                row = read()[name]  # one that is like another needs what was just written
                if any(fnmatch(name, given) for given in names) or not (names or row.pinned):
                    _pin(row, Path(places), broker, check=check)
        finally:
            asyncio.run(node.destroy(Path(home)))


def _pin(row: Row, places: Path, broker: BrokerAddress, *, check: bool) -> None:
    place = places / row.name
    place.mkdir()
    found = carry_out(row, place, broker)
    changed = differences(row.pinned, found) if row.pinned else [f"energy_kwh: {found['energy_kwh']}"]
    state = "new" if not row.pinned else "differs" if changed else "as it was"
    click.echo("\n    ".join([f"{row.name}: {state}", *changed]))
    if changed and not check:
        if row.like is not None:
            raise click.ClickException(f"{row.name} must be like {row.like}")
        TABLE.write_text(with_pins(TABLE.read_text("utf-8"), row.name, found), "utf-8")


if __name__ == "__main__":
    main()
