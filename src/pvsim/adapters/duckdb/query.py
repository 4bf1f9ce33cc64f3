"""One question in SQL about runs: read-only, without the network; where it is wrong, DuckDB's words say so."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from pvsim.adapters.duckdb.connection import connect, list_text, plain_path, require_duckdb, sql_text
from pvsim.adapters.duckdb.tables import RowFiles, Table, create_samples, create_table
from pvsim.errors import BadInputError, PvsimError, UsageError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

__all__ = ["SAMPLES_VIEW", "Answer", "ask"]

SAMPLES_VIEW = "samples"

_ROWS_AT_ONCE = 10_000
_EXAMPLE = "for example pvsim query 'SELECT run, self_sufficiency FROM figures'"
_COLUMNS = "pvsim query 'SHOW TABLES', and pvsim query 'DESCRIBE samples', list what there is"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question gives.

    Attributes:
        columns: Names of the columns.
        portions: The rows in portions; times are in UTC where they have a zone.
    """

    columns: tuple[str, ...]
    portions: Iterator[list[tuple[Any, ...]]]


@contextmanager
def ask(sql: str, tables: Sequence[Table], runs: Sequence[RowFiles], directory: Path) -> Iterator[Answer]:
    """Ask a question.

    Args:
        sql: One statement that reads.
        tables: The tables that it may name besides `samples`.
        runs: Where the rows of `samples` are.
        directory: Where the files are; it can read no others.

    Raises:
        UsageError: if it is no question, or DuckDB is not installed.
        BadInputError: if a file of rows is damaged.
        PvsimError: if a file cannot be read, or memory does not suffice.
    """
    require_duckdb()
    with TemporaryDirectory(prefix="pvsim-query-") as spilled, _explained(), connect() as db:
        _refuse_what_does_not_read(db, sql)
        for table in tables:
            create_table(db, table)
        if any(word in sql.lower() for word in (SAMPLES_VIEW, "tables", "schema")):  # making it looks at each file
            create_samples(db, SAMPLES_VIEW, runs)
        for setting, value in (
            ("temp_directory", sql_text(spilled)),
            ("allowed_directories", list_text([directory, plain_path(directory)])),
            ("enable_external_access", "false"),
            ("lock_configuration", "true"),
        ):
            db.execute(f"SET {setting} = {value}")
        result = db.sql(sql)
        yield Answer(tuple(result.columns), _portions(result))


def _refuse_what_does_not_read(db: "DuckDBPyConnection", sql: str) -> None:
    import duckdb  # noqa: PLC0415 - an extra, and 0.2 s

    statements = db.extract_statements(sql)
    if len(statements) != 1:
        what = "a query is one statement" + (f", and these are {len(statements)}" if statements else "")
        raise UsageError(what, where="SQL", fix=_EXAMPLE)
    if statements[0].type not in {duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN}:
        kind = statements[0].type.name
        what = f"a query only reads, and this is {kind}: no run is changed by SQL"
        raise UsageError(what, where="SQL", fix=_EXAMPLE)
    if statements[0].named_parameters:
        raise UsageError("a query has no parameters", where="SQL", fix="write the values into it")


def _portions(result: "DuckDBPyRelation") -> Iterator[list[tuple[Any, ...]]]:
    """The rows; DuckDB itself gives times with a zone to Python only where there is one package more."""
    zoned = [number for number, kind in enumerate(result.types) if str(kind) == "TIMESTAMP WITH TIME ZONE"]
    if zoned:
        columns = (f"#{number + 1}" for number in range(len(result.types)))
        result = result.project(
            ", ".join(f"{c} AT TIME ZONE 'UTC'" if i in zoned else c for i, c in enumerate(columns))
        )
    while rows := result.fetchmany(_ROWS_AT_ONCE):
        yield [_in_utc(row, zoned) for row in rows] if zoned else rows


def _in_utc(row: tuple[Any, ...], zoned: list[int]) -> tuple[Any, ...]:
    return tuple(
        value.replace(tzinfo=UTC) if number in zoned and isinstance(value, datetime) else value
        for number, value in enumerate(row)
    )


@contextmanager
def _explained() -> Iterator[None]:
    """Errors of DuckDB in our tree, with its own words: it shows the place in the query."""
    import duckdb  # noqa: PLC0415 - an extra, and 0.2 s

    try:
        yield
    except duckdb.InterruptException as error:
        raise KeyboardInterrupt from error
    except duckdb.Error as error:
        said = "\n".join(line for line in str(error).splitlines() if line.strip())
        if "CSV Error" in said or "Parquet" in said or isinstance(error, duckdb.SerializationException):
            what = f"rows of a run cannot be read: {said}"
            raise BadInputError(what, fix="prove the runs one by one: pvsim verify DIR") from error
        if isinstance(error, duckdb.IOException | duckdb.OutOfMemoryException | duckdb.FatalException):
            raise PvsimError(said, fix="ask for less at once, or free some space: df") from error
        raise UsageError(said, where="SQL", fix=_COLUMNS) from error
