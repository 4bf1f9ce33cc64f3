"""Sealed days that the index does not list: it was lost, or an older copy was put back."""

from collections.abc import Container, Iterator
from datetime import date
from pathlib import Path

from pvsim.adapters.session_files.index import Index
from pvsim.core.session.names import is_name

__all__ = ["unlisted"]

_MANIFEST = "manifest.json"


def unlisted(directory: Path, index: Index, open_days: Container[tuple[str, date]]) -> Iterator[tuple[str, str]]:
    """Meter and day of each directory that looks like a sealed day, and is neither listed nor still open.

    Raises:
        OSError: if a directory cannot be read.
    """
    for meter in sorted(directory.iterdir()):
        if not is_name(meter.name) or meter.is_symlink() or not meter.is_dir():
            continue
        for path in sorted(meter.iterdir()):
            day = _day(path.name)
            if day is None or index.known(meter.name, path.name) or (meter.name, day) in open_days:
                continue
            if not path.is_symlink() and (path / _MANIFEST).is_file():
                yield meter.name, path.name


def _day(name: str) -> date | None:
    try:
        day = date.fromisoformat(name)
    except ValueError:
        return None
    return day if day.isoformat() == name else None
