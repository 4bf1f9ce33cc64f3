"""Prices that hold from one time to the next, in integers.

A price of a file or a setting is rounded to 10⁻⁹ currency units per kWh, half to even; so is what surcharge and
VAT make of it, once. Nothing else is rounded before a day's sum.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from pvsim.core.quantities.types import Ints

__all__ = ["NANO", "HomePrices", "Prices", "nano"]

NANO = 1_000_000_000
"""Parts of a currency unit (of a kg of CO2) that a price is counted in."""

_PERCENT_PARTS = 10_000
_WHOLE = 100 * _PERCENT_PARTS


def nano(value: float) -> int:
    """A number as a person writes it, in parts of 10⁻⁹, rounded half to even."""
    return round(Fraction(str(value)) * NANO)


@dataclass(frozen=True, slots=True)
class Prices:
    """What a kWh costs from each of some times on.

    Attributes:
        starts_utc: Unix times from which on the prices hold, rising, shape (n,); not empty.
        nano_per_kwh: The prices, shape (n,). The first holds before its time too, the last without an end.
    """

    starts_utc: Ints
    nano_per_kwh: Ints

    @classmethod
    def flat(cls, nano_per_kwh: int) -> "Prices":
        """One price at all times."""
        return cls(np.zeros(1, dtype=np.int64), np.array([nano_per_kwh], dtype=np.int64))

    @classmethod
    def of(cls, starts_utc: Ints, nano_per_kwh: Ints) -> "Prices":
        """The prices, each change once."""
        changed = np.flatnonzero(np.diff(nano_per_kwh)) + 1
        kept = np.concatenate([[0], changed])
        return cls(starts_utc[kept], nano_per_kwh[kept])

    def at(self, t_utc: Ints) -> Ints:
        """The price at each of some Unix times."""
        index = np.searchsorted(self.starts_utc, t_utc, side="right") - 1
        prices: Ints = self.nano_per_kwh[np.maximum(index, 0)]
        return prices

    def changes(self, after_utc: int, before_utc: int) -> Ints:
        """The times strictly between two at which the price changes."""
        first = np.searchsorted(self.starts_utc[1:], after_utc, side="right")
        last = np.searchsorted(self.starts_utc[1:], before_utc, side="left")
        return self.starts_utc[1:][first:last]

    def with_vat(self, surcharge: int, vat_percent: float) -> "Prices":
        """The prices with a surcharge, in 10⁻⁹ per kWh, and VAT on both."""
        vat = round(Fraction(str(vat_percent)) * _PERCENT_PARTS)
        return Prices.of(
            self.starts_utc, _halves_to_even((self.nano_per_kwh + surcharge) * (_WHOLE + vat), _WHOLE)
        )

    def zero_where_negative(
        self, market: "Prices", spans_utc: Sequence[tuple[int, int]] | None = None
    ) -> "Prices":
        """The prices, but zero while those of a market are negative.

        Args:
            market: Its prices.
            spans_utc: Only from the first up to the second of each pair of Unix times; None is always.
        """
        edges = np.array([edge for span in spans_utc or () for edge in span], dtype=np.int64)
        starts = union([self.starts_utc, market.starts_utc, edges])
        zero = market.at(starts) < 0
        if spans_utc is not None:
            within = np.zeros(len(starts), dtype=bool)
            for first, end in spans_utc:
                within |= (starts >= first) & (starts < end)
            zero &= within
        return Prices.of(starts, np.where(zero, 0, self.at(starts)))


@dataclass(frozen=True, slots=True)
class HomePrices:
    """What a kWh earns at each of several homes: a rate of each, while it is paid.

    Attributes:
        nano_per_kwh: The rates, shape (homes,).
        paid: When rates are paid: prices of 1, or 0 where they are not.
        paid_of: Which of these each home's is, shape (homes,).
    """

    nano_per_kwh: Ints
    paid: tuple[Prices, ...]
    paid_of: Ints

    def at(self, t_utc: Ints) -> Ints:
        """The price of each home at each of some Unix times, shape (times, homes)."""
        paid = np.stack([each.at(t_utc) for each in self.paid], axis=1)
        prices: Ints = paid[:, self.paid_of] * self.nano_per_kwh
        return prices

    def changes(self, after_utc: int, before_utc: int) -> Ints:
        """The times strictly between two at which a price changes."""
        return union([each.changes(after_utc, before_utc) for each in self.paid])


def union(times: Sequence[Ints]) -> Ints:
    """All of some times, rising, each once."""
    found: Ints = np.unique(np.concatenate(times))
    return found


def _halves_to_even(values: Ints, divisor: int) -> Ints:
    quotient, rest = np.divmod(values, divisor)
    twice = 2 * rest
    rounded: Ints = quotient + ((twice > divisor) | ((twice == divisor) & (quotient % 2 == 1)))
    return rounded
