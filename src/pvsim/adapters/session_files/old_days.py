"""Days that are older than the service keeps."""

from contextlib import suppress
from pathlib import Path

__all__ = ["remove"]

_OURS = (
    "samples.csv",
    "samples.parquet",
    "summary.json",
    "report.html",
    "checkpoint",
    ".run.lock",
    "manifest.json",
)
"""The manifest last: as long as it is there, what is missing is told."""


def remove(path: Path) -> list[str]:
    """Remove a meter's day, and its meter's directory if nothing else is in it.

    Returns:
        Names of what is left in it, because somebody else put it there.

    Raises:
        OSError: if that is not possible.
    """
    if path.is_symlink() or not path.is_dir():
        return [path.name] if path.is_symlink() else []
    for name in _OURS:
        (path / name).unlink(missing_ok=True)
    left = sorted(each.name for each in path.iterdir())
    if not left:
        path.rmdir()
        with suppress(OSError):  # other days are in it
            path.parent.rmdir()
    return left
