"""The powers of a run over its time, as a page or a picture shows them: in at most 1,440 buckets.

All meters of a run are taken together, period by period. Import and export are sums over the meters, as in the
summary: one site's export does not cancel another's import.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pvsim.core.devices.balance import SOC_STEPS
from pvsim.core.quantities.timeline import DAY_S, HOUR_S
from pvsim.core.quantities.types import Ints
from pvsim.core.results.hour_sums import POWERS, HourSums, powers_of_rows
from pvsim.core.results.powers import starts_of

if TYPE_CHECKING:
    from pvsim.core.results.samples import Samples
    from pvsim.core.run.plan import RunPlan

__all__ = ["MAX_BUCKETS", "POWERS", "Buckets", "Profile", "ProfileResult", "bucket_of"]

MAX_BUCKETS = 1_440
_SOC = len(POWERS)
_BATTERIES = _SOC + 1
_ROWS = _BATTERIES + 1
_WIDTHS_S = (60, 120, 300, 600, 900, 1_800, HOUR_S, 2 * HOUR_S, 3 * HOUR_S, 6 * HOUR_S, 12 * HOUR_S, DAY_S)
_SHAPE_S = 900
_SHAPE_DAYS = 1_100
_NEVER = np.iinfo(np.int64)

Means: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Buckets:
    """Stretches of time of one length.

    Attributes:
        lowest_dw: The lowest power of a row in each, shape (powers, buckets); 0 where there is no row.
        mean_dw: The mean power; NaN where there is no row.
        highest_dw: The highest power of a row in each; 0 where there is no row.
        soc: The mean state of charge of the batteries, 0 to 1, shape (buckets,); None where the run has none.
        periods: How many averaging periods have a row, shape (buckets,).
    """

    lowest_dw: Ints
    mean_dw: Means
    highest_dw: Ints
    soc: Means | None
    periods: Ints


@dataclass(frozen=True, slots=True)
class ProfileResult:
    """What a `Profile` comes to.

    Attributes:
        bucket_s: Seconds of a bucket; the first one begins with the run.
        buckets: The run in buckets.
        detail_dw: Each averaging period by itself in 0.1 W, shape (powers, periods), where a run has one day and
            more periods than buckets; else None.
        detail_soc: The state of charge likewise; None without a battery.
        detail_known: Which of them have a row, shape (periods,); None where `detail_dw` is.
        hour_dws: Sums of each power by the hour of the local clock in 0.1 W · s, shape (powers, 24).
        hour_s: Seconds with rows in each of those hours, shape (24,).
        shape_s: Seconds of a step of `days_dw`.
        days_dw: The mean power in each step of each day, shape (powers, days, steps), NaN where there is no row;
            None where a run has one day, or more than 1,100.
        days_soc: The state of charge likewise.
    """

    bucket_s: int
    buckets: Buckets
    detail_dw: Ints | None
    detail_soc: Means | None
    detail_known: NDArray[np.bool_] | None
    hour_dws: Ints
    hour_s: Ints
    shape_s: int
    days_dw: Means | None
    days_soc: Means | None


class Profile:
    """Takes the rows of a run: an `Accumulator` of its powers over time.

    Args:
        plan: The run.

    Attributes:
        plan: The run.
        bucket_s: Seconds of a bucket.
        sums: By bucket the sums of each power, states of charge, how many of these, how many rows and periods.
        lowest: By bucket the lowest of each power.
        highest: The highest.
        hours: By hour of the local clock.
        shape_s: Seconds of a step of a day.
        days: As `sums`, by day and step.
        detail: The values of each period, None where they are not kept.
        edges: Sums of periods of which not all meters have come.
    """

    def __init__(self, plan: "RunPlan") -> None:
        self.plan = plan
        self.bucket_s = bucket_of(plan.timeline.seconds, plan.every_s)
        n = -(-plan.timeline.seconds // self.bucket_s)
        self.sums = np.zeros((_ROWS + 2, n), dtype=np.int64)  # powers, soc, batteries, rows, periods
        self.lowest = np.full((_SOC, n), _NEVER.max)
        self.highest = np.full((_SOC, n), _NEVER.min)
        self.hours = HourSums(plan)
        self._midnights = np.asarray(plan.timeline.midnights_utc)
        self.shape_s = max(_SHAPE_S, plan.every_s)
        self._steps = -(-int(np.diff(self._midnights).max()) // self.shape_s)
        days = plan.timeline.days if 1 < plan.timeline.days <= _SHAPE_DAYS else 0
        self.days = np.zeros((_ROWS + 2, days * self._steps), dtype=np.int64)
        periods = plan.timeline.seconds // plan.every_s
        detailed = plan.timeline.days == 1 and periods > n
        self.detail = np.zeros((_ROWS + 1, periods), dtype=np.int64) if detailed else None
        self.edges: dict[int, Ints] = {}

    def add(self, samples: "Samples") -> None:
        """See `Accumulator.add`."""
        if not len(samples):
            return
        period, values = samples.window(self.plan), _columns(samples)
        if len(self.plan.meters) > 1:
            starts = starts_of(period)
            values, period = np.add.reduceat(values, starts, axis=1), period[starts]
            for i in {0, len(period) - 1}:  # the rows of these two may be cut
                self._hold(int(period[i]), values[:, i])
            values, period = values[:, 1:-1], period[1:-1]
        self._take(period, values)

    def merge(self, other: "Profile") -> None:
        """See `Accumulator.merge`."""
        self.sums += other.sums
        np.minimum(self.lowest, other.lowest, out=self.lowest)
        np.maximum(self.highest, other.highest, out=self.highest)
        self.hours.merge(other.hours)
        self.days += other.days
        if self.detail is not None and other.detail is not None:
            self.detail += other.detail
        for period, values in other.edges.items():
            self._hold(period, values)

    def result(self) -> ProfileResult:
        """See `Accumulator.result`; nothing is taken afterwards."""
        if self.edges:  # periods of which a meter lacks its row
            order = sorted(self.edges)
            self._take(np.array(order), np.stack([self.edges.pop(period) for period in order], axis=1))
        mean, soc = self._means(self.sums)
        known = self.sums[-1] > 0
        lowest, highest = np.where(known, self.lowest, 0), np.where(known, self.highest, 0)
        detail = self.detail
        days_dw, days_soc = self._means(self.days)
        shape = (self.plan.timeline.days, self._steps)
        return ProfileResult(
            bucket_s=self.bucket_s,
            buckets=Buckets(lowest, mean, highest, soc, self.sums[-1]),
            detail_dw=None if detail is None else detail[:_SOC],
            detail_soc=None if detail is None else self._soc(detail),
            detail_known=None if detail is None else detail[_ROWS] > 0,
            hour_dws=self.hours.dws,
            hour_s=self.hours.seconds,
            shape_s=self.shape_s,
            days_dw=days_dw.reshape(_SOC, *shape) if days_dw.size else None,
            days_soc=days_soc.reshape(shape) if days_soc is not None and days_dw.size else None,
        )

    def _take(self, period: Ints, values: Ints) -> None:
        """Take periods in order, each with the rows of all its meters: (powers, soc, batteries, rows; periods)."""
        if not len(period):
            return
        every_s, timeline = self.plan.every_s, self.plan.timeline
        values = np.concatenate([values, np.ones((1, len(period)), dtype=np.int64)])
        bucket = period * every_s // self.bucket_s
        starts = starts_of(bucket)
        at = bucket[starts]
        self.sums[:, at] += np.add.reduceat(values, starts, axis=1)
        powers = values[:_SOC]
        self.lowest[:, at] = np.minimum(self.lowest[:, at], np.minimum.reduceat(powers, starts, axis=1))
        self.highest[:, at] = np.maximum(self.highest[:, at], np.maximum.reduceat(powers, starts, axis=1))
        t_utc = timeline.start_utc + period * every_s
        self.hours.take(period, powers)
        if self.detail is not None:
            self.detail[:, period] = values[:-1]
        if self.days.size:
            day = np.searchsorted(self._midnights, t_utc, side="right") - 1
            step = day * self._steps + (t_utc - self._midnights[day]) // self.shape_s
            starts = starts_of(step)
            self.days[:, step[starts]] += np.add.reduceat(values, starts, axis=1)

    def _hold(self, period: int, values: Ints) -> None:
        self.edges[period] = self.edges.get(period, 0) + values
        if self.edges[period][_ROWS] == len(self.plan.meters):
            whole = self.edges.pop(period)
            self._take(np.array([period]), whole[:, None])

    def _means(self, sums: Ints) -> tuple[Means, Means | None]:
        """Mean powers, and the mean state of charge where there is a battery; NaN where there is no row."""
        periods = sums[-1]
        mean = np.divide(sums[:_SOC], periods, out=np.full((_SOC, len(periods)), np.nan), where=periods > 0)
        return mean, self._soc(sums)

    def _soc(self, sums: Ints) -> Means | None:
        if not self.plan.has_battery:
            return None
        steps = sums[_BATTERIES] * SOC_STEPS
        soc: Means = np.divide(sums[_SOC], steps, out=np.full(len(steps), np.nan), where=steps > 0)
        return soc


def bucket_of(seconds: int, every_s: int) -> int:
    """Seconds of a bucket: a round length of whole rows, so that `seconds` are 1,440 buckets at most."""
    for width_s in _WIDTHS_S:
        if width_s % every_s == 0 and seconds <= width_s * MAX_BUCKETS:
            return width_s
    least = -(-seconds // MAX_BUCKETS)
    unit_s = DAY_S if DAY_S % every_s == 0 and least > DAY_S else every_s
    return -(-least // unit_s) * unit_s


def _columns(samples: "Samples") -> Ints:
    """Each power, the state of charge, whether there is one, and a one for each row: shape (powers + 3, rows)."""
    ones = np.ones_like(samples.meter_dw)
    soc_steps = -ones if samples.soc_steps is None else samples.soc_steps
    return np.concatenate([powers_of_rows(samples), np.stack([np.maximum(soc_steps, 0), soc_steps >= 0, ones])])
