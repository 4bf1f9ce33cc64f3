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


def _fix(command: str, path: Path, around: Path | None) -> str:
    for run in (around, path / _LATEST, *_newest(path), _OUT / path.name, _OUT / _LATEST, *_newest(_OUT)):
        if run is not None and _is_run(run):
            return f"name a run: {command} {shlex.quote(str(run))}"
    return f"name the directory of a run; pvsim run makes one in {_OUT}/"


def _newest(path: Path) -> list[Path]:
    """The newest run in a directory: their names begin with the time."""
    try:
        return sorted(each for each in path.iterdir() if _is_run(each))[-1:]
    except OSError:
        return []
