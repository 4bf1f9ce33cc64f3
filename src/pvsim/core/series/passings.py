"""A wall clock laid out on a line, on which an hour that it shows for the second time has a place of its own."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Passings", "Spans", "common", "seconds_in"]

Spans: TypeAlias = tuple[tuple[int, int], ...]
"""From and to, each in seconds; rising and apart."""


@dataclass(frozen=True, slots=True)
class Passings:
    """Where the seconds of a wall clock are on a line: in the order in which they pass, each at its own place.

    Args:
        twice: What the clock shows twice, in wall-clock seconds. The second passing follows the first.
        skipped: What it never shows, which has no place.
    """

    twice: Spans = ()
    skipped: Spans = ()

    def places(self, wall_s: NDArray[np.int64], again: NDArray[np.bool_]) -> NDArray[np.int64]:
        """The places of wall clocks; `again`: which of them are shown for the second time.

        What is shown again but is not of `twice` has the place of its first passing.
        """
        places = wall_s
        for begin, end in self.twice:
            places = places + (end - begin) * ((wall_s >= end) | (again & (wall_s >= begin)))
        for begin, end in self.skipped:
            places = places - (end - begin) * (wall_s >= end)
        return places

    def both(self, other: "Passings", days: tuple[int, int]) -> "Passings":
        """What both clocks show twice and what both never show, of the days from one second to another."""
        twice = tuple(span for span in self.twice if common(common((span,), other.twice), (days,)))
        return Passings(twice, common(common(self.skipped, other.skipped), (days,)))

    def place(self, wall_s: int, *, again: bool = False) -> int:
        """The place of one wall clock."""
        return int(self.places(np.array([wall_s], np.int64), np.array([again]))[0])

    def shown(self, place: int) -> tuple[int, bool]:
        """The wall clock at a place, and whether it is shown for the second time."""
        back = 0  # from the place to the wall clock
        for at, length in sorted([(e, e - b) for b, e in self.twice] + [(b, b - e) for b, e in self.skipped]):
            if place - back < at:
                break
            back += length
            if place - back < at:
                return place - back, True
        return place - back, False

    def first(self, spans: Iterable[tuple[int, int]]) -> Spans:
        """The places of wall clocks, without the second passings between them."""
        edges = {end for _, end in self.twice}.union(*self.skipped)
        found = []
        for begin, end in spans:
            pieces = pairwise(sorted({begin, end, *(edge for edge in edges if begin < edge < end)}))
            shown = [piece for piece in pieces if not common((piece,), self.skipped)]
            found += [(self.place(low), self.place(high - 1) + 1) for low, high in shown]
        return tuple(found)

    def second(self, spans: Spans) -> Spans:
        """The places of the second passings of wall clocks, of those that are shown twice."""
        both = common(self.twice, spans)
        return tuple((self.place(low, again=True), self.place(high - 1, again=True) + 1) for low, high in both)


def common(some: Spans, others: Spans) -> Spans:
    """What is in both."""
    pairs = ((max(a, c), min(b, d)) for a, b in some for c, d in others)
    return tuple((low, high) for low, high in pairs if low < high)


def seconds_in(spans: Spans, starts: NDArray[np.int64], step_s: int) -> NDArray[np.int64]:
    """How many seconds of the spans each of the intervals has that start at `starts`."""
    found = np.zeros(len(starts), np.int64)
    for begin, end in spans:
        found += np.maximum(np.minimum(starts + step_s, end) - np.maximum(starts, begin), 0)
    return found
