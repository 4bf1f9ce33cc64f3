"""Files that come with pvsim: one that is not what it was is a damaged installation, no mistake of the user."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

import msgspec

from pvsim.errors import BadInputError, PvsimError

__all__ = ["shipped"]


@contextmanager
def shipped(name: str) -> Iterator[Path]:
    """A file that comes with pvsim, to be read and understood within.

    Args:
        name: Its path below `data`, with slashes.

    Raises:
        PvsimError: if what is done with it fails.
    """
    path = Path(str(files("pvsim").joinpath("data", name)))
    try:
        yield path
    except (OSError, ValueError, LookupError, TypeError, msgspec.MsgspecError, BadInputError) as error:
        detail = error.what if isinstance(error, BadInputError) else f"{type(error).__name__}: {error}"
        what = f"the installation of pvsim is damaged: {name} is not what came with it ({detail})"
        fix = f"{sys.executable} -m pip install --force-reinstall pvsim; in a clone of it: git checkout -- {path}"
        raise PvsimError(what, where=str(path), fix=fix) from error
