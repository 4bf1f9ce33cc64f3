"""The duration curve of grid: which power is reached or exceeded for how much of the time."""

from collections.abc import Iterable, Sequence

from pvsim.core.quantities.types import DW_PER_KW
from pvsim.core.results.histogram import Counted
from pvsim.core.results.period_counts import PeriodCounts
from pvsim.core.results.powers import Powers
from pvsim.core.results.summary import Duration
from pvsim.core.run.plan import RunPlan

__all__ = ["TENTHS", "GridDuration", "curve_of", "points_of"]

_PERCENT = range(101)
TENTHS = range(0, 101, 10)


class GridDuration:
    """Counts the grid powers of all meters together, by day.

    Attributes:
        counted: How often each power occurs.
    """

    def __init__(self, plan: RunPlan) -> None:
        self.counted = PeriodCounts(plan, 1, _tenths)
        self._since: int | None = None

    def add(self, powers: Powers) -> None:
        """Add the rows of whole periods."""
        total = powers.grid.sum(axis=1)
        if self._since is None:
            self._since = int(powers.t_utc[0])
        for day, span in self.counted.spans(powers.t_utc):
            self.counted.close(day, self._since)
            self.counted.add(day, 0, total[span])

    def merge(self, other: "GridDuration") -> None:
        """Add another part of the run; what is added later begins a part of its own."""
        self.counted.merge(other.counted)
        self.close()

    def close(self) -> None:
        """Let what is added later begin a part of its own."""
        self._since = None

    def result(self) -> tuple[Duration | None, dict[str, Duration | None]]:
        """The curve of the run, and those of each day and month by its name; None without rows."""
        (run,), periods = self.counted.result()
        return _curve(run, _PERCENT), periods


def points_of(counted: Counted, percents: Sequence[int]) -> list[int]:
    """The powers in 0.1 W at some shares of the time; none where there are no rows."""
    total = counted.total
    if not total:
        return []
    return counted.values_at([total + 1 - max(1, -(-total * percent // 100)) for percent in percents])


def curve_of(points: Sequence[int], percents: Sequence[int]) -> Duration:
    """The curve through the points at some shares of the time."""
    return Duration(tuple(float(percent) for percent in percents), tuple(point / DW_PER_KW for point in points))


def _tenths(counted: Iterable[Counted]) -> Duration | None:
    (grid,) = counted
    return _curve(grid, TENTHS)


def _curve(counted: Counted, percents: Sequence[int]) -> Duration | None:
    points = points_of(counted, percents)
    return curve_of(points, percents) if points else None
