"""How often each integer occurs, in bounded memory, and the percentiles of all of them."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from pvsim.core.quantities.types import Ints
from pvsim.core.results.bins import Bins

__all__ = ["BINS", "Counted", "Histogram"]

BINS = 2**17
"""Bins for each sign: powers in steps of 0.1 W up to 13.1 kW."""


class Counted(Protocol):
    """Values that are counted: a `Histogram`, or what one meter has."""

    @property
    def total(self) -> int:
        """How many values there are."""
        ...

    def values_at(self, ranks: Sequence[int]) -> list[int]:
        """The values at some places of all in rising order, from 1 to `total`."""
        ...


class Histogram:
    """Counts integers. Parts merge in any order to the same counts.

    Every value has a bin of its own as long as all are within ±`BINS`. When one is not, two neighbours become one
    bin, and again, until it fits: then a value is known to `step`, at most 1/65,536 of the largest there is.

    Attributes:
        step: How many values one bin has: 1, 2, 4, …
        total: How many values there are.
        lowest: The lowest of them, exactly; 0 of none.
        highest: The highest of them, exactly; 0 of none.
        bins: The counts of 0, 1, 2, … and of −1, −2, −3, …
    """

    def __init__(self) -> None:
        self.step = 1
        self.total = 0
        self.lowest = self.highest = 0
        self.bins = [Bins(), Bins()]

    def add(self, values: Ints) -> None:
        """Count values."""
        if not len(values):
            return
        self._take_range(len(values), int(values.min()), int(values.max()))
        negative = values < 0
        self._add(0, values[~negative] if negative.any() else values)
        self._add(1, ~values[negative])

    def merge(self, other: "Histogram") -> None:
        """Count what another has counted."""
        step = max(self.step, other.step)
        self._take_range(other.total, other.lowest, other.highest)
        for sign in (0, 1):
            self.bins[sign] = self.bins[sign].coarser(step // self.step)
            self.bins[sign].merge(other.bins[sign].coarser(step // other.step))
        self.step = step

    def values_at(self, ranks: Sequence[int]) -> list[int]:
        """The values at some places of all in rising order, from 1 to `total`.

        The first and the last are exact, the others the lowest of their bin.

        Of what is counted, that at rank ceil(p/100 · total) is the percentile p by the method of the nearest rank.
        """
        below, above = self.bins[1].counts()[::-1], self.bins[0].counts()
        places = np.searchsorted(np.cumsum(np.concatenate([below, above])), ranks, side="left")
        values: list[int] = ((places - len(below)) * self.step).tolist()
        return [
            self.highest if rank == self.total else max(value, self.lowest)
            for rank, value in zip(ranks, values, strict=True)
        ]

    def _take_range(self, total: int, lowest: int, highest: int) -> None:
        if not total:
            return
        self.lowest = min(self.lowest, lowest) if self.total else lowest
        self.highest = max(self.highest, highest) if self.total else highest
        self.total += total

    def _add(self, sign: int, values: Ints) -> None:
        if not len(values):
            return
        bins = int(values.max()) // self.step
        while bins >= BINS:
            self.bins = [each.coarser(2) for each in self.bins]
            self.step *= 2
            bins //= 2
        self.bins[sign].add(np.bincount(values if self.step == 1 else values // self.step))
