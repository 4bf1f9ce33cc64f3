"""`python -m tests.faults [ROW ...]`: runs rows of the table, and prints what became of them."""

import asyncio
import os
import platform
import shutil
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from fnmatch import fnmatch
from pathlib import Path

import click
from tests.faults.damaged import DAMAGED, DamagedDay
from tests.faults.harness import Laboratory, Outcome
from tests.faults.table import TABLE, TRANSPORTS, Row

from pvsim import __version__
from pvsim.adapters import node

COLUMNS = (
    "fault", "over", "runs", "faults", "heals by itself", "rows lost", "rows doubled", "bytes different",
    "seconds to recover",
)  # fmt: skip


@click.command()
@click.argument("names", nargs=-1)
@click.option("--runs", default=0.0, help="Times the usual number of runs of each row; 0: one run of each.")
@click.option("--seed", default=1, show_default=True, help="Chooses the moments.")
@click.option("--transport", type=click.Choice(TRANSPORTS), help="Only the rows of this one.")
@click.option("--list", "only_list", is_flag=True, help="Print the names of the rows.")
def main(names: tuple[str, ...], runs: float, seed: int, transport: str | None, *, only_list: bool) -> None:
    """Run the rows whose name fits one of NAMES (with * and ?; all without).

    The broker is that of PVSIM_BROKER_HOME, else one of its own.
    """
    rows = [
        row
        for row in (*TABLE, *DAMAGED)
        if transport in {None, row.transport}
        and (not names or any(fnmatch(str(row), name) or row.name == name for name in names))
    ]
    if not rows:
        raise click.UsageError("no row has such a name; see --list")
    if only_list:
        click.echo("\n".join(map(str, rows)))
        return
    started = time.monotonic()
    with _laboratory() as (laboratory, version):
        click.echo(f"pvsim {__version__}, Python {platform.python_version()}, RabbitMQ {version},", nl=False)
        click.echo(f" {date.today().isoformat()}, seed {seed}\n")  # noqa: DTZ011 - the reader's day
        click.echo(_line(COLUMNS))
        click.echo(_line(["---"] * len(COLUMNS)))
        everything: list[Outcome] = []
        for row in rows:
            if why := row.impossible():
                click.echo(f"{row}: not possible here: {why}", err=True)
                continue
            n = max(1, round(runs * row.runs))
            outcomes = [_tried(laboratory, row, f"{seed}/{row}/{i}") for i in range(n)]
            click.echo(_line([row.name, row.over, *_cells(outcomes, heals="yes" if row.heals else "no")]))
            everything += outcomes
    click.echo(_line([f"all {len(rows)}", "", *_cells(everything, heals="")]))
    click.echo(f"\nin {(time.monotonic() - started) / 60:.0f} min")
    if not all(outcome.good for outcome in everything):
        raise SystemExit(1)


def _tried(laboratory: Laboratory, row: Row | DamagedDay, seed: str) -> Outcome:
    try:
        outcome = row.attempt(laboratory, seed) if isinstance(row, DamagedDay) else laboratory.try_row(row, seed)
    except Exception:  # noqa: BLE001 - one attempt that goes wrong must not lose the others' figures
        outcome = Outcome(problems=[traceback.format_exc()])
    for problem in outcome.problems:
        click.echo(f"{seed}: {problem}", err=True)
    laboratory.forget_runs()
    return outcome


def _cells(outcomes: list[Outcome], *, heals: str) -> list[str]:
    seconds = sorted(outcome.recover_s for outcome in outcomes)
    sums = {
        field: sum(getattr(o, field) for o in outcomes) for field in ("faults", "lost", "doubled", "different")
    }
    return [
        f"{len(outcomes):,}",
        f"{sums.pop('faults'):,}",
        heals,
        *(f"{n:,}" for n in sums.values()),
        f"{seconds[len(seconds) // 2]:.1f}, at most {seconds[-1]:.1f}",
    ]


def _line(cells: list[str] | tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


@contextmanager
def _laboratory() -> Iterator[tuple[Laboratory, str | None]]:
    given = os.environ.get("PVSIM_BROKER_HOME")
    home = Path(given or tempfile.mkdtemp(prefix="pvsim-broker-"))
    os.environ.setdefault("PVSIM_BROKER_PACKAGES", str(node.default_home() / "packages"))
    directory = Path(tempfile.mkdtemp(prefix="pvsim-faults-"))
    try:
        asyncio.run(node.up(home))
        laboratory = Laboratory(home, directory)
        yield laboratory, asyncio.run(node.status(home)).version
        laboratory.close()
    finally:
        shutil.rmtree(directory)
        if not given:
            asyncio.run(node.destroy(home))


main()
