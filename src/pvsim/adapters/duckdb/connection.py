"""A connection to a DuckDB of this process: nothing is kept on disk, nothing is fetched from the network."""

import re
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from pvsim.errors import UsageError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["connect", "list_text", "plain_path", "printable", "require_duckdb", "require_text", "sql_text"]

_SETTINGS = {
    "autoinstall_known_extensions": False,  # parquet, json and time zones are in the package
    "autoload_known_extensions": False,
    "python_enable_replacements": False,  # a name in a query is a table, not a variable of ours
}


def require_duckdb() -> None:
    """Refuse to go on where DuckDB is not installed.

    Raises:
        UsageError: naming the command that installs it.
    """
    if find_spec("duckdb") is None:
        what = "Parquet files and queries need duckdb, which is not installed"
        fix = "in a clone call ./run again; elsewhere: pip install 'pvsim[data]'"
        raise UsageError(what, where="duckdb", fix=fix)


def require_text(path: Path) -> None:
    """Refuse a path that DuckDB cannot be told: it knows only those that are UTF-8.

    Raises:
        UsageError: with the path as it can be printed.
    """
    shown = printable(path)
    if shown != str(path):
        what = "the name of a directory is not UTF-8, and DuckDB can neither read nor write in it"
        raise UsageError(what, where=shown, fix="rename it, or work in another directory")


def printable(path: object) -> str:
    """A path with other characters for bytes that are not UTF-8."""
    return str(path).encode(errors="backslashreplace").decode()


def connect(*, threads: int | None = None, memory_mb: int | None = None) -> "DuckDBPyConnection":
    """A database in memory, whose times are UTC.

    Args:
        threads: How many it may use; None is one for each processor. With 1 the files that it writes are the
            same each time.
        memory_mb: How much memory it may use; None is most of the machine's.

    Raises:
        UsageError: if DuckDB is not installed.
    """
    require_duckdb()
    import duckdb  # noqa: PLC0415 - an extra, and 0.2 s

    settings: dict[str, str | bool | int | float | list[str]] = {**_SETTINGS}
    if threads is not None:
        settings["threads"] = threads
    if memory_mb is not None:
        settings["memory_limit"] = f"{memory_mb}MB"
    connection = duckdb.connect(":memory:", config=settings)
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def plain_path(path: object) -> str:
    """A path that DuckDB reads as it is: in those of files to be read `*`, `?` and `[` are patterns."""
    return re.sub(r"[*?[]", r"[\g<0>]", str(path))


def sql_text(text: object) -> str:
    """A text as SQL has it."""
    return "'" + str(text).replace("'", "''") + "'"


def list_text(texts: Sequence[object]) -> str:
    """A list of texts as SQL has it."""
    return "[" + ", ".join(sql_text(text) for text in texts) + "]"
