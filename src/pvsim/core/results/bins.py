"""The counts of many bins, few of which are large: in pages, each as narrow as its counts allow."""

import numpy as np
from numpy.typing import NDArray

from pvsim.core.quantities.types import Ints

__all__ = ["PAGE", "Bins"]

PAGE = 2**12
"""Bins of a page: 4 kB where all its counts are below 256, as those of most pages are, even after a year."""

_Page = NDArray[np.unsignedinteger]


class Bins:
    """Counts of the bins 0, 1, 2, … .

    A page that has counted nothing takes no memory, any other one byte a bin, or two, four or eight. Pages are
    replaced, never changed, so that several may share one.

    Attributes:
        pages: Those of the first bins, the next, …; None is one of zeros.
    """

    def __init__(self) -> None:
        self.pages: list[_Page | None] = []

    @property
    def nbytes(self) -> int:
        """Bytes that the counts take."""
        return sum(page.nbytes for page in self.pages if page is not None)

    def add(self, counts: Ints) -> None:
        """Add the counts of the first bins."""
        self._reach(-(-len(counts) // PAGE))
        for i, start in enumerate(range(0, len(counts), PAGE)):
            part = counts[start : start + PAGE]
            if not part.any():
                continue
            if len(part) < PAGE:
                part = np.concatenate([part, np.zeros(PAGE - len(part), dtype=np.int64)])
            self._put(i, part)

    def merge(self, other: "Bins") -> None:
        """Add the counts of others."""
        self._reach(len(other.pages))
        for i, page in enumerate(other.pages):
            if page is None:
                continue
            if self.pages[i] is None:
                self.pages[i] = page
            else:
                self._put(i, page)

    def coarser(self, times: int) -> "Bins":
        """The counts of bins that are so many times as wide."""
        if times == 1:
            return self
        wider = Bins()
        if self.pages:
            counts = self.counts()
            padded = np.concatenate([counts, np.zeros(-len(counts) % times, dtype=np.int64)])
            wider.add(padded.reshape(-1, times).sum(axis=1))
        return wider

    def counts(self) -> Ints:
        """The counts, each as wide as any."""
        found = np.zeros(len(self.pages) * PAGE, dtype=np.int64)
        for i, page in enumerate(self.pages):
            if page is not None:
                found[i * PAGE : (i + 1) * PAGE] = page
        return found

    def _reach(self, pages: int) -> None:
        self.pages += [None] * (pages - len(self.pages))

    def _put(self, i: int, more: "Ints | _Page") -> None:
        page = self.pages[i]
        counts = more if page is None else np.add(page, more, dtype=np.int64)
        self.pages[i] = counts.astype(np.min_scalar_type(counts.max()))
