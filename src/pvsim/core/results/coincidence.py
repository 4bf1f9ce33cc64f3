"""How far the peaks of meters coincide: the highest quarter of an hour of the first k meters together."""

import copy

import numpy as np

from pvsim.core.quantities.rounding import rounded
from pvsim.core.quantities.types import Ints
from pvsim.core.results.powers import Powers
from pvsim.core.results.summary import CoincidentPeak
from pvsim.core.results.whole_windows import WholeWindows
from pvsim.core.run.plan import RunPlan

__all__ = ["CoincidentPeaks", "sizes_of"]

_STEPS = (1, 2, 5)
_WINDOW_S = 900


def sizes_of(meters: int) -> tuple[int, ...]:
    """How many meters are looked at together: 1, 2, 5, 10, 20, 50 …, and all."""
    sizes = [step * 10**power for power in range(len(str(meters))) for step in _STEPS]
    return (*(size for size in sizes if size < meters), meters)


class CoincidentPeaks(WholeWindows):
    """Takes loads and grid powers, and keeps the highest means over quarters of an hour of the local clock.

    A quarter of which rows are missing has the mean of those that are there, of each meter by itself.

    Attributes:
        sizes: How many meters are looked at together, in rising order.
        together_dw: Highest means of load and grid of the first meters of each size, shape (2, sizes).
        single_dw: Highest means of load and grid of each meter, shape (2, meters).
    """

    def __init__(self, plan: RunPlan) -> None:
        super().__init__(plan, _WINDOW_S)
        self.sizes = sizes_of(len(plan.meters))
        self.together_dw = np.zeros((2, len(self.sizes)))
        self.single_dw = np.zeros((2, len(plan.meters)))

    def add(self, powers: Powers) -> None:
        """Add the rows of whole periods."""
        self.add_rows(powers, np.concatenate([powers.meter, powers.grid], axis=1))

    def merge(self, other: "CoincidentPeaks") -> None:
        """Add another part of the run; what is added later begins a part of its own."""
        self.together_dw = np.maximum(self.together_dw, other.together_dw)
        self.single_dw = np.maximum(self.single_dw, other.single_dw)
        self.merge_edges(other)

    def closed(self) -> "CoincidentPeaks":
        """The result: the same with all windows taken, be they whole or not."""
        result = copy.copy(self)
        result.edges = dict(self.edges)
        result.take_edges(list(result.edges))
        return result

    def take(self, days: Ints, sums: Ints, rows: Ints) -> None:  # noqa: ARG002 - a peak of the whole run
        """See `WholeWindows.take`."""
        of_both, counts = sums.reshape(len(sums), 2, -1), rows[:, None, :]
        mean = np.divide(of_both, counts, out=np.zeros(of_both.shape), where=counts > 0)
        self.single_dw = np.maximum(self.single_dw, mean.max(axis=0))
        first = np.cumsum(mean, axis=2)[:, :, np.array(self.sizes) - 1]
        self.together_dw = np.maximum(self.together_dw, first.max(axis=0))

    def figures(self, *, load: bool) -> tuple[CoincidentPeak, ...]:
        """The peaks of each size; without those of the load where it is not known."""
        found = []
        for size, (load_dw, grid_dw) in zip(self.sizes, self.together_dw.T.tolist(), strict=True):
            loads_dw, grids_dw = self.single_dw[:, :size].sum(axis=1).tolist()
            found.append(
                CoincidentPeak(
                    size,
                    rounded(load_dw / 10 / size, 3) if load else None,
                    _share(load_dw, loads_dw) if load else None,
                    rounded(grid_dw / 10 / size, 3),
                    _share(grid_dw, grids_dw),
                )
            )
        return tuple(found)


def _share(together: float, sum_of_peaks: float) -> float | None:
    return rounded(together / sum_of_peaks) if sum_of_peaks else None
