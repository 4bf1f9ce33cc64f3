"""Rows of a table as a Parquet file, whatever their number in little memory."""

import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from pvsim.adapters.duckdb.connection import connect, sql_text
from pvsim.adapters.duckdb.tables import TYPES
from pvsim.errors import CannotWriteError

__all__ = ["write_row_file"]

_MEMORY_MB = 512
_FORM = "FORMAT parquet, COMPRESSION zstd"


def write_row_file(
    path: Path, columns: Mapping[str, Any], portions: Iterable[Sequence[Mapping[str, Any]]]
) -> None:
    """Write a Parquet file, all or nothing: the same bytes for the same rows.

    Args:
        path: Where to.
        columns: What the values of each column are, as in `Table`.
        portions: Some rows at a time; a value that is left out is NULL.

    Raises:
        UsageError: if DuckDB is not installed.
        CannotWriteError: if the disk is full or fails.
    """
    import duckdb  # noqa: PLC0415 - an extra, and 0.2 s

    hidden = path.with_name(f".{path.name}.{os.getpid()}")
    types = [TYPES[kind] for kind in columns.values()]
    names = [_quoted(name) for name in columns]
    places = ", ".join(f"unnest(?::{kind}[])" for kind in types)
    try:
        with connect(threads=1, memory_mb=_MEMORY_MB) as db:
            declared = ", ".join(f"{name} {kind}" for name, kind in zip(names, types, strict=True))
            db.execute(f"CREATE TABLE rows ({declared})")
            for rows in portions:
                values = [[row.get(name) for row in rows] for name in columns]
                db.execute(f"INSERT INTO rows SELECT {places}", values)
            db.execute(f"COPY rows TO {sql_text(hidden)} ({_FORM})")
        hidden.replace(path)
    except (duckdb.Error, OSError) as error:
        said = str(error).splitlines()[0].rpartition('": ')[2]
        fix = "free some space on its disk" if "No space" in said else "check its disk: df, dmesg"
        raise CannotWriteError(f"cannot write: {said}", where=str(path), fix=fix) from error
    finally:
        with suppress(OSError):
            hidden.unlink()


def _quoted(name: str) -> str:
    return '"{}"'.format(name.replace('"', '""'))
