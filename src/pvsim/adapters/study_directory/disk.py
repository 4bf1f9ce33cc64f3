"""How errors of the disk of a study are told."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pvsim.errors import CannotWriteError

__all__ = ["writing"]

_REMEDIES = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT), "free some space on its disk"),
    **dict.fromkeys((errno.EACCES, errno.EPERM), "work as its owner, or give another --out"),
    **dict.fromkeys((errno.EEXIST, errno.ENOTDIR), "it is a file: give another --out"),
    errno.EISDIR: "it is a directory: move it away",
    errno.EFBIG: "raise the limit: ulimit -f unlimited",
    errno.EROFS: "its disk is read-only: give another --out",
}


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """What is done to a path of the study: an error of the system names it, and what to do."""
    try:
        yield
    except OSError as error:
        fix = _REMEDIES.get(error.errno or 0, "check its disk; dmesg may say more")
        where = str(error.filename or path)
        raise CannotWriteError(f"cannot write: {error.strerror or error}", where=where, fix=fix) from error
