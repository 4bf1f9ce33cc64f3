"""DuckDB: rows as Parquet files, and SQL over runs."""

from pvsim.adapters.duckdb.connection import require_duckdb
from pvsim.adapters.duckdb.parquet import PARQUET, ParquetWriter

__all__ = ["PARQUET", "ParquetWriter", "require_duckdb"]
