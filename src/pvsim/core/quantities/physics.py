"""What the physical models share: the array type, and pvlib's solar position algorithm."""

from functools import cache
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from types import ModuleType
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from pvsim.errors import UsageError

__all__ = ["Floats", "iso_utc", "physics_extra", "spa"]

Floats: TypeAlias = NDArray[np.float64]

_FIX = "in a clone call ./run again; elsewhere: pip install 'pvsim[physics]'"


def physics_extra() -> None:
    """Refuse to go on where pvlib is not installed.

    Raises:
        UsageError: naming the command that installs it.
    """
    if find_spec("pvlib") is None:
        raise UsageError("a physical PV site needs pvlib, which is not installed", where="pvlib", fix=_FIX)


@cache
def spa() -> ModuleType:
    """The module `pvlib.spa` without the rest of pvlib: it needs numpy only.

    `import pvlib.spa` would import all of pvlib before it, with pandas and scipy: 0.6 s for 5 ms of work.

    Raises:
        UsageError: where pvlib is not installed.
    """
    physics_extra()
    package = find_spec("pvlib")
    spec = PathFinder.find_spec("spa", package.submodule_search_locations if package else None)
    if spec is None or spec.loader is None:
        raise UsageError("pvlib has no solar position algorithm", where="pvlib", fix=_FIX)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def iso_utc(t_utc: int) -> str:
    """A Unix time for people: `2024-06-21 10:00:00Z`."""
    return str(np.datetime64(t_utc, "s")).replace("T", " ") + "Z"  # any year, which datetime has not
