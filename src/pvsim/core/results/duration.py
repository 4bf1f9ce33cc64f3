"""The duration curve of grid: which power is reached or exceeded for how much of the time."""

from pvsim.core.quantities.types import DW_PER_KW
from pvsim.core.results.histogram import Histogram
from pvsim.core.results.powers import Powers
from pvsim.core.results.summary import Duration

__all__ = ["GridDuration"]

_PERCENT = range(101)


class GridDuration:
    """Counts the grid powers of all meters together.

    Attributes:
        counted: How often each power occurs.
    """

    def __init__(self) -> None:
        self.counted = Histogram()

    def add(self, powers: Powers) -> None:
        """Add the rows of whole periods."""
        self.counted.add(powers.grid.sum(axis=1))

    def merge(self, other: "GridDuration") -> None:
        """Add another part of the run."""
        self.counted.merge(other.counted)

    def result(self) -> Duration | None:
        """The curve; None without rows."""
        total = self.counted.total
        if not total:
            return None
        ranks = [total + 1 - max(1, -(-total * percent // 100)) for percent in _PERCENT]
        grid_kw = tuple(value / DW_PER_KW for value in self.counted.values_at(ranks))
        return Duration(tuple(float(percent) for percent in _PERCENT), grid_kw)
