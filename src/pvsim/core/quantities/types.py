"""The array types and the physical constants that the whole program shares.

Power is computed in integers of 0.1 W (*deciwatt*, `_dw`): the four decimals of a kW in a file are then
exact, and so is `net = meter − pv` (invariant I3).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "BRIEFS_RANGE",
    "DWS_PER_KWH",
    "DW_PER_KW",
    "DW_PER_W",
    "METER_MAX_DW",
    "METER_MAX_W",
    "ClippingPvSource",
    "Ints",
    "MeterRange",
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
DWS_PER_KWH = DW_PER_KW * 3_600
METER_MAX_W = 9_000
METER_MAX_DW = METER_MAX_W * DW_PER_W


@dataclass(frozen=True, slots=True)
class MeterRange:
    """The powers that a meter of a run may show, in 0.1 W: the brief's 0..9000 W if nothing else is said."""

    low_dw: int = 0
    high_dw: int = METER_MAX_DW

    @classmethod
    def up_to(cls, max_w: int, *, grid: bool = False) -> "MeterRange":
        """0 to so many W; of a meter at the grid connection from minus as many."""
        return cls(-max_w * DW_PER_W if grid else 0, max_w * DW_PER_W)

    @property
    def grid(self) -> bool:
        """Whether powers may be negative: the meter is at the grid connection."""
        return self.low_dw < 0

    def __str__(self) -> str:
        return f"{self.low_dw // DW_PER_W}..{self.high_dw // DW_PER_W} W"


BRIEFS_RANGE = MeterRange()


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


@runtime_checkable
class ClippingPvSource(PvSource, Protocol):
    """A `PvSource` that knows what its inverters cut off."""

    def powers_dw(self, first_utc: int, n: int) -> tuple[Ints, Ints]:
        """As `power_dw`; and beside it, in the same shape, the power above what the inverters give."""
        ...
