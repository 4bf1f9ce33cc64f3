"""Secrets of the user: from the environment, a file that only he can read, or a credential of systemd.

Never from a command line, which every user of the machine can read, and never from a file of settings.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from shlex import quote

from pvsim.errors import BadInputError, UsageError

__all__ = ["secret"]

_OTHERS = 0o077
_MAX_BYTES = 4_096


def secret(variable: str, environment: Mapping[str, str] = os.environ) -> str | None:
    """What the user keeps under the name of a variable, such as `PVSIM_BROKER_URL`; None where he keeps nothing.

    It is the variable's value, or what is in the file that the same variable with `_FILE` names, or in the
    credential of systemd of the name in small letters (`LoadCredential=pvsim-broker-url:PATH`). An empty variable
    says nothing.

    Raises:
        UsageError: if both variables are set.
        BadInputError: if the file cannot be read, is empty, or others may read it.
    """
    value, file = environment.get(variable), environment.get(f"{variable}_FILE")
    if value and file:
        what = f"{variable} and {variable}_FILE are both set"
        raise UsageError(what, where="environment", fix=f"unset {variable}, or unset {variable}_FILE")
    if value:
        return value
    if file:
        return _content(Path(file), f"{variable}_FILE", private=True)
    name = variable.lower().replace("_", "-")
    credential = Path(environment.get("CREDENTIALS_DIRECTORY", ""), name)
    # systemd keeps the directory from all others; the files in it may have any mode
    return _content(credential, name, private=False) if credential.is_absolute() and credential.is_file() else None


def _content(path: Path, name: str, *, private: bool) -> str:
    where = f"{path} ({name})"
    try:
        with path.open("rb") as file:
            if private and os.fstat(file.fileno()).st_mode & _OTHERS:
                what = "the file holds a secret, and other users may read it"
                raise BadInputError(what, where=where, fix=f"chmod 600 {quote(str(path))}")
            content = file.read(_MAX_BYTES + 1)
        text = content.decode().strip()
    except (OSError, ValueError) as error:  # ValueError: no UTF-8, NUL in the path
        reason = getattr(error, "strerror", None) or "it is no UTF-8 text"
        raise BadInputError(f"the file cannot be read: {reason}", where=where, fix="correct its path") from error
    if not text or len(content) > _MAX_BYTES or "\n" in text:
        what = "the file is empty" if not text else "the file holds more than one line"
        raise BadInputError(what, where=where, fix="write the secret into it, and nothing else")
    return text
