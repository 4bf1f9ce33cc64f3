"""`pvsim query`: SQL over runs."""

import shutil
import sys
from pathlib import Path

import click

from pvsim.cli.command import Configured
from pvsim.errors import UsageError

__all__ = ["COMMANDS"]


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
      runs     run, status, problem, run_id, first_date, days, hours, time_zone, seed, every_s,
               meters, meter_sources, pv, site, battery_kwh, export_limit_kw, created_utc,
               finished_utc, version, config, path
      figures  run, status, and the figures of summary.json: energy_kwh.import is energy_kwh_import
      days, months, meters, resolution, ...: the parts of figures; SHOW TABLES, DESCRIBE days

    Nothing is written. status is complete or partial; unfinished runs have no samples and figures.
    """  # noqa: D301
    from pvsim.cli.answers import print_csv, print_json, print_table  # noqa: PLC0415
    from pvsim.wiring.query import query as ask  # noqa: PLC0415

    if as_json and as_csv:
        what = "--json and --csv are two forms of one answer"
        raise UsageError(what, where="--json", fix="leave one of them out")
    with ask(sql, directory) as (answer, notes):
        for note in notes:
            click.echo(f"· {note}", err=True)
        if as_json or as_csv:
            form = print_json if as_json else print_csv
            form(answer.columns, answer.portions)
        else:
            room = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
            print_table(answer.columns, answer.portions, room=room)


COMMANDS = (query,)
