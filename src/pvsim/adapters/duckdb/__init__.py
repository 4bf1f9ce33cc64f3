"""DuckDB: rows as Parquet files, and SQL over runs."""
