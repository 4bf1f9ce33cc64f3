"""Samples of whole averaging periods as tables, one row a period and one column a meter: what figures add up."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pvsim.core.quantities.types import Ints
from pvsim.core.results.samples import Samples, joined
from pvsim.core.run.plan import RunPlan

__all__ = ["ROWS", "Powers", "powers_of", "starts_of", "tables_of", "whole_periods"]

ROWS = 65_536
"""So many rows are added up at once: numpy is slow on the small portions in which a run is proved."""


@dataclass(frozen=True, slots=True)
class Powers:
    """Powers in 0.1 W, shape (periods, meters); 0 where a row is missing.

    Attributes:
        t_utc: Unix time of the first second of each period, shape (periods,).
        day: Number of its local day in the run, shape (periods,).
        day_starts: Where each day begins in the periods.
        there: Which rows there are; None if all.
        soc_steps: State of charge, −1 where a row is missing or a site has none; None where no site has a battery.
        battery_parts: As `Samples.battery_parts`, shape (periods, meters, parts).
    """

    t_utc: Ints
    day: Ints
    day_starts: Ints
    there: NDArray[np.bool_] | None
    meter: Ints
    pv: Ints
    grid: Ints
    battery: Ints | None
    curtailed: Ints | None
    soc_steps: Ints | None
    clipped: Ints | None
    battery_parts: Ints | None

    @property
    def days(self) -> Ints:
        """The number of each day that there is."""
        return self.day[self.day_starts]

    def by_day(self, values: Ints) -> Ints:
        """Sums over each day of values of the periods, shape (days, ...)."""
        sums: Ints = np.add.reduceat(values, self.day_starts, axis=0)
        return sums


def powers_of(plan: RunPlan, samples: Samples) -> Powers:
    """Tables of samples, which are in the order of the run; not none."""
    n = len(plan.meters)
    window = samples.window(plan)
    first = starts_of(window)
    t_utc = samples.t_utc[first]
    whole = len(first) * n == len(window)
    where = None if whole else np.cumsum(np.diff(window, prepend=window[0]) != 0) * n + samples.meter
    there: NDArray[np.bool_] | None = None

    def table(column: Ints | None, empty: int = 0) -> Ints | None:
        if column is None or where is None:
            return None if column is None else column.reshape(-1, n, *column.shape[1:])
        filled = np.full((len(first) * n, *column.shape[1:]), empty, dtype=np.int64)
        filled[where] = column
        return filled.reshape(-1, n, *column.shape[1:])

    if where is not None:
        flat = np.zeros(len(first) * n, dtype=np.bool_)
        flat[where] = True
        there = flat.reshape(-1, n)
    midnights = np.asarray(plan.timeline.midnights_utc)
    day = np.searchsorted(midnights, t_utc, side="right") - 1
    columns = [table(column) for column in (samples.meter_dw, samples.pv_dw, samples.grid_dw)]
    meter, pv, grid = (column for column in columns if column is not None)
    battery, curtailed = table(samples.battery_dw), table(samples.curtailed_dw)
    soc_steps, clipped = table(samples.soc_steps, -1), table(samples.clipped_dw)
    parts = table(samples.battery_parts)
    return Powers(
        t_utc, day, starts_of(day), there, meter, pv, grid, battery, curtailed, soc_steps, clipped, parts
    )


def tables_of(plan: RunPlan, samples: Iterable[Samples], at_once: int = ROWS) -> Iterator[Powers]:
    """Tables of all rows of a run, each of whole periods.

    Args:
        plan: The run.
        samples: Its rows in order, in any portions.
        at_once: So many rows, and some more, make a table.
    """
    gathered: list[Samples] = []
    count = 0
    for portion in samples:
        gathered.append(portion)
        count += len(portion)
        if count >= at_once:
            rows = joined(gathered)
            if end := whole_periods(plan, rows):
                yield powers_of(plan, rows.where(slice(end)))
            gathered, count = [rows.where(slice(end, None))], len(rows) - end
    if count:
        yield powers_of(plan, joined(gathered))


def whole_periods(plan: RunPlan, rows: Samples) -> int:
    """How many of the rows are of periods of which no row can follow; each other row is of the last period."""
    if rows.meter[-1] == len(plan.meters) - 1:
        return len(rows)
    period = rows.window(plan)
    return int(np.searchsorted(period, period[-1]))


def starts_of(number: Ints) -> Ints:
    """Where each of the rising numbers begins."""
    return np.flatnonzero(np.diff(number, prepend=number[0] - 1))
