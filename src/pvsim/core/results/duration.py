"""The duration curve of grid: which power is reached or exceeded for how much of the time."""

from collections.abc import Iterable, Sequence

from pvsim.core.quantities.types import DW_PER_KW
from pvsim.core.results.histogram import Counted
from pvsim.core.results.meter_counts import MeterCounts
from pvsim.core.results.period_counts import PeriodCounts
from pvsim.core.results.powers import Powers
from pvsim.core.results.summary import Duration
from pvsim.core.run.plan import RunPlan

__all__ = ["GridDuration"]

_PERCENT = range(101)
_TENTHS = range(0, 101, 10)


class GridDuration:
    """Counts the grid powers of all meters together, by day, and those of each meter.

    Attributes:
        counted: How often each power occurs.
        by_meter: The same of each meter, where there are several.
    """

    def __init__(self, plan: RunPlan) -> None:
        self.counted = PeriodCounts(plan, 1, _tenths)
        self.by_meter = MeterCounts(1, len(plan.meters)) if len(plan.meters) > 1 else None
        self._since: int | None = None

    def add(self, powers: Powers) -> None:
        """Add the rows of whole periods."""
        total = powers.grid.sum(axis=1)
        if self._since is None:
            self._since = int(powers.t_utc[0])
        for day, span in self.counted.spans(powers.t_utc):
            self.counted.close(day, self._since)
            self.counted.add(day, 0, total[span])
        if self.by_meter is not None:
            self.by_meter.add(0, powers.grid, powers.there)

    def merge(self, other: "GridDuration") -> None:
        """Add another part of the run; what is added later begins a part of its own."""
        self.counted.merge(other.counted)
        if self.by_meter is not None and other.by_meter is not None:
            self.by_meter.merge(other.by_meter)
        self.close()

    def close(self) -> None:
        """Let what is added later begin a part of its own."""
        self._since = None

    def result(self) -> tuple[Duration | None, dict[str, Duration | None]]:
        """The curve of the run, and those of each day and month by its name; None without rows."""
        (run,), periods = self.counted.result()
        return _curve(run, _PERCENT), periods

    def of_meter(self, meter: int) -> Duration | None:
        """The curve of one of several meters."""
        return None if self.by_meter is None else _curve(self.by_meter.of(0, meter), _TENTHS)


def _tenths(counted: Iterable[Counted]) -> Duration | None:
    (grid,) = counted
    return _curve(grid, _TENTHS)


def _curve(counted: Counted, percents: Sequence[int]) -> Duration | None:
    """The powers at some shares of the time."""
    total = counted.total
    if not total:
        return None
    ranks = [total + 1 - max(1, -(-total * percent // 100)) for percent in percents]
    grid_kw = tuple(value / DW_PER_KW for value in counted.values_at(ranks))
    return Duration(tuple(float(percent) for percent in percents), grid_kw)
