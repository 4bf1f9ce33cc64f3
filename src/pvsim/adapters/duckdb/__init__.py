"""DuckDB: rows as Parquet files, and SQL over runs."""

from pvsim.adapters.duckdb.connection import require_duckdb
from pvsim.adapters.duckdb.parquet import PARQUET, ParquetWriter
from pvsim.adapters.duckdb.query import Answer, ask
from pvsim.adapters.duckdb.tables import JSON_TEXT, RowFiles, Table

__all__ = ["JSON_TEXT", "PARQUET", "Answer", "ParquetWriter", "RowFiles", "Table", "ask", "require_duckdb"]
