"""Peaks of groups of rows: of the quarters of an hour, and of the rows of all meters at one time."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from pvsim.core.quantities.types import Ints

__all__ = ["GroupPeaks", "Values"]

Values: TypeAlias = NDArray[np.int64] | NDArray[np.float64]


class GroupPeaks:
    """Highest values of groups of consecutive rows, whatever the portions in which the rows come.

    Sums of a group's rows are integers, so that a group may be cut anywhere. Only the first and the last group of
    the rows seen can be incomplete: their sums are kept until the result is asked for, also through a merge with
    the groups of other parts of the run, in any order.

    Args:
        measure: From sums of complete groups, shape (groups, ...), the values whose peaks are wanted, (groups, k).
        lowest: What the peaks are at least, shape (k,).

    Attributes:
        highest: The peaks of all groups that are complete.
        edges: The sums of those that may not be, by number.
    """

    def __init__(self, measure: Callable[[Ints], Values], lowest: Values) -> None:
        self._measure = measure
        self.highest = lowest
        self.edges: dict[int, Ints] = {}
        self._first = self._last = -1

    def add(self, group: Ints, sums: Ints) -> None:
        """Add rows.

        Args:
            group: Numbers of their groups, rising, shape (groups,); 0 or more.
            sums: The sums of the rows of each, shape (groups, ...).
        """
        first, last = int(group[0]), int(group[-1])
        if self._first < 0:
            self._first = first
        elif self._first < self._last < first:
            self._raise_to(self.edges.pop(self._last)[None])
        self._hold(first, sums[0])
        if first < last:
            if first != self._first:
                self._raise_to(self.edges.pop(first)[None])
            self._raise_to(sums[1:-1])
            self._hold(last, sums[-1])
        self._last = last

    def merge(self, other: "GroupPeaks") -> None:
        """Add the rows of another part of the run; what is added later begins a part of its own."""
        self.highest = np.maximum(self.highest, other.highest)
        for group, sums in other.edges.items():
            self._hold(group, sums)
        self._first = self._last = -1

    def peaks(self) -> Values:
        """The result: the highest of each value, shape (k,)."""
        if not self.edges:
            return self.highest
        return self._highest(np.stack(list(self.edges.values())))

    def _hold(self, group: int, sums: Ints) -> None:
        self.edges[group] = self.edges.get(group, 0) + sums

    def _raise_to(self, sums: Ints) -> None:
        self.highest = self._highest(sums)

    def _highest(self, sums: Ints) -> Values:
        peaks: Values = np.concatenate([self.highest[None], self._measure(sums)]).max(axis=0)
        return peaks
