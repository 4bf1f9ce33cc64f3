"""Tables of a query: what is known of runs, as DuckDB has it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pvsim.adapters.duckdb.connection import plain_path, sql_text

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["JSON_TEXT", "TYPES", "RowFiles", "Table", "create_samples", "create_table"]

JSON_TEXT = object
"""The kind of a column whose texts are JSON."""

TYPES: Mapping[Any, str] = {
    float: "DOUBLE",
    int: "BIGINT",
    str: "VARCHAR",
    bool: "BOOLEAN",
    date: "DATE",
    datetime: "TIMESTAMPTZ",
    list[float]: "DOUBLE[]",
    JSON_TEXT: "JSON",
}
_FEW_RUNS = 400  # branches of one view; DuckDB binds them one inside the other
_COLUMNS = {
    "meter_kw": "DOUBLE",
    "pv_kw": "DOUBLE",
    "net_kw": "DOUBLE",
    "battery_kw": "DOUBLE",
    "soc": "DOUBLE",
    "grid_kw": "DOUBLE",
    "held_s": "BIGINT",
}
_HELD_S = "CASE WHEN flags = 'held' THEN 1 ELSE coalesce(TRY_CAST(substr(flags, 6) AS BIGINT), 0) END"


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Attributes:
        name: What it is called.
        columns: What the values of each column are: `float`, `int`, `str`, `bool`, `date`, `datetime` (both as
            text), `list[float]` or `JSON_TEXT`.
        rows: The rows; a value that is left out is NULL.
    """

    name: str
    columns: Mapping[str, Any]
    rows: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class RowFiles:
    """Where the rows of a run are.

    Attributes:
        run: Name of the run.
        status: How it ended.
        paths: One Parquet file, or the CSV files in order.
        header: The columns of the CSV files.
        meter: The meter of a run that has only one.
    """

    run: str
    status: str
    paths: tuple[Path, ...]
    header: tuple[str, ...]
    meter: str


def create_table(db: "DuckDBPyConnection", table: Table) -> None:
    """Make a table with its rows."""
    types = [TYPES[kind] for kind in table.columns.values()]
    values = [[row.get(name) for row in table.rows] for name in table.columns]
    lists = ", ".join(
        f'unnest(?::{"VARCHAR" if kind == "JSON" else kind}[])::{kind} AS "{name}"'
        for name, kind in zip(table.columns, types, strict=True)
    )
    db.execute(f'CREATE TABLE "{table.name}" AS SELECT {lists}', values)


def create_samples(db: "DuckDBPyConnection", name: str, runs: Sequence[RowFiles]) -> None:
    """Make the view of the rows of all runs; what a question about one run does not need is not read.

    Raises:
        duckdb.Error: if a file cannot be read.
    """
    db.execute("CREATE SCHEMA by_run")  # aside: SHOW TABLES does not list what is in it
    views = []
    for first in range(0, max(len(runs), 1), _FEW_RUNS):
        views.append(f"by_run.{name}_{first}")
        branches = [_rows_of(run) for run in runs[first : first + _FEW_RUNS]] or [_NO_ROWS]
        db.execute(f"CREATE VIEW {views[-1]} AS {' UNION ALL '.join(branches)}")
    db.execute(f"CREATE VIEW {name} AS {' UNION ALL '.join(f'SELECT * FROM {view}' for view in views)}")  # noqa: S608


def _rows_of(run: RowFiles) -> str:
    header = set(run.header)
    if run.paths[0].suffix == ".parquet":
        header |= {"held_s"} if "flags" in header else set()
        source = f"read_parquet({sql_text(plain_path(run.paths[0]))}, hive_partitioning = false)"
        times = "t_utc, t_local"
    else:
        source = _csv(run)
        times = "timestamp::TIMESTAMPTZ AS t_utc, timestamp[:19]::TIMESTAMP AS t_local"
    columns = []
    for column, kind in _COLUMNS.items():
        value = column if column in header else "NULL"
        if column == "held_s" and "flags" in header and "held_s" not in header:
            value = _HELD_S
        if column == "grid_kw" and column not in header:  # without a battery the grid sees the net power
            value = "net_kw"
        columns.append(f"{value}::{kind} AS {column}")
    meter = "meter" if "meter" in header else f"{sql_text(run.meter)} AS meter"
    run_columns = f"{sql_text(run.run)} AS run, {sql_text(run.status)} AS status"
    return f"SELECT {run_columns}, {times}, {meter}, {', '.join(columns)} FROM {source}"  # noqa: S608 - as above


def _csv(run: RowFiles) -> str:
    paths = ", ".join(sql_text(plain_path(path)) for path in run.paths)
    kinds = ", ".join(f"{sql_text(name)}: {sql_text(_COLUMNS.get(name, 'VARCHAR'))}" for name in run.header)
    form = "header = true, auto_detect = false, delim = ',', quote = '', hive_partitioning = false"
    return f"read_csv([{paths}], columns = {{{kinds}}}, {form})"


_NO_ROWS = "SELECT {} WHERE false".format(
    ", ".join(
        f"NULL::{kind} AS {name}"
        for name, kind in {
            "run": "VARCHAR",
            "status": "VARCHAR",
            "t_utc": "TIMESTAMPTZ",
            "t_local": "TIMESTAMP",
            "meter": "VARCHAR",
            **_COLUMNS,
        }.items()
    )
)
"""No run has rows; the columns are there."""
