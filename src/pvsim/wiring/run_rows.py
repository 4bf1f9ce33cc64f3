"""The rows of a run as a program wants them, wherever they come from: samples, arrays, data frames."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from pvsim.core.results.columns import Array, arrays_of
from pvsim.core.results.samples import Samples
from pvsim.core.run.plan import RunPlan

if TYPE_CHECKING:
    from pandas import DataFrame as PandasFrame
    from polars import DataFrame as PolarsFrame

__all__ = ["RunRows"]


class RunRows(Protocol):
    """What gives all rows of a run, and what follows from that."""

    __slots__ = ()

    @property
    def plan(self) -> RunPlan:
        """The run's meters, seconds and rows."""
        ...

    def samples(self) -> Iterator[Samples]:
        """The rows in order, in portions."""
        ...

    def arrays(self) -> dict[str, Array]:
        """All rows as arrays of numpy, by the names of the columns of `samples.csv`.

        `t_utc` has the times as `datetime64[s]` in UTC, `meter` the names of the meters where a run has several,
        and `held_s` the seconds that `flags` of the file speaks of. A day of one meter takes 3 MB.

        Raises:
            PvsimError: as `samples`.
        """
        return arrays_of(self.samples(), self.plan)

    def to_pandas(self) -> "PandasFrame":
        """All rows as a data frame of pandas: the columns of `arrays`, under the local times of the rows.

        Raises:
            PvsimError: as `samples`.
            UsageError: if pandas is not installed.
        """
        from pvsim.adapters.frames import pandas_frame  # noqa: PLC0415 - pandas takes most of a second

        return pandas_frame(self.arrays(), self.plan)

    def to_polars(self) -> "PolarsFrame":
        """All rows as a data frame of polars: `timestamp` with the local times, then the columns of `arrays`.

        Raises:
            PvsimError: as `samples`.
            UsageError: if polars is not installed.
        """
        from pvsim.adapters.frames import polars_frame  # noqa: PLC0415 - as above

        return polars_frame(self.arrays(), self.plan)
