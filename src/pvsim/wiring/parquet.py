"""The rows of a run as a Parquet file: written in the proving pass, so that what is in it is proved."""

from pathlib import Path

import msgspec

from pvsim.adapters.duckdb.connection import require_duckdb, require_text
from pvsim.adapters.duckdb.parquet import PARQUET, ParquetWriter
from pvsim.adapters.shared.file_system import require_writable
from pvsim.config import RunConfig, digest
from pvsim.core.results.accumulator import Adder
from pvsim.core.results.spans import FoundSpans
from pvsim.core.results.summary import Summary
from pvsim.errors import CannotWriteError
from pvsim.wiring.run_files import RunFiles

__all__ = ["export_parquet", "require_formats", "verified"]


def require_formats(config: RunConfig, directory: Path) -> None:
    """Refuse a run whose files could not be written.

    Args:
        config: Its configuration.
        directory: Where it is, or will be.

    Raises:
        UsageError: if what writes them is not installed, or does not know such a path.
    """
    if "parquet" in config.formats:
        require_duckdb()
        require_text(directory)


def verified(files: RunFiles, *adders: Adder) -> tuple[Summary, FoundSpans]:
    """Prove the rows of a run, and write the files that its configuration asks for besides.

    Raises:
        BadInputError: as `RunFiles.verified`.
        CannotWriteError: if a file cannot be written.
    """
    if "parquet" not in files.models.config.formats:
        return files.verified(*adders)
    try:
        return _with_parquet(files, *adders)
    except CannotWriteError as error:
        error.fix = f"{error.fix}, then {files.resume_command}"
        raise


def export_parquet(files: RunFiles) -> Path:
    """Write the Parquet file of a finished run, and put it into the manifest; it may be there already.

    Raises:
        UsageError: as `require_formats`.
        BadInputError: if the run is not finished, or another file of it is not what it was.
        CannotWriteError: if it cannot be written.
    """
    directory = files.directory
    require_duckdb()
    require_text(directory.path)
    with directory.lock("run"):
        files.require_rows()
        files.refuse_changed(but=PARQUET)
        _with_parquet(files)
        manifest, facts = directory.load(), directory.facts(PARQUET)
        if facts is not None:
            directory.save(msgspec.structs.replace(manifest, files={**(manifest.files or {}), PARQUET: facts}))
    return directory.path / PARQUET


def _with_parquet(files: RunFiles, *adders: Adder) -> tuple[Summary, FoundSpans]:
    config = files.models.config
    facts = {
        "run_id": config.run_id,
        "config_sha256": digest(config).hex(),
        "time_zone": config.tz,
        "resolution_s": config.every_s,
    }
    require_writable(files.directory.path / PARQUET)
    with ParquetWriter(files.directory.path, files.models.plan, facts) as writer:
        result = files.verified(*adders, writer)
        files.directory.place(writer.finish(), PARQUET)
    return result
