"""What PV and battery of a site cost, by their sizes where the site file says so."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from msgspec import UNSET

from pvsim.core.site.tariff import Cost

__all__ = ["Size", "Spending", "is_by_size", "sum_of"]


@dataclass(frozen=True, slots=True)
class Size:
    """What there is at one site.

    Attributes:
        kwp: Peak power of the modules; None where it is not known.
        kwh: Capacity of the battery; 0 is none.
    """

    kwp: float | None = 0.0
    kwh: float = 0.0


@dataclass(frozen=True, slots=True)
class Spending:
    """What is spent, in currency units.

    Attributes:
        capital: In the beginning.
        upkeep_per_year: In each year.
    """

    capital: Fraction
    upkeep_per_year: Fraction

    @classmethod
    def of(cls, cost: Cost, size: Size | None = None) -> "Spending":
        """What a site spends; where cost is by size, one with neither PV nor battery spends nothing.

        Args:
            cost: What the site file says.
            size: Of the site, with a peak power that is known; needed where cost is by size.
        """
        capital, upkeep = _exact(cost.capital), _exact(cost.upkeep_per_year)
        if size is None or not is_by_size(cost):
            return cls(capital, upkeep)
        kwp, kwh = size.kwp or 0.0, size.kwh
        if size.kwp == 0 and not kwh:  # not known is some PV
            return cls(Fraction(0), Fraction(0))
        by_size = _exact(cost.capital_per_kwp or 0.0) * _exact(kwp) + _exact(cost.capital_per_kwh or 0.0) * _exact(
            kwh
        )
        return cls(capital + by_size, upkeep)


def is_by_size(cost: Cost) -> bool:
    """Whether what a site spends depends on its sizes."""
    return (cost.capital_per_kwp, cost.capital_per_kwh) != (UNSET, UNSET)


def sum_of(spendings: Iterable[Spending]) -> Spending:
    """What several sites spend."""
    each = list(spendings)
    return Spending(
        sum((one.capital for one in each), Fraction(0)), sum((one.upkeep_per_year for one in each), Fraction(0))
    )


def _exact(value: float) -> Fraction:
    return Fraction(str(value))
