"""Energies times prices, exact however large they are."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from pvsim.core.quantities.types import DWS_PER_KWH, Ints

__all__ = ["Amounts"]

_NANO_PER_MICRO = 1_000
_UNIT = DWS_PER_KWH * _NANO_PER_MICRO


@dataclass(frozen=True, slots=True)
class Amounts:
    """Sums of energies times prices: `micro` + `rest` / 3.6·10¹⁰, in millionths of a currency unit (or of a kg).

    A product of 64-bit integers would not fit 64 bits; it is kept as two of them, as a number of two digits.

    Attributes:
        micro: The whole millionths.
        rest: What is above them, in 0.1 W · s times 10⁻⁹ per kWh: 0 or more, and less than a millionth.
    """

    micro: Ints
    rest: Ints

    @classmethod
    def zeros(cls, shape: tuple[int, ...]) -> Self:
        """Nothing."""
        return cls(np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64))

    @classmethod
    def of(cls, energy_dws: Ints, nano_per_kwh: Ints) -> Self:
        """What energies cost.

        Args:
            energy_dws: Energies in 0.1 W · s, 0 or more and below 10¹⁴ (2.8 GWh).
            nano_per_kwh: Prices in 10⁻⁹ per kWh, between −10¹³ and 10¹³; of a shape that fits.
        """
        kwh, part = np.divmod(energy_dws, DWS_PER_KWH)
        high, low = np.divmod(nano_per_kwh, _NANO_PER_MICRO)
        carried, parts = np.divmod(part * high, DWS_PER_KWH)
        rest = parts * _NANO_PER_MICRO + part * low + kwh * low * DWS_PER_KWH
        return cls(*_carried(kwh * high + carried, rest))

    def __add__(self, other: "Amounts") -> "Amounts":
        return Amounts(*_carried(self.micro + other.micro, self.rest + other.rest))

    def summed(self) -> "Amounts":
        """The sum over the first axis, of less than 10⁸ amounts."""
        return Amounts(*_carried(self.micro.sum(axis=0), self.rest.sum(axis=0)))

    def __getitem__(self, index: slice) -> "Amounts":
        return Amounts(self.micro[index], self.rest[index])

    def rounded(self) -> Ints:
        """In millionths, rounded half to even."""
        twice = 2 * self.rest
        up = (twice > _UNIT) | ((twice == _UNIT) & (self.micro % 2 == 1))
        micro: Ints = self.micro + up
        return micro


def _carried(micro: Ints, rest: Ints) -> tuple[Ints, Ints]:
    carry, below = np.divmod(rest, _UNIT)
    return micro + carry, below
