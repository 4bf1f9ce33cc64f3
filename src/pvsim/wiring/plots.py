"""Pictures of runs as files."""

import os
from collections.abc import Sequence
from pathlib import Path

from pvsim.adapters.plots import Format, Language, Picture, Subject, pictures_of, require_matplotlib
from pvsim.adapters.rundir.file_system import FileSystem, cannot_write, new_file
from pvsim.errors import CannotWriteError

__all__ = ["Format", "Language", "Subject", "draw_all", "draw_powers", "require_matplotlib", "require_place"]


def require_place(path: Path) -> None:
    """Refuse a place where no picture can be written, before anything else is done.

    Raises:
        UsageError: if matplotlib is not installed.
        CannotWriteError: if the directory is missing or another user's, or the file is a directory.
    """
    require_matplotlib()
    if path.is_dir():
        raise CannotWriteError("it is a directory, not a file", where=str(path), fix="name a file in it")
    if not path.parent.is_dir():
        what = "the directory of the picture is not there"
        raise CannotWriteError(what, where=str(path.parent), fix="make it, or name another one")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        what = "the directory of the picture cannot be written"
        raise CannotWriteError(what, where=str(path.parent), fix="name another one")


def draw_powers(path: Path, subject: Subject, *, width_mm: float, language: Language = "en") -> None:
    """Draw the powers of a run's first days into a file; its ending says the format.

    Raises:
        CannotWriteError: if the disk is full or fails; nothing half-made is left.
    """
    (picture,) = pictures_of(
        subject, names=("powers",), file_format=_format(path), width_mm=width_mm, language=language
    )
    _write(path, picture)


def draw_all(
    directory: Path,
    subject: Subject,
    *,
    file_format: Format,
    width_mm: float,
    language: Language = "en",
) -> Sequence[Path]:
    """Draw all pictures of a run into a directory, which is made if it is not there.

    Returns:
        Their files.

    Raises:
        CannotWriteError: if that is not possible.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise CannotWriteError(
            "it is a file, not a directory", where=str(directory), fix="name another"
        ) from error
    except OSError as error:
        raise cannot_write(error, directory) from error
    written = []
    for picture in pictures_of(subject, file_format=file_format, width_mm=width_mm, language=language):
        path = directory / f"{picture.name}.{file_format}"
        _write(path, picture)
        written.append(path)
    return written


def _format(path: Path) -> Format:
    ending: Format = path.suffix.lower().removeprefix(".")  # type: ignore[assignment]  # the option has checked it
    return ending


def _write(path: Path, picture: Picture) -> None:
    try:
        with new_file(path, FileSystem(accepted=True)) as file:
            file.write(picture.content)
    except OSError as error:
        raise cannot_write(error, path) from error
