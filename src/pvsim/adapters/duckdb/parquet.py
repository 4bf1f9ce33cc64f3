"""The rows of a run as one Parquet file, whatever their number in little memory."""

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from pvsim.adapters.duckdb.connection import connect, list_text, plain_path, sql_text
from pvsim.core.results.columns import arrays_of, columns_of
from pvsim.core.results.samples import Samples
from pvsim.core.run.plan import RunPlan
from pvsim.errors import CannotWriteError

__all__ = ["PARQUET", "ParquetWriter", "schema_of"]

PARQUET = "samples.parquet"

_KEY = "pvsim"
_GROUP_ROWS = 122_880  # rows that a reader can skip or decode by themselves; DuckDB's own size
_PART_ROWS = 2 * _GROUP_ROWS  # 25 MB as arrays
_MEMORY_MB = 256
_FIXES = {
    "No space left on device": "free some space on its disk",
    "File too large": "raise the limit: ulimit -f unlimited",
}
_FORM = f"FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_GROUP_ROWS}"


class ParquetWriter:
    """Takes the rows of a run (an `Adder`), and makes a hidden file of them that takes its name later.

    Rows beyond a quarter of a million go to files of their own first, which are joined in the end: memory does
    not grow with the run.

    Args:
        directory: Where the file is made.
        plan: The run.
        facts: What the file says of the run besides its columns.
    """

    def __init__(self, directory: Path, plan: RunPlan, facts: Mapping[str, object]) -> None:
        self._plan = plan
        self._path = directory / f".{PARQUET}.{os.getpid()}"
        self._parts: list[Path] = []
        self._waiting: list[Samples] = []
        self._rows = 0
        self._db = connect(threads=1, memory_mb=_MEMORY_MB)
        self._metadata = json.dumps({**facts, "columns": schema_of(plan)}, ensure_ascii=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove what is not finished."""
        self._db.close()
        for path in (*self._parts, self._path):
            with suppress(OSError):
                path.unlink()

    def add(self, samples: Samples) -> None:
        """Take the next rows.

        Raises:
            CannotWriteError: if the disk is full or fails.
        """
        self._waiting.append(samples)
        self._rows += len(samples)
        if self._rows >= _PART_ROWS:
            part = self._path.with_name(f"{self._path.name}.{len(self._parts)}")
            self._parts.append(part)
            self._write_waiting(part)

    def finish(self) -> Path:
        """Make the file; it is whole, but not yet safe on the disk.

        Raises:
            CannotWriteError: if the disk is full or fails.
        """
        if not self._parts:
            self._write_waiting(self._path)
            return self._path
        if self._rows:
            self._parts.append(self._path.with_name(f"{self._path.name}.{len(self._parts)}"))
            self._write_waiting(self._parts[-1])
        parts = list_text([plain_path(part) for part in self._parts])
        query = f"SELECT * FROM read_parquet({parts}, hive_partitioning = false)"  # noqa: S608 - names of ours
        self._copy(query, self._path)
        return self._path

    def _write_waiting(self, path: Path) -> None:
        arrays = arrays_of(self._waiting, self._plan)
        self._waiting, self._rows = [], 0
        t_utc = arrays.pop("t_utc")
        offset_s = self._plan.timeline.offset_s(t_utc.astype(np.int64))
        times = {"t_utc": t_utc.astype("M8[us]"), "t_local": (t_utc + offset_s).astype("M8[us]")}
        self._db.register("rows", {**times, **arrays})
        meter = ["meter::VARCHAR AS meter"] if "meter" in arrays else []
        numbers = [
            "CASE WHEN NOT isnan(soc) THEN soc END AS soc" if column.name == "soc" else column.name
            for column in columns_of(self._plan)
        ]
        names = ", ".join(["t_utc AT TIME ZONE 'UTC' AS t_utc", "t_local", *meter, *numbers])
        self._copy(f"SELECT {names} FROM rows", path)  # noqa: S608 - names of ours
        self._db.unregister("rows")

    def _copy(self, query: str, path: Path) -> None:
        import duckdb  # noqa: PLC0415 - an extra, and 0.2 s

        metadata = f"KV_METADATA {{{_KEY}: {sql_text(self._metadata)}}}"
        try:
            self._db.execute(f"COPY ({query}) TO {sql_text(path)} ({_FORM}, {metadata})")
        except duckdb.Error as error:
            said = str(error).splitlines()[0].rpartition('": ')[2]  # the system's reason, without a hidden name
            known = (reason for reason in _FIXES if reason in said)
            said = next(known, said)
            fix = _FIXES.get(said, "check its disk: df, dmesg")
            what = f"cannot write {PARQUET}: {said}"
            raise CannotWriteError(what, where=str(path.with_name(PARQUET)), fix=fix) from error


def schema_of(plan: RunPlan) -> dict[str, dict[str, str]]:
    """Unit, sign and label of each column, as they stand in the file."""
    first: Sequence[tuple[str, str]] = [
        ("t_utc", "beginning of the period"),
        ("t_local", f"the same as the clocks in {plan.timeline.zone} show it"),
        *([("meter", "name of the meter")] if len(plan.meters) > 1 else []),
    ]
    times = {name: {"unit": "", "sign": "", "label": label} for name, label in first}
    return times | {
        column.name: {"unit": column.unit, "sign": column.sign, "label": column.label}
        for column in columns_of(plan)
    }
