"""How errors of the disk of a study are told."""

import errno
from contextlib import AbstractContextManager
from pathlib import Path

from pvsim.adapters.shared.disk import errors_told, remedy

__all__ = ["writing"]

_REMEDIES = {
    **dict.fromkeys((errno.EACCES, errno.EPERM), "work as its owner, or give another --out"),
    **dict.fromkeys((errno.EEXIST, errno.ENOTDIR), "it is a file: give another --out"),
    errno.EROFS: "its disk is read-only: give another --out",
}


def writing(path: Path) -> AbstractContextManager[None]:
    """What is done to a path of the study: an error of the system names it, and what to do."""
    return errors_told(path, lambda error: _REMEDIES.get(error.errno or 0) or remedy(error))
