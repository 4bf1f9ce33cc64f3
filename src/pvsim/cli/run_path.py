"""The directory of a run, as people name it: also by a file in it. Where there is none, a run that there is."""

import os
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from pvsim.errors import BadInputError

__all__ = ["RunPath"]

_MANIFEST = "manifest.json"
_DAILY = "samples"
_SERVICE = "service.json"
_GROWS = "samples.csv.part"
_OUT = Path("runs")
_LATEST = "latest"


class RunPath(click.Path):
    """The directory of a run; a file of the run stands for it."""

    def __init__(self) -> None:
        super().__init__(path_type=Path, readable=False)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read it; see `click.Path.convert`.

        Raises:
            BadInputError: if there is no run; the fix is the command with a run that there is.
        """
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        if _is_run(path) is not False:  # where that cannot be known, opening it says why
            return path
        run = next((each for each in _around(path) if _is_run(each)), None)
        if run is not None and path.exists():
            return run
        words = ["pvsim"] if ctx is None else ctx.command_path.split()
        words += [param.opts[0]] if isinstance(param, click.Option) else []
        if (rows := _rows_of_today(path)) is not None:
            what = "this day of a service is not over: it becomes a run after its midnight"
            over = _newest(rows.parents[1])
            fix = f"name one that is over: {shlex.join([*words, str(over[0])])}; " if over else ""
            raise BadInputError(what, where=str(path), fix=f"{fix}its rows so far are in {rows}")
        raise BadInputError("there is no run here", where=str(path), fix=_fix(shlex.join(words), path, run))


def _is_run(path: Path) -> bool | None:
    """Whether it is the directory of a run; None if that cannot be known."""
    try:
        (path / _MANIFEST).stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return None
    return True


def _around(path: Path) -> Iterator[Path]:
    """The directories whose file this may be."""
    yield path.parent
    if path.parent.name == _DAILY:
        yield path.parent.parent


def _rows_of_today(path: Path) -> Path | None:
    """The rows of a day of a service that goes on, if this is its directory or a file in it."""
    for day in (path, path.parent):
        try:
            if (day / _GROWS).is_file() and (day.parents[1] / _SERVICE).is_file():
                return day / _GROWS
        except (OSError, IndexError):
            continue
    return None


def _fix(command: str, path: Path, around: Path | None) -> str:
    for run in (
        around,
        path / _LATEST,
        *_newest(path),
        *_days(path),
        _OUT / path.name,
        _OUT / _LATEST,
        *_newest(_OUT),
    ):
        if run is not None and _is_run(run):
            return f"name a run: {command} {shlex.quote(str(run))}"
    return f"name the directory of a run; pvsim run makes one in {_OUT}/"


def _days(path: Path) -> list[Path]:
    """A day that is over, of the service whose directory this is."""
    try:
        meters = path.iterdir() if (path / _SERVICE).is_file() else ()
        return [day for meter in sorted(meters) for day in _newest(meter)]
    except OSError:
        return []


def _newest(path: Path) -> list[Path]:
    """The newest run in a directory: their names begin with the time."""
    try:
        return sorted(each for each in path.iterdir() if _is_run(each))[-1:]
    except OSError:
        return []
