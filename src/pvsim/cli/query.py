"""`pvsim query`: SQL over runs."""

import csv
import json
import math
import sys
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from pvsim.cli.command import Configured
from pvsim.errors import UsageError

__all__ = ["COMMANDS"]

_TABLE_ROWS = 1_000


@click.command(cls=Configured)
@click.argument("sql", metavar="SQL")
@click.argument("directory", type=click.Path(path_type=Path), metavar="[DIR]", default=Path("runs"))
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array with an object for each row.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
def query(sql: str, directory: Path, as_json: bool, as_csv: bool) -> None:
    """Ask the runs in DIR a question in SQL (DuckDB's); DIR is runs/, or one run.

    \b
    Examples:
      pvsim query 'SELECT run, self_sufficiency, energy_kwh_import FROM figures'
      pvsim query 'SELECT hour(t_local) h, avg(pv_kw) FROM samples GROUP BY h ORDER BY h' runs/latest
      pvsim query 'SELECT run, battery_kwh, self_consumption FROM runs JOIN figures USING (run)' --csv

    \b
    Tables:
      samples  run, status, t_utc, t_local, meter, meter_kw, pv_kw, net_kw, battery_kw, soc, grid_kw,
               held_s
      runs     run, status, problem, run_id, first_date, days, time_zone, seed, every_s, meters,
               meter_sources, pv, site, battery_kwh, export_limit_kw, created_utc, finished_utc,
               version, config, path
      figures  run, status, and the figures of summary.json: energy_kwh.import is energy_kwh_import
      days, months, meters, resolution, ...: the parts of figures; SHOW TABLES, DESCRIBE days

    Nothing is written. status is complete or partial; unfinished runs have no samples and figures.
    """  # noqa: D301
    from pvsim.wiring.query import query as ask  # noqa: PLC0415

    if as_json and as_csv:
        what = "--json and --csv are two forms of one answer"
        raise UsageError(what, where="--json", fix="leave one of them out")
    with ask(sql, directory) as (answer, notes):
        for note in notes:
            click.echo(f"· {note}", err=True)
        if as_json:
            _print_json(answer.columns, answer.portions)
        elif as_csv:
            writer = csv.writer(sys.stdout, lineterminator="\n")
            writer.writerow(answer.columns)
            for rows in answer.portions:
                writer.writerows([_plain(value) for value in row] for row in rows)
        else:
            _print_table(answer.columns, answer.portions)


def _print_json(columns: Sequence[str], portions: Iterator[list[tuple[Any, ...]]]) -> None:
    """One object a line."""
    before = "["
    for rows in portions:
        for row in rows:
            values = dict(zip(columns, map(_plain, row), strict=True))
            click.echo(f"{before}\n  {json.dumps(values, ensure_ascii=False)}", nl=False)
            before = ","
    click.echo("\n]" if before == "," else "[]")


def _print_table(columns: Sequence[str], portions: Iterator[list[tuple[Any, ...]]]) -> None:
    """Columns side by side, numbers to the right."""
    shown: list[tuple[Any, ...]] = []
    more = 0
    for rows in portions:
        room = _TABLE_ROWS - len(shown)
        shown += rows[:room]
        more += len(rows[room:])
    cells = [[_cell(value) for value in row] for row in shown]
    widths = [max(map(len, column)) for column in zip(columns, *cells, strict=True)]
    right = [any(isinstance(row[i], int | float | Decimal) for row in shown) for i in range(len(columns))]
    for line in (columns, ["-" * width for width in widths], *cells):
        texts = (
            text.rjust(width) if to_right else text.ljust(width)
            for text, width, to_right in zip(line, widths, right, strict=True)
        )
        click.echo("  ".join(texts).rstrip())
    if more:
        click.echo(f"· {more:,} more rows; --csv and --json print all", err=True)


def _cell(value: Any) -> str:
    value = _plain(value)
    if value is None:
        return ""
    return f"{value:.10g}" if isinstance(value, float) else str(value).replace("\n", " ")


def _plain(value: Any) -> Any:
    """A value as JSON has it: times as ISO 8601, what is no number as none."""
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, float | Decimal):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return value if isinstance(value, bool | int | str | None) else str(value)


COMMANDS = (query,)
