"""What a second of charging stores and a second of discharging takes: an integer function of the power.

With a constant efficiency of each direction as a reduced fraction, charge a/A and discharge b/B, one *unit* of
stored energy is 0.1 J / (A b): a second at 0.1 W stores exactly a·b units or takes exactly A·B.

An efficiency that depends on the load is given by points, (share of the rated power, efficiency) in rising order:
a straight line between two points, the first one's below it, the last one's above. Such points are what test
reports by the efficiency guideline for PV storage systems (BVES, BSW-Solar) have. They are kept to 0.01 %; a unit
is 10⁻⁵ J, and what is taken is rounded up.
"""

from bisect import bisect_right
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol, TypeAlias

import numpy as np

from pvsim.core.quantities.types import Ints
from pvsim.errors import UsageError

__all__ = ["Constant", "Conversion", "Efficiency", "PartLoad", "conversion_of"]

Efficiency: TypeAlias = float | tuple[tuple[float, ...], ...]
"""One for all powers, or points (share of the rated power, efficiency)."""

_PER_MILLE = 1_000
_PARTS = 10_000
"""An efficiency of a point is a whole number of these parts."""
_LOWEST = 0.1
_FIX = "for example 0.96, or [[0.05, 0.85], [0.25, 0.95], [1.0, 0.96]]"


class Conversion(Protocol):
    """What the store gains or loses in a second at some AC power; positive charges.

    Attributes:
        units_per_dj: How many units 0.1 J has.
        charge_step: The most that a second at 0.1 W can store.
        discharge_step: The most that a second at 0.1 W can take.
    """

    @property
    def units_per_dj(self) -> int:
        """See above."""
        ...

    @property
    def charge_step(self) -> int:
        """See above."""
        ...

    @property
    def discharge_step(self) -> int:
        """See above."""
        ...

    def changes(self, power_dw: Ints) -> Ints:
        """Of each second, in units; power in 0.1 W."""
        ...

    def change(self, dw: int) -> int:
        """The same of one second."""
        ...


@dataclass(frozen=True, slots=True)
class Constant:
    """One efficiency of each direction at all powers; see `Conversion`."""

    units_per_dj: int
    charge_step: int
    discharge_step: int

    def changes(self, power_dw: Ints) -> Ints:
        """See `Conversion.changes`."""
        return np.where(power_dw > 0, power_dw * self.charge_step, power_dw * self.discharge_step)

    def change(self, dw: int) -> int:
        """See `Conversion.change`."""
        return dw * (self.charge_step if dw > 0 else self.discharge_step)


@dataclass(frozen=True, slots=True)
class _Curve:
    """Efficiencies in parts by power in 0.1 W, which rises."""

    powers: tuple[int, ...]
    parts: tuple[int, ...]

    def of(self, dw: int) -> int:
        """At one power, not negative."""
        powers, parts = self.powers, self.parts
        if dw <= powers[0]:
            return parts[0]
        if dw >= powers[-1]:
            return parts[-1]
        at = bisect_right(powers, dw) - 1
        low = powers[at]
        return parts[at] + (parts[at + 1] - parts[at]) * (dw - low) // (powers[at + 1] - low)

    def of_each(self, dw: Ints) -> Ints:
        """At each power, not negative."""
        powers, parts = np.array(self.powers), np.array(self.parts)
        if len(powers) == 1:
            return np.full_like(dw, parts[0])
        inside = np.clip(dw, powers[0], powers[-1])
        at = np.minimum(np.searchsorted(powers, inside, side="right"), len(powers) - 1) - 1
        low = powers[at]
        each: Ints = parts[at] + (parts[at + 1] - parts[at]) * (inside - low) // (powers[at + 1] - low)
        return each


@dataclass(frozen=True, slots=True)
class PartLoad:
    """Efficiencies that depend on the power; see `Conversion`."""

    charging: _Curve
    discharging: _Curve
    units_per_dj: int = _PARTS

    @property
    def charge_step(self) -> int:
        """See `Conversion`."""
        return max(self.charging.parts)

    @property
    def discharge_step(self) -> int:
        """See `Conversion`."""
        return -(-_PARTS * _PARTS // min(self.discharging.parts))

    def changes(self, power_dw: Ints) -> Ints:
        """See `Conversion.changes`."""
        size = np.abs(power_dw)
        stored = size * self.charging.of_each(size)
        taken = size * (-_PARTS * _PARTS) // self.discharging.of_each(size)  # rounded down: away from 0
        return np.where(power_dw > 0, stored, taken)

    def change(self, dw: int) -> int:
        """See `Conversion.change`."""
        if dw > 0:
            return dw * self.charging.of(dw)
        return dw * (_PARTS * _PARTS) // self.discharging.of(-dw)


def conversion_of(charge: Efficiency, discharge: Efficiency, charge_dw: int, discharge_dw: int) -> Conversion:
    """The conversion of a battery.

    Args:
        charge: Stored energy by AC energy.
        discharge: AC energy by energy taken from the store.
        charge_dw: Rated power of charging, in 0.1 W.
        discharge_dw: Rated power of discharging.

    Raises:
        UsageError: if an efficiency is out of range, or points are not in order, or more power would store less.
    """
    if not isinstance(charge, tuple) and not isinstance(discharge, tuple):
        charging, discharging = (
            Fraction(round(_checked(name, each) * _PER_MILLE), _PER_MILLE)
            for name, each in (("charge_efficiency", charge), ("discharge_efficiency", discharge))
        )
        return Constant(
            charging.denominator * discharging.numerator,
            charging.numerator * discharging.numerator,
            charging.denominator * discharging.denominator,
        )
    return PartLoad(
        _curve("charge_efficiency", charge, charge_dw, charges=True),
        _curve("discharge_efficiency", discharge, discharge_dw, charges=False),
    )


def _curve(name: str, efficiency: Efficiency, rated_dw: int, *, charges: bool) -> _Curve:
    points = efficiency if isinstance(efficiency, tuple) else ((1.0, efficiency),)
    if not points or not all(
        len(point) == len(("share", "efficiency")) and 0 <= point[0] <= 1 for point in points
    ):
        _refuse(name, f"battery.{name} is a number, or points of share of the rated power (0 to 1) and efficiency")
    powers = tuple(round(point[0] * rated_dw) for point in points)
    parts = tuple(round(_checked(name, point[1]) * _PARTS) for point in points)
    for at in range(len(points) - 1):
        (low, low_parts), (high, high_parts) = ((powers[i], parts[i]) for i in (at, at + 1))
        where = f"between the shares {points[at][0]:g} and {points[at + 1][0]:g}"
        if high <= low:
            _refuse(
                name,
                f"battery.{name}: the points' shares of the rated power do not rise, by 0.1 W or more, {where}",
            )
        slope = Fraction(high_parts - low_parts, high - low)
        if charges and min(low_parts + low * slope, high_parts + high * slope) <= 0:
            _refuse(name, f"battery.{name} falls so steeply {where} that more power would store less")
        if not charges and low_parts - low * slope <= 0:
            _refuse(name, f"battery.{name} rises so steeply {where} that more power would take less")
    return _Curve(powers, parts)


def _checked(name: str, efficiency: float) -> float:
    if not _LOWEST <= efficiency <= 1:  # also refuses NaN
        _refuse(name, f"battery.{name} is {_LOWEST:g} to 1, not {efficiency:g}")
    return efficiency


def _refuse(name: str, what: str) -> None:
    raise UsageError(what, where=f"battery.{name}", fix=_FIX)
