"""Pictures of runs as files."""

from collections.abc import Sequence
from pathlib import Path

from pvsim.adapters.plots import Format, Language, Subject, pictures_of, require_matplotlib
from pvsim.wiring.places import followed, make_directory, write_file

__all__ = ["Format", "Language", "Subject", "draw_all", "draw_powers", "require_matplotlib"]


def draw_powers(path: Path, subject: Subject, *, width_mm: float, language: Language = "en") -> None:
    """Draw the powers of a run's first days into a file; its ending says the format.

    Raises:
        CannotWriteError: if the disk is full or fails; nothing half-made is left.
    """
    (picture,) = pictures_of(
        subject, names=("powers",), file_format=_format(path), width_mm=width_mm, language=language
    )
    write_file(followed(path), picture.content)


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
    make_directory(directory)
    written = []
    for picture in pictures_of(subject, file_format=file_format, width_mm=width_mm, language=language):
        path = directory / f"{picture.name}.{file_format}"
        write_file(path, picture.content)
        written.append(path)
    return written


def _format(path: Path) -> Format:
    ending: Format = path.suffix.lower().removeprefix(".")  # type: ignore[assignment]  # the option has checked it
    return ending
