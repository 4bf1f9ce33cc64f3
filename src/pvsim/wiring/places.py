"""Files that a user names: whether they can be made, asked before anything else is done, and writing them."""

import os
import stat
from pathlib import Path
from shlex import quote

from pvsim.adapters.shared.disk import cannot_write
from pvsim.adapters.shared.file_system import FileSystem, new_file
from pvsim.errors import CannotWriteError, UsageError

__all__ = ["followed", "make_directory", "require_file_place", "write_file"]

_UNWRITABLE = "work as its owner, or name a directory of your own"


def followed(path: Path) -> Path:
    """The file that a path names: where it is a link, what that leads to.

    Raises:
        CannotWriteError: if links lead to each other in a circle.
    """
    try:
        return path.resolve()
    except OSError as error:
        raise cannot_write(error, path) from error
    except RuntimeError as error:  # so pathlib calls it before Python 3.13
        what = "cannot write: the links lead to each other in a circle"
        raise CannotWriteError(what, where=str(path), fix="name another file") from error


def require_file_place(path: Path, option: str, what: str) -> None:
    """Refuse a place where no file can be made, or where another one than a regular file would be replaced.

    Args:
        path: What was named; links are followed.
        option: The option that named it.
        what: What is to be made there: "page", "picture".

    Raises:
        UsageError: if a directory, a device, a pipe or a socket has that name.
        CannotWriteError: if its directory is missing or may not be written, or the name is impossible.
    """
    target = followed(path)
    mode = _mode(target)
    if mode is not None and stat.S_ISDIR(mode):
        fix = f"name a file in it: {option} {quote(f'{path / what}{path.suffix}')}"
        raise UsageError(f"{option} names a directory, not a file", where=str(path), fix=fix)
    if mode is not None and not stat.S_ISREG(mode):
        said = f"{option} names a device, pipe or socket, which a {what} must not replace"
        raise UsageError(said, where=str(path), fix="name a file")
    above = _mode(target.parent)
    if above is None:
        fix = f"mkdir -p {quote(str(target.parent))}"
        raise CannotWriteError(f"the directory of the {what} is not there", where=str(path.parent), fix=fix)
    if not stat.S_ISDIR(above):
        said = f"the directory of the {what} is a file"
        raise CannotWriteError(said, where=str(path.parent), fix="name another directory")
    if not os.access(target.parent, os.W_OK | os.X_OK):
        said = f"the directory of the {what} cannot be written"
        raise CannotWriteError(said, where=str(path.parent), fix=_UNWRITABLE)


def make_directory(path: Path) -> None:
    """Make a directory for files, and those above it; it may be there already.

    Raises:
        CannotWriteError: if that is not possible, or nothing may be written in it.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise CannotWriteError("it is a file, not a directory", where=str(path), fix="name another") from error
    except OSError as error:
        raise cannot_write(error, path) from error
    if not os.access(path, os.W_OK | os.X_OK):
        raise CannotWriteError("the directory cannot be written", where=str(path), fix=_UNWRITABLE)


def write_file(
    path: Path, content: bytes, *, named: Path | None = None, file_system: FileSystem | None = None
) -> None:
    """Write a file, all or nothing.

    Args:
        path: The file; a link is replaced, see `followed`.
        content: What is in it.
        named: What an error calls it; None is the path.
        file_system: That of its directory; None accepts any.

    Raises:
        CannotWriteError: if the disk is full or fails; nothing half-made is left.
    """
    try:
        with new_file(path, file_system or FileSystem(accepted=True)) as file:
            file.write(content)
    except OSError as error:
        raise cannot_write(error, named or path) from error


def _mode(path: Path) -> int | None:
    """What a path is; None where there is nothing."""
    try:
        return path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise cannot_write(error, path) from error
