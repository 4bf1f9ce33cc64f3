"""How long the main fuses of a site carry more than their rated current: counted, not prevented."""

import numpy as np

from pvsim.core.quantities.types import DW_PER_KW
from pvsim.core.results.powers import Powers
from pvsim.core.results.summary import FuseLoad
from pvsim.core.run.plan import RunPlan

__all__ = ["FuseSeconds"]


class FuseSeconds:
    """Counts the seconds above the main fuses' rated current.

    Attributes:
        plan: The run.
        rows: Rows above it, of each meter.
    """

    def __init__(self, plan: RunPlan) -> None:
        self.plan = plan
        self.rows = np.zeros(len(plan.meters), dtype=np.int64)

    def add(self, powers: Powers) -> None:
        """Add the rows of whole periods."""
        if self.plan.fuse_dw is not None:
            self.rows += np.count_nonzero(np.abs(powers.grid) > self.plan.fuse_dw, axis=0)

    def merge(self, other: "FuseSeconds") -> None:
        """Add another part of the run."""
        self.rows += other.rows

    def of_meters(self, which: slice) -> FuseLoad | None:
        """The seconds of some meters; None where the fuses are not known."""
        if self.plan.fuse_dw is None:
            return None
        return FuseLoad(self.plan.fuse_dw / DW_PER_KW, int(self.rows[which].sum()) * self.plan.every_s)
