"""How often each value occurs for each meter: bins grow with the value, so that a thousand meters have room."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pvsim.core.quantities.types import Ints

__all__ = ["FEW", "MeterCounts", "OneMeter"]

FEW = 20
"""Up to so many meters have fine bins."""
_FINE_BITS, _COARSE_BITS = 10, 6
_NEVER = 2**62


class MeterCounts:
    """Counts integers of some kinds by meter. Parts merge in any order to the same counts.

    A bin is at most 1/1,024 as wide as its values, of more than 20 meters 1/64; values below 2,048 (of more than
    20 meters 128) have a bin of their own. Of values up to 13.1 kW one kind takes 33 kB a meter, or 3 kB.

    Args:
        kinds: How many kinds there are.
        meters: How many meters are counted.
        of_run: How many meters the run has, where these are some of them.

    Attributes:
        bits: A bin is at most 1/2**bits as wide as its values.
        counts: Of values from 0, and of those below by how far they are, shape (kinds, meters, bins).
        lowest: The lowest value exactly, shape (kinds, meters).
        highest: The highest value exactly, shape (kinds, meters).
    """

    def __init__(self, kinds: int, meters: int, of_run: int | None = None) -> None:
        self.bits = _FINE_BITS if (of_run or meters) <= FEW else _COARSE_BITS
        self.counts = [np.zeros((kinds, meters, 0), dtype=np.uint32) for _ in range(2)]
        self.lowest = np.full((kinds, meters), _NEVER, dtype=np.int64)
        self.highest = np.full((kinds, meters), -_NEVER, dtype=np.int64)

    def add(self, kind: int, values: Ints, there: NDArray[np.bool_] | None = None) -> None:
        """Count values of one kind, shape (any, meters): those that are there."""
        if not len(values):
            return
        low = values if there is None else np.where(there, values, _NEVER)
        high = values if there is None else np.where(there, values, -_NEVER)
        self.lowest[kind] = np.minimum(self.lowest[kind], low.min(axis=0))
        self.highest[kind] = np.maximum(self.highest[kind], high.max(axis=0))
        negative = values < 0
        if not negative.any():
            self._add(0, kind, values, there)
            return
        kept = np.True_ if there is None else there
        self._add(0, kind, values, ~negative & kept)
        self._add(1, kind, -values, negative & kept)

    def merge(self, other: "MeterCounts") -> None:
        """Count what another has counted."""
        for sign, theirs in enumerate(other.counts):
            mine = _with_bins(self.counts[sign], theirs.shape[2]).copy()
            mine[:, :, : theirs.shape[2]] += theirs
            self.counts[sign] = mine
        self.lowest = np.minimum(self.lowest, other.lowest)
        self.highest = np.maximum(self.highest, other.highest)

    def of(self, kind: int, meter: int) -> "OneMeter":
        """The counts of one kind of one meter."""
        above, below = (counts[kind, meter] for counts in self.counts)
        reached = np.cumsum(np.concatenate([below[::-1], above]), dtype=np.int64)
        ends = int(self.lowest[kind, meter]), int(self.highest[kind, meter])
        return OneMeter(self.bits, reached, len(below), *ends)

    def _add(self, sign: int, kind: int, values: Ints, there: NDArray[np.bool_] | None) -> None:
        meter = np.broadcast_to(np.arange(values.shape[1]), values.shape)
        flat, meter = (values.ravel(), meter.ravel()) if there is None else (values[there], meter[there])
        if not len(flat):
            return
        bins = _bin(flat, self.bits)
        counts = self.counts[sign] = _with_bins(self.counts[sign], int(bins.max()) + 1)
        np.add.at(counts[kind].reshape(-1), meter * counts.shape[2] + bins, np.uint32(1))


@dataclass(frozen=True, slots=True)
class OneMeter:
    """What one meter has of one kind.

    Attributes:
        bits: As of the counts.
        reached: How many values there are up to each bin, from the lowest.
        below: How many of the bins are those of negative values.
        lowest: The lowest value.
        highest: The highest value.
    """

    bits: int
    reached: Ints
    below: int
    lowest: int
    highest: int

    @property
    def total(self) -> int:
        """How many values there are."""
        return int(self.reached[-1]) if len(self.reached) else 0

    def values_at(self, ranks: Sequence[int]) -> list[int]:
        """The values at some places of all in rising order, from 1 to `total`: the lowest of their bin.

        The first and the last are exact.
        """
        places: list[int] = (np.searchsorted(self.reached, ranks, side="left") - self.below).tolist()
        return [
            self.highest if rank == self.total else max(self._lowest_of(place), self.lowest)
            for rank, place in zip(ranks, places, strict=True)
        ]

    def _lowest_of(self, place: int) -> int:
        """The lowest value of a bin; those of negative values count down from −1."""
        if place < 0:
            return 1 - _begin(-place, self.bits)
        return _begin(place, self.bits)


def _bin(values: Ints, bits: int) -> Ints:
    """The bins of values from 0."""
    wider = np.maximum(np.frexp(values.astype(np.float64))[1].astype(np.int64) - 1 - bits, 0)
    bins: Ints = (wider << bits) + (values >> wider)
    return bins


def _begin(place: int, bits: int) -> int:
    """The lowest value from 0 that is in a bin."""
    wider = max((place >> bits) - 1, 0)
    return (place - (wider << bits)) << wider


def _with_bins(counts: NDArray[np.uint32], bins: int) -> NDArray[np.uint32]:
    """The counts with at least so many bins."""
    more = bins - counts.shape[2]
    return np.pad(counts, ((0, 0), (0, 0), (0, more))) if more > 0 else counts
