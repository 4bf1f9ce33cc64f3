"""What the physical models share: the array type, and the check that the extra is installed."""

from importlib.util import find_spec
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from pvsim.errors import UsageError

__all__ = ["Floats", "iso_utc", "physics_extra"]

Floats: TypeAlias = NDArray[np.float64]


def physics_extra() -> None:
    """Refuse to go on where pvlib is not installed.

    Raises:
        UsageError: naming the command that installs it.
    """
    if find_spec("pvlib") is None:
        fix = "in a clone call ./run again; elsewhere: pip install 'pvsim[physics]'"
        raise UsageError("a physical PV site needs pvlib, which is not installed", where="pvlib", fix=fix)


def iso_utc(t_utc: int) -> str:
    """A Unix time for people: `2024-06-21 10:00:00Z`."""
    return str(np.datetime64(t_utc, "s")).replace("T", " ") + "Z"  # any year, which datetime has not
