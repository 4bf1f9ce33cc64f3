"""The array types and the physical constants that the whole program shares.

Power is computed in integers of 0.1 W (*deciwatt*, `_dw`): the four decimals of a kW in a file are then
exact, and so is `net = meter − pv` (invariant I3).
"""

from collections.abc import Callable
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "DW_PER_KW",
    "DW_PER_W",
    "METER_MAX_DW",
    "METER_MAX_W",
    "Ints",
    "Octets",
    "OutdoorTemperature",
    "PowerSource",
    "PvSource",
]

Ints: TypeAlias = NDArray[np.int64]
"""Seconds, positions or deciwatts."""

Octets: TypeAlias = NDArray[np.uint8]
"""Message bodies of one length: shape (messages, bytes)."""

OutdoorTemperature: TypeAlias = Callable[[Ints], NDArray[np.float64]]
"""Temperatures of the air in °C at Unix times in rising order; each depends on its time only (I7)."""

DW_PER_W = 10
DW_PER_KW = 10_000
METER_MAX_W = 9_000
METER_MAX_DW = METER_MAX_W * DW_PER_W


class PowerSource(Protocol):
    """Anything that gives a power for each second: a load model, a PV plant, a measured series."""

    def power_dw(self, first_utc: int, n: int) -> Ints:
        """The mean power over each of `n` seconds.

        Args:
            first_utc: The first second, in Unix time.
            n: How many consecutive seconds.

        Returns:
            `n` powers in 0.1 W, never negative. Each depends on its second only (I7).
        """
        ...


class PvSource(Protocol):
    """The PV power of a run: one for all its meters, or one for each."""

    def power_dw(self, first_utc: int, n: int) -> Ints:
        """As `PowerSource.power_dw`: shape (n,) where each meter has the same, else (n, meters)."""
        ...
