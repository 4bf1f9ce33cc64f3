"""Which runs a directory has: those of `pvsim run`, or the days of a service that are over."""

from pathlib import Path
from shlex import quote

from pvsim.adapters.csvfile import PARTIAL
from pvsim.adapters.rundir import MANIFEST
from pvsim.adapters.session_files.index import INDEX, SERVICE
from pvsim.adapters.shared.disk import cannot_read
from pvsim.errors import BadInputError

__all__ = ["open_days", "runs_in"]

_NOT_OVER = (
    "this day of a service is not over",
    "no day of this meter is over yet",
    "no day of the service is over yet",
)
"""What is said of a directory, by its level."""


def runs_in(directory: Path) -> list[Path]:
    """The runs in a directory by name, which begins with their time; or the one whose directory it is.

    In the directory of a service they are the days of its meters.

    Raises:
        BadInputError: if there is none.
        PvsimError: if the directory cannot be read.
    """
    if (directory / MANIFEST).exists():
        return [directory]
    services: list[Path] = []
    try:
        own = [path for path in sorted(directory.iterdir()) if not path.is_symlink()]
        services = [path for path in own if (path / SERVICE).exists()]
        if (directory / INDEX).exists():
            own = [day for path in own if path.is_dir() for day in sorted(path.iterdir())]
        found = [path for path in own if (path / MANIFEST).exists()]
    except (FileNotFoundError, NotADirectoryError):
        found = []
    except OSError as error:
        raise cannot_read(error, directory) from error
    if not found:
        raise _without_runs(directory, services)
    return found


def open_days(directory: Path) -> list[Path]:
    """The rows of the days that go on, by name, where a directory is that of a service, a meter of it, or a day.

    Raises:
        PvsimError: if the directory cannot be read.
    """
    try:
        level = _level(directory)
        return [] if level is None else sorted(directory.glob(f"{level * '*/'}{PARTIAL}"))
    except OSError as error:
        raise cannot_read(error, directory) from error


def _level(directory: Path) -> int | None:
    """How far a directory is above the days of a service: 0 is that of a day; None where there is no service."""
    above = (directory.parent.parent, directory.parent, directory)
    return next((level for level, path in enumerate(above) if (path / SERVICE).is_file()), None)


def _without_runs(directory: Path, services: list[Path]) -> BadInputError:
    """The error of a directory without runs, where a service may have made it."""
    where = str(directory)
    if services:
        what = "there are no runs here, but those of a service in its directory"
        return BadInputError(what, where=where, fix=f"give its directory: {quote(str(services[0]))}")
    if rows := open_days(directory):
        which = _NOT_OVER[_level(directory) or 0]
        what = f"{which}: it becomes a run after its midnight"
        more = f" ({len(rows) - 1:,} more meters beside it)" if len(rows) > 1 else ""
        fix = f"ask again then; its rows so far: tail -f {quote(str(rows[0]))}{more}"
        return BadInputError(what, where=where, fix=fix)
    if (directory / SERVICE).is_file():
        what = "no meter of the service has sent anything yet"
        fix = "ask when a day is over; docs/how-to/listen.md shows how meters publish"
        return BadInputError(what, where=where, fix=fix)
    return BadInputError(
        "there are no runs here", where=where, fix="name a directory of runs; pvsim run makes one in runs/"
    )
