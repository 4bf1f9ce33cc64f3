"""Samples: the rows of a run as arrays, in the integers in which they are exact (I3)."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np

from pvsim.core.quantities.types import Ints
from pvsim.core.run.plan import RunPlan

__all__ = ["Samples", "joined", "window_means"]


@dataclass(frozen=True, slots=True)
class Samples:
    """Consecutive rows of a run as arrays, each of shape (n,) but for one.

    Attributes:
        t_utc: Unix time of the first second that the row is the mean of.
        meter: Index of the row's meter in `RunPlan.meters`.
        meter_dw: Meter power in 0.1 W.
        pv_dw: PV power in 0.1 W.
        battery_dw: Power of the battery in 0.1 W, positive charges; None where the run has none.
        soc_steps: State of charge in steps of 1/10,000, −1 where the meter's site has no battery; None where no
            site has one.
        curtailed_dw: What the plant could have given besides, in 0.1 W; None where the run has no export limit.
            No column of a file shows it.
        clipped_dw: What inverters cut off above their power, in 0.1 W; None where it is not known, as of PV power
            from a file. No column of a file shows it.
        held_s: Seconds of the row for which the value before stands; None where the run holds none.
        battery_parts: What the seconds of a longer row tell of the battery, in 0.1 W times seconds, shape
            (n, parts); None of rows of a second, where there is nothing to tell, and where the seconds are not
            known. No column of a file shows it.
    """

    t_utc: Ints
    meter: Ints
    meter_dw: Ints
    pv_dw: Ints
    battery_dw: Ints | None = None
    soc_steps: Ints | None = None
    curtailed_dw: Ints | None = None
    held_s: Ints | None = None
    clipped_dw: Ints | None = None
    battery_parts: Ints | None = None

    @classmethod
    def of_rows(cls, plan: RunPlan, row: Ints, meter_dw: Ints, pv_dw: Ints, **more: Ints | None) -> Self:
        """Samples by their numbers in the run: `row` counts periods, and within a period the meters."""
        window, meter = np.divmod(row, len(plan.meters))
        t_utc = plan.timeline.start_utc + window * plan.every_s
        return cls(t_utc, meter, meter_dw, pv_dw, **more)

    @classmethod
    def none(cls) -> Self:
        """No rows."""
        return cls(*(np.empty(0, dtype=np.int64) for _ in range(4)))

    def __len__(self) -> int:
        return len(self.t_utc)

    @property
    def grid_dw(self) -> Ints:
        """What the meter at the grid connection shows: positive imports, negative exports."""
        net_dw = self.meter_dw - self.pv_dw
        return net_dw if self.battery_dw is None else net_dw + self.battery_dw

    def window(self, plan: RunPlan) -> Ints:
        """Number of each row's averaging period in the run."""
        since_start = self.t_utc - plan.timeline.start_utc
        return since_start if plan.every_s == 1 else since_start // plan.every_s

    def row(self, plan: RunPlan) -> Ints:
        """Number of each row in the run."""
        return self.window(plan) * len(plan.meters) + self.meter

    def where(self, kept: "np.ndarray[tuple[int, ...], np.dtype[np.bool_]] | Ints | slice") -> "Samples":
        """Some of the rows."""
        columns = {field.name: getattr(self, field.name) for field in fields(self)}
        return replace(self, **{name: column[kept] for name, column in columns.items() if column is not None})


def joined(portions: Iterable[Samples]) -> Samples:
    """Portions of rows with the same columns as one, those without rows left out."""
    found = [portion for portion in portions if len(portion)]
    if len(found) < 2:  # noqa: PLR2004 - one needs no joining
        return found[0] if found else Samples.none()
    names = [field.name for field in fields(Samples) if getattr(found[0], field.name) is not None]
    return Samples(**{name: np.concatenate([getattr(portion, name) for portion in found]) for name in names})


def window_means(values_dw: Ints, every_s: int, n_meters: int = 1) -> Ints:
    """Means over an averaging period, rounded half to even: shape (windows * meters,).

    Args:
        values_dw: Whole windows of readings in order of position, shape (windows * every_s * n_meters,).
        every_s: Seconds in a window.
        n_meters: Readings in a second.
    """
    if every_s == 1:
        return values_dw
    sums = values_dw.reshape(-1, every_s, n_meters).sum(axis=1).reshape(-1)
    quotient, rest = np.divmod(sums, every_s)
    twice = 2 * rest
    round_up = (twice > every_s) | ((twice == every_s) & (quotient % 2 == 1))
    means: Ints = quotient + round_up
    return means
