"""SQL over the runs in a directory: what their manifests, summaries and rows say."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import msgspec

from pvsim.adapters.csvfile import SAMPLES
from pvsim.adapters.duckdb.connection import printable, require_text
from pvsim.adapters.duckdb.parquet import PARQUET
from pvsim.adapters.duckdb.query import Answer, ask
from pvsim.adapters.duckdb.tables import JSON_TEXT, RowFiles, Table
from pvsim.adapters.rundir import SUMMARY, Manifest, RunDirectory
from pvsim.adapters.rundir.daily import DAYS
from pvsim.adapters.shared.disk import cannot_read
from pvsim.config import BuildingMeter, FileConfig, RunConfig, SitePvConfig, SyntheticMeter
from pvsim.core.quantities.json_text import NOT_DECODED
from pvsim.core.results import rows
from pvsim.core.results.figure_tables import figure_columns, figure_rows
from pvsim.core.results.summary import Summary
from pvsim.errors import BadInputError, PvsimError
from pvsim.wiring.build import plan_of
from pvsim.wiring.runs_there import open_days, runs_in

__all__ = ["HOMES", "RUNS", "Queried", "query"]

RUNS: Mapping[str, Any] = {
    "run": str,
    "status": str,
    "problem": str,
    "run_id": str,
    "first_date": date,
    "days": int,
    "hours": str,
    "time_zone": str,
    "seed": int,
    "every_s": int,
    "meters": int,
    "meter_sources": str,
    "pv": str,
    "site": str,
    "battery_kwh": float,
    "export_limit_kw": float,
    "created_utc": datetime,
    "finished_utc": datetime,
    "version": str,
    "config": JSON_TEXT,
    "path": str,
}
"""The columns of the table `runs`, and what their values are."""

HOMES: Mapping[str, Any] = {
    "run": str,
    "status": str,
    "meter": str,
    "kind": str,
    "annual_kwh": float,
    "heat_pump_kwh": float,
    "electric_car_kwh": float,
    "pv_kwp": float,
    "battery_kwh": float,
    "people": int,
    "occupations": str,
    "owned": str,
    "later_min": int,
    "by_day": float,
    "weeks_away": float,
    "base_factor": float,
}
"""Those of the table `homes`."""

_ENDED = {"complete", "partial"}
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Queried:
    """What is known of the runs in a directory.

    Attributes:
        runs: The rows of `runs`.
        homes: The rows of `homes`.
        figures: The rows of the tables of figures.
        files: Where the rows of each finished run are.
        open_days: Days of a service that are not over.
    """

    runs: list[dict[str, Any]] = field(default_factory=list)
    homes: list[dict[str, Any]] = field(default_factory=list)
    figures: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    files: list[RowFiles] = field(default_factory=list)
    open_days: list[str] = field(default_factory=list)

    @property
    def notes(self) -> tuple[str, ...]:
        """Runs of which there is less than of others, and why."""
        damaged = [f"{run['run']} ({run['problem']})" for run in self.runs if run["problem"]]
        unfinished = [
            f"{run['run']} ({run['status']})"
            for run in self.runs
            if not run["problem"] and run["status"] not in _ENDED
        ]
        partial = [run["run"] for run in self.runs if not run["problem"] and run["status"] == "partial"]
        said = (
            (damaged, "cannot be read whole, without rows and figures here"),
            (unfinished, "not finished, without rows and figures here"),
            (partial, "partial, with rows missing in samples and figures"),
        )
        of = len(self.runs)
        notes = [f"{len(names)} of {of} runs {what}: {_few(names)}" for names, what in said if names]
        if self.open_days:
            days = "a day that is not over is" if len(self.open_days) == 1 else "days that are not over are"
            notes.append(f"{days} not here: {_few(self.open_days)}")
        return tuple(notes)


@contextmanager
def query(sql: str, directory: Path) -> Iterator[tuple[Answer, tuple[str, ...]]]:
    """Ask a question about all runs in a directory.

    Args:
        sql: One statement that reads: views `samples`, `runs`, `homes`, `figures` and those of its parts.
        directory: That of the runs, such as `runs`; or that of one run.

    Yields:
        The answer, and what to know of it.

    Raises:
        UsageError: if it is no question, or DuckDB is not installed.
        BadInputError: if there is no run, or rows of one are damaged.
    """
    directory = directory.resolve()
    require_text(directory)
    found = Queried(open_days=[str(path.parent.relative_to(directory)) for path in open_days(directory)])
    for path in runs_in(directory):
        _add(found, path, path.name if path == directory else str(path.relative_to(directory)))
    tables = [Table("runs", RUNS, found.runs), Table("homes", HOMES, found.homes)]
    for name, columns in figure_columns().items():
        own = found.figures.get(name, [])
        more = {column: float for row in own for column in row if column not in {"run", "status", *columns}}
        tables.append(Table(name, {"run": str, "status": str, **columns, **more}, own))
    with ask(sql, tables, found.files, directory) as answer:
        yield answer, found.notes


def _add(found: Queried, path: Path, run: str) -> None:
    """What is known of one run; what is wrong with it is said in its row."""
    row: dict[str, Any] = {"run": printable(run), "path": printable(path), "problem": None, "status": None}
    found.runs.append(row)
    try:
        require_text(path)
        manifest = RunDirectory.open(path).load()
        row |= {"status": manifest.status, "run_id": manifest.run_id, "seed": manifest.seed}
        row |= {"created_utc": manifest.created_utc, "finished_utc": manifest.finished_utc}
        row |= {"version": manifest.versions.get("pvsim"), "config": msgspec.json.encode(manifest.config).decode()}
        config = msgspec.convert(manifest.config, RunConfig)
        row |= _facts(config)
        if manifest.status not in _ENDED:
            return
        files = _files(path, run, manifest, config)
        figures = figure_rows(_summary(path, manifest))
    except (PvsimError, msgspec.ValidationError) as error:
        row["problem"] = error.what if isinstance(error, PvsimError) else f"its manifest is damaged: {error}"
        return
    found.files.append(files)
    of = {"run": run, "status": manifest.status}
    for meter, facts in (manifest.homes or {}).items():
        texts = {name: ", ".join(value) for name, value in facts.items() if isinstance(value, list)}
        found.homes.append({**of, "meter": meter, **facts, **texts})
    for name, rows_of_table in figures.items():
        found.figures.setdefault(name, []).extend({**of, **each} for each in rows_of_table)


def _facts(config: RunConfig) -> dict[str, Any]:
    return {
        "first_date": config.first_date.isoformat(),
        "days": config.days,
        "hours": str(config.hours) if config.hours else None,
        "time_zone": config.tz,
        "every_s": config.every_s,
        "meters": len(config.meters),
        "meter_sources": ", ".join(dict.fromkeys(_source(meter.source) for meter in config.meters)),
        "pv": Path(config.pv.path).name if isinstance(config.pv, FileConfig) else _tag(config.pv),
        "site": config.pv.site.name if isinstance(config.pv, SitePvConfig) else None,
        "battery_kwh": config.battery and config.battery.capacity_kwh,
        "export_limit_kw": _export_limit_kw(config),
    }


def _export_limit_kw(config: RunConfig) -> float | None:
    """The limit of the last day; None where homes have limits of their own."""
    if config.connection is None:
        return config.export_limit_kw
    steps = config.connection.export
    return steps[-1].limit_kw if steps else None


def _source(source: msgspec.Struct) -> str:
    """What readings come from, as `--meter` has it."""
    if isinstance(source, SyntheticMeter):
        return source.model
    if isinstance(source, BuildingMeter):
        return source.load.kind
    return Path(source.path).name if isinstance(source, FileConfig) else _tag(source)


def _tag(struct: msgspec.Struct) -> str:
    return str(struct.__struct_config__.tag)


def _files(path: Path, run: str, manifest: Manifest, config: RunConfig) -> RowFiles:
    """Where the rows are: in the Parquet file if it is what it was, else in the CSV.

    Raises:
        BadInputError: if they are not there, or another length.
    """
    known = manifest.files or {}
    plan = plan_of(config)
    header = tuple(rows.header(plan).decode().strip().split(","))
    if PARQUET in known and _is_there(path, PARQUET, manifest):
        return RowFiles(run, manifest.status, (path / PARQUET,), header, plan.meters[0])
    names = [name for name in known if Path(name).name == SAMPLES or Path(name).parent.name == DAYS]
    for name in names or [SAMPLES]:
        if name not in known or not _is_there(path, name, manifest):
            raise BadInputError(f"{name} is not what the run has left")
    paths = tuple(path / name for name in names)
    return RowFiles(run, manifest.status, paths, header, plan.meters[0])


def _is_there(path: Path, name: str, manifest: Manifest) -> bool:
    """Whether a file has the length that it had; its digest is for `pvsim verify`."""
    try:
        return (path / name).stat().st_size == (manifest.files or {})[name].bytes
    except OSError:
        return False


def _summary(path: Path, manifest: Manifest) -> Summary:
    if SUMMARY not in (manifest.files or {}) or not _is_there(path, SUMMARY, manifest):
        raise BadInputError(f"{SUMMARY} is not what the run has left")
    try:
        summary = msgspec.json.decode((path / SUMMARY).read_bytes(), type=Summary)
        for each in (summary.meters or {}).values():
            msgspec.convert(each, Summary)
    except OSError as error:
        raise cannot_read(error, path / SUMMARY) from error
    except NOT_DECODED as error:
        raise BadInputError(f"the summary is damaged: {error}") from error
    return summary


def _few(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
