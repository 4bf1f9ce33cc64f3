"""Files that hold the password of an account, for whoever signs in with it; nobody else can read them."""

import os
import secrets
from pathlib import Path
from shlex import quote

from pvsim.errors import BadInputError, CannotWriteError

__all__ = ["kept"]

_OTHERS = 0o077
_BYTES = 24  # of randomness; 32 characters


def kept(path: Path) -> tuple[str, bool]:
    """The password in a file; where there is no file it is made, 0600 under any umask, with a random password.

    Returns:
        The password, and whether it is new.

    Raises:
        BadInputError: if the file cannot be read, is empty, or others may read it.
        CannotWriteError: if it cannot be made.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read(path), False
    except OSError as error:
        what = f"the password file cannot be made: {error.strerror}"
        raise CannotWriteError(
            what, where=str(path), fix="--password-file FILE in a directory of your own"
        ) from error
    password = secrets.token_urlsafe(_BYTES)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(password)  # without a line end: rabbitmqctl would take it for a part of the password
        file.flush()
        os.fsync(descriptor)
    return password, True


def _read(path: Path) -> str:
    try:
        if path.stat().st_mode & _OTHERS:
            what = "the file holds a password, and other users may read it"
            raise BadInputError(what, where=str(path), fix=f"chmod 600 {quote(str(path))}")
        password = path.read_text("utf-8")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no UTF-8 text"
        raise BadInputError(f"the password file cannot be read: {reason}", where=str(path)) from error
    if not password or not password.isprintable():
        what = "the password file holds more than a password" if password else "the password file is empty"
        fix = f"rm {quote(str(path))}: it is then made with a random one"
        raise BadInputError(what, where=str(path), fix=fix)
    return password
