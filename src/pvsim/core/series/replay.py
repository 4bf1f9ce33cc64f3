"""Measured days replayed on the days of a run."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from pvsim.core.series.clock_remarks import changed_hours, clock_remarks
from pvsim.core.series.day_part import DayPart
from pvsim.core.series.days import Days, choose_days, fill_days, has_days, rounded_share, season_days
from pvsim.core.series.findings import FileReading, Known, Taken
from pvsim.core.series.limits import MOST_PV_W, Limits, count_cut, cut_power_dw
from pvsim.core.series.order import put_in_order
from pvsim.core.series.passings import Passings, Spans
from pvsim.core.series.power import Powers, powers_of
from pvsim.core.series.types import (
    DAY_S,
    Quantity,
    RawSeries,
    SeriesFindings,
    SeriesOptions,
    date_of,
    day_number,
    wall_time,
)
from pvsim.core.times.wallclock import WallClock
from pvsim.errors import InternalError

__all__ = ["LocalDays", "MeasuredSeries", "replay"]

_KW: Final = 1000
_FEW_W, _MANY_W = 50, 1_000_000  # few houses stay below, few reach the other
_NOTHING_W = 1  # an option is believed, but no meter stays below this


@dataclass(frozen=True, slots=True)
class LocalDays:
    """The local days that a run covers: `days` days from `first_date` in `zone`; or a part of one.

    Attributes:
        first_date: The first day.
        days: How many there are.
        zone: Of their clock.
        part_utc: UTC epoch seconds of the first second of a part of the only day, and of the one after its last.
    """

    first_date: date
    days: int
    zone: tzinfo
    part_utc: tuple[int, int] | None = None

    def seconds(self) -> tuple[int, int]:
        """UTC epoch seconds of the first second, and of the one after the last."""
        return self.part_utc or self._whole()

    @property
    def clock(self) -> WallClock:
        """What their clock shows."""
        return WallClock.over(self.zone, *self._whole())

    def passings(self, first_day: int) -> Passings:
        """What it shows twice in these days and what it never shows, were their first one `first_day`."""
        first, after = self._whole()
        shift = (first_day - day_number(self.first_date)) * DAY_S
        clock = WallClock.over(self.zone, first - 1, after)  # the first day may begin by skipping its midnight
        found = clock.again(first, after), clock.skipped()
        return Passings(*(tuple((low + shift, high + shift) for low, high in spans) for spans in found))

    @property
    def part(self) -> DayPart | None:
        """What the run needs of its only day; None for all of its days."""
        return None if self.part_utc is None else DayPart.shown(self.clock, self.first_date, *self.part_utc)

    def needed(self, first_day: int) -> Spans:
        """What the run needs, in wall-clock seconds, were its first day `first_day`."""
        spans = ((0, self.days * DAY_S),) if self.part is None else self.part.spans
        return tuple((first_day * DAY_S + low, first_day * DAY_S + high) for low, high in spans)

    def needs(self, wall_s: NDArray[np.int64], first_day: int, step_s: int) -> NDArray[np.bool_]:
        """Which of the intervals that start at these wall clocks the run needs, were its first day `first_day`."""
        part, since = self.part, wall_s - first_day * DAY_S
        if part is None:
            return (since >= 0) & (since < self.days * DAY_S)
        return part.seconds_of(since, step_s) > 0

    def _whole(self) -> tuple[int, int]:
        midnights = (self.first_date, self.first_date + timedelta(days=self.days))
        first, after = (datetime.combine(day, time(), self.zone).timestamp() for day in midnights)
        return int(first), int(after)


@dataclass(frozen=True, slots=True)
class MeasuredSeries:
    """The power of each second of a run, from measured days: a function of the time alone.

    Each second takes the power that the file has at the same local time of day, the file's first chosen day
    being the run's first. What the run passes twice takes the file's two passings where the file's clock passes it
    twice as well, else the same powers again; an hour that the run skips is left out.

    Args:
        findings: What was taken from the file.
    """

    findings: SeriesFindings
    _seconds: tuple[int, int]
    _clock: WallClock
    _shift_s: int
    _days: Days
    _interpolate: bool

    def power_dw(self, first_utc: int, n: int) -> NDArray[np.int64]:
        """See `PowerSource.power_dw`.

        Raises:
            InternalError: a time outside the run.
        """
        return self.at(np.arange(first_utc, first_utc + n, dtype=np.int64))

    def at(self, t_utc: NDArray[np.int64]) -> NDArray[np.int64]:
        """Powers in 0.1 W of the seconds that start at the UTC epoch seconds `t_utc`, any order; same shape.

        Raises:
            InternalError: a time outside the run.
        """
        if t_utc.size and not self._seconds[0] <= t_utc.min() <= t_utc.max() < self._seconds[1]:
            raise InternalError(f"a time outside the run was asked of {self.findings.source}")
        wall, again = self._clock.wall(t_utc)
        place = self._days.passings.places(wall - self._shift_s, again) - self._days.first
        index, rest = np.divmod(place, self.findings.step_s)
        power_dw = self._days.power_dw
        held = power_dw[index]
        if not self._interpolate:
            return held
        return held + rounded_share(power_dw[index + 1] - held, rest, self.findings.step_s)


def replay(samples: RawSeries, options: SeriesOptions, *, run: LocalDays, quantity: Quantity) -> MeasuredSeries:
    """Make the series of a run from the samples of a file.

    Meter samples outside the range of the run's meters and PV samples below 0 W are clipped and counted.

    Raises:
        BadInputError: whatever is wrong with the samples, with the line and what to do.
    """
    powers = powers_of(put_in_order(samples, run.zone, options, quantity), options, quantity)
    file, limits = powers.file, _limits(options, quantity)
    part = run.part
    start = choose_days(file, options, run.days, quantity, part)
    first, after = start * DAY_S, (start + run.days) * DAY_S
    power_dw = cut_power_dw(file.samples, limits, options, quantity=quantity, unit=samples.unit)
    clock = run.passings(start)
    days = fill_days(file, power_dw, first, after, options=options, quantity=quantity, part=part, run=clock)
    own = day_number(run.first_date)
    unsaid = options.start is None and own != start and has_days(file, options, own, run.days, part)
    return MeasuredSeries(
        _report(samples, powers, days, start, run=run, limits=limits, fill=options.fill, has_run_days=unsaid),
        run.seconds(),
        run.clock,
        (own - start) * DAY_S,
        days,
        options.fill == "interpolate",
    )


def _highest(used: NDArray[np.float64], unit_from: Known) -> str:
    """The highest power, for the eye; with a question where the unit is unlikely."""
    most = float(used.max(initial=0.0))
    text = f"up to {most:,.4g} W" if most < _KW else f"up to {most / _KW:,.4g} kW"
    stated = unit_from in {"header", "units row"}
    if (stated and (0 < most < _FEW_W or most > _MANY_W)) or (unit_from == "option" and 0 < most < _NOTHING_W):
        text += " (unlikely: check the unit)"
    return text


def _limits(options: SeriesOptions, quantity: Quantity) -> Limits:
    if quantity == "pv":
        return Limits(0.0, MOST_PV_W)
    return Limits(options.meter_range.low_dw / 10, options.meter_range.high_dw / 10)


def _report(
    samples: RawSeries,
    powers: Powers,
    days: Days,
    start: int,
    *,
    run: LocalDays,
    limits: Limits,
    fill: Literal["hold", "interpolate"],
    has_run_days: bool,
) -> SeriesFindings:
    file = powers.file
    wall, power_w = file.samples.wall_s, file.samples.values
    used = power_w[run.needs(wall, start, file.step_s) & ~np.isnan(power_w)]
    needed = run.needed(start)
    shown = range(needed[0][0], needed[-1][1])
    cut = count_cut(used, limits, file.step_s)
    reading = FileReading(
        samples.source,
        (Taken(samples.column, powers.quantity, samples.unit, samples.unit_from),),
        samples.ignored,
        rows=len(samples.lines),
        step_s=file.step_s,
        zone=samples.zone or str(run.zone),
        zone_from=samples.zone_from,
        stamp=file.stamp or "moment",
        stamp_from=file.stamp_from,
        gaps=len(days.gaps),
        gap_s=sum(gap.seconds for gap in days.gaps),
        clipped_low=cut.low,
        clipped_high=cut.high,
        clipped_low_kwh=cut.low_kwh,
        clipped_high_kwh=cut.high_kwh,
        highest=_highest(used, samples.unit_from),
        remarks=(
            *samples.remarks,
            *clock_remarks(samples, run.zone),
            *_length_remarks(samples, file.step_s),
            *changed_hours(file, run.passings(start), needed, fill),
            *(f"gaps filled: {way}" for way in dict.fromkeys(gap.filled for gap in days.gaps)),
            *powers.remarks,
        ),
    )
    return SeriesFindings(
        source=file.samples.source,
        column=file.samples.column,
        first_day=date_of(start),
        days=run.days,
        run_day=run.first_date,
        season_days=season_days(date_of(start), run.first_date),
        has_run_days=has_run_days,
        step_s=file.step_s,
        samples=len(used),
        gaps=days.gaps,
        repeated_hours=tuple(wall_time(t) for t, _ in file.repeated if t in shown),
        skipped_hours=tuple(wall_time(t) for t, _ in file.skipped if t in shown),
        clipped_low=cut.low,
        clipped_high=cut.high,
        clipped_low_kwh=cut.low_kwh,
        clipped_high_kwh=cut.high_kwh,
        counter_resets=powers.resets,
        counter_rollovers=powers.rollovers,
        scale=powers.scale,
        min_w=float(used.min(initial=np.inf)) if len(used) else 0.0,
        max_w=float(used.max()) if len(used) else 0.0,
        mean_w=float(used.mean()) if len(used) else 0.0,
        reading=reading,
    )


def _length_remarks(samples: RawSeries, step_s: int) -> tuple[str, ...]:
    """Intervals whose two times are not a step apart."""
    if samples.length_s is None:
        return ()
    others = int((samples.length_s % DAY_S != step_s % DAY_S).sum())
    return (f"{others:,} intervals are by their two times not {step_s} s long",) if others else ()
