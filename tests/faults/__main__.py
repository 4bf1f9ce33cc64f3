"""`python -m tests.faults [ROW ...]`: runs rows of the table N times each, and prints what became of them."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path

import click
from tests.faults.harness import Laboratory, Outcome
from tests.faults.table import TABLE, Row

from pvsim.adapters import node

COLUMNS = ("row", "runs", "faults injected", "rows lost", "rows doubled", "bytes different", "seconds to recover")


@click.command()
@click.argument("names", nargs=-1)
@click.option("--runs", default=1, show_default=True, help="Runs of each row.")
@click.option("--seed", default=1, show_default=True, help="Chooses the moments.")
@click.option("--list", "only_list", is_flag=True, help="Print the names of the rows.")
def main(names: tuple[str, ...], runs: int, seed: int, only_list: bool) -> None:
    """Run the rows whose name fits one of NAMES (with * and ?; all without), each RUNS times.

    The broker is that of PVSIM_BROKER_HOME, else one of its own.
    """
    rows = [row for row in TABLE if not names or any(fnmatch(str(row), name) for name in names)]
    if not rows:
        raise click.UsageError("no row has such a name; see --list")
    if only_list:
        click.echo("\n".join(map(str, rows)))
        return
    with _laboratory() as laboratory:
        click.echo(_line(COLUMNS))
        click.echo(_line(["---"] * len(COLUMNS)))
        everything: list[Outcome] = []
        for row in rows:
            outcomes = [_tried(laboratory, row, f"{seed}/{row}/{i}") for i in range(runs)]
            click.echo(_line(_cells(str(row), outcomes)))
            everything += outcomes
        click.echo(_line(_cells("all", everything)))
    if not all(outcome.good for outcome in everything):
        raise SystemExit(1)


def _tried(laboratory: Laboratory, row: Row, seed: str) -> Outcome:
    outcome = laboratory.try_row(row, seed)
    for problem in outcome.problems:
        click.echo(f"{seed}: {problem}", err=True)
    laboratory.forget_runs()
    return outcome


def _cells(name: str, outcomes: list[Outcome]) -> list[str]:
    seconds = sorted(outcome.recover_s for outcome in outcomes)
    sums = [sum(getattr(o, field) for o in outcomes) for field in ("faults", "lost", "doubled", "different")]
    return [
        name,
        str(len(outcomes)),
        *map(str, sums),
        f"{seconds[len(seconds) // 2]:.1f}, at most {seconds[-1]:.1f}",
    ]


def _line(cells: list[str] | tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


@contextmanager
def _laboratory() -> Iterator[Laboratory]:
    given = os.environ.get("PVSIM_BROKER_HOME")
    home = Path(given or tempfile.mkdtemp(prefix="pvsim-broker-"))
    os.environ.setdefault("PVSIM_BROKER_PACKAGES", str(node.default_home() / "packages"))
    directory = Path(tempfile.mkdtemp(prefix="pvsim-faults-"))
    try:
        asyncio.run(node.up(home))
        yield Laboratory(home, directory)
    finally:
        shutil.rmtree(directory)
        if not given:
            asyncio.run(node.destroy(home))


main()
